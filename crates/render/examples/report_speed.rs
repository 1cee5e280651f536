//! Sets one report many times and prints how long it took: `cargo run --release --example
//! report_speed [file.pdf]`; with a name, the report is kept there to be looked at.

use std::{error::Error, fs, time::Instant};

use render::{
    fonts::{Fonts, default_font_paths},
    report::{ReportView, report},
};

const RUNS: u32 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let mut view: ReportView = serde_json::from_str(include_str!("sample.json"))?;
    let began = Instant::now();
    let fonts = Fonts::load(&default_font_paths())?;
    println!("fonts    {:>8.1} ms", milliseconds(began));
    let began = Instant::now();
    let pdf = report(&fonts, &view)?;
    println!("first    {:>8.1} ms   {} bytes", milliseconds(began), pdf.len());
    if let Some(path) = std::env::args().nth(1) {
        fs::write(path, &pdf)?;
    }
    let mut times = Vec::new();
    for run in 0..RUNS {
        // Each report differs from the last, as it does at a counter.
        view.number = format!("XH-4199-20261122-{run:06}");
        view.subject.name = format!("示例青禾食品第{run}有限公司");
        let began = Instant::now();
        report(&fonts, &view)?;
        times.push(milliseconds(began));
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("median   {:>8.1} ms", at(50));
    println!("p99      {:>8.1} ms", at(99));
    print!("{}", memory());
    Ok(())
}

fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

/// Resident memory, where the system tells.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let wanted = |line: &&str| line.starts_with("VmRSS") || line.starts_with("VmHWM");
    status.lines().filter(wanted).map(|line| format!("{line}\n")).collect()
}
