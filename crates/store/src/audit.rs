//! Audit events: who did what to which object, written in the transaction that did it.

use jiff::Timestamp;

use crate::{
    error::Error,
    register::{Write, take_numbers},
    stamp,
};

/// Appends one event; its number follows the last without a gap.
pub async fn append(
    write: &mut Write,
    at: Timestamp,
    actor: &str,
    event: &str,
    object: &str,
    detail: &str,
) -> Result<(), Error> {
    let seq = take_numbers(write, "audit", 1).await?;
    let statement = "\
        insert into audit_event (seq, at, actor, event, object, detail) values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(statement)
        .bind(seq)
        .bind(stamp::instant(at))
        .bind(actor)
        .bind(event)
        .bind(object)
        .bind(detail)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
