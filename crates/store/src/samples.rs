//! Made-up registers for the tests of this crate, on every engine there is.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::{
    fault::{Fault, Level, Rule},
    payload::Payload,
    record::{Accepted, SubjectKey},
    sealed::{sm3, sm3_hex},
    subject::Kind,
};
use jiff::{Timestamp, civil::date};
use serde_json::json;
use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use crate::{
    api_key::{self, Holder},
    code_override,
    error::Error,
    load::{Chunk, Counts, Load, Mode, NewSubmission},
    register::{Engine, Register},
    report::{self, Report},
};

/// An empty register, and the folder that goes with it.
pub struct Sample {
    pub register: Register,
    pub folder: TempDir,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// An empty register of every engine there is: SQLite always, PostgreSQL where
/// `XINHENG_TEST_POSTGRES` names a server on which databases can be made.
pub async fn each() -> Vec<Sample> {
    let mut samples = vec![sqlite().await];
    #[expect(clippy::disallowed_methods, reason = "the tests' own server, which no setting names")]
    match std::env::var("XINHENG_TEST_POSTGRES") {
        Ok(server) => samples.push(postgres(&server).await),
        Err(_) => eprintln!("skipped on PostgreSQL: XINHENG_TEST_POSTGRES names no server"),
    }
    samples
}

/// Two empty registers of every engine there is.
pub async fn registers() -> Vec<[Sample; 2]> {
    let (one, other) = (each().await, each().await);
    one.into_iter().zip(other).map(|(one, other)| [one, other]).collect()
}

pub async fn sqlite() -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::Sqlite(folder.path().join("register.db"));
    Sample { register: Register::open(engine).await.unwrap(), folder }
}

async fn postgres(server: &str) -> Sample {
    sqlx::any::install_default_drivers();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("xinheng_test_{}_{number}", std::process::id());
    let pool = sqlx::AnyPool::connect(server).await.unwrap();
    for statement in [format!("drop database if exists {name}"), format!("create database {name}")]
    {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let (base, _) = server.rsplit_once('/').unwrap();
    let engine = Engine::Postgres(format!("{base}/{name}"));
    let register = Register::open(engine).await.unwrap();
    Sample { register, folder: tempfile::tempdir().unwrap() }
}

/// One row: the code of its subject, kind, name, document number, and amount in fen.
pub type Row<'a> = (&'a str, Kind, &'a str, &'a str, i64);

pub fn now() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

/// One delivery of a test.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    pub department: &'a str,
    pub item: &'a str,
    pub pack: Option<&'a str>,
    pub mode: Mode,
    /// Whether names are taken as they come.
    pub registration: bool,
    /// Tells files with the same rows apart.
    pub file: u32,
    pub rows: &'a [Row<'a>],
}

/// The department that delivers where nothing else is said.
pub const DEPARTMENT: &str = "示例市市场监督管理局";

/// A delivery of penalties.
pub fn penalties<'a>(mode: Mode, rows: &'a [Row<'a>]) -> Delivery<'a> {
    let (department, item) = (DEPARTMENT, "penalty");
    Delivery { department, item, pack: None, mode, registration: true, file: 1, rows }
}

impl Delivery<'_> {
    fn new_submission(&self) -> NewSubmission {
        let Delivery { mode, rows, file, .. } = self;
        NewSubmission {
            receipt_prefix: "示市监-20261122".to_owned(),
            item: self.item.to_owned(),
            department: self.department.to_owned(),
            pack: self.pack.map(str::to_owned),
            mode: self.mode,
            file_name: "示例.csv".to_owned(),
            file_digest: sm3_hex(format!("{mode:?} {file} {rows:?}").as_bytes()),
            file_salt: "示例".to_owned(),
            file_bytes: 1,
            heading: vec!["名称".to_owned(), "文号".to_owned()],
            policy_version: "2026.1".to_owned(),
            actor: "示例经办".to_owned(),
            received_at: now(),
            mends: None,
        }
    }

    /// Begins the load and writes nothing yet.
    pub async fn try_open(&self, register: &Register) -> Result<Load, Error> {
        Load::begin(register, self.new_submission(), self.registration).await
    }

    /// Writes the rows, and one that the check has sent back; answers with the register's faults.
    pub async fn write(&self, load: &mut Load) -> Vec<Fault> {
        let accepted = (2..).zip(self.rows).map(|(line, row)| accepted(line, row)).collect();
        let line = self.rows.len() as u64 + 2;
        let fault = Fault {
            row: line,
            column: "文号".to_owned(),
            rule: Rule::Required,
            level: Level::Error,
            detail: "".into(),
            raw: "示例\t\\原文\n".to_owned(),
        };
        let rejected = vec![(line, r#"["示例",""]"#.to_owned())];
        let faults = load.write(Chunk { accepted, faults: vec![fault], rejected }).await.unwrap();
        let refused = faults.iter().filter(|fault| fault.level == Level::Error);
        let refused: Vec<_> = refused.map(|fault| (fault.row, "[]".to_owned())).collect();
        load.keep_rejected(&refused).await.unwrap();
        load.counts.rows = line - 1;
        load.counts.rejected = refused.len() as u64 + 1;
        faults
    }

    /// Loads the rows and leaves the submission open.
    pub async fn begin(&self, register: &Register) -> Load {
        let mut load = self.try_open(register).await.unwrap();
        self.write(&mut load).await;
        load
    }

    /// Loads the rows as one accepted submission and answers with its counts.
    pub async fn load(&self, register: &Register) -> Counts {
        let mut load = self.begin(register).await;
        if self.mode == Mode::Full {
            load.withdraw_missing().await.unwrap();
        }
        load.accept(&now).await.unwrap().counts
    }
}

/// Loads penalties as one accepted submission.
pub async fn load(register: &Register, mode: Mode, rows: &[Row<'_>]) {
    penalties(mode, rows).load(register).await;
}

/// Loads penalties and leaves the submission open.
pub async fn begin(register: &Register, mode: Mode, rows: &[Row<'_>]) -> Load {
    penalties(mode, rows).begin(register).await
}

fn accepted(line: u64, (code, kind, name, number, fen): &Row<'_>) -> Accepted {
    let payload = json!({ "document_number": number, "fine": fen, "matter": "示例\"事项\"\\" });
    let payload = Payload(payload.as_object().unwrap().clone());
    let mut key = [0; 16];
    key.copy_from_slice(&sm3(format!("{code} {number}").as_bytes())[..16]);
    Accepted {
        row: line,
        subject: SubjectKey { scheme: "uscc".to_owned(), value: (*code).to_owned() },
        subject_kind: *kind,
        subject_name: (*name).to_owned(),
        overridden: *fen == 7,
        key,
        // A document of amount 0 bears no date.
        decided_on: (*fen != 0).then_some(date(2026, 11, 1)),
        effective_from: None,
        effective_until: None,
        digest: sm3(payload.canonical().as_bytes()),
        payload: serde_json::to_string(&payload).unwrap(),
    }
}

/// A register with something in every table but the figures and jobs of the day.
pub async fn fill(register: &Register) {
    use Kind::{IndividualBusiness, NaturalPerson, Organisation};
    let first = [
        ("91000000000000001A", Organisation, "示例甲商贸有限公司", "示罚〔2026〕1号", 100),
        ("91000000000000002B", IndividualBusiness, "示例乙小吃店", "示罚〔2026〕2号", 7),
        ("hash-of-a-person", NaturalPerson, "示例某", "示罚〔2026〕3号", 300),
    ];
    load(register, Mode::Changes, &first).await;
    load(register, Mode::Changes, &first[..0]).await;
    let second =
        [("91000000000000001A", Organisation, "示例甲商贸有限公司", "示罚〔2026〕1号", 999)];
    load(register, Mode::Changes, &second).await;
    load(register, Mode::Withdraw, &first[1..2]).await;
    let mut write = register.write().await.unwrap();
    code_override::insert(&mut write, "uscc", "91000000000000002B", "示例", "示例经办", now())
        .await
        .unwrap();
    let holder = Holder { department: "示例局".to_owned(), label: "示例".to_owned() };
    let terms = api_key::Terms::default();
    assert!(api_key::insert(&mut write, "0123", &holder, &terms, now()).await.unwrap().is_some());
    report::next_number(&mut write).await.unwrap();
    let (data, document) = (r#"{"示例":1}"#.to_owned(), b"%PDF \x00\xff".to_vec());
    let report = Report {
        number: "2026-000001".to_owned(),
        verification_code: "示例ABCD".to_owned(),
        subject: crate::subject::find(register, "uscc", "91000000000000001A")
            .await
            .unwrap()
            .unwrap(),
        state: "issued".to_owned(),
        issued_at: now(),
        policy_version: "2026.1".to_owned(),
        data_digest: sm3_hex(data.as_bytes()),
        document_digest: sm3_hex(&document),
        data,
        document,
    };
    report::insert(&mut write, &report).await.unwrap();
    write.commit().await.unwrap();
}

/// Changes rows behind the register's back.
pub async fn tamper(register: &Register, statement: &'static str) {
    let mut write = register.write().await.unwrap();
    let done = sqlx::query(statement).execute(&mut *write.tx).await.unwrap();
    assert_ne!(done.rows_affected(), 0, "{statement}");
    write.commit().await.unwrap();
}

/// A number that the register answers with.
pub async fn number(register: &Register, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(&register.pool).await.unwrap()
}

/// Fails with what `verify` finds.
pub async fn must_verify(register: &Register) {
    let findings = crate::verify::verify(register, &mut |_, _| {}).await.unwrap();
    assert_eq!(findings.problems, [], "{}", register.engine().name());
}
