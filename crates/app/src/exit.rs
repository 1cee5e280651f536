//! How a command ends: the exit codes, and the sentence for each.

use std::process::ExitCode;

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

/// Says what went wrong and picks the code.
pub fn explain(error: &anyhow::Error, json: bool) -> Exit {
    let lang = crate::settings::language();
    let registry = error.downcast_ref::<registry::error::Error>();
    let (exit, message) = match registry {
        Some(refused @ registry::error::Error::Refused(_)) => {
            (Exit::Refused, refused.message(lang))
        }
        Some(asks @ registry::error::Error::NeedsConfirmation(_)) => {
            (Exit::NeedsConfirmation, asks.message(lang))
        }
        Some(asked @ registry::error::Error::Question { .. }) => (Exit::Usage, asked.message(lang)),
        Some(error) => (Exit::Failed, error.message(lang)),
        None => (Exit::Failed, format!("{error:#}")),
    };
    if json {
        println!("{}", serde_json::json!({ "exit": exit as u8, "error": message }));
    } else {
        eprintln!("{}{message}", lang.t("错误：", "error: "));
    }
    exit
}

/// Wording for the terminal.
pub fn say(zh: &str, en: &str) -> String {
    let lang: Lang = crate::settings::language();
    lang.t(zh, en).to_owned()
}
