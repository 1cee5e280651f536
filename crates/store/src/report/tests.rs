use super::*;
use crate::samples::{Sample, each, fill, must_verify, number};

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
