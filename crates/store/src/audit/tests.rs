use super::*;
use crate::samples::{Sample, each, must_verify, now, number};

#[tokio::test]
async fn many_at_once_leave_no_gap() {
    for Sample { register, folder: _folder } in each().await {
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let register = register.clone();
            writers.spawn(async move {
                let mut write = register.write().await.unwrap();
                append(&mut write, now(), "示例经办", Event::SubmissionAccepted, "示例", "")
                    .await
                    .unwrap();
                write.commit().await.unwrap();
            });
        }
        writers.join_all().await;
        let mut given_up = register.write().await.unwrap();
        append(&mut given_up, now(), "示例经办", Event::SubmissionAccepted, "示例", "")
            .await
            .unwrap();
        given_up.roll_back().await.unwrap();
        assert_eq!(number(&register, "select count(*) from audit_event").await, 20);
        must_verify(&register).await;
    }
}
