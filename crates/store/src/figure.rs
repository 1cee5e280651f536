//! Figures of the day for the home page: recomputed from the register, never the truth.

use jiff::{Timestamp, civil::Date};
use sqlx::Row as _;

use crate::{error::Error, register::Register, stamp};

/// What began, ended and stood in publication on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub item: String,
    pub began: i64,
    pub ended: i64,
    pub published: i64,
    pub computed_at: Timestamp,
}

pub async fn replace(register: &Register, day: Date, figure: &Figure) -> Result<(), Error> {
    let mut write = register.write().await?;
    sqlx::query("delete from day_figure where day = $1 and item = $2")
        .bind(day.to_string())
        .bind(&figure.item)
        .execute(&mut *write.tx)
        .await?;
    let statement = "\
        insert into day_figure (day, item, began, ended, published, computed_at) values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(statement)
        .bind(day.to_string())
        .bind(&figure.item)
        .bind(figure.began)
        .bind(figure.ended)
        .bind(figure.published)
        .bind(stamp::instant(figure.computed_at))
        .execute(&mut *write.tx)
        .await?;
    write.commit().await
}

/// The figures of the newest day computed, not later than `day`.
pub async fn latest(register: &Register, day: Date) -> Result<Option<(Date, Vec<Figure>)>, Error> {
    let newest: Option<String> =
        sqlx::query_scalar("select max(day) from day_figure where day <= $1")
            .bind(day.to_string())
            .fetch_one(&register.pool)
            .await?;
    let Some(newest) = newest else { return Ok(None) };
    let statement =
        "select item, began, ended, published, computed_at from day_figure where day = $1";
    let rows = sqlx::query(statement).bind(&newest).fetch_all(&register.pool).await?;
    let mut figures = Vec::with_capacity(rows.len());
    for row in &rows {
        let computed_at: String = row.try_get(4)?;
        figures.push(Figure {
            item: row.try_get(0)?,
            began: row.try_get(1)?,
            ended: row.try_get(2)?,
            published: row.try_get(3)?,
            computed_at: stamp::read_instant(&computed_at)?,
        });
    }
    let day = stamp::read_day(Some(&newest))?.unwrap_or(day);
    Ok(Some((day, figures)))
}

#[cfg(test)]
mod tests;
