use jiff::ToSpan as _;

use super::*;
use crate::samples::{Sample, each, fill, must_verify, now, number};

#[tokio::test]
async fn a_report_is_found_by_number_and_code_and_can_be_revoked() {
    for Sample { register, folder: _folder } in each().await {
        fill(&register).await;
        let report = by_number(&register, "2026-000001").await.unwrap().unwrap();
        let by_its_code = by_code(&register, &report.verification_code).await.unwrap().unwrap();
        assert_eq!(
            (by_its_code.document, by_its_code.data),
            (report.document.clone(), report.data.clone())
        );
        assert!(by_code(&register, "2026-000001").await.unwrap().is_none());
        let mut write = register.write().await.unwrap();
        let next = next_number(&mut write).await.unwrap();
        assert_eq!(next, 2);
        let under_new_law = Report {
            number: "2026-000002".to_owned(),
            verification_code: "示例EFGH".to_owned(),
            policy_version: "2026.2".to_owned(),
            ..report
        };
        insert(&mut write, &under_new_law).await.unwrap();
        assert!(revoke(&mut write, "2026-000001").await.unwrap());
        assert!(!revoke(&mut write, "2026-000009").await.unwrap());
        write.commit().await.unwrap();
        assert_eq!(by_number(&register, "2026-000001").await.unwrap().unwrap().state, "revoked");
        let noted = "select count(*) from policy_version where version = '2026.2'";
        assert_eq!(number(&register, noted).await, 1);
        must_verify(&register).await;
    }
}

#[tokio::test]
async fn a_report_is_revoked_once() {
    for sample in each().await {
        let register = &sample.register;
        fill(register).await;
        let subject =
            crate::subject::find(register, "uscc", "91000000000000001A").await.unwrap().unwrap();
        let newest = async |since| {
            let found = newest_of_subject(register, subject, since).await.unwrap();
            found.map(|report| report.number)
        };
        assert_eq!(newest(now()).await.as_deref(), Some("2026-000001"));
        assert_eq!(newest(now() + 1.second()).await, None);
        for changed in [true, false] {
            let mut write = register.write().await.unwrap();
            assert_eq!(revoke(&mut write, "2026-000001").await.unwrap(), changed);
            write.commit().await.unwrap();
        }
        assert_eq!(newest(now()).await, None);
    }
}
