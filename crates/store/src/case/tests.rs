use domain::deadline::Deadline;
use jiff::civil::date;

use super::*;
use crate::samples;

fn new(record: i64) -> NewCase<'static> {
    NewCase {
        kind: CaseKind::Repair,
        state: "filed",
        turn: Turn::Organ,
        subject: SubjectId(5),
        item: "penalty",
        record: RecordId(record),
        organ: "scjg",
        opened_by: "account:1",
        at: "2026-05-14T01:00:00Z".parse().unwrap(),
        day: date(2026, 5, 14),
        policy_version: "v",
        data: "{}",
        ends_on: None,
    }
}

fn deadline(due: Option<Date>) -> Deadline {
    Deadline {
        rule: "repair.acceptance".to_owned(),
        started_on: date(2026, 5, 14),
        due_on: due,
        extended: false,
        paused_on: None,
        ended_on: None,
        paused_days: 0,
    }
}

#[tokio::test]
async fn one_case_of_a_kind_is_open_about_a_record_at_a_time() {
    for sample in samples::each().await {
        let register = &sample.register;
        let mut write = register.write().await.unwrap();
        let (first, number) = open(&mut write, &new(9)).await.unwrap().unwrap();
        assert_eq!(number, format!("XF20260514-{:06}", first.0));
        assert_eq!(open(&mut write, &new(9)).await.unwrap(), None);
        assert!(open(&mut write, &new(10)).await.unwrap().is_some());
        let mut case = held(&mut write, first).await.unwrap().unwrap();
        case.closed_at = Some(case.opened_at);
        case.turn = Turn::Nobody;
        update(&mut write, &case).await.unwrap();
        assert!(open(&mut write, &new(9)).await.unwrap().is_some(), "once it is closed");
        write.commit().await.unwrap();
        assert_eq!(get(register, first).await.unwrap().unwrap(), case);
        let all = CaseQuery { organ: Some("scjg".to_owned()), limit: 10, ..CaseQuery::default() };
        assert_eq!(queue(register, &all).await.unwrap().len(), 2);
        let closed = CaseQuery { closed: true, ..all };
        assert_eq!(queue(register, &closed).await.unwrap(), [case]);
        let by = date(2026, 6, 1);
        assert_eq!(waiting(register, Some("scjg"), Turn::Organ, by).await.unwrap(), (2, 0));
    }
}

#[tokio::test]
async fn deadlines_that_ran_out_are_found_page_by_page_until_something_followed() {
    for sample in samples::each().await {
        let register = &sample.register;
        let mut write = register.write().await.unwrap();
        let (id, _) = open(&mut write, &new(9)).await.unwrap().unwrap();
        for due in [Some(date(2026, 5, 18)), None, Some(date(2026, 6, 18))] {
            deadline::start(&mut write, id, &deadline(due)).await.unwrap();
        }
        write.commit().await.unwrap();
        let found = async |after, limit| {
            let found = deadline::overdue(register, date(2026, 5, 19), after, limit).await.unwrap();
            found.into_iter().map(|one| one.seq).collect::<Vec<_>>()
        };
        assert_eq!(found((CaseId(0), 0), 10).await, [1, 2]);
        assert_eq!(found((id, 1), 10).await, [2]);
        let mut first = deadline::of(register, id).await.unwrap().remove(0);
        first.lapsed = true;
        let mut write = register.write().await.unwrap();
        deadline::keep(&mut write, &first).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(found((CaseId(0), 0), 10).await, [2]);
    }
}

#[tokio::test]
async fn a_case_whose_record_is_published_no_longer_is_found() {
    for sample in samples::each().await {
        let register = &sample.register;
        let mut write = register.write().await.unwrap();
        let ends_on = Some(date(2027, 5, 14));
        let (id, _) = open(&mut write, &NewCase { ends_on, ..new(9) }).await.unwrap().unwrap();
        open(&mut write, &new(10)).await.unwrap().unwrap();
        write.commit().await.unwrap();
        let found = async |today| {
            perhaps_over(register, CaseKind::Repair, today, CaseId(0), 10).await.unwrap()
        };
        assert_eq!(found(date(2027, 5, 14)).await, []);
        assert_eq!(found(date(2027, 5, 15)).await, [id]);
    }
}

#[tokio::test]
async fn a_paper_is_served_once_and_read_back_whole() {
    for sample in samples::each().await {
        let register = &sample.register;
        let mut write = register.write().await.unwrap();
        let (case, _) = open(&mut write, &new(9)).await.unwrap().unwrap();
        let paper = document::NewDocument {
            case,
            kind: "notice",
            number: "示信修受〔2026〕1号",
            file_name: "notice.pdf",
            media_type: "application/pdf",
            digest: "sm3:00",
            content: b"%PDF",
            by: "platform",
            at: Timestamp::UNIX_EPOCH,
        };
        let id = document::add(&mut write, &paper).await.unwrap();
        let on = date(2026, 5, 15);
        assert!(document::serve(&mut write, case, id, on, "subject centre").await.unwrap());
        assert!(!document::serve(&mut write, case, id, on, "subject centre").await.unwrap());
        write.commit().await.unwrap();
        let (kept, content) = document::get(register, case, id).await.unwrap().unwrap();
        assert_eq!((content.as_slice(), &kept.served.as_ref().unwrap().0), (&b"%PDF"[..], &on));
        assert_eq!(document::of_case(register, case).await.unwrap(), [kept]);
        assert!(document::get(register, CaseId(0), id).await.unwrap().is_none());
    }
}
