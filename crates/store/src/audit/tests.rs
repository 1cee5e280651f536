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

#[tokio::test]
async fn the_entry_of_a_read_tells_how_far_the_feed_is() {
    for Sample { register, folder: _folder } in each().await {
        let entry = NewEvent {
            actor: "示例经办",
            event: Event::RecordRead,
            object: "示例",
            detail: "",
            subject: Some(SubjectId(7)),
        };
        let before = crate::feed::last(&register).await.unwrap();
        for moved in 0..3 {
            let mut write = register.write().await.unwrap();
            assert_eq!(append_read(&mut write, now(), entry).await.unwrap(), before + moved);
            write.commit().await.unwrap();
            let mut write = register.write().await.unwrap();
            take_numbers(&mut write, "feed", 1).await.unwrap();
            write.commit().await.unwrap();
        }
        assert_eq!(number(&register, "select count(*) from audit_event").await, 3);
    }
}

#[tokio::test]
async fn events_are_found_by_what_is_asked_for_alone() {
    for Sample { register, folder: _folder } in each().await {
        let mut write = register.write().await.unwrap();
        for (actor, event) in
            [("甲", Event::SignedIn), ("甲", Event::SessionEnded), ("乙", Event::SignedIn)]
        {
            append(&mut write, now(), actor, event, "示例", "").await.unwrap();
        }
        write.commit().await.unwrap();
        let found = async |filter: Filter| {
            let events = find(&register, &filter, 10).await.unwrap();
            events.iter().map(|event| event.seq).collect::<Vec<_>>()
        };
        let at = stamp::instant(now());
        let (signed_in, one) = (Event::SignedIn.code().to_owned(), "甲".to_owned());
        assert_eq!(found(Filter::default()).await, [3, 2, 1]);
        assert_eq!(found(Filter { event: signed_in.clone(), ..Filter::default() }).await, [3, 1]);
        let both = Filter { event: signed_in, actor: one, from: at.clone(), ..Filter::default() };
        assert_eq!(found(both.clone()).await, [1]);
        assert_eq!(found(Filter { until: at, ..both.clone() }).await, Vec::<i64>::new());
        assert_eq!(found(Filter { object: "示例".to_owned(), ..both.clone() }).await, [1]);
        assert_eq!(found(Filter { before: Some(1), ..both }).await, Vec::<i64>::new());
    }
}

/// A condition that might ask for nothing would have to be planned for as if it did.
#[tokio::test]
async fn a_kind_of_event_and_an_actor_are_found_by_their_indexes() {
    let sample = crate::samples::sqlite().await;
    for (filter, index) in [
        (Filter { event: "signed_in".to_owned(), ..Filter::default() }, "audit_event_by_event"),
        (Filter { actor: "甲".to_owned(), ..Filter::default() }, "audit_event_by_actor"),
    ] {
        let (conditions, _) = filter.conditions();
        let plan =
            format!("explain query plan {EVENT} where seq < $1{conditions} order by seq desc");
        let query = sqlx::query(sqlx::AssertSqlSafe(plan)).bind(9).bind(9).bind("x");
        let steps = query.fetch_all(&sample.register.pool).await.unwrap();
        let steps: Vec<String> = steps.iter().map(|row| row.get("detail")).collect();
        assert!(steps.iter().any(|step| step.contains(index)), "{steps:?}");
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:?}");
    }
}
