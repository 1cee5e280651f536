//! Imports killed at random moments, and small writers beside a large import, on every engine.
//!
//! `XINHENG_SOAK` is the number of kills on each engine; `make soak` says 200.

use std::{
    fmt::Write as _,
    fs,
    process::{Child, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use store::register::Register;

use crate::{
    home::{Answer, Home, homes, setting},
    picture::{Picture, picture},
};

/// Kills on each engine in `make test`, and rows of the file they befall.
const SHORT: (u32, u64) = (6, 20_000);
/// Rows of the file in `make soak`.
const LONG_ROWS: u64 = 200_000;
/// A small writer waits no longer even here, where tests crowd the machine; bench measures 200 ms.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Rows that are sent back are the exit code of every import here.
const REJECTED: i32 = 3;

fn size() -> (u32, u64) {
    match setting("XINHENG_SOAK").map(|kills| kills.parse().expect("XINHENG_SOAK is a number")) {
        Some(kills) => (kills, LONG_ROWS),
        None => SHORT,
    }
}

/// A penalty file with rows of every fate: taken, sent back for their form, and repeated.
fn file(home: &Home, rows: u64) -> String {
    let path = home.path("penalties.csv");
    home.must(&["seed", "--double-publicity", &rows.to_string(), "--out", &path], 0);
    let clean = fs::read_to_string(&path).unwrap();
    let mut spoilt = String::with_capacity(clean.len() + clean.len() / 50);
    for (number, line) in (1..).zip(clean.lines()) {
        let tail = if number % 97 == 0 { ",one cell too many" } else { "" };
        writeln!(spoilt, "{line}{tail}").unwrap();
        if number % 89 == 0 {
            writeln!(spoilt, "{line}").unwrap();
        }
    }
    fs::write(&path, spoilt).unwrap();
    path
}

fn import(path: &str) -> [&str; 6] {
    ["import", "--item", "penalty", "--department", "scjg", path]
}

/// What an undisturbed import leaves behind, and how long it takes.
struct Undisturbed {
    answer: Answer,
    picture: Picture,
    took: Duration,
}

impl Undisturbed {
    fn of(home: &Home, file: &str) -> Undisturbed {
        let began = Instant::now();
        let answer = home.run(&import(file));
        let took = began.elapsed();
        assert_eq!(answer.code, REJECTED, "{answer:?}");
        home.must_verify();
        Undisturbed { answer, picture: picture(home), took }
    }
}

/// The moments of the kills: the same ones in every run, as parts of the usual duration.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> f64 {
        // Xorshift; good enough to spread moments.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// How one disturbed import ended.
enum Ended {
    Killed,
    /// It was faster than the kill.
    Done(ExitStatus),
}

/// Whether a kill came too late: the file was accepted already.
async fn accepted(home: &Home) -> bool {
    let register = home.register().await;
    let newest = store::submission::recent(&register, None, 1).await.unwrap();
    register.close().await;
    !newest.is_empty()
}

fn disturbed(home: &Home, file: &str, after: Duration) -> Ended {
    let mut command = home.command(&import(file));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    match wait(&mut child, after) {
        Some(status) => Ended::Done(status),
        None => {
            child.kill().unwrap();
            child.wait().unwrap();
            Ended::Killed
        }
    }
}

/// Waits for a child so long, and no longer.
fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        let left = patience.checked_sub(began.elapsed())?;
        std::thread::sleep(left.min(Duration::from_millis(2)));
    }
}

/// Sends the file again undisturbed; for a moment the server may still hold the killed session.
fn resend(home: &Home, file: &str) -> Answer {
    let began = Instant::now();
    loop {
        let answer = home.run(&import(file));
        let held = answer.code == 1 && answer.json["error"].to_string().contains("same file");
        if !held || Duration::from_secs(30) < began.elapsed() {
            return answer;
        }
    }
}

#[track_caller]
fn must_be_as_undisturbed(home: &Home, usual: &Undisturbed, what: &str) {
    home.must_verify();
    picture(home).must_equal(&usual.picture, what);
}

/// Kills one import after the other; whenever one gets through, it is compared and a fresh
/// register takes the next.
async fn kill(engine: Home) {
    let (kills, rows) = size();
    let file = file(&engine, rows);
    let usual = Undisturbed::of(&engine, &file);
    let mut home = engine.another();
    let mut moments = Moments(0x5eed_0000_0000_0001);
    let (mut killed, mut late, mut through, mut refused) = (0, 0, 0, 0);
    while killed < kills {
        match disturbed(&home, &file, usual.took.mul_f64(moments.next() * 1.1)) {
            Ended::Killed if !accepted(&home).await => killed += 1,
            Ended::Killed => {
                killed += 1;
                late += 1;
                must_be_as_undisturbed(&home, &usual, &format!("{}: killed late", engine.engine));
                home = engine.another();
            }
            Ended::Done(status) if status.code() == Some(REJECTED) => {
                through += 1;
                must_be_as_undisturbed(&home, &usual, &format!("{}: got through", engine.engine));
                home = engine.another();
            }
            Ended::Done(status) => {
                assert_eq!(status.code(), Some(1), "{}: {status}", engine.engine);
                refused += 1;
                assert!(refused <= 10 * kills, "{}: refused again and again", engine.engine);
            }
        }
    }
    let answer = resend(&home, &file);
    assert_eq!(answer.code, REJECTED, "{}: after the kills: {answer:?}", engine.engine);
    for count in ["rows", "created", "changed", "unchanged", "rejected", "fault_count"] {
        assert_eq!(answer.json[count], usual.answer.json[count], "{}: {count}", engine.engine);
    }
    must_be_as_undisturbed(&home, &usual, &format!("{}: after {killed} kills", engine.engine));
    println!(
        "{}: {rows} rows, {:.1} s undisturbed; {killed} kills, {late} of them after acceptance; \
         {through} got through before theirs, {refused} refused while the killed one was held; \
         {} records as undisturbed",
        engine.engine,
        usual.took.as_secs_f64(),
        usual.picture.count("record_version"),
    );
}

#[tokio::test]
async fn killed_imports_end_as_undisturbed_ones_on_sqlite() {
    kill(Home::sqlite()).await;
}

#[tokio::test]
async fn killed_imports_end_as_undisturbed_ones_on_postgresql() {
    if let Some(home) = Home::postgresql() {
        kill(home).await;
    }
}

/// The longest wait of a small write, one each 50 ms, as long as the import runs.
async fn longest_wait(register: &Register, child: &mut Child) -> (Duration, u32) {
    let now = Timestamp::now();
    let (mut longest, mut writes) = (Duration::ZERO, 0);
    while child.try_wait().unwrap().is_none() {
        let began = Instant::now();
        let mut write = register.write().await.unwrap();
        store::audit::append(
            &mut write,
            now,
            "soak",
            domain::audit::Event::SubmissionAccepted,
            "",
            "",
        )
        .await
        .unwrap();
        write.commit().await.unwrap();
        longest = longest.max(began.elapsed());
        writes += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    (longest, writes)
}

#[tokio::test]
async fn a_small_writer_waits_little_while_a_large_import_runs() {
    let (_, rows) = size();
    for home in homes() {
        let file = file(&home, rows);
        let city = home.path("city");
        home.must(&["seed", "--subjects", "60", "--seed", "7", "--plain", "--out", &city], 0);
        home.must(&["migrate"], 0);
        let ratings = format!("{city}/shuiwu-tax_rating-history.csv");
        let ratings = ["import", "--item", "tax_rating", "--department", "shuiwu", &ratings];
        let register = home.register().await;
        // Both meet a register that has no key file yet: one makes it, and both use it.
        let [mut large, mut small] = [&import(&file)[..], &ratings].map(|arguments| {
            let mut command = home.command(arguments);
            command.stdout(Stdio::null()).spawn().unwrap()
        });
        let (longest, writes) = longest_wait(&register, &mut large).await;
        register.close().await;
        assert_eq!(large.wait().unwrap().code(), Some(REJECTED), "{}", home.engine);
        assert_eq!(small.wait().unwrap().code(), Some(0), "{}", home.engine);
        println!(
            "{}: beside imports of {rows} rows and of a few, the longest of {writes} small writes \
             waited {} ms",
            home.engine,
            longest.as_millis(),
        );
        assert!(0 < writes && longest <= WAIT_MAX, "{}: waited {longest:?}", home.engine);
        home.must_verify();
    }
}
