//! Sealing keys renewed while the register is in use: everything sealed goes under the new key, says
//! the same as before, and persons are still found by what they were found by.

use std::{process::Stdio, sync::Arc};

use domain::{access::Access, role::OrganisationKind, sealed::Keys};
use registry::{
    api_key::{self, NewKey},
    receipt, reseal,
};
use store::{
    load::Mode,
    register::Register,
    reseal::{Place, behind},
    submission,
};

use crate::{
    home::homes,
    site::{self, PERSON, Row, Site, csv, person_penalty, with},
};

/// Rows sent back, each of a person.
const FAULTY: usize = 700;
/// Secret of a second factor.
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/// Rows sent back that a rotation is killed over, and how often it is.
const KILLED_OVER: usize = 6_000;
const KILLS: usize = 3;

impl Site {
    async fn sent_back(&self, receipt: &str) -> Vec<Vec<String>> {
        let found = submission::by_receipt(&self.platform.register, receipt).await.unwrap();
        let rejected = receipt::rejected(&self.platform, &found.unwrap()).await.unwrap();
        rejected.rows.into_iter().map(|row| row.cells).collect()
    }

    /// Values under a key, over all places.
    async fn under(&self, id: &str) -> u64 {
        let still = reseal::still_under(&self.platform, id).await.unwrap();
        still.into_iter().map(|(_, count)| count).sum()
    }

    /// A text stands in no file but the ones that were handed in.
    fn nowhere(&self, text: &str) {
        let mut folders = vec![self.dir.path().to_owned()];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_none_or(|ending| ending != "csv") {
                    files += 1;
                    let bytes = std::fs::read(&path).unwrap();
                    let stands = bytes.windows(text.len()).any(|window| window == text.as_bytes());
                    assert!(!stands, "it stands in {}", path.display());
                }
            }
        }
        assert_ne!(files, 0, "the register is a file");
    }

    async fn sound(&self) {
        let findings = store::verify::verify(&self.platform.register, &mut |_, _| {}).await;
        assert_eq!(findings.unwrap().problems, vec![]);
    }
}

/// Rows of a person that are sent back.
fn faulty(count: usize) -> Vec<Row> {
    let numbers = (0..count).map(|n| format!("示市监罚〔2026〕{}号", 1000 + n));
    let rows = numbers.map(|number| person_penalty("示例丁", &number, "2026-05-12"));
    rows.map(|row| with(row, "CF_JDRQ", "不是日期")).collect()
}

/// What is sealed in the rows sent back.
async fn sealed_rows(register: &Register) -> Vec<String> {
    let rows = behind(register, Place::RejectedRow, None, i64::MAX).await.unwrap();
    rows.into_iter().map(|held| held.text).collect()
}

fn under(rows: &[String], id: &str) -> usize {
    rows.iter().filter(|text| text.starts_with(&format!("{id}:"))).count()
}

#[tokio::test]
async fn a_rotation_that_was_killed_is_run_again_and_ends_complete() {
    for home in homes() {
        let file = home.path("faulty.csv");
        std::fs::write(&file, csv(&faulty(KILLED_OVER))).unwrap();
        let import = ["import", "--item", "penalty", "--department", "scjg"];
        home.must(&[&import[..], &["--confirm", "--because", "示例", &file]].concat(), 3);
        home.must(&["keys", "add"], 0);
        let register = home.register().await;
        let mut in_the_midst = 0;
        for _ in 0..KILLS {
            let before = under(&sealed_rows(&register).await, "k2");
            let mut command = home.command(&["keys", "rotate"]);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            while under(&sealed_rows(&register).await, "k2") == before
                && child.try_wait().unwrap().is_none()
            {}
            child.kill().unwrap();
            child.wait().unwrap();
            let after = under(&sealed_rows(&register).await, "k2");
            in_the_midst += usize::from(before < after && after < KILLED_OVER);
        }
        assert!(0 < in_the_midst, "{}: no kill came in time", home.engine);
        home.must(&["keys", "remove", "k1"], 1);
        home.must(&["keys", "rotate"], 0);
        home.must(&["keys", "remove", "k1"], 0);
        let keys = Keys::parse(&std::fs::read_to_string(home.path("keys")).unwrap()).unwrap();
        let rows = sealed_rows(&register).await;
        register.close().await;
        assert_eq!((under(&rows, "k1"), rows.len()), (0, KILLED_OVER), "{}", home.engine);
        assert!(rows.iter().all(|text| keys.open("rejected_row", text).is_ok()), "{}", home.engine);
        home.must_verify();
    }
}

#[tokio::test]
async fn renewed_keys_seal_everything_anew_and_change_nothing() {
    let mut site = site::empty_site().await;
    let operator = Access::operator("示例");
    let taken = csv(&[person_penalty("示例丁", "示市监罚〔2026〕31号", "2026-05-12")]);
    let faulty = faulty(FAULTY);
    let first = site.import("penalty", "scjg", Mode::Changes, &taken).await.unwrap();
    assert_eq!((first.counts.created, first.counts.rejected), (1, 0), "{:?}", first.faults);
    let back = site.import("penalty", "scjg", Mode::Changes, &csv(&faulty)).await.unwrap();
    let back = back.receipt.unwrap();
    let before = site.sent_back(&back).await;
    assert_eq!(before.len(), FAULTY);
    let hall = site.organisation(OrganisationKind::Hall, "示例-hall", None, None).await;
    let new = NewKey {
        label: "示例系统".to_owned(),
        scopes: vec!["check".to_owned()],
        secret: true,
        ..NewKey::default()
    };
    api_key::make(&site.platform, &operator, hall, &new).await.expect("a key");
    let account = site.account("示例经办").await;
    let totp = site.platform.keys.as_ref().unwrap().seal("totp", SECRET);
    let mut write = site.platform.register.write().await.unwrap();
    store::account::set_totp(&mut write, account, Some(&totp)).await.unwrap();
    write.commit().await.unwrap();
    let sealed = site.under("k1").await;
    assert!(FAULTY as u64 + 3 <= sealed, "a record, rows sent back and two secrets: {sealed}");

    let old = Keys::generate_text(&[7; 48], "k1");
    let text = Keys::renewed_text(&old, &[9; 16]).unwrap();
    site.platform.keys = Some(Arc::new(Keys::parse(&text).unwrap()));
    assert_eq!(site.sent_back(&back).await, before, "the older key still opens");
    let again = site.import("penalty", "scjg", Mode::Changes, &taken).await.unwrap();
    assert_eq!((again.counts.created, again.counts.unchanged), (0, 1), "the person is found");

    let counts = reseal::rotate(&site.platform, &operator).await.unwrap();
    assert_eq!(counts.iter().map(|count| count.resealed).sum::<u64>(), sealed, "{counts:?}");
    assert_eq!((site.under("k1").await, site.under("k2").await), (0, sealed));
    let counts = reseal::rotate(&site.platform, &operator).await.unwrap();
    assert!(counts.iter().all(|count| count.resealed == 0), "done is done: {counts:?}");
    site.sound().await;

    // Without the older key: all opens under the new one, the persons are known, the file the same.
    let text = Keys::without_text(&text, "k1").unwrap().expect("an older key");
    site.platform.keys = Some(Arc::new(Keys::parse(&text).unwrap()));
    assert_eq!(site.sent_back(&back).await, before);
    let totp = store::account::get(&site.platform.register, account).await.unwrap().unwrap().totp;
    let opened = site.platform.keys.as_ref().unwrap().open("totp", &totp.unwrap()).unwrap();
    assert_eq!(*opened, SECRET);
    let again = site.import("penalty", "scjg", Mode::Changes, &taken).await.unwrap();
    assert_eq!((again.counts.created, again.counts.unchanged), (0, 1));
    site.sound().await;
    site.nowhere(PERSON);
}
