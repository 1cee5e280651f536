//! Audit events: who did what to which object, written in the transaction that did it.

use jiff::Timestamp;

use crate::{error::Error, register::Write, stamp};

/// Appends one event; its number follows the last without a gap.
pub async fn append(
    write: &mut Write,
    at: Timestamp,
    actor: &str,
    event: &str,
    object: &str,
    detail: &str,
) -> Result<(), Error> {
    let statement = "\
        insert into audit_event (seq, at, actor, event, object, detail)
        values ((select coalesce(max(seq), 0) + 1 from audit_event), $1, $2, $3, $4, $5)";
    sqlx::query(statement)
        .bind(stamp::instant(at))
        .bind(actor)
        .bind(event)
        .bind(object)
        .bind(detail)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}
