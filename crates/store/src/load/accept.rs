//! Accepting a load, and settling it with what others accepted since it began.
//!
//! Each row was decided by the version of its record that stood when its chunk was written. Another
//! load of the same item may have been accepted since, so what it brought is looked at again: first
//! at leisure, and in the accepting transaction only to see that nothing more has come.

use domain::{audit::Event, ids::RecordId};
use jiff::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    AT_ONCE, Counts, Load, Mode, alive,
    chunk::{self, Head},
    number,
};
use crate::{
    audit,
    error::Error,
    job, record,
    register::{Write, give_back, take_numbers},
    stamp, submission, volume,
};

/// What an acceptance came to.
#[derive(Clone, Copy, Debug)]
pub struct Acceptance {
    pub at: Timestamp,
    /// As the receipt tells them: other loads may have changed what became of a row.
    pub counts: Counts,
}

impl Load {
    /// Accepts the submission: from here on everybody sees all of it. The clock is read once it is
    /// the submission's turn, and no two submissions are accepted at the same instant.
    ///
    /// Where the same department had a record accepted in the meantime, that version stands before
    /// this one; a row that was found unchanged before stays so judged. Where another department
    /// came to answer for a record, or acceptance fails, the load is given up.
    pub async fn accept(
        mut self,
        clock: &(dyn Fn() -> Timestamp + Send + Sync),
    ) -> Result<Acceptance, Error> {
        match self.try_accept(clock).await {
            Ok(at) => {
                alive::forget(&self.register, self.id);
                Ok(Acceptance { at, counts: self.counts })
            }
            Err(error) => {
                // What is not cleared away now is found later; the first failure is the one to tell.
                let _ = self.abandon().await;
                Err(error)
            }
        }
    }

    async fn try_accept(
        &mut self,
        clock: &(dyn Fn() -> Timestamp + Send + Sync),
    ) -> Result<Timestamp, Error> {
        loop {
            self.catch_up().await?;
            let mut write = self.register.write().await?;
            let feed_count = i64::from(self.state.ordinal);
            // On PostgreSQL this row lock puts acceptances one after the other.
            let feed_first = take_numbers(&mut write, "feed", feed_count).await?;
            if newer(&mut write.tx, &self.new.item, self.base).await?.is_some() {
                write.roll_back().await?;
                continue;
            }
            let now = clock();
            let accepted_at = submission::next_instant(&mut write, now).await?;
            self.mark(&mut write, accepted_at, feed_first, feed_count).await?;
            give_back(&mut write, "subject", &self.state.numbers).await?;
            self.tell(&mut write, accepted_at).await?;
            job::enqueue(&mut write, "refresh_figures", &self.new.item, now).await?;
            write.commit().await?;
            return Ok(accepted_at);
        }
    }

    async fn mark(
        &mut self,
        write: &mut Write,
        at: Timestamp,
        feed_first: i64,
        feed_count: i64,
    ) -> Result<(), Error> {
        let counts = self.counts;
        let marked = sqlx::query(ACCEPT)
            .bind(self.id.0)
            .bind(stamp::instant(at))
            .bind(feed_first)
            .bind(feed_count)
            .bind(number(counts.rows))
            .bind(number(counts.created))
            .bind(number(counts.changed))
            .bind(number(counts.unchanged))
            .bind(number(counts.withdrawn))
            .bind(number(counts.rejected))
            .bind(number(counts.warned))
            .execute(&mut *write.tx)
            .await?;
        if marked.rows_affected() != 1 {
            return Err(Error::Refused(format!(
                "submission {} is no longer loading, perhaps because its session broke off: send \
                 the file again",
                self.id
            )));
        }
        Ok(())
    }

    async fn tell(&mut self, write: &mut Write, at: Timestamp) -> Result<(), Error> {
        let (new, actor, receipt) = (&self.new, &self.new.actor, &self.receipt);
        let rows = self.counts.rows;
        let detail = format!("item={} department={} rows={rows}", new.item, new.department);
        audit::append(write, at, actor, Event::SubmissionAccepted, receipt, &detail).await?;
        for (event, detail) in &self.events {
            audit::append(write, at, actor, *event, receipt, detail).await?;
        }
        let Some(reason) = &self.baseline else { return Ok(()) };
        let source = (new.department.as_str(), new.item.as_str(), new.mode);
        volume::rebase(write, source, self.id.0, (reason, actor), at).await
    }

    /// Settles this load with every submission of the item accepted since it began.
    async fn catch_up(&mut self) -> Result<(), Error> {
        loop {
            let mut connection = self.register.pool.acquire().await?;
            let next = newer(&mut connection, &self.new.item, self.base).await?;
            drop(connection);
            let Some(next) = next else { return Ok(()) };
            let part = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
            for from in (0..next.feed_count).step_by(AT_ONCE) {
                let met = self.met(next.submission, from, from + part).await?;
                if !met.is_empty() {
                    self.settle(&met).await?;
                }
            }
            self.base = next.feed_first + next.feed_count;
        }
    }

    /// Rows of this load whose record stands in a version of a part of another submission.
    async fn met(&mut self, submission: i64, from: i64, until: i64) -> Result<Vec<Met>, Error> {
        let statement = format!(
            "select o.subject_id, o.key, o.record_id, o.digest, case when o.withdrawn then 1 else 0 end,
               v.record_id, v.submission_id, s.feed_first, case when v.withdrawn then 1 else 0 end, v.digest,
               s.department
             from record_version v join submission s on s.id = v.submission_id
             join record_version o on o.subject_id = v.subject_id and o.item = v.item and o.key = v.key
               and o.submission_id = $1
             where v.submission_id = $2 and v.ordinal >= $3 and v.ordinal < $4 and {}",
            record::NOTHING_LATER
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(self.id.0)
            .bind(submission)
            .bind(from)
            .bind(until)
            .fetch_all(&self.register.pool)
            .await?;
        rows.iter().map(Met::read).collect()
    }

    async fn settle(&mut self, met: &[Met]) -> Result<(), Error> {
        let mut write = self.register.write().await?;
        for met in met {
            let began = RecordId(met.record).first_place().0 == self.id;
            match met.settlement(self.new.mode, &self.new.department) {
                Settlement::Stays => {}
                Settlement::Refused => {
                    write.roll_back().await?;
                    return Err(Error::TakenMeanwhile(met.head.department.clone()));
                }
                Settlement::TakesOver => {
                    self.take_over(&mut write, met).await?;
                    if began {
                        self.counts.created -= 1;
                        self.counts.changed += 1;
                    }
                }
                Settlement::Unchanged => {
                    self.drop_row(&mut write, met).await?;
                    let counted = match (met.withdrawn, began) {
                        (true, _) => &mut self.counts.withdrawn,
                        (false, true) => &mut self.counts.created,
                        (false, false) => &mut self.counts.changed,
                    };
                    *counted -= 1;
                    self.counts.unchanged += 1;
                }
                Settlement::NotMissing => {
                    self.drop_row(&mut write, met).await?;
                    self.counts.withdrawn -= 1;
                }
                Settlement::Withdraws => self.withdraw_anew(&mut write, met).await?,
            }
        }
        write.commit().await
    }

    async fn take_over(&mut self, write: &mut Write, met: &Met) -> Result<(), Error> {
        let statement = "\
            update record_version set record_id = $5
            where subject_id = $1 and item = $2 and key = $3 and submission_id = $4";
        sqlx::query(statement)
            .bind(met.subject)
            .bind(&self.new.item)
            .bind(met.key.to_vec())
            .bind(self.id.0)
            .bind(met.head.record)
            .execute(&mut *write.tx)
            .await?;
        Ok(())
    }

    /// Removes a row of this load and puts its last row in the place, so that no place is empty.
    async fn drop_row(&mut self, write: &mut Write, met: &Met) -> Result<(), Error> {
        let (place, _) = self.remove(write, met).await?;
        self.state.ordinal -= 1;
        // A record begun here bears the place of its first row in its number.
        let last = "\
            update record_version set ordinal = $3, record_id = case when record_id = $4 then $5 else record_id end
            where submission_id = $1 and ordinal = $2";
        let moved = self.state.ordinal;
        let place_of = |ordinal| RecordId::first_asserted(self.id, ordinal).0;
        sqlx::query(last)
            .bind(self.id.0)
            .bind(i64::from(moved))
            .bind(place)
            .bind(place_of(moved))
            .bind(place_of(u32::try_from(place).unwrap_or(moved)))
            .execute(&mut *write.tx)
            .await?;
        Ok(())
    }

    /// Writes a withdrawal again, as that of the version that stands now.
    async fn withdraw_anew(&mut self, write: &mut Write, met: &Met) -> Result<(), Error> {
        let (place, row) = self.remove(write, met).await?;
        sqlx::query(chunk::WITHDRAW)
            .bind(self.id.0)
            .bind(place)
            .bind(row)
            .bind(met.subject)
            .bind(&self.new.item)
            .bind(met.key.to_vec())
            .bind(met.head.submission)
            .execute(&mut *write.tx)
            .await?;
        Ok(())
    }

    /// Removes a row of this load; answers with its place in the submission and in the file.
    async fn remove(&mut self, write: &mut Write, met: &Met) -> Result<(i64, i64), Error> {
        let statement = "\
            delete from record_version
            where subject_id = $1 and item = $2 and key = $3 and submission_id = $4
            returning ordinal, row_no";
        let row = sqlx::query(statement)
            .bind(met.subject)
            .bind(&self.new.item)
            .bind(met.key.to_vec())
            .bind(self.id.0)
            .fetch_one(&mut *write.tx)
            .await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }
}

/// A row of this load whose record another load changed since this one began.
struct Met {
    subject: i64,
    key: [u8; 16],
    record: i64,
    digest: Vec<u8>,
    withdrawn: bool,
    /// The version that stands now.
    head: Head,
}

/// What becomes of such a row.
#[derive(Debug, PartialEq, Eq)]
enum Settlement {
    /// It was decided by the version that stands, or says something else of the same record.
    Stays,
    /// It becomes the next version of the record that was begun in the meantime.
    TakesOver,
    /// The record says so already, or is taken back already.
    Unchanged,
    /// The record that a full delivery leaves out is newer than the delivery.
    NotMissing,
    /// It takes back the version that stands now.
    Withdraws,
    /// The record is another department's.
    Refused,
}

impl Met {
    fn read(row: &AnyRow) -> Result<Met, Error> {
        Ok(Met {
            subject: row.try_get(0)?,
            key: chunk::key(row.try_get(1)?)?,
            record: row.try_get(2)?,
            digest: row.try_get(3)?,
            withdrawn: row.try_get::<i64, _>(4)? != 0,
            head: Head {
                record: row.try_get(5)?,
                submission: row.try_get(6)?,
                feed_first: row.try_get(7)?,
                withdrawn: row.try_get::<i64, _>(8)? != 0,
                digest: row.try_get(9)?,
                department: row.try_get(10)?,
            },
        })
    }

    fn settlement(&self, mode: Mode, department: &str) -> Settlement {
        let head = &self.head;
        match self.withdrawn {
            true if mode == Mode::Full => Settlement::NotMissing,
            true if head.withdrawn => Settlement::Unchanged,
            _ if head.is_of_another(department) => Settlement::Refused,
            true => Settlement::Withdraws,
            false if !head.withdrawn && head.digest == self.digest => Settlement::Unchanged,
            false if head.record != self.record => Settlement::TakesOver,
            false => Settlement::Stays,
        }
    }
}

/// A submission accepted since a load began.
struct Newer {
    submission: i64,
    feed_first: i64,
    feed_count: i64,
}

/// The first submission of an item that brought anything from a position of the feed on.
async fn newer(
    connection: &mut AnyConnection,
    item: &str,
    position: i64,
) -> Result<Option<Newer>, Error> {
    let statement = "\
        select id, feed_first, feed_count from submission
        where item = $1 and feed_first >= $2 and feed_count > 0 order by feed_first limit 1";
    let row = sqlx::query(statement).bind(item).bind(position).fetch_optional(connection).await?;
    let read = |row: AnyRow| -> Result<Newer, Error> {
        let (submission, feed_first) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Newer { submission, feed_first, feed_count: row.try_get(2)? })
    };
    row.map(read).transpose()
}

const ACCEPT: &str = "\
    update submission set state = 'accepted', accepted_at = $2, feed_first = $3, feed_count = $4,
      row_count = $5, created = $6, changed = $7, unchanged = $8, withdrawn = $9, rejected = $10, warned = $11
    where id = $1 and state = 'loading'";
