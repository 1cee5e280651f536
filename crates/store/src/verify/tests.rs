use super::*;
use crate::samples::{Sample, fill, registers, sqlite, tamper};

async fn found(register: &Register) -> Vec<What> {
    let findings = verify(register, &mut |_, _| {}).await.unwrap();
    findings.problems.iter().map(|problem| problem.what).collect()
}

#[tokio::test]
async fn a_register_as_written_has_no_problem() {
    for [Sample { register, .. }, empty] in registers().await {
        fill(&register).await;
        let findings = verify(&register, &mut |_, _| {}).await.unwrap();
        assert_eq!(findings.problems, []);
        assert!(findings.checked.contains(&("record_version".to_owned(), 5)), "{findings:?}");
        assert!(findings.checked.contains(&("audit_event".to_owned(), 4)), "{findings:?}");
        assert_eq!(found(&empty.register).await, []);
    }
}

#[tokio::test]
async fn every_change_behind_the_registers_back_is_found() {
    use What::{
        Audit, Count, Counter, Feed, Ordinal, Record, Reference, ReportDigest, VersionDigest,
    };
    /// What was done, what undoes it, and what is found in between.
    const CASES: &[(&str, &str, &[What])] = &[
        (
            "update record_version set payload = replace(payload, '300', '301')
             where payload like '%300%'",
            "update record_version set payload = replace(payload, '301', '300')
             where payload like '%301%'",
            &[VersionDigest],
        ),
        (
            "update record_version set submission_id = 99 where submission_id = 3",
            "update record_version set submission_id = 3 where submission_id = 99",
            &[Reference, Count, Count],
        ),
        (
            "update subject set id = -id
             where id = (select subject_id from identifier where value = '91000000000000001A')",
            "update subject set id = -id where id < 0",
            &[Reference, Reference, Reference, Reference, Reference],
        ),
        (
            "update fault set submission_id = 77 where submission_id = 1",
            "update fault set submission_id = 1 where submission_id = 77",
            &[Reference],
        ),
        (
            "update submission set feed_first = 5 where id = 3",
            "update submission set feed_first = 4 where id = 3",
            &[Feed, Feed],
        ),
        (
            "update submission set feed_first = 3 where id = 3",
            "update submission set feed_first = 4 where id = 3",
            &[Feed, Feed, Feed],
        ),
        (
            "update submission set accepted_at = received_at where id = 3",
            "update submission set accepted_at = '2026-11-22T08:00:00.000002Z' where id = 3",
            &[Feed],
        ),
        (
            "update counter set next = next + 1 where name = 'feed'",
            "update counter set next = next - 1 where name = 'feed'",
            &[Counter],
        ),
        (
            "update counter set next = 2 where name = 'submission'",
            "update counter set next = 5 where name = 'submission'",
            &[Counter],
        ),
        (
            "update record_version set ordinal = 9 where submission_id = 1 and ordinal = 1",
            "update record_version set ordinal = 1 where submission_id = 1 and ordinal = 9",
            &[Ordinal, Ordinal],
        ),
        (
            "update submission set created = 2 where id = 1",
            "update submission set created = 3 where id = 1",
            &[Count, Count],
        ),
        (
            "update submission set rejected = 0 where id = 1",
            "update submission set rejected = 1 where id = 1",
            &[Count, Count],
        ),
        (
            "update submission set created = 2, changed = 1 where id = 1",
            "update submission set created = 3, changed = 0 where id = 1",
            &[Count, Count],
        ),
        (
            "update submission set warned = 1 where id = 1",
            "update submission set warned = 0 where id = 1",
            &[Count],
        ),
        (
            "update record_version set record_id = record_id + 9 where submission_id = 3",
            "update record_version set record_id = record_id - 9 where submission_id = 3",
            &[Record],
        ),
        (
            "update record_version set item = 'licence' where submission_id = 4",
            "update record_version set item = 'penalty' where submission_id = 4",
            &[Reference],
        ),
        (
            "update submission set policy_version = '2026.2' where id = 1",
            "update submission set policy_version = '2026.1' where id = 1",
            &[Reference],
        ),
        (
            "update report set policy_version = '2026.2'",
            "update report set policy_version = '2026.1'",
            &[Reference],
        ),
        (
            "update counter set next = 1 where name = 'report'",
            "update counter set next = 2 where name = 'report'",
            &[Counter],
        ),
        (
            "update counter set next = 1 where name = 'job'",
            "update counter set next = 2 where name = 'job'",
            &[Counter],
        ),
        (
            "update counter set next = 6 where name = 'audit'",
            "update counter set next = 5 where name = 'audit'",
            &[Audit],
        ),
        (
            "update audit_event set seq = 9 where seq = 4",
            "update audit_event set seq = 4 where seq = 9",
            &[Audit, Audit, Counter],
        ),
        (
            "update audit_event set actor = actor || '他人' where seq = 2",
            "update audit_event set actor = replace(actor, '他人', '') where seq = 2",
            &[Audit],
        ),
        (
            "update report set data = '{\"示例\":2}'",
            "update report set data = '{\"示例\":1}'",
            &[ReportDigest],
        ),
        (
            "update report set document_digest = '0' || document_digest",
            "update report set document_digest = substr(document_digest, 2)",
            &[ReportDigest],
        ),
    ];
    for [Sample { register, .. }, _] in registers().await {
        fill(&register).await;
        for (change, undo, expected) in CASES {
            tamper(&register, change).await;
            assert_eq!(found(&register).await, *expected, "{change}");
            tamper(&register, undo).await;
        }
        assert_eq!(found(&register).await, []);
    }
}

#[tokio::test]
async fn problems_beyond_the_limit_are_counted() {
    let Sample { register, folder: _folder } = sqlite().await;
    let many = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1200)
        insert into identifier (scheme, value, subject_id) select 'uscc', cast(i as text), i from n";
    tamper(&register, many).await;
    let findings = verify(&register, &mut |_, _| {}).await.unwrap();
    assert_eq!((findings.problems.len(), findings.more), (PROBLEMS_MAX, 200));
}
