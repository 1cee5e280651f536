//! The tables of the register as a backup holds them, in the order of the migration.

use domain::sealed::hex;
use serde_json::{Value, json};
use sqlx::{
    Any, Row as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::{error::Error, register::Engine};

/// One table; a test compares the list with the tables that there are.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Kind)],
    /// The column that names the submission, where rows of one still loading are left out.
    submission: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bytes,
    Flag,
    Number,
    Text,
}

use Kind::{Bytes, Flag, Number, Text};

pub const TABLES: &[Table] = &[
    Table { name: "counter", submission: None, columns: &[("name", Text), ("next", Number)] },
    Table {
        name: "policy_version",
        submission: None,
        columns: &[("version", Text), ("first_used_at", Text)],
    },
    Table { name: "subject", submission: None, columns: &[("id", Number), ("kind", Text)] },
    Table {
        name: "identifier",
        submission: None,
        columns: &[("scheme", Text), ("value", Text), ("subject_id", Number)],
    },
    Table {
        name: "subject_name",
        submission: Some("submission_id"),
        columns: &[
            ("subject_id", Number),
            ("norm", Text),
            ("submission_id", Number),
            ("name", Text),
        ],
    },
    Table {
        name: "code_override",
        submission: None,
        columns: &[
            ("scheme", Text),
            ("value", Text),
            ("reason", Text),
            ("actor", Text),
            ("decided_at", Text),
        ],
    },
    Table { name: "seal_key", submission: None, columns: &[("id", Text), ("check_value", Text)] },
    Table {
        name: "submission",
        submission: Some("id"),
        columns: &[
            ("id", Number),
            ("receipt", Text),
            ("item", Text),
            ("department", Text),
            ("pack", Text),
            ("mode", Text),
            ("file_name", Text),
            ("file_digest", Text),
            ("file_salt", Text),
            ("file_bytes", Number),
            ("heading", Text),
            ("policy_version", Text),
            ("actor", Text),
            ("state", Text),
            ("received_at", Text),
            ("accepted_at", Text),
            ("feed_first", Number),
            ("feed_count", Number),
            ("row_count", Number),
            ("created", Number),
            ("changed", Number),
            ("unchanged", Number),
            ("withdrawn", Number),
            ("rejected", Number),
            ("warned", Number),
        ],
    },
    Table {
        name: "record_version",
        submission: Some("submission_id"),
        columns: &[
            ("subject_id", Number),
            ("item", Text),
            ("key", Bytes),
            ("submission_id", Number),
            ("ordinal", Number),
            ("record_id", Number),
            ("row_no", Number),
            ("decided_on", Text),
            ("effective_from", Text),
            ("effective_until", Text),
            ("withdrawn", Flag),
            ("overridden", Flag),
            ("subject_name", Text),
            ("payload", Text),
            ("digest", Bytes),
        ],
    },
    Table {
        name: "fault",
        submission: Some("submission_id"),
        columns: &[
            ("submission_id", Number),
            ("row_no", Number),
            ("seq", Number),
            ("column_name", Text),
            ("rule", Text),
            ("level", Text),
            ("detail", Text),
            ("raw", Text),
        ],
    },
    Table {
        name: "rejected_row",
        submission: Some("submission_id"),
        columns: &[("submission_id", Number), ("row_no", Number), ("cells", Text)],
    },
    Table {
        name: "report",
        submission: None,
        columns: &[
            ("number", Text),
            ("verification_code", Text),
            ("subject_id", Number),
            ("state", Text),
            ("issued_at", Text),
            ("policy_version", Text),
            ("data", Text),
            ("data_digest", Text),
            ("document_digest", Text),
            ("document", Bytes),
        ],
    },
    Table {
        name: "api_key",
        submission: None,
        columns: &[
            ("digest", Text),
            ("department", Text),
            ("label", Text),
            ("created_at", Text),
            ("revoked_at", Text),
            ("id", Number),
            ("organisation_id", Number),
            ("scopes", Text),
            ("per_minute", Number),
            ("per_day", Number),
            ("addresses", Text),
            ("expires_at", Text),
            ("last_used_at", Text),
            ("secret", Text),
            ("public_key", Text),
            ("signed_only", Number),
        ],
    },
    Table {
        name: "audit_event",
        submission: None,
        columns: &[
            ("seq", Number),
            ("at", Text),
            ("actor", Text),
            ("event", Text),
            ("object", Text),
            ("detail", Text),
            ("subject_id", Number),
            ("salt", Text),
            ("commitment", Text),
        ],
    },
    Table {
        name: "job",
        submission: None,
        columns: &[
            ("id", Number),
            ("kind", Text),
            ("payload", Text),
            ("run_at", Text),
            ("state", Text),
            ("attempts", Number),
            ("last_error", Text),
        ],
    },
    Table {
        name: "day_figure",
        submission: None,
        columns: &[
            ("day", Text),
            ("item", Text),
            ("began", Number),
            ("ended", Number),
            ("published", Number),
            ("computed_at", Text),
        ],
    },
    Table {
        name: "organisation",
        submission: None,
        columns: &[
            ("id", Number),
            ("kind", Text),
            ("code", Text),
            ("name", Text),
            ("department", Text),
            ("subject_id", Number),
            ("created_at", Text),
            ("closed_at", Text),
        ],
    },
    Table {
        name: "account",
        submission: None,
        columns: &[
            ("id", Number),
            ("login", Text),
            ("name", Text),
            ("password", Text),
            ("password_changed_at", Text),
            ("must_change", Flag),
            ("totp", Text),
            ("totp_step", Number),
            ("failed", Number),
            ("locked_until", Text),
            ("one_session", Flag),
            ("subject_id", Number),
            ("created_at", Text),
            ("closed_at", Text),
        ],
    },
    Table {
        name: "membership",
        submission: None,
        columns: &[
            ("account_id", Number),
            ("organisation_id", Number),
            ("role", Text),
            ("granted_by", Text),
            ("granted_at", Text),
        ],
    },
    Table {
        name: "recovery_code",
        submission: None,
        columns: &[("account_id", Number), ("digest", Text), ("used_at", Text)],
    },
    Table {
        name: "outside_identity",
        submission: None,
        columns: &[
            ("issuer", Text),
            ("outside_subject", Text),
            ("account_id", Number),
            ("linked_at", Text),
        ],
    },
    Table {
        name: "session",
        submission: None,
        columns: &[
            ("token", Text),
            ("account_id", Number),
            ("organisation_id", Number),
            ("second_factor", Flag),
            ("created_at", Text),
            ("seen_at", Text),
            ("address", Text),
            ("agent", Text),
        ],
    },
    Table {
        name: "sign_in_attempt",
        submission: None,
        columns: &[("scope", Text), ("who", Text), ("failed", Number), ("last_at", Text)],
    },
    Table {
        name: "log_tile",
        submission: None,
        columns: &[("level", Number), ("number", Number), ("data", Bytes)],
    },
    Table {
        name: "log_checkpoint",
        submission: None,
        columns: &[("size", Number), ("note", Text), ("signed_at", Text)],
    },
    Table {
        name: "key_nonce",
        submission: None,
        columns: &[("digest", Text), ("nonce", Text), ("at", Text)],
    },
    Table {
        name: "consent",
        submission: None,
        columns: &[
            ("id", Number),
            ("subject_id", Number),
            ("organisation_id", Number),
            ("purpose", Text),
            ("items", Text),
            ("from_at", Text),
            ("until_at", Text),
            ("single_use", Flag),
            ("granted_by", Text),
            ("granted_at", Text),
            ("digest", Text),
            ("used_at", Text),
            ("revoked_at", Text),
        ],
    },
    Table {
        name: "claim",
        submission: None,
        columns: &[
            ("id", Number),
            ("account_id", Number),
            ("subject_id", Number),
            ("role", Text),
            ("note", Text),
            ("state", Text),
            ("filed_at", Text),
            ("decided_by", Text),
            ("decided_at", Text),
            ("reason", Text),
        ],
    },
    Table {
        name: "matter",
        submission: None,
        columns: &[
            ("id", Number),
            ("kind", Text),
            ("number", Text),
            ("organisation_id", Number),
            ("subject_id", Number),
            ("opened_by", Text),
            ("opened_at", Text),
            ("until_at", Text),
            ("closed_at", Text),
        ],
    },
];

impl Table {
    pub fn is_counter(&self) -> bool {
        self.name == "counter"
    }

    pub fn select(&self) -> String {
        let columns: Vec<String> =
            self.columns.iter().map(|(name, kind)| selected(name, *kind)).collect();
        let accepted = self.submission.map(|column| {
            format!(" where {column} not in (select id from submission where accepted_at is null)")
        });
        let accepted = accepted.unwrap_or_default();
        format!("select {} from {}{accepted}", columns.join(", "), self.name)
    }

    /// The row as the file holds it.
    pub fn read(&self, row: &AnyRow) -> Result<Vec<Value>, Error> {
        let cells = self.columns.iter().enumerate();
        cells.map(|(at, (_, kind))| read(row, at, *kind)).collect()
    }

    pub fn insert(&self, rows: usize) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let row = |at: usize| {
            let first = at * names.len() + 1;
            let places: Vec<String> =
                (first..first + names.len()).map(|n| format!("${n}")).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("insert into {} ({}) values {}", self.name, names.join(", "), rows.join(", "))
    }

    /// Gives a row of the file to an insert.
    pub fn bind<'q>(
        &self,
        mut query: Query<'q, Any, AnyArguments>,
        row: &[Value],
        engine: &Engine,
    ) -> Result<Query<'q, Any, AnyArguments>, Error> {
        if row.len() != self.columns.len() {
            return Err(Error::Corrupt(format!("a row of {} in the backup", self.name)));
        }
        for ((name, kind), cell) in self.columns.iter().zip(row) {
            let corrupt = || Error::Corrupt(format!("{}.{name} in the backup", self.name));
            query = match (kind, cell) {
                (Text, Value::Null) => query.bind(None::<String>),
                (Text, Value::String(text)) => query.bind(held_text(text, engine)),
                (Number, Value::Null) => query.bind(None::<i64>),
                (Number, Value::Number(number)) => query.bind(number.as_i64().ok_or_else(corrupt)?),
                (Flag, Value::Bool(flag)) => query.bind(*flag),
                (Bytes, Value::Object(marker)) => {
                    let digits = marker.get("x").and_then(Value::as_str);
                    query.bind(digits.and_then(unhex).ok_or_else(corrupt)?)
                }
                _ => return Err(corrupt()),
            };
        }
        Ok(query)
    }
}

/// SQLite's `Any` driver knows no boolean column.
fn selected(name: &str, kind: Kind) -> String {
    match kind {
        Flag => format!("case when {name} then 1 else 0 end"),
        Bytes | Number | Text => name.to_owned(),
    }
}

fn read(row: &AnyRow, at: usize, kind: Kind) -> Result<Value, Error> {
    Ok(match kind {
        Bytes => json!({ "x": hex(row.try_get::<&[u8], _>(at)?) }),
        Flag => Value::from(row.try_get::<i64, _>(at)? != 0),
        Number => Value::from(row.try_get::<Option<i64>, _>(at)?),
        Text => Value::from(row.try_get::<Option<String>, _>(at)?),
    })
}

/// PostgreSQL holds no NUL; loading into it drops them in the same way.
fn held_text(text: &str, engine: &Engine) -> String {
    match engine {
        Engine::Postgres(_) => text.replace('\0', ""),
        Engine::Sqlite(_) => text.to_owned(),
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?)).collect()
}
