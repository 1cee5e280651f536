//! Folders of departments: a file is taken once, whole, and what becomes of it is told.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use axum::http::StatusCode;
use domain::{access::Access, channel::RunState, role::Role, text::Lang};
use jiff::SignedDuration;
use registry::channel;

use crate::site::{self, Row, Site, business, csv, penalty, registration, with};

fn rows(numbers: std::ops::Range<u32>) -> Vec<Row> {
    numbers
        .map(|number| penalty(&business(1), &format!("示市监罚〔2026〕{number}号"), "2026-11-20"))
        .collect()
}

impl Site {
    /// Opens a channel for the penalties of 示例市市场监督管理局 and answers its folder.
    async fn channel(&self) -> PathBuf {
        let centre = self.person(Role::CentreClerk).await;
        let seen =
            self.send(&centre, "/console/channels", "source=scjg/penalty&mode=changes").await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
        let twice = self.send(&centre, "/console/channels", "source=scjg/penalty&mode=full").await;
        assert_eq!(twice.status, StatusCode::BAD_REQUEST, "{}", twice.body);
        self.platform.inbox.join("scjg/penalty")
    }

    /// Puts a file into a folder, last written to some seconds ago.
    fn put(&self, folder: &Path, name: &str, content: &str, seconds: i64) {
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        let written = self.platform.now() - SignedDuration::from_secs(seconds);
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(written.into()).unwrap();
    }

    async fn look_into_folders(&self) {
        channel::look(&self.platform).await.unwrap();
    }

    /// What became of the files, oldest first: name, state, receipt.
    async fn fates(&self) -> Vec<(String, &'static str, Option<String>)> {
        let all = store::channel::list(&self.platform.register, None).await.unwrap();
        let runs = store::channel::runs(&self.platform.register, all[0].id, 99).await.unwrap();
        let fate = |run: store::channel::Run| (run.file_name, run.state.code(), run.receipt);
        let mut runs = runs;
        runs.sort_by_key(|run| run.id);
        runs.into_iter().map(fate).collect()
    }
}

#[tokio::test]
async fn a_file_is_taken_once_it_is_whole_and_only_once() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    let folder = site.channel().await;
    site.put(&folder, "a.csv", &csv(&rows(1..3)), 60);
    site.put(&folder, "b.csv.part", &csv(&rows(3..5)), 60);
    site.put(&folder, "c.csv", &csv(&rows(5..7)), 0);
    #[cfg(unix)]
    std::os::unix::fs::symlink(site.dir.path().join("register.db"), folder.join("d.csv")).unwrap();
    site.look_into_folders().await;
    let told = site.fates().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].0.as_str(), told[0].1), ("a.csv", "done"));
    assert!(!folder.join("a.csv").exists() && folder.join("c.csv").exists());
    fs::rename(folder.join("b.csv.part"), folder.join("b.csv")).unwrap();
    site.later(60);
    site.look_into_folders().await;
    site.look_into_folders().await;
    let names: Vec<String> = site.fates().await.into_iter().map(|fate| fate.0).collect();
    assert_eq!(names, ["a.csv", "b.csv", "c.csv"]);
    let left: Vec<_> = fs::read_dir(site.platform.inbox.join(".taken")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_worker_killed_at_any_step_leaves_a_file_that_the_next_one_takes_once() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    let folder = site.channel().await;
    let register = &site.platform.register;
    let channel = store::channel::list(register, None).await.unwrap().remove(0).id;
    let aside = site.platform.inbox.join(".taken");
    fs::create_dir_all(&aside).unwrap();
    // Noted and not moved; moved and not read; taken in and not noted.
    site.put(&folder, "a.csv", &csv(&rows(1..3)), 60);
    store::channel::found(register, channel, "a.csv", site.platform.now()).await.unwrap();
    let moved =
        store::channel::found(register, channel, "b.csv", site.platform.now()).await.unwrap();
    fs::write(aside.join(format!("{moved}.csv")), csv(&rows(3..5))).unwrap();
    let taken =
        store::channel::found(register, channel, "c.csv", site.platform.now()).await.unwrap();
    fs::write(aside.join(format!("{taken}.csv")), csv(&rows(5..7))).unwrap();
    let before = site.accept("penalty", &rows(5..7)).await.receipt;
    // And one that is gone.
    store::channel::found(register, channel, "d.csv", site.platform.now()).await.unwrap();
    site.look_into_folders().await;
    let told = site.fates().await;
    let states: Vec<&str> = told.iter().map(|fate| fate.1).collect();
    assert_eq!(states, ["done", "done", "done", "refused"], "{told:?}");
    assert_eq!(told[2].2, before, "not taken in twice");
    let all = store::submission::of_department(register, "scjg", None, 99).await.unwrap();
    assert_eq!(all.iter().filter(|one| one.item == "penalty").count(), 3);
}

#[tokio::test]
async fn what_was_stopped_waits_for_the_department_and_is_answered() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    let folder = site.channel().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    site.put(&folder, "wrong.csv", "甲,乙\n1,2\n", 60);
    let swapped: Vec<Row> = rows(1..31)
        .into_iter()
        .map(|row| with(with(row, "CF_JDRQ", "未明码标价"), "CF_SY", "2026-11-20"))
        .collect();
    site.put(&folder, "swapped.csv", &csv(&swapped), 50);
    site.look_into_folders().await;
    let page = site.look(Some(&clerk), "/console/channels").await;
    for words in ["未入库", "等待确认", "请写明原因并确认", "可能列错了位", "表头缺少"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let told = site.fates().await;
    assert_eq!(told.iter().map(|fate| fate.1).collect::<Vec<_>>(), ["refused", "waiting"]);
    let path = |run: i64| format!("/console/channels/runs/{run}");
    let without = site.send(&clerk, &path(2), "answer=confirm&reason=").await;
    assert_eq!(without.status, StatusCode::BAD_REQUEST, "{}", without.body);
    let confirmed = site.send(&clerk, &path(2), "answer=confirm&reason=示例：就是这样").await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.body);
    let given_up = site.send(&clerk, &path(1), "answer=discard").await;
    assert_eq!(given_up.status, StatusCode::SEE_OTHER, "{}", given_up.body);
    let again = site.send(&clerk, &path(1), "answer=again").await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "it was given up: {}", again.body);
    site.look_into_folders().await;
    let told = site.fates().await;
    assert_eq!(told.iter().map(|fate| fate.1).collect::<Vec<_>>(), ["discarded", "done"]);
    let receipt = told[1].2.clone().unwrap();
    let seen = site.look(Some(&clerk), &format!("/console/submissions/{receipt}")).await;
    assert!(seen.body.contains("swapped.csv"), "{}", seen.body);
}

#[tokio::test]
async fn an_older_file_never_undoes_a_newer_one() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    let folder = site.channel().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    // One that could not be taken for a reason of the platform's own, and is not due yet.
    let register = &site.platform.register;
    let channel = store::channel::list(register, None).await.unwrap().remove(0).id;
    site.put(&folder, "a.csv", &csv(&rows(1..3)), 60);
    let first =
        store::channel::found(register, channel, "a.csv", site.platform.now()).await.unwrap();
    let mut write = register.write().await.unwrap();
    let failed = store::channel::run_held(&mut write, first).await.unwrap().unwrap();
    let next_at = site.platform.now() + SignedDuration::from_secs(600);
    let failed = store::channel::Run { attempts: 1, next_at, ..failed };
    assert!(store::channel::settle(&mut write, RunState::Taking, &failed).await.unwrap());
    write.commit().await.unwrap();
    site.put(&folder, "b.csv", &csv(&rows(3..5)), 50);
    site.look_into_folders().await;
    assert_eq!(site.fates().await.len(), 1, "the newer one waits");
    let page = site.look(Some(&clerk), "/console/channels").await;
    assert!(page.body.contains("已试 1 次"), "{}", page.body);
    site.later(600);
    site.look_into_folders().await;
    let told = site.fates().await;
    assert_eq!(told.iter().map(|fate| fate.1).collect::<Vec<_>>(), ["done", "done"], "{told:?}");

    // One that waits for an answer, and that another has overtaken meanwhile.
    let swapped: Vec<Row> =
        rows(1..31).into_iter().map(|row| with(row, "CF_JDRQ", "未明码标价")).collect();
    site.put(&folder, "c.csv", &csv(&swapped), 60);
    site.look_into_folders().await;
    site.put(&folder, "d.csv", &csv(&rows(5..7)), 60);
    site.look_into_folders().await;
    let told = site.fates().await;
    let states: Vec<&str> = told.iter().map(|fate| fate.1).collect();
    assert_eq!(states, ["done", "done", "waiting", "done"], "{told:?}");
    let home = site.look(Some(&clerk), "/console").await;
    assert!(home.body.contains("1 个文件没有入库"), "{}", home.body);
    let confirm = "answer=confirm&reason=示例：就是这样";
    let late = site.send(&clerk, "/console/channels/runs/3", confirm).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST, "{}", late.body);
    assert!(late.body.contains("更新的文件"), "{}", late.body);
    assert!(!late.body.contains("--confirm"), "the words of the command line: {}", late.body);
}

#[tokio::test]
async fn a_channel_is_its_departments_and_the_centres() {
    let site = site::empty_site().await;
    site.accept("registration", &[registration(&business(1))]).await;
    let folder = site.channel().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let refused = site.send(&clerk, "/console/channels", "source=scjg/licence&mode=changes").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    let centre = site.person(Role::CentreClerk).await;
    for path in ["/console/channels/1/pause", "/console/channels/1/resume"] {
        let seen = site.send(&centre, path, "").await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    }
    site.send(&centre, "/console/channels/1/pause", "").await;
    site.put(&folder, "a.csv", &csv(&rows(1..3)), 60);
    site.look_into_folders().await;
    assert!(site.fates().await.is_empty(), "paused");
    let views = channel::list(&site.platform, &Access::public(), Lang::Zh).await;
    assert!(views.is_err(), "nobody else");
}
