//! The audit log verified by the separate program, and every alteration of what it holds found.

use std::{collections::HashMap, path::Path, sync::Arc};

use domain::{access::Access, audit::Event, role::Role};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use registry::{
    audit::{self, LogKey},
    report,
};
use verify::{
    log::{self, Files, Log},
    paper,
};

use crate::{
    home::homes,
    site::{self, Site, business},
};

/// Alterations tried; each must be found.
const ALTERATIONS: u32 = 10_000;

impl Site {
    /// The log as the separate program gets it.
    async fn exported(&self, name: &str) -> Files {
        let folder = self.dir.path().join(name);
        let access = Access::operator("示例");
        audit::write_out(&self.platform, &access, &folder).await.expect("an export");
        Files::read(&folder)
    }

    /// Makes the log longer than a tile.
    async fn busy(&self, events: usize) {
        let mut write = self.platform.register.write().await.unwrap();
        let now = self.platform.now();
        for number in 0..events {
            let object = number.to_string();
            store::audit::append(&mut write, now, "示例", Event::SignedIn, &object, "")
                .await
                .unwrap();
        }
        write.commit().await.unwrap();
    }
}

fn verified(files: &Files) -> Log {
    log::verify(files).unwrap_or_else(|findings| panic!("{findings:?}"))
}

#[tokio::test]
async fn the_log_of_a_site_is_verified_offline() {
    let site = site::site().await;
    site.busy(300).await;
    let first = site.exported("first").await;
    let log = verified(&first);
    assert_eq!(log.events.len(), usize::try_from(log.head.size).unwrap());
    for seq in [1, 2, 255, 256, 257, log.head.size] {
        assert!(log::inclusion(&first, seq).unwrap().is_some(), "{seq}");
    }
    assert!(log::inclusion(&first, log.head.size + 1).is_err());
    let older = String::from_utf8(first.0["checkpoint"].clone()).unwrap();
    site.busy(700).await;
    let second = site.exported("second").await;
    let (before, after) = log::consistency(&older, &second).unwrap();
    assert!(before.size < after.head.size);
    let newer = String::from_utf8(second.0["checkpoint"].clone()).unwrap();
    assert!(log::consistency(&newer, &first).is_err(), "a log that shrank");
}

#[tokio::test]
async fn a_log_signed_with_another_key_is_another_log() {
    let mut site = site::site().await;
    let own = site.platform.log_key.as_ref().unwrap().verifier();
    let first = site.exported("first").await.under(&own);
    verified(&first);
    assert!(own.starts_with(&first.key().unwrap().to_string()));
    let forger = LogKey::parse("xinheng-audit-shili", &"08".repeat(32)).unwrap();
    site.platform.log_key = Some(Arc::new(forger));
    site.busy(1).await;
    let forged = site.exported("forged").await;
    verified(&forged);
    let forged = forged.under(&own);
    assert!(log::verify(&forged).is_err() && log::inclusion(&forged, 1).is_err());
}

#[tokio::test]
async fn an_erased_event_leaves_the_tree_whole() {
    let site = site::site().await;
    let before = site.exported("before").await;
    let older = String::from_utf8(before.0["checkpoint"].clone()).unwrap();
    let mut write = site.platform.register.write().await.unwrap();
    let now = site.platform.now();
    assert!(store::audit::erase(&mut write, now, "示例", 2, "").await.unwrap());
    assert!(!store::audit::erase(&mut write, now, "示例", 2, "").await.unwrap(), "once");
    write.commit().await.unwrap();
    let after = site.exported("after").await;
    let (_, log) = log::consistency(&older, &after).unwrap();
    assert_eq!(log.events[1], None);
    assert_eq!(log::inclusion(&after, 2), Ok(None));
    let mut untold = after.clone();
    empty(&mut untold.0, 3);
    assert!(log::inclusion(&untold, 3).is_err(), "emptied by whoever copied the log");
    let mut write = site.platform.register.write().await.unwrap();
    let telling = i64::try_from(log.head.size).unwrap();
    let erased = store::audit::erase(&mut write, now, "示例", telling, "").await.unwrap();
    drop(write);
    assert!(!erased, "what tells of an erasure stays");
}

#[test]
fn an_operator_erases_an_event_and_the_log_is_verified_as_before() {
    for home in homes() {
        home.must(&["key", "add", "--department", "scjg", "--label", "示例"], 0);
        home.must(&["audit", "checkpoint"], 0);
        let erase = ["audit", "erase", "1", "--reason", "示例：误写个人信息"];
        home.must(&erase[..3], 2);
        home.must(&erase, 0);
        home.must(&erase, 2);
        let folder = home.path("log");
        home.must(&["audit", "export", "--out", &folder], 0);
        let log = verified(&Files::read(Path::new(&folder)));
        assert_eq!(log.events[0], None);
        let told = log.events.iter().flatten().find(|event| event.contains("audit_erased"));
        assert!(told.is_some_and(|event| event.contains("误写个人信息")), "{told:?}");
    }
}

/// Changes one thing: a byte, the length, a file, two files for each other, a line, two lines for each
/// other.
fn alter(files: &mut HashMap<String, Vec<u8>>, random: &mut ChaCha8Rng) -> String {
    let mut names: Vec<String> = files.keys().cloned().collect();
    names.sort();
    let name = names[random.random_range(0..names.len())].clone();
    let bytes = files[&name].clone();
    let at = random.random_range(0..bytes.len());
    let (what, altered) = match random.random_range(0..9) {
        0 | 1 => {
            let mut altered = bytes.clone();
            altered[at] ^= 1 << random.random_range(0..8);
            ("bit", Some(altered))
        }
        2 => {
            let mut altered = bytes.clone();
            altered.remove(at);
            ("byte removed", Some(altered))
        }
        3 => {
            let mut altered = bytes.clone();
            altered.insert(at, random.random_range(0..=255));
            ("byte added", Some(altered))
        }
        4 => ("file removed", None),
        5 => ("cut", Some(bytes[..at].to_vec())),
        6 => {
            let mut lines = lines(&bytes);
            lines.remove(random.random_range(0..lines.len()));
            ("line removed", Some(lines.join(&b'\n')))
        }
        7 => return empty_an_event(files, random),
        _ => {
            let mut lines = lines(&bytes);
            let (one, other) =
                (random.random_range(0..lines.len()), random.random_range(0..lines.len()));
            lines.swap(one, other);
            ("lines swapped", Some(lines.join(&b'\n')))
        }
    };
    match altered {
        Some(altered) => files.insert(name.clone(), altered),
        None => files.remove(&name),
    };
    format!("{name}: {what} at {at}")
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Makes an event look as if it had been erased.
fn empty_an_event(files: &mut HashMap<String, Vec<u8>>, random: &mut ChaCha8Rng) -> String {
    let count = lines(&files["events.jsonl"]).len() - 1;
    let seq = random.random_range(1..=count);
    empty(files, seq);
    format!("event {seq} emptied")
}

fn empty(files: &mut HashMap<String, Vec<u8>>, seq: usize) {
    let events = files.get_mut("events.jsonl").expect("events");
    let mut lines = lines(events);
    let mut event: serde_json::Value = serde_json::from_slice(&lines[seq - 1]).unwrap();
    event["event"] = "".into();
    event["salt"] = "".into();
    lines[seq - 1] = event.to_string().into_bytes();
    *events = lines.join(&b'\n');
}

#[tokio::test]
async fn ten_thousand_alterations_are_all_found() {
    let site = site::site().await;
    let wanted = report::Wanted { slug: business(2).code, ..report::Wanted::default() };
    let issued = report::issue(&site.platform, &wanted, "示例").await.unwrap();
    site.busy(270).await;
    let files = site.exported("log").await;
    let log = verified(&files);
    assert_eq!(paper::report(&issued.document, &log), Ok(issued.number.clone()));
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for number in 0..ALTERATIONS {
        if number % 4 == 0 {
            let mut document = issued.document.clone();
            let at = random.random_range(0..document.len());
            document[at] ^= 1 << random.random_range(0..8);
            assert!(paper::report(&document, &log).is_err(), "a bit of the report at {at}");
            continue;
        }
        let mut altered = files.clone();
        let what = alter(&mut altered.0, &mut random);
        if altered.0 == files.0 {
            continue;
        }
        assert!(log::verify(&altered).is_err(), "not found: {what}");
    }
}

#[tokio::test]
async fn a_record_of_the_api_fits_its_digest() {
    let site = site::site().await;
    let file = site.look(None, &format!("/api/v1/subjects/{}/file", business(2).code)).await;
    let file: serde_json::Value = serde_json::from_str(&file.body).unwrap();
    let sections = file["sections"].as_array().unwrap();
    let records = sections.iter().filter_map(|section| section["records"].as_array()).flatten();
    let mut seen = 0;
    for record in records {
        seen += 1;
        let text = record.to_string();
        assert!(paper::record(text.as_bytes()).is_ok(), "{text}");
        let mut altered = record.clone();
        altered["fields"][0]["data"] = "别的".into();
        assert!(paper::record(altered.to_string().as_bytes()).is_err());
    }
    assert_eq!(seen, 3);
}

#[tokio::test]
async fn auditors_look_and_take_out_and_it_is_written_down() {
    let site = site::site().await;
    let auditor = site.person(Role::AuditAdministrator).await;
    let mut write = site.platform.register.write().await.unwrap();
    let now = site.platform.now();
    let formula = "=HYPERLINK(\"http://evil.example\")";
    store::audit::append(
        &mut write,
        now,
        "示例",
        Event::SignedIn,
        formula,
        "<script>alert(1)</script>",
    )
    .await
    .unwrap();
    write.commit().await.unwrap();
    let seen = site.look(Some(&auditor), "/console/audit?event=signed_in").await;
    assert!(seen.body.contains("HYPERLINK") && !seen.body.contains("<script>"), "{}", seen.body);
    let form = "event=signed_in&format=csv";
    let csv = site.send(&auditor, "/console/audit/export", form).await;
    assert!(!csv.body.contains("\"=HYPERLINK"), "no cell is a formula: {}", csv.body);
    let seen = site.look(Some(&auditor), "/console/audit?event=audit_exported").await;
    assert!(seen.body.contains("导出审计记录"), "{}", seen.body);
    audit::extend(&site.platform).await.unwrap();
    let head = site.look(None, "/log/checkpoint").await;
    assert!(head.body.starts_with("xinheng-audit-shili\n"), "{}", head.body);
    assert!(site.look(None, "/log/tile/0/000.p/1").await.status.is_success());
    for path in
        ["/log/tile/0/999", "/log/tile/9/000", "/log/tile/0/..%2f..%2fkey", "/log/tile/x/000"]
    {
        assert!(site.look(None, path).await.status.is_client_error(), "{path}");
    }
}
