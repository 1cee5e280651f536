use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use domain::{
    catalogue::{Cycle, Openness, Polarity, PublicationRule, Roles, Section},
    code_list::Manner,
    disclosure::Disclosure,
    parameter::Reference,
    text::Text,
};

use super::*;

fn field(code: &str, label: &str, kind: FieldKind, required: Required) -> Field {
    let verdict = if code == "ID" { Verdict::Withhold } else { Verdict::Show };
    Field {
        code: code.to_owned(),
        aliases: Vec::new(),
        name: code.to_lowercase(),
        label: Text::new(label, "In English"),
        kind,
        max: Some(200),
        required,
        empty_when: Vec::new(),
        disclosure: Disclosure::new("open".to_owned(), [verdict; 5]),
    }
}

fn item() -> Item {
    let kinds = FieldKind::Code { list: "kinds".to_owned() };
    let places = FieldKind::Codes { list: "places".to_owned() };
    let is_person = Condition { field: 1, test: Test::Is(vec!["3".to_owned()]) };
    let id = Required::When(vec![vec![is_person]]);
    Item {
        id: Arc::from("sample"),
        label: Text::new("样例", "Sample"),
        about: Text::default(),
        section: Section::Licences,
        polarity: Polarity::Neutral,
        openness: Openness::Public,
        cycle: Cycle::Event,
        zero_report: Cycle::Event,
        providers: Vec::new(),
        subject_kinds: Vec::new(),
        fields: vec![
            field("MC", "名称", FieldKind::Text, Required::Always),
            field("LB", "类别", kinds, Required::Always),
            field("ID", "证件号码", FieldKind::PersonId, id),
            field("QH", "区划", places, Required::Never),
            field("RQ", "日期", FieldKind::Date, Required::Never),
        ],
        natural_key: Vec::new(),
        without_code: false,
        roles: Roles::default(),
        checks: Vec::new(),
        publication: PublicationRule::Never,
        basis: Vec::new(),
        category: String::new(),
        timeliness: None,
        filter: None,
        contrary: Vec::new(),
    }
}

fn list(id: &str, entries: &[(String, String)]) -> (String, Arc<CodeList>) {
    let entry = |(code, label): &(String, String)| Entry {
        code: code.clone(),
        label: Text::new(label.clone(), ""),
        aliases: Vec::new(),
        prefix: None,
        from: None,
        until: None,
        parent: None,
        maps_to: Vec::new(),
    };
    let reference =
        Reference { instrument: String::new(), article: String::new(), verified: false };
    let entries = entries.iter().map(entry).collect();
    let label = Text::new(format!("{id} 代码集"), "");
    let list = CodeList::new(id.to_owned(), label, reference, entries, Manner::default());
    (id.to_owned(), Arc::new(list.unwrap()))
}

fn codes() -> BTreeMap<String, Arc<CodeList>> {
    let kinds =
        [("1", "法人"), ("3", "自然人")].map(|(code, label)| (code.to_owned(), label.to_owned()));
    let places: Vec<(String, String)> =
        (0..2_500).map(|number| (format!("{number:06}"), format!("某地{number}"))).collect();
    BTreeMap::from([list("kinds", &kinds), list("places", &places)])
}

fn open() -> Xlsx<Cursor<Vec<u8>>> {
    let bytes = template(&item(), &codes()).unwrap();
    calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

fn row(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, row: u32) -> Vec<String> {
    let range = book.worksheet_range(sheet).unwrap();
    let width = u32::try_from(range.width()).unwrap();
    (0..width)
        .map(|column| range.get_value((row, column)).map(Data::to_string).unwrap_or_default())
        .collect()
}

#[test]
fn the_form_is_headed_by_exchanged_codes_and_empty() {
    let mut book = open();
    assert_eq!(book.sheet_names(), ["填报", "说明", "代码"]);
    assert_eq!(row(&mut book, "填报", 0), ["MC", "LB", "ID", "QH", "RQ"]);
    assert_eq!(book.worksheet_range("填报").unwrap().height(), 1);
}

#[test]
fn the_explanation_says_when_a_field_is_required() {
    let mut book = open();
    let identity = row(&mut book, "说明", 3);
    assert_eq!(identity[0], "ID");
    assert_eq!(identity[5], "“类别”是“自然人”时必填");
    assert_eq!(identity[7], "不公示");
    assert_eq!(row(&mut book, "说明", 2)[6], "kinds 代码集");
}

#[test]
fn a_huge_list_is_cut_and_says_so() {
    let mut book = open();
    assert_eq!(row(&mut book, "代码", 0)[2], "places 代码集（共 2500 项，只列前 2000 项）");
    assert_eq!(row(&mut book, "代码", 2)[..4], ["1", "法人", "000000", "某地0"]);
    assert_eq!(book.worksheet_range("代码").unwrap().height(), 2_002);
}

#[test]
fn the_same_item_gives_the_same_bytes() {
    assert_eq!(template(&item(), &codes()).unwrap(), template(&item(), &codes()).unwrap());
}
