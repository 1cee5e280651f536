//! Sealing keys renewed while the register is in use: everything sealed goes under the new key, says
//! the same as before, and persons are still found by what they were found by.

use std::sync::Arc;

use domain::{access::Access, role::OrganisationKind, sealed::Keys};
use registry::{
    api_key::{self, NewKey},
    receipt, reseal,
};
use store::{load::Mode, submission};

use crate::site::{self, PERSON, Site, csv, person_penalty, with};

/// Rows sent back, each of a person.
const FAULTY: usize = 700;

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

#[tokio::test]
async fn renewed_keys_seal_everything_anew_and_change_nothing() {
    let mut site = site::empty_site().await;
    let operator = Access::operator("示例");
    let taken = csv(&[person_penalty("示例丁", "示市监罚〔2026〕31号", "2026-05-12")]);
    let mut faulty: Vec<_> = (0..FAULTY)
        .map(|n| person_penalty("示例丁", &format!("示市监罚〔2026〕{}号", 1000 + n), "2026-05-12"))
        .collect();
    faulty = faulty.into_iter().map(|row| with(row, "CF_JDRQ", "不是日期")).collect();
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
    let sealed = site.under("k1").await;
    assert!(FAULTY as u64 + 2 <= sealed, "a record, rows sent back and a secret: {sealed}");

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
    let again = site.import("penalty", "scjg", Mode::Changes, &taken).await.unwrap();
    assert_eq!((again.counts.created, again.counts.unchanged), (0, 1));
    site.sound().await;
    site.nowhere(PERSON);
}
