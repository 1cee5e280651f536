//! Everything in the register that is sealed, read and written back a part at a time.

use sqlx::Row as _;

use crate::{
    error::Error,
    register::{Register, Write},
};

/// Where a sealed value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Payloads of records, in which values of persons are sealed.
    Payload,
    /// Rows sent back.
    RejectedRow,
    /// Secrets of second factors.
    Totp,
    /// Secrets of signed requests.
    ApiSecret,
}

/// A value where it stands, by what finds it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub key: (i64, i64),
    /// The digest of a key, where two numbers do not find it.
    pub name: String,
    pub text: String,
}

impl Place {
    pub const ALL: [Place; 4] = [Place::Payload, Place::RejectedRow, Place::Totp, Place::ApiSecret];

    /// Word for people.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Place::Payload => "record_version.payload",
            Place::RejectedRow => "rejected_row.cells",
            Place::Totp => "account.totp",
            Place::ApiSecret => "api_key.secret",
        }
    }

    fn select(self) -> &'static str {
        match self {
            Place::Payload => {
                "select submission_id, ordinal, '', payload from record_version
                 where (submission_id > $1 or (submission_id = $1 and ordinal > $2))
                   and $3 = '' and payload like '%\"s\":%' order by submission_id, ordinal limit $4"
            }
            Place::RejectedRow => {
                "select submission_id, row_no, '', cells from rejected_row
                 where (submission_id > $1 or (submission_id = $1 and row_no > $2)) and $3 = ''
                 order by submission_id, row_no limit $4"
            }
            Place::Totp => {
                "select id, id, '', totp from account
                 where id > $1 and id > $2 and $3 = '' and totp is not null order by id limit $4"
            }
            Place::ApiSecret => {
                "select coalesce(id, 0), 0, digest, secret from api_key
                 where digest > $3 and secret is not null and $1 = $1 and $2 = $2
                 order by digest limit $4"
            }
        }
    }

    fn update(self) -> &'static str {
        match self {
            Place::Payload => {
                "update record_version set payload = $5 where submission_id = $1 and ordinal = $2
                 and payload = $4 and $3 = ''"
            }
            Place::RejectedRow => {
                "update rejected_row set cells = $5 where submission_id = $1 and row_no = $2
                 and cells = $4 and $3 = ''"
            }
            Place::Totp => {
                "update account set totp = $5 where id = $1 and id = $2 and totp = $4 and $3 = ''"
            }
            Place::ApiSecret => {
                "update api_key set secret = $5 where digest = $3 and secret = $4
                 and $1 = $1 and $2 = $2"
            }
        }
    }
}

/// Sealed values of a place behind the last one looked at.
pub async fn behind(
    register: &Register,
    place: Place,
    last: Option<&Held>,
    limit: i64,
) -> Result<Vec<Held>, Error> {
    let ((first, second), name) = last.map_or(((0, -1), ""), |held| (held.key, &held.name));
    // Accounts are numbered from 1, so that both numbers of the first question lie before them.
    let rows = sqlx::query(place.select())
        .bind(first)
        .bind(second)
        .bind(name)
        .bind(limit)
        .fetch_all(&register.pool)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Held {
                key: (row.try_get(0)?, row.try_get(1)?),
                name: row.try_get(2)?,
                text: row.try_get(3)?,
            })
        })
        .collect()
}

/// Puts a value sealed anew in the place of one that is still there as it was read.
pub async fn replace(
    write: &mut Write,
    place: Place,
    held: &Held,
    text: &str,
) -> Result<bool, Error> {
    let done = sqlx::query(place.update())
        .bind(held.key.0)
        .bind(held.key.1)
        .bind(&held.name)
        .bind(&held.text)
        .bind(text)
        .execute(&mut *write.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
