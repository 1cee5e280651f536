//! Records that a department handed in, as a list: every subject on it is told in its log.

use domain::{
    access::{Access, Action, Ground, Obligation},
    audit::Event,
    disclosure::Audience,
    ids::SubjectId,
    text::Lang,
};
use jiff::civil::Date;
use store::audit::NewEvent;

use crate::{
    access_log::{self, Looked},
    error::Error,
    gate,
    platform::Platform,
    record::{Of, RecordView, Scope, Viewing},
    version::{Clocks, Life},
};

/// Which records are asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub item: String,
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// Continue behind this date, subject and record.
    pub after: Option<(String, i64, i64)>,
}

/// A record in the list, whose it is, and for whom it was handed in.
#[derive(Clone, Debug)]
pub struct Row {
    pub subject: SubjectId,
    pub held_by: SubjectId,
    pub view: RecordView,
}

/// One page of the records of the department acted for, newest document first.
pub async fn list(
    platform: &Platform,
    access: &Access,
    wanted: &Wanted,
    limit: i64,
    lang: Lang,
) -> Result<Vec<Row>, Error> {
    let access = access.clone().on(Ground::Submitted, "本单位报送记录");
    let department = access.department().map(str::to_owned);
    let action = Action::ReadDepartmentRecord;
    let permit = gate::admit(platform, &access, action, department.is_some())?;
    let department = department.ok_or(Error::Forbidden(action))?;
    if permit.audience() != Audience::Officer || !permit.permission().obliges(Obligation::Log) {
        return Err(Error::Forbidden(action));
    }
    let mut write = platform.register.write().await?;
    let query = store::record::DepartmentQuery {
        department: department.clone(),
        item: wanted.item.clone(),
        from: wanted.from,
        until: wanted.until,
        after: wanted.after.clone(),
        limit,
    };
    let versions = store::record::of_department_noted(&mut write, &query).await?;
    let scope = Scope { department: Some(&department), ..Scope::default() };
    let clocks = Clocks::present(platform);
    let viewing = Viewing { platform, audience: permit.audience(), lang, clocks, scope };
    let mut rows = Vec::new();
    for version in &versions {
        let one = std::slice::from_ref(version);
        let of = Of { slug: "", ended: false, ended_today: false };
        if let Some(view) = viewing.record(&Life::whole(one), of).await? {
            rows.push(Row { subject: version.subject, held_by: version.held_by, view });
        }
    }
    let mut notes = Vec::new();
    for row in &rows {
        let looked = Looked::at(std::iter::once((row.view.item.as_str(), row.view.record)));
        notes.push((row.subject, access_log::detail(&access, &permit, &looked)?));
    }
    let (actor, objects): (String, Vec<String>) =
        (access.actor.to_string(), notes.iter().map(|(subject, _)| subject.to_string()).collect());
    let events: Vec<NewEvent<'_>> = notes
        .iter()
        .zip(&objects)
        .map(|((subject, detail), object)| NewEvent {
            actor: &actor,
            event: Event::RecordRead,
            object,
            detail,
            subject: Some(*subject),
        })
        .collect();
    if !events.is_empty() {
        store::audit::append_all(&mut write, platform.now(), &events).await?;
    }
    write.commit().await?;
    Ok(rows)
}
