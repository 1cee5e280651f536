//! `xinheng`: the one binary of the platform.
//!
//! Only this crate reads the environment and the clock.

mod commands;
mod exit;
mod key_file;
mod progress;
mod seed;
mod settings;
mod wiring;

use clap::Parser as _;

/// Rows come and go by the million; the allocator of the system gives their pages back each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let cli = match commands::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let asked = !error.use_stderr();
            return if asked { exit::Exit::Done.into() } else { exit::Exit::Usage.into() };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("xinheng: {error}");
            return exit::Exit::Failed.into();
        }
    };
    let json = cli.json;
    match runtime.block_on(commands::run(cli)) {
        Ok(exit) => exit.into(),
        Err(error) => exit::explain(&error, json).into(),
    }
}
