//! Records that the department acted for handed in.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    access::{Action, Ground},
    ids::{RecordId, SubjectId},
    text::{Lang, Text},
};
use registry::{
    delivery,
    department_record::{self, Row, Wanted},
    platform::Platform,
    reading::{self, Asked},
    record::{OlderVersion, RecordView},
    repair_notice::{self, NoticeState},
};
use serde::Deserialize;

use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper,
    portal::{day, draw},
    signed::Sent,
    view::{Frame, segment},
};

/// Records on a page.
const PAGE: i64 = 50;

pub fn router() -> Router<Platform> {
    Router::new()
        .route("/console/records", get(list))
        .route("/console/records/{subject}/{record}", get(record))
        .route("/console/records/{subject}/{record}/repair-notice", get(open_notice).post(inform))
        .route("/console/records/{subject}/{record}/repair-notice/served", post(served))
}

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    item: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    /// Date, subject and record behind which to go on.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "console/records.html")]
struct List {
    f: Frame,
    l: Lang,
    d: Bench,
    items: Vec<(String, String)>,
    item: String,
    from: String,
    until: String,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/record.html")]
struct Record {
    f: Frame,
    l: Lang,
    d: Bench,
    subject: String,
    r: RecordView,
    older: Vec<OlderVersion>,
    watermark: String,
    /// Address of the record here.
    base: String,
    /// The repair notice that goes with its decision (两书同达).
    informed: NoticeState,
    wrong: Option<Text>,
}

/// How a notice was served.
#[derive(Deserialize)]
struct Served {
    #[serde(default)]
    on: String,
    #[serde(default)]
    how: String,
}

#[derive(Deserialize)]
struct Nothing {}

async fn list(desk: Desk, Query(filter): Query<Filter>) -> Result<Response, Error> {
    let (platform, lang, access) = (desk.platform(), desk.lang(), desk.signed.access());
    let items: Vec<(String, String)> = delivery::items(platform, &access)?
        .iter()
        .map(|item| (item.id.to_string(), item.label.get(lang).to_owned()))
        .collect();
    let asked = items.iter().find(|(id, _)| *id == filter.item).or(items.first());
    let item = asked.map(|(id, _)| id.clone()).unwrap_or_default();
    let wanted = Wanted {
        item: item.clone(),
        from: day(Some(&filter.from))?,
        until: day(Some(&filter.until))?,
        after: cursor(&filter.after),
    };
    let rows = department_record::list(platform, &access, &wanted, PAGE, lang).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let next = rows.last().filter(|_| full).map(|last| {
        let on = last.view.decided_on.map(|day| day.to_string()).unwrap_or_default();
        format!(
            "/console/records?item={}&from={}&until={}&after={on}_{}_{}",
            segment(&item),
            segment(&filter.from),
            segment(&filter.until),
            last.held_by,
            last.view.record
        )
    });
    draw(&List {
        f: desk.frame(),
        l: lang,
        d: desk.console("records"),
        items,
        item,
        from: filter.from,
        until: filter.until,
        rows,
        next,
    })
}

fn cursor(text: &str) -> Option<(String, i64, i64)> {
    let mut parts = text.split('_');
    let (day, subject, record) = (parts.next()?, parts.next()?, parts.next()?);
    Some((day.to_owned(), subject.parse().ok()?, record.parse().ok()?))
}

async fn record(desk: Desk, Path((subject, number)): Path<(i64, i64)>) -> Result<Response, Error> {
    shown(&desk, (subject, number), None).await
}

async fn shown(
    desk: &Desk,
    (subject, number): (i64, i64),
    wrong: Option<Text>,
) -> Result<Response, Error> {
    let platform = desk.platform();
    let access = desk.signed.access().on(Ground::Submitted, "本单位报送记录");
    let (id, record) = (SubjectId(subject), RecordId(number));
    let asked = Asked {
        access: &access,
        action: Action::ReadDepartmentRecord,
        subject: id,
        lang: desk.lang(),
    };
    let opened = reading::record(platform, asked, record).await?;
    let informed = repair_notice::state(platform, &desk.signed.access(), id, record).await?;
    draw(&Record {
        f: desk.frame(),
        l: desk.lang(),
        d: desk.console("records"),
        subject: opened.view.subject.name,
        r: opened.view.record,
        older: opened.view.older,
        watermark: opened.watermark.unwrap_or_default(),
        base: format!("/console/records/{subject}/{number}"),
        informed,
        wrong,
    })
}

async fn inform(
    desk: Desk,
    Path((subject, number)): Path<(i64, i64)>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let made = repair_notice::make(platform, &access, SubjectId(subject), RecordId(number)).await;
    settled(&desk, (subject, number), made).await
}

async fn served(
    desk: Desk,
    Path((subject, number)): Path<(i64, i64)>,
    Sent(sent): Sent<Served>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let place = (SubjectId(subject), RecordId(number));
    let on = sent.on.parse().ok();
    let done = repair_notice::serve(platform, &access, place, on, &sent.how).await;
    settled(&desk, (subject, number), done).await
}

async fn open_notice(
    desk: Desk,
    Path((subject, number)): Path<(i64, i64)>,
) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let found =
        repair_notice::document(platform, &access, SubjectId(subject), RecordId(number)).await?;
    Ok(paper::answer(found))
}

/// Back to the record, or the record again with what was wrong.
async fn settled(
    desk: &Desk,
    place: (i64, i64),
    done: Result<(), registry::error::Error>,
) -> Result<Response, Error> {
    match done {
        Ok(()) => {
            let (subject, number) = place;
            Ok(Redirect::to(&format!("/console/records/{subject}/{number}")).into_response())
        }
        Err(why) => {
            let page = shown(desk, place, Some(paper::told(why)?)).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
