//! Channels (归集通道): how a department's files come without anybody uploading them.
//!
//! A file is taken once, whole, and kept until its fate is known: taken in, refused, or waiting for
//! somebody to look. What fails for reasons of the platform's own is tried again, each time later.

words! {
    /// What became of a file that came through a channel.
    RunState {
        /// Being taken in, or to be tried again.
        Taking "taking" "归集中" "being taken in";
        /// It raised a question; somebody of the department answers.
        Waiting "waiting" "等待确认" "waits for an answer";
        Done "done" "已入库" "taken in";
        /// It cannot be taken in as it is; the file is kept aside.
        Refused "refused" "未入库" "not taken in";
        /// Somebody gave it up.
        Discarded "discarded" "已放弃" "given up";
    }
}

/// What somebody of the department may do with a file that was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is right as it is: take it in.
    Confirm,
    /// Try it once more.
    Again,
    Discard,
}

impl RunState {
    /// Whether an answer fits what became of the file. What fails again and again may be given up.
    #[must_use]
    pub fn takes(self, attempts: u32, answer: Answer) -> bool {
        match self {
            RunState::Waiting => answer != Answer::Again,
            RunState::Refused => answer != Answer::Confirm,
            RunState::Taking => 0 < attempts && answer == Answer::Discard,
            RunState::Done | RunState::Discarded => false,
        }
    }
}

/// Seconds until a file that failed is tried again: doubled with each attempt, up to a limit. First
/// and longest are of `policy/parameters/intake.toml`.
#[must_use]
pub fn wait(attempts: u32, first: i64, longest: i64) -> i64 {
    let doubled = 1_i64.checked_shl(attempts.saturating_sub(1)).filter(|times| 0 < *times);
    first.saturating_mul(doubled.unwrap_or(i64::MAX)).min(longest)
}

/// Whether a name is that of a file that is still being written: senders rename it when it is whole.
#[must_use]
pub fn is_partial(name: &str) -> bool {
    let lower = name.to_lowercase();
    name.starts_with(['.', '~'])
        || [".part", ".tmp", ".filepart", ".crdownload", ".swp"]
            .iter()
            .any(|ending| lower.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_waits_longer_up_to_a_limit() {
        let waits: Vec<i64> = (1..=6).map(|attempts| wait(attempts, 30, 600)).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 600]);
        assert_eq!([wait(0, 30, 600), wait(64, 30, 600), wait(u32::MAX, 30, 600)], [30, 600, 600]);
    }

    #[test]
    fn a_file_that_is_still_written_is_left_alone() {
        for (name, partial) in [
            ("处罚.csv", false),
            ("处罚.csv.part", true),
            ("处罚.CSV.TMP", true),
            (".处罚.csv", true),
            ("~处罚.xlsx", true),
            ("part.csv", false),
        ] {
            assert_eq!(is_partial(name), partial, "{name}");
        }
    }

    #[test]
    fn only_what_was_stopped_is_answered() {
        use Answer::{Again, Confirm, Discard};
        for (state, answers) in [
            (RunState::Waiting, vec![Confirm, Discard]),
            (RunState::Refused, vec![Again, Discard]),
            (RunState::Taking, vec![Discard]),
            (RunState::Done, vec![]),
            (RunState::Discarded, vec![]),
        ] {
            let of = |attempts: u32| -> Vec<Answer> {
                let all = [Confirm, Again, Discard].into_iter();
                all.filter(|answer| state.takes(attempts, *answer)).collect()
            };
            assert_eq!(of(1), answers, "{state:?}");
            assert!(state != RunState::Taking || of(0).is_empty(), "it is under way");
        }
    }
}
