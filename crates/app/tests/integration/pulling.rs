//! Front-end libraries of departments: what is new is read and handed in, what is late is not missed, and
//! a worker killed at any moment hands nothing in twice.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::http::StatusCode;
use domain::role::Role;
use registry::channel;
use rusqlite::Connection;

use crate::site::{self, Row, Site, business, penalty, registration};

/// A library of penalties as a department keeps it.
struct Library {
    path: PathBuf,
    connection: Connection,
}

impl Library {
    fn open(folder: &Path) -> Library {
        let path = folder.join("qzk.db");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        let columns: Vec<String> =
            row(1).iter().map(|(name, _)| format!("\"{name}\" text")).collect();
        let table = format!(
            "create table xzcf (seq integer primary key autoincrement, {})",
            columns.join(", ")
        );
        connection.execute(&table, []).unwrap();
        Library { path, connection }
    }

    fn insert(&self, numbers: std::ops::Range<u32>) {
        for number in numbers {
            let row = row(number);
            let names: Vec<String> = row.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            let places: Vec<&str> = row.iter().map(|_| "?").collect();
            let statement =
                format!("insert into xzcf ({}) values ({})", names.join(", "), places.join(", "));
            let cells = row.iter().map(|(_, cell)| cell);
            self.connection.execute(&statement, rusqlite::params_from_iter(cells)).unwrap();
        }
    }
}

fn row(number: u32) -> Row {
    penalty(&business(1), &format!("示市监罚〔2026〕{number}号"), "2026-11-20")
}

/// A site with a library, and a channel that pulls from it.
async fn pulling(cursor: &str) -> (Site, Library) {
    let mut site = site::empty_site().await;
    let library = Library::open(site.dir.path());
    let url = format!("sqlite:{}", library.path.display());
    site.platform.libraries = Arc::new(BTreeMap::from([("qzk".to_owned(), url)]));
    site.accept("registration", &[registration(&business(1))]).await;
    let centre = site.person(Role::CentreClerk).await;
    let open = async |more: &str| {
        let form = format!("source=scjg/penalty&library=qzk&cursor={cursor}&{more}");
        site.send(&centre, "/console/channels", &form).await
    };
    for (wrong, told) in [
        ("relation=x;y&every_minutes=60", "请写表名或视图名"),
        ("relation=xzcf&every_minutes=0", "1 到 44640 分钟"),
    ] {
        let seen = open(wrong).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST);
        assert!(seen.body.contains(told), "{}", seen.body);
    }
    let seen = open("relation=xzcf&every_minutes=60").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    (site, library)
}

impl Site {
    async fn pull(&self) {
        self.later(3_700);
        Box::pin(channel::look(&self.platform)).await.unwrap();
    }

    /// How many penalties are here, and in how many versions.
    async fn held_penalties(&self) -> (usize, usize) {
        let subject = self.subject(&business(1).code).await;
        let register = &self.platform.register;
        let all = store::record::of_subject(register, subject, jiff::Timestamp::MAX).await.unwrap();
        let all: Vec<_> = all.into_iter().filter(|version| version.item == "penalty").collect();
        let standing = store::record::current(all.clone());
        (standing.into_iter().filter(|version| !version.withdrawn).count(), all.len())
    }

    async fn runs(&self) -> Vec<store::channel::Run> {
        let all = store::channel::list(&self.platform.register, None).await.unwrap();
        store::channel::runs(&self.platform.register, all[0].id, 999).await.unwrap()
    }
}

#[tokio::test]
async fn what_is_new_in_a_library_is_handed_in_and_what_is_not_is_left() {
    let (site, library) = pulling("seq").await;
    library.insert(1..4);
    site.pull().await;
    assert_eq!(site.held_penalties().await, (3, 3));
    site.pull().await;
    assert_eq!(site.runs().await.len(), 1, "nothing new is no delivery");
    library.insert(4..6);
    Box::pin(channel::look(&site.platform)).await.unwrap();
    assert_eq!(site.held_penalties().await, (3, 3), "it is not its turn yet");
    let centre = site.person(Role::CentreClerk).await;
    let seen = site.send(&centre, "/console/channels/1/run", "").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    Box::pin(channel::look(&site.platform)).await.unwrap();
    assert_eq!(site.held_penalties().await, (5, 5));
    let page = site.look(Some(&centre), "/console/channels").await.body;
    for words in ["前置库", "xzcf", "每 60 分钟", "按游标", "上次读到", "qzk-xzcf-"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("qzk.db"), "the address is nobody's to read: {page}");
}

#[tokio::test]
async fn a_library_compared_as_a_whole_takes_back_what_is_gone() {
    let (site, library) = pulling("").await;
    library.insert(1..9);
    site.pull().await;
    assert_eq!(site.held_penalties().await, (8, 8));
    library.connection.execute("delete from xzcf where seq = 3", []).unwrap();
    let mend = "update xzcf set CF_NR = '罚款3000元', CF_NR_FK = '0.3' where seq = 4";
    library.connection.execute(mend, []).unwrap();
    site.pull().await;
    assert_eq!(site.held_penalties().await, (7, 10), "one taken back, one in a further version");
    // Half of it gone is asked about, and nothing is read over it meanwhile.
    library.connection.execute("delete from xzcf where seq > 4", []).unwrap();
    site.pull().await;
    assert_eq!(site.held_penalties().await, (7, 10));
    assert_eq!(site.runs().await[0].state, domain::channel::RunState::Waiting);
    library.insert(20..24);
    site.pull().await;
    assert_eq!(site.runs().await.len(), 3);
    let clerk = site.person(Role::DepartmentClerk).await;
    let form = "answer=confirm&reason=示例：移交其他单位";
    let seen = site.send(&clerk, "/console/channels/runs/3", form).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    site.pull().await;
    assert_eq!(site.held_penalties().await.0, 3, "as it was when it was asked about");
    site.pull().await;
    assert_eq!(site.held_penalties().await.0, 7, "and then what came since");
}

#[tokio::test]
async fn a_library_that_cannot_be_read_is_told_and_tried_again() {
    let (site, library) = pulling("nirgends").await;
    library.insert(1..2);
    site.pull().await;
    let centre = site.person(Role::CentreClerk).await;
    let page = site.look(Some(&centre), "/console/channels").await.body;
    assert!(page.contains("已 1 次没有读到") && page.contains("nirgends"), "{page}");
    site.pull().await;
    let centre = site.person(Role::CentreClerk).await;
    let page = site.look(Some(&centre), "/console/channels").await.body;
    assert!(page.contains("已 2 次没有读到"), "{page}");
    assert!(site.runs().await.is_empty());
}

#[tokio::test]
async fn a_worker_killed_at_any_moment_misses_nothing_and_takes_nothing_twice() {
    let (site, library) = pulling("seq").await;
    library.insert(1..40);
    let mut next = 40;
    for round in 0..40_u64 {
        // Cut off at another moment each time; what it held is free once its lease is over.
        site.later(3_700);
        let cut = Duration::from_millis(1 + round * 7 % 90);
        let _ = tokio::time::timeout(cut, Box::pin(channel::look(&site.platform))).await;
        library.insert(next..next + 5);
        next += 5;
    }
    for _ in 0..10 {
        site.pull().await;
    }
    let all = usize::try_from(next).unwrap() - 1;
    assert_eq!(site.held_penalties().await, (all, all));
    let states: Vec<&str> = site.runs().await.iter().map(|run| run.state.code()).collect();
    assert!(states.iter().all(|state| *state == "done"), "{states:?}");
    let left: Vec<_> = std::fs::read_dir(site.platform.inbox.join(".taken")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
