//! How many entries a second the audit takes, grouped, with the tree of the log over them:
//! `log_speed [entries] [group]`. On SQLite with a real disk, every group its own transaction.

use std::time::Instant;

use domain::audit::Event;
use jiff::Timestamp;
use store::{
    audit::{self, NewEvent},
    error::Error,
    log,
    register::{Engine, Register},
};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let count = arguments.next().and_then(Result::ok).unwrap_or(100_000);
    let group = arguments.next().and_then(Result::ok).unwrap_or(500);
    let folder = tempfile::tempdir()?;
    let register = Register::open(Engine::Sqlite(folder.path().join("register.db"))).await?;
    let new = NewEvent {
        actor: "account:1",
        event: Event::RecordRead,
        object: "subject:1",
        detail: "ground=matter:1 purpose=licence records=licence:3,penalty:2 policy=department.matter",
        subject: None,
    };
    let (began, at) = (Instant::now(), Timestamp::UNIX_EPOCH);
    let mut left = count;
    while 0 < left {
        let events = vec![new; left.min(group)];
        left -= events.len();
        let mut write = register.write().await?;
        audit::append_all(&mut write, at, &events).await?;
        write.commit().await?;
    }
    let appended = began.elapsed().as_secs_f64();
    loop {
        let mut write = register.write().await?;
        let grown = log::extend(&mut write, 10_000).await?;
        write.commit().await?;
        if grown.is_none() {
            break;
        }
    }
    let logged = began.elapsed().as_secs_f64();
    let rate = |seconds: f64| count as f64 / seconds;
    println!("{:.0} entries/s appended in groups of {group}", rate(appended));
    println!("{:.0} entries/s appended and in the tree", rate(logged));
    Ok(())
}
