use domain::subject::Kind;

use super::*;
use crate::{
    load::Mode,
    samples::{Row, Sample, load, registers, sqlite},
};

fn row<'a>(code: &'a str, name: &'a str) -> Row<'a> {
    (code, Kind::Organisation, name, "示罚〔2026〕1号", 1)
}

async fn index(names: &[&str]) -> (Sample, NameIndex) {
    let sample = sqlite().await;
    let codes: Vec<String> = (0..names.len()).map(|at| format!("code-{at}")).collect();
    let rows: Vec<Row<'_>> = codes.iter().zip(names).map(|(code, name)| row(code, name)).collect();
    load(&sample.register, Mode::Changes, &rows).await;
    let index = NameIndex::open(&sample.folder.path().join("names")).unwrap();
    index.follow(&sample.register, 1_000).await.unwrap();
    (sample, index)
}

fn names(index: &NameIndex, query: &str) -> Vec<(Match, String)> {
    index.search(query, 10).unwrap().into_iter().map(|hit| (hit.how, hit.name)).collect()
}

#[tokio::test]
async fn names_are_found_by_part_and_with_a_character_wrong() {
    use Match::{Exact, Misspelt, Part, Prefix};
    let (_sample, index) = index(&[
        "示例华晟商贸有限公司",
        "示例华晟商贸有限公司第二分公司",
        "平顶山示例华晟商贸有限公司",
        "示例鹰城餐饮服务（集团）有限公司",
        "示例ABC Trading 有限公司",
        "示例某某店",
        "店",
    ])
    .await;
    let check = |query: &str, expected: &[(Match, &str)]| {
        let expected: Vec<(Match, String)> =
            expected.iter().map(|(how, name)| (*how, (*name).to_owned())).collect();
        assert_eq!(names(&index, query), expected, "{query}");
    };
    let (short, branch, long) =
        ("示例华晟商贸有限公司", "示例华晟商贸有限公司第二分公司", "平顶山示例华晟商贸有限公司");
    let group = "示例鹰城餐饮服务（集团）有限公司";
    check(short, &[(Exact, short), (Prefix, branch), (Part, long)]);
    check("示例华晟", &[(Prefix, short), (Prefix, branch), (Part, long)]);
    check("华晟商贸", &[(Part, short), (Part, long), (Part, branch)]);
    check("第二分公司", &[(Part, branch)]);
    check("服务(集团)", &[(Part, group)]);
    check("服务【集团】", &[(Part, group)]);
    check("abc trading", &[(Part, "示例ABC Trading 有限公司")]);
    check("店", &[(Exact, "店"), (Part, "示例某某店")]);
    // One character wrong, missing, too many; at either end too.
    check("示例鹰城餐饮服物（集团）有限公司", &[(Misspelt, group)]);
    check("示例鹰餐饮服务（集团）有限公司", &[(Misspelt, group)]);
    check("示例鹰城的餐饮服务（集团）有限公司", &[(Misspelt, group)]);
    check("是例鹰城餐饮服务（集团）有限公司", &[(Misspelt, group)]);
    check("鹰城餐饮副务", &[(Misspelt, group)]);
    check("英城餐饮", &[(Misspelt, group)]);
    // Two characters wrong, and questions that say nothing.
    check("示例英城餐饮服物（集团）有限公司", &[]);
    check("无此名称", &[]);
    check("", &[]);
    check("  ", &[]);
    check(&"示例".repeat(200), &[]);
}

#[tokio::test]
async fn a_limit_keeps_the_best() {
    let all: Vec<String> = (0..300).map(|at| format!("{}示例商贸", "甲".repeat(at % 40))).collect();
    let (_sample, index) = index(&all.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let hits = index.search("示例商贸", 20).unwrap();
    let lengths: Vec<usize> = hits.iter().map(|hit| hit.name.chars().count()).collect();
    assert_eq!(lengths, [[4; 8].as_slice(), &[5; 8], &[6; 4]].concat());
}

#[tokio::test]
async fn the_index_follows_the_register() {
    for [Sample { register, folder }, other] in registers().await {
        let path = folder.path().join("names");
        let index = NameIndex::open(&path).unwrap();
        assert_eq!((index.position(), index.follow(&register, 10).await.unwrap()), (0, 0));
        let person = ("person", Kind::NaturalPerson, "示例自然人", "示罚3号", 1);
        let business = ("b", Kind::IndividualBusiness, "示例乙小吃店", "示罚2号", 1);
        load(&register, Mode::Changes, &[row("a", "示例甲厂"), business, person]).await;
        assert_eq!(index.follow(&register, 2).await.unwrap(), 2);
        assert_eq!(index.position(), 2);
        assert_eq!(index.follow(&register, 10).await.unwrap(), 1);
        assert_eq!(index.follow(&register, 10).await.unwrap(), 0);
        assert_eq!(names(&index, "示例").len(), 2);
        assert_eq!(names(&index, "示例自然人"), []);

        // Another name of the subject is found too, once; another record of the same name changes nothing.
        let renamed = ("a", Kind::Organisation, "示例甲股份有限公司", "示罚7号", 1);
        load(&register, Mode::Changes, &[renamed]).await;
        load(&register, Mode::Changes, &[("a", Kind::Organisation, "示例甲厂", "示罚8号", 1)])
            .await;
        index.follow(&register, 10).await.unwrap();
        assert_eq!(names(&index, "示例甲"), [(Match::Prefix, "示例甲厂".to_owned())]);
        assert_eq!(names(&index, "甲股份").len(), 1);

        // What is taken back is forgotten unless another record that stands bears the name.
        load(&register, Mode::Withdraw, &[renamed, row("a", "示例甲厂"), business]).await;
        index.follow(&register, 10).await.unwrap();
        assert_eq!(names(&index, "甲股份"), []);
        assert_eq!(names(&index, "示例"), [(Match::Prefix, "示例甲厂".to_owned())]);

        // A reader of its own sees what the writer has finished, and so does the next start.
        let reader = NameIndex::open(&path).unwrap();
        assert_eq!(reader.position(), 8);
        assert_eq!(names(&reader, "示例").len(), 1);

        // A register that is behind, as after a restore, has the index built again.
        load(&other.register, Mode::Changes, &[row("c", "示例丙社")]).await;
        assert_eq!(index.follow(&other.register, 10).await.unwrap(), 1);
        assert_eq!(names(&index, "示例"), [(Match::Prefix, "示例丙社".to_owned())]);
    }
}

#[tokio::test]
async fn only_one_process_writes() {
    let (sample, index) = index(&["示例甲厂"]).await;
    let busy = Build::begin(&index.index, index.fields).unwrap();
    load(&sample.register, Mode::Changes, &[row("b", "示例乙厂")]).await;
    assert_eq!(index.follow(&sample.register, 10).await.unwrap(), 0);
    assert_eq!(names(&index, "示例").len(), 1);
    drop(busy);
    assert_eq!(index.follow(&sample.register, 10).await.unwrap(), 1);
    assert_eq!(names(&index, "示例").len(), 2);
}

#[tokio::test]
async fn an_index_that_cannot_be_read_is_begun_afresh() {
    let (sample, index) = index(&["示例甲厂"]).await;
    drop(index);
    let path = sample.folder.path().join("names");
    let meta = path.join(FOLDER).join("meta.json");
    fs::write(&meta, "{}").unwrap();
    fs::create_dir(path.join("names-0")).unwrap();
    let index = NameIndex::open(&path).unwrap();
    assert!(!path.join("names-0").exists());
    assert_eq!(index.position(), 0);
    index.follow(&sample.register, 10).await.unwrap();
    assert_eq!(names(&index, "示例甲厂").len(), 1);
}

#[tokio::test]
async fn names_are_found_by_how_they_are_read() {
    let (short, group) = ("示例华晟商贸有限公司", "重庆示例鹰城餐饮服务（集团）有限公司");
    let (_sample, index) = index(&[short, group, "示例LV Trading 有限公司"]).await;
    let found = |query: &str| names(&index, query).into_iter().map(|hit| hit.1).collect::<Vec<_>>();
    for (query, name) in [
        ("huashengshangmao", short),
        ("hua sheng", short),
        ("slhs", short),
        ("hssmyxgs", short),
        ("chongqingshili", group),
        ("cqslyc", group),
        ("trading", "示例LV Trading 有限公司"),
    ] {
        assert_eq!(found(query), [name], "{query}");
    }
    assert_eq!(found("shili").len(), 3);
    assert!(found("huashengchongqing").is_empty());
    assert_eq!(names(&index, "slhs")[0].0, Match::Sound);
}
