use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
};

use super::*;
use crate::{
    load::Mode,
    samples::{self, Sample, begin, fill, now, registers, sqlite, tamper},
};

/// Every row of every table, in an order that both engines give alike.
async fn dump(register: &Register) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for table in TABLES {
        let rows =
            sqlx::query(AssertSqlSafe(table.select())).fetch_all(&register.pool).await.unwrap();
        let line = |row| Value::from(table.read(row).unwrap()).to_string();
        let mut lines: Vec<String> = rows.iter().map(line).collect();
        lines.sort();
        all.insert(table.name, lines);
    }
    all
}

async fn refused(done: impl Future<Output = Result<Summary, Error>>, why: &str) {
    match done.await {
        Err(Error::Refused(said)) => assert!(said.contains(why), "{said}"),
        other => panic!("expected a refusal because {why}, got {other:?}"),
    }
}

#[tokio::test]
async fn the_list_of_tables_is_complete() {
    for [Sample { register, .. }, _] in registers().await {
        let statement = match register.engine() {
            Engine::Sqlite(_) => {
                "select m.name, c.name from sqlite_schema m, pragma_table_info(m.name) c \
                where m.type = 'table' and m.name not like 'sqlite_%'"
            }
            Engine::Postgres(_) => {
                "select cast(table_name as text), cast(column_name as text) \
                from information_schema.columns where table_schema = 'public'"
            }
        };
        let rows: Vec<(String, String)> =
            sqlx::query_as(statement).fetch_all(&register.pool).await.unwrap();
        let mut there: Vec<(&str, &str)> =
            rows.iter().map(|(table, column)| (table.as_str(), column.as_str())).collect();
        there.retain(|(table, _)| *table != "_sqlx_migrations");
        let listed =
            TABLES.iter().flat_map(|table| table.columns.iter().map(|(c, _)| (table.name, *c)));
        let mut listed: Vec<(&str, &str)> = listed.collect();
        there.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, there);
    }
}

#[tokio::test]
async fn a_backup_restores_to_the_same_register_on_every_engine() {
    let mut targets = Vec::new();
    let mut files = Vec::new();
    for [source, target] in registers().await {
        fill(&source.register).await;
        let path = source.folder.path().join("示例.backup");
        let mut told = Vec::new();
        let progress = &mut |table: &str, rows: u64| told.push((table.to_owned(), rows));
        let summary = backup(&source.register, &path, now(), progress).await.unwrap();
        assert_eq!(told, summary.tables);
        assert!(summary.tables.contains(&("record_version".to_owned(), 5)), "{summary:?}");
        files.push((source, path, summary));
        targets.push(target);
    }
    // Each target takes the backup of the other engine where there are two.
    for ((source, path, summary), target) in files.iter().zip(targets.iter().rev()) {
        let restored = restore(&target.register, path, &mut |_, _| {}).await.unwrap();
        assert_eq!(restored, *summary);
        assert_eq!(dump(&target.register).await, dump(&source.register).await);
        let findings = crate::verify::verify(&target.register, &mut |_, _| {}).await.unwrap();
        assert_eq!(findings.problems, []);
        let next =
            [("91000000000000003C", domain::subject::Kind::Organisation, "示例丙厂", "示罚4号", 1)];
        samples::load(&target.register, Mode::Changes, &next).await;
        assert_eq!(crate::feed::last(&target.register).await.unwrap(), 6);
        refused(restore(&target.register, path, &mut |_, _| {}), "not empty").await;
    }
}

#[tokio::test]
async fn a_submission_still_loading_is_left_out() {
    for [source, target] in registers().await {
        fill(&source.register).await;
        let before = dump(&source.register).await;
        let row = [(
            "91000000000000001A",
            domain::subject::Kind::Organisation,
            "示例甲商贸有限公司",
            "示罚9号",
            5,
        )];
        let loading = begin(&source.register, Mode::Changes, &row).await;
        let path = source.folder.path().join("loading.backup");
        backup(&source.register, &path, now(), &mut |_, _| {}).await.unwrap();
        restore(&target.register, &path, &mut |_, _| {}).await.unwrap();
        let mut after = dump(&target.register).await;
        assert_ne!(after.remove("counter"), before.get("counter").cloned());
        for (table, rows) in after {
            assert_eq!(Some(&rows), before.get(table), "{table}");
        }
        loading.abandon().await.unwrap();
    }
}

#[tokio::test]
async fn a_killed_restore_can_be_repeated() {
    for [source, target] in registers().await {
        fill(&source.register).await;
        let path = source.folder.path().join("killed.backup");
        backup(&source.register, &path, now(), &mut |_, _| {}).await.unwrap();
        tamper(&target.register, "insert into counter (name, next) values ('restoring', 0)").await;
        tamper(&target.register, "insert into subject (id, kind) values (1, 'organisation')").await;
        refused(backup(&target.register, &path, now(), &mut |_, _| {}), "half restored").await;
        restore(&target.register, &path, &mut |_, _| {}).await.unwrap();
        assert_eq!(dump(&target.register).await, dump(&source.register).await);
    }
}

#[tokio::test]
async fn a_damaged_file_is_refused_before_anything_is_touched() {
    let (source, target) = (sqlite().await, sqlite().await);
    fill(&source.register).await;
    let path = source.folder.path().join("示例.backup");
    backup(&source.register, &path, now(), &mut |_, _| {}).await.unwrap();
    assert_eq!(
        fs::read_dir(source.folder.path())
            .unwrap()
            .filter(|entry| {
                entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".partial")
            })
            .count(),
        0
    );
    let whole = fs::read(&path).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(whole.as_slice()).read_to_string(&mut text).unwrap();
    let zip = |text: &str| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(1));
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    let without_last = &text[..text.trim_end().rfind('\n').unwrap() + 1];
    let cases = [
        (whole[..whole.len() / 2].to_vec(), "damaged"),
        (zip(&text.replacen("示例乙", "示例丁", 1)), "damaged"),
        (zip(without_last), "damaged"),
        (zip(&text.replacen("xinheng-backup", "other", 1)), "no backup"),
        (b"no gzip at all".to_vec(), "damaged"),
    ];
    let before = dump(&target.register).await;
    for (bytes, why) in cases {
        fs::write(&path, bytes).unwrap();
        refused(restore(&target.register, &path, &mut |_, _| {}), why).await;
        assert_eq!(dump(&target.register).await, before);
    }
    fs::write(&path, zip(&text)).unwrap();
    restore(&target.register, &path, &mut |_, _| {}).await.unwrap();
}
