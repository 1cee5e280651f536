//! How a command ends: the exit codes, and the sentence for each.

use std::{fmt::Display, io::Write as _, process::ExitCode};

use domain::text::Lang;

/// Exit codes, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    /// Done, with rejected rows.
    Rejected = 3,
    /// Stopped; asks for `--confirm`.
    NeedsConfirmation = 4,
    /// Refused by policy.
    Refused = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Which of several files an error is about.
#[derive(Debug)]
pub struct OfFile(pub String);

impl Display for OfFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what went wrong and picks the code.
pub fn explain(error: &anyhow::Error, json: bool) -> Exit {
    let lang = crate::settings::language();
    let registry = error.downcast_ref::<registry::error::Error>();
    let exit = match registry {
        Some(registry::error::Error::Refused(_)) => Exit::Refused,
        Some(registry::error::Error::NeedsConfirmation(_)) => Exit::NeedsConfirmation,
        Some(registry::error::Error::Question { .. }) => Exit::Usage,
        _ => Exit::Failed,
    };
    let file = error.downcast_ref::<OfFile>();
    let message = match (registry, file) {
        (Some(error), Some(file)) => format!("{file}: {}", error.message(lang)),
        (Some(error), None) => error.message(lang),
        (None, _) => format!("{error:#}"),
    };
    tell(exit, &message, file, json);
    exit
}

/// Says that a command cannot be meant so.
pub fn misused(why: &str, json: bool) -> Exit {
    tell(Exit::Usage, why, None, json);
    Exit::Usage
}

fn tell(exit: Exit, message: &str, file: Option<&OfFile>, json: bool) {
    if json {
        let mut told = serde_json::json!({ "exit": exit as u8, "error": message });
        if let Some(OfFile(file)) = file {
            told["file"] = file.as_str().into();
        }
        output(told);
    } else {
        let lang = crate::settings::language();
        eprintln!("{}{message}", lang.t("错误：", "error: "));
    }
}

/// Prints a line. Whoever reads the output may have seen enough and gone, as `head` does; the
/// command goes on to its end all the same.
pub fn output(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Wording for the terminal.
pub fn say(zh: &str, en: &str) -> String {
    let lang: Lang = crate::settings::language();
    lang.t(zh, en).to_owned()
}
