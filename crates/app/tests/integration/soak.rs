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
fn kill(engine: Home) {
    let (kills, rows) = size();
    let file = file(&engine, rows);
    let usual = Undisturbed::of(&engine, &file);
    let mut home = engine.another();
    let mut moments = Moments(0x5eed_0000_0000_0001);
    let (mut killed, mut through, mut refused) = (0, 0, 0);
    while killed < kills {
        match disturbed(&home, &file, usual.took.mul_f64(moments.next() * 1.1)) {
            Ended::Killed => {
                killed += 1;
                // Between acceptance and its last word an import has got through all the same.
                if 0 < picture(&home).count("submission") {
                    through += 1;
                    must_be_as_undisturbed(&home, &usual, &format!("{}: accepted", engine.engine));
                    home = engine.another();
                }
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
        "{}: {rows} rows, {:.1} s undisturbed; {killed} kills, {through} got through before theirs, \
         {refused} refused while the killed one was held; {} records as undisturbed",
        engine.engine,
        usual.took.as_secs_f64(),
        usual.picture.count("record_version"),
    );
}

#[test]
fn killed_imports_end_as_undisturbed_ones_on_sqlite() {
    kill(Home::sqlite());
}

#[test]
fn killed_imports_end_as_undisturbed_ones_on_postgresql() {
    if let Some(home) = Home::postgresql() {
        kill(home);
    }
}

/// The longest wait of a small write, one each 50 ms, as long as the import runs.
async fn longest_wait(home: &Home, child: &mut Child) -> (Duration, u32) {
    let now = Timestamp::now();
    let register = home.register().await;
    let (mut longest, mut writes) = (Duration::ZERO, 0);
    while child.try_wait().unwrap().is_none() {
        let began = Instant::now();
        let mut write = register.write().await.unwrap();
        store::audit::append(&mut write, now, "soak", "written_beside", "", "").await.unwrap();
        write.commit().await.unwrap();
        longest = longest.max(began.elapsed());
        writes += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    register.close().await;
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
        let mut large = home.command(&import(&file));
        let mut large = large.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let ratings = format!("{city}/shuiwu-tax_rating-history.csv");
        let began = Instant::now();
        let small =
            home.run(&["import", "--item", "tax_rating", "--department", "shuiwu", &ratings]);
        let small_took = began.elapsed();
        assert_eq!(small.code, 0, "{}: {small:?}", home.engine);
        let during = large.try_wait().unwrap().is_none();
        let (longest, writes) = longest_wait(&home, &mut large).await;
        assert_eq!(large.wait().unwrap().code(), Some(REJECTED), "{}", home.engine);
        println!(
            "{}: import of {rows} rows: a small import beside it took {} ms ({}); longest wait of \
             {writes} small writes {} ms",
            home.engine,
            small_took.as_millis(),
            if during { "done before the large one" } else { "the large one was done first" },
            longest.as_millis(),
        );
        assert!(longest <= WAIT_MAX, "{}: a small writer waited {longest:?}", home.engine);
        home.must_verify();
    }
}
