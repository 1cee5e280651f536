//! How long the reconciler takes over open deadlines: `reconcile_speed <policy> [deadlines] [run out]`.
//! On SQLite with a real disk; every case that ran out is its own transaction.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Instant,
};

use domain::{
    case::{CaseKind, Turn},
    deadline::Deadline,
    ids::{RecordId, SubjectId},
};
use jiff::{Span, Timestamp, tz::TimeZone};
use registry::platform::Platform;
use store::{
    case::NewCase,
    register::{Engine, Register},
};

/// A day of a year whose calendar is known.
const NOW: i64 = 1_764_200_000;
/// Cases opened in one transaction.
const GROUP: usize = 10_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let policy = arguments.next().unwrap_or_else(|| "policy".to_owned());
    let mut count = arguments.map(|text| text.parse::<usize>());
    let open = count.next().and_then(Result::ok).unwrap_or(1_000_000);
    let over = count.next().and_then(Result::ok).unwrap_or(1_000);
    let folder = tempfile::tempdir()?;
    let register = Register::open(Engine::Sqlite(folder.path().join("register.db"))).await?;
    let platform = platform(Path::new(&policy), register).ok_or("the policy has a fault")?;
    fill(&platform, open, over).await?;
    let began = Instant::now();
    let done = registry::reconcile::run(&platform).await?;
    println!(
        "{open} open deadlines, {} ran out: {:.1} s",
        done.lapsed,
        began.elapsed().as_secs_f64()
    );
    let began = Instant::now();
    registry::reconcile::run(&platform).await?;
    println!("{open} open deadlines, none new: {:.2} s", began.elapsed().as_secs_f64());
    Ok(())
}

fn platform(policy: &Path, register: Register) -> Option<Platform> {
    let loaded = rules::load(policy);
    let (policy, gate) = loaded.policy.zip(loaded.gate)?;
    let place = Arc::clone(policy.places.get("shili")?);
    Some(Platform {
        register,
        policy: Arc::new(policy),
        gate,
        place,
        keys: None,
        log_key: None,
        oidc: None,
        names: None,
        libraries: Arc::default(),
        lake: url::Url::parse("file:///nowhere/").ok()?,
        inbox: std::path::PathBuf::new(),
        public_url: String::new(),
        clock: Arc::new(|| Timestamp::from_second(NOW).unwrap_or_default()),
        proxies: Arc::default(),
        zone: TimeZone::fixed(jiff::tz::offset(8)),
        font_paths: Vec::new(),
        fonts: Arc::new(OnceLock::new()),
        submissions: registry::platform::Submissions::default(),
        meter: registry::meter::Meter::default(),
    })
}

/// Opens cases that each wait for a decision, the first of them for too long.
async fn fill(platform: &Platform, open: usize, over: usize) -> Result<(), store::error::Error> {
    let (now, today) = (platform.now(), platform.today());
    let days = |days: i64| today.saturating_add(Span::new().days(days));
    let mut number = 0;
    while number < open {
        let mut write = platform.register.write().await?;
        for _ in 0..GROUP.min(open - number) {
            let record = i64::try_from(number).unwrap_or_default() + 1;
            let new = NewCase {
                kind: CaseKind::Repair,
                state: "accepted",
                turn: Turn::Organ,
                subject: SubjectId(record),
                item: "penalty",
                record: RecordId(record),
                organ: "scjg",
                opened_by: "account:1",
                at: now,
                day: today,
                policy_version: &platform.policy.version,
                data: "{}",
                ends_on: Some(days(300)),
            };
            let opened = store::case::open(&mut write, &new).await?;
            let due = if number < over { days(-1) } else { days(1 + record % 20) };
            let deadline = Deadline {
                rule: "repair.result".to_owned(),
                started_on: days(-5),
                due_on: Some(due),
                extended: false,
                paused_on: None,
                ended_on: None,
                paused_days: 0,
            };
            if let Some((case, _)) = opened {
                store::case::deadline::start(&mut write, case, &deadline).await?;
            }
            number += 1;
        }
        write.commit().await?;
    }
    Ok(())
}
