//! What stands of a source — an item, a department and a pack — and what of it a full delivery
//! leaves out.

use std::ops::Range;

use domain::ids::{SubjectId, SubmissionId};
use sqlx::{AssertSqlSafe, Row as _};

use super::{AT_ONCE, Load, chunk};
use crate::{error::Error, record};

/// A record to take back: which, and the version it stands on.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawal {
    pub subject: SubjectId,
    pub key: [u8; 16],
    pub base: SubmissionId,
    pub row: u64,
}

/// Records looked at together.
pub(super) const PAGE: usize = 4_000;

impl Load {
    /// How many records this department has of the item, by whichever pack they came.
    pub async fn live(&mut self) -> Result<u64, Error> {
        let statement = format!(
            "select count(*) from submission s join record_version v on v.submission_id = s.id
             where s.item = $1 and s.department = $2 and s.feed_first is not null
               and v.withdrawn = false and {}",
            record::NOTHING_LATER
        );
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(statement))
            .bind(&self.new.item)
            .bind(&self.new.department)
            .fetch_one(&self.register.pool)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// Takes back the records of this source that a full delivery leaves out, and says how many
    /// stood before. A record accepted since the load began is newer than the delivery and stays.
    pub async fn withdraw_missing(&mut self) -> Result<u64, Error> {
        let statement = "\
            select id, feed_count from submission
            where item = $1 and department = $2 and coalesce(pack, '') = $3
              and feed_first < $4 and feed_count > 0 order by id";
        let submissions: Vec<(i64, i64)> = sqlx::query_as(statement)
            .bind(&self.new.item)
            .bind(&self.new.department)
            .bind(self.new.pack.as_deref().unwrap_or_default())
            .bind(self.base)
            .fetch_all(&self.register.pool)
            .await?;
        let mut live = 0;
        let page = i64::try_from(PAGE).unwrap_or(i64::MAX);
        for (submission, count) in submissions {
            for from in (0..count).step_by(PAGE) {
                live += self.withdraw_missing_of(submission, from..from + page).await?;
            }
        }
        Ok(live)
    }

    /// The same for some versions of one submission.
    async fn withdraw_missing_of(
        &mut self,
        submission: i64,
        places: Range<i64>,
    ) -> Result<u64, Error> {
        let statement = format!(
            "select v.subject_id, v.key, case when exists (
               select 1 from record_version o where o.subject_id = v.subject_id and o.item = v.item
                 and o.key = v.key and o.submission_id = $4) then 1 else 0 end
             from record_version v join submission s on s.id = v.submission_id
             where v.submission_id = $1 and v.ordinal >= $2 and v.ordinal < $3
               and v.withdrawn = false and {}",
            record::NOTHING_LATER
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(submission)
            .bind(places.start)
            .bind(places.end)
            .bind(self.id.0)
            .fetch_all(&self.register.pool)
            .await?;
        let mut gone = Vec::new();
        for row in &rows {
            let (subject, key) = (row.try_get(0)?, chunk::key(row.try_get(1)?)?);
            let named = row.try_get::<i64, _>(2)? != 0;
            if !named && !self.state.unchanged.contains(&(subject, key)) {
                let (subject, base) = (SubjectId(subject), SubmissionId(submission));
                gone.push(Withdrawal { subject, key, base, row: 0 });
            }
        }
        self.withdraw(&gone).await?;
        Ok(rows.len() as u64)
    }

    async fn withdraw(&mut self, gone: &[Withdrawal]) -> Result<(), Error> {
        for part in gone.chunks(AT_ONCE) {
            let mut write = self.register.write().await?;
            for withdrawal in part {
                let place = self.state.ordinal;
                chunk::withdraw(&mut write, self.id, place, &self.new.item, withdrawal).await?;
                self.state.ordinal += 1;
                self.counts.withdrawn += 1;
            }
            write.commit().await?;
        }
        Ok(())
    }
}
