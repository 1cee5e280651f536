//! Figures of the day for the home page: recomputed from the register, never the truth.

use jiff::{Timestamp, civil::Date};
use sqlx::Row as _;

use crate::{error::Error, register::Register, stamp};

/// What began, ended and stood in publication on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub day: Date,
    pub item: String,
    pub began: i64,
    pub ended: i64,
    pub published: i64,
    pub computed_at: Timestamp,
}

pub async fn replace(register: &Register, figure: &Figure) -> Result<(), Error> {
    let mut write = register.write().await?;
    sqlx::query("delete from day_figure where day = $1 and item = $2")
        .bind(figure.day.to_string())
        .bind(&figure.item)
        .execute(&mut *write.tx)
        .await?;
    let statement = "\
        insert into day_figure (day, item, began, ended, published, computed_at) values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(statement)
        .bind(figure.day.to_string())
        .bind(&figure.item)
        .bind(figure.began)
        .bind(figure.ended)
        .bind(figure.published)
        .bind(stamp::instant(figure.computed_at))
        .execute(&mut *write.tx)
        .await?;
    write.commit().await
}

/// The newest figures of each item, not later than `day`.
pub async fn latest(register: &Register, day: Date) -> Result<Vec<Figure>, Error> {
    let statement = "\
        select f.day, f.item, f.began, f.ended, f.published, f.computed_at from day_figure f
        where f.day = (select max(g.day) from day_figure g where g.item = f.item and g.day <= $1)";
    let rows = sqlx::query(statement).bind(day.to_string()).fetch_all(&register.pool).await?;
    let mut figures = Vec::with_capacity(rows.len());
    for row in &rows {
        let (written, computed_at): (String, String) = (row.try_get(0)?, row.try_get(5)?);
        figures.push(Figure {
            day: stamp::read_day(Some(&written))?.unwrap_or(day),
            item: row.try_get(1)?,
            began: row.try_get(2)?,
            ended: row.try_get(3)?,
            published: row.try_get(4)?,
            computed_at: stamp::read_instant(&computed_at)?,
        });
    }
    Ok(figures)
}

#[cfg(test)]
mod tests;
