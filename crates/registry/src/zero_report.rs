//! Zero reports (零报告): a clerk's name under the statement that a period brought nothing.

use domain::{
    access::{Access, Action},
    audit::Event,
    period::Period,
    text::Text,
};
use jiff::civil::Date;
use store::zero_report::ZeroReport;

use crate::{
    collection::{self, Gathered, PeriodLine},
    delivery,
    error::Error,
    platform::Platform,
};

/// States that nothing happened in the period of an item that begins on a day.
pub async fn state(
    platform: &Platform,
    access: &Access,
    item: &str,
    first: Date,
    name: &str,
) -> Result<(), Error> {
    let department = delivery::department(platform, access, Action::Deliver)?;
    let line = period(platform, access, &department, item, first).await?;
    if !line.may_state {
        return Err(Error::Refused(Text::new(
            "这一期还没有结束，或者已经报送、已经作过零报告",
            "this period has not ended, or something was handed in or stated for it already",
        )));
    }
    let (now, actor) = (platform.now(), access.actor.to_string());
    let report = ZeroReport {
        department,
        item: item.to_owned(),
        first_day: line.period.first,
        last_day: line.period.last,
        actor: actor.clone(),
        name: name.to_owned(),
        stated_at: now,
    };
    let mut write = platform.register.write().await?;
    if !store::zero_report::state(&mut write, &report).await? {
        return Err(Error::Refused(Text::new(
            "这一期已经作过零报告",
            "a zero report for this period stands already",
        )));
    }
    let detail = detail(&report.department, &line);
    store::audit::append(&mut write, now, &actor, Event::ZeroReportStated, item, &detail).await?;
    write.commit().await?;
    Ok(())
}

/// Takes a statement back.
pub async fn withdraw(
    platform: &Platform,
    access: &Access,
    item: &str,
    first: Date,
) -> Result<(), Error> {
    let department = delivery::department(platform, access, Action::Deliver)?;
    let line = period(platform, access, &department, item, first).await?;
    let (now, actor) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    let place = (department.as_str(), item, first);
    if !store::zero_report::withdraw(&mut write, place, &actor, now).await? {
        return Err(Error::NotFound);
    }
    let (event, detail) = (Event::ZeroReportWithdrawn, detail(&department, &line));
    store::audit::append(&mut write, now, &actor, event, item, &detail).await?;
    write.commit().await?;
    Ok(())
}

/// The month in which the period of an item that begins on a day ends.
pub fn month(platform: &Platform, item: &str, first: Date) -> Result<Period, Error> {
    let item = platform.policy.item(item).ok_or(Error::NotFound)?;
    let whole = Period::of(item.zero_report, first).filter(|whole| whole.first == first);
    let last = whole.ok_or(Error::NotFound)?.last;
    Ok(Period { first: last.first_of_month(), last: last.last_of_month() })
}

fn detail(department: &str, line: &PeriodLine) -> String {
    let period = line.period;
    format!("department={department} from={} until={}", period.first, period.last)
}

/// The period of an item that begins on a day.
async fn period(
    platform: &Platform,
    access: &Access,
    department: &str,
    item: &str,
    first: Date,
) -> Result<PeriodLine, Error> {
    let month = month(platform, item, first)?;
    let item = collection::admitted(platform, access, department, item)?;
    let gathered = Gathered::of(platform, Some(department), month).await?;
    let lines = gathered.periods(department, item).await?;
    lines.into_iter().find(|line| line.period.first == first).ok_or(Error::NotFound)
}
