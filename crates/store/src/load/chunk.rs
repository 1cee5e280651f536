//! What becomes of each row of a chunk: the same rules for both engines.

use std::collections::{HashMap, HashSet};

use domain::{
    fault::{Fault, Level, Rule},
    ids::{RecordId, SubjectId, SubmissionId},
    name,
    record::Accepted,
};

use super::{Mode, State, missing::Withdrawal};
use crate::{error::Error, register::Write};

/// The version of a record that stands before this submission.
#[derive(Clone, Debug)]
pub struct Head {
    pub record: i64,
    pub submission: i64,
    pub feed_first: i64,
    pub withdrawn: bool,
    pub digest: Vec<u8>,
    pub department: String,
}

impl Head {
    /// Whether another department answers for the record; for one that was taken back none does.
    pub fn is_of_another(&self, department: &str) -> bool {
        !self.withdrawn && self.department != department
    }
}

/// What the register holds for the key of a row.
#[derive(Clone, Debug, Default)]
pub struct Held {
    pub head: Option<Head>,
    /// Row of this very submission that already has the key.
    pub own_row: Option<i64>,
}

/// What is to be written for a chunk.
#[derive(Debug, Default)]
pub struct Plan {
    /// Position in the chunk, its subject, its record and its place in the submission.
    pub versions: Vec<NewVersion>,
    pub withdrawals: Vec<(u32, Withdrawal)>,
    /// Positions of rows that are sent back.
    pub refused: HashSet<usize>,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub struct NewVersion {
    pub at: usize,
    pub subject: SubjectId,
    pub record: RecordId,
    pub ordinal: u32,
}

#[derive(Debug, Default)]
pub struct Outcome {
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub withdrawn: u64,
    pub faults: Vec<Fault>,
}

/// Decides every row; `held` answers for the keys whose subject was known before. In a withdrawal
/// a row may have no subject, which nobody made.
pub fn decide(
    state: &mut State,
    accepted: &[Accepted],
    subjects: &[Option<SubjectId>],
    held: &HashMap<(i64, [u8; 16]), Held>,
) -> Plan {
    let mut plan = Plan::default();
    let mut here: HashMap<(i64, [u8; 16]), u64> = HashMap::with_capacity(accepted.len());
    for (at, (row, &subject)) in accepted.iter().zip(subjects).enumerate() {
        let Some(subject) = subject else {
            plan.refuse(at, row, Rule::NotFound, String::new());
            continue;
        };
        let key = (subject.0, row.key);
        let found = held.get(&key);
        let earlier = found.and_then(|held| held.own_row).map(|row| row.to_string());
        let earlier = earlier.or_else(|| here.insert(key, row.row).map(|row| row.to_string()));
        if let Some(earlier) = earlier {
            plan.refuse(at, row, Rule::Duplicate, earlier);
            continue;
        }
        match (state.mode, found.and_then(|held| held.head.as_ref())) {
            (_, Some(head)) if head.is_of_another(&state.department) => {
                plan.refuse(at, row, Rule::OtherDepartment, head.department.clone());
            }
            (Mode::Withdraw, Some(head)) if !head.withdrawn => {
                let base = SubmissionId(head.submission);
                let withdrawal = Withdrawal { subject, key: row.key, base, row: row.row };
                plan.withdrawals.push((state.ordinal, withdrawal));
                state.ordinal += 1;
                plan.outcome.withdrawn += 1;
            }
            (Mode::Withdraw, _) => plan.refuse(at, row, Rule::NotFound, String::new()),
            (_, Some(head)) if !head.withdrawn && head.digest == row.digest => {
                plan.outcome.unchanged += 1;
                if state.mode == Mode::Full {
                    state.unchanged.insert(key);
                }
            }
            (_, head) => plan.add(state, at, subject, head),
        }
    }
    plan
}

impl Plan {
    /// The rows that are not sent back.
    pub fn taken<'c>(&self, accepted: &'c [Accepted]) -> impl Iterator<Item = &'c Accepted> {
        let taken = accepted.iter().enumerate().filter(|(at, _)| !self.refused.contains(at));
        taken.map(|(_, row)| row)
    }

    fn refuse(&mut self, at: usize, row: &Accepted, rule: Rule, detail: String) {
        self.refused.insert(at);
        self.outcome.faults.push(fault(row, rule, Level::Error, detail, ""));
    }

    fn add(&mut self, state: &mut State, at: usize, subject: SubjectId, head: Option<&Head>) {
        let record = head.map_or_else(
            || RecordId::first_asserted(state.submission, state.ordinal),
            |head| RecordId(head.record),
        );
        self.versions.push(NewVersion { at, subject, record, ordinal: state.ordinal });
        state.ordinal += 1;
        match head {
            Some(_) => self.outcome.changed += 1,
            None => self.outcome.created += 1,
        }
    }
}

/// Compares the name in a row with the names its subject is known by; a new name is returned,
/// except that of a record to be taken back.
pub fn meet_name(
    state: &mut State,
    row: &Accepted,
    faults: &mut Vec<Fault>,
) -> Option<(SubjectId, String)> {
    let names_matter = state.names_matter;
    let subject = state.subjects.get_mut(&row.subject)?;
    if row.subject_name.is_empty() || subject.names.iter().any(|known| known == &row.subject_name) {
        return None;
    }
    let norm = name::normalise(&row.subject_name);
    if subject.names.iter().any(|known| name::normalise(known) == norm) {
        return None;
    }
    if names_matter && let Some(known) = subject.names.last() {
        let known = known.clone();
        faults.push(fault(row, Rule::NameDiffers, Level::Warning, known, &row.subject_name));
        return None;
    }
    if state.mode == Mode::Withdraw {
        return None;
    }
    subject.names.push(row.subject_name.clone());
    Some((subject.id, norm))
}

fn fault(row: &Accepted, rule: Rule, level: Level, detail: String, raw: &str) -> Fault {
    let (column, detail) = (String::new(), detail.into());
    Fault { row: row.row, column, rule, level, detail, raw: raw.to_owned() }
}

pub fn key(bytes: Vec<u8>) -> Result<[u8; 16], Error> {
    bytes.try_into().map_err(|_| Error::Corrupt("record_version.key is not 16 bytes".to_owned()))
}

/// Writes the version that takes a record back, a copy of the one it ends.
pub async fn withdraw(
    write: &mut Write,
    submission: SubmissionId,
    ordinal: u32,
    item: &str,
    withdrawal: &Withdrawal,
) -> Result<(), Error> {
    sqlx::query(WITHDRAW)
        .bind(submission.0)
        .bind(i64::from(ordinal))
        .bind(i64::try_from(withdrawal.row).unwrap_or_default())
        .bind(withdrawal.subject.0)
        .bind(item)
        .bind(withdrawal.key.to_vec())
        .bind(withdrawal.base.0)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

pub const WITHDRAW: &str = "\
    insert into record_version (subject_id, item, key, submission_id, ordinal, record_id, row_no, decided_on,
      effective_from, effective_until, withdrawn, overridden, subject_name, payload, digest)
    select subject_id, item, key, $1, $2, record_id, $3, decided_on, effective_from, effective_until, true,
      overridden, subject_name, payload, digest
    from record_version where subject_id = $4 and item = $5 and key = $6 and submission_id = $7";
