//! The public face of a submission (归集批次): who, what, when, digest and counts; never a row.

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use domain::text::{Lang, grouped};
use registry::{digest, platform::Platform, receipt};

use super::{Visit, draw};
use crate::{error::Error, view::Frame};

pub fn router() -> Router<Platform> {
    Router::new().route("/submissions/{receipt}", get(page))
}

#[derive(Template)]
#[template(path = "submission.html")]
struct Page {
    f: Frame,
    l: Lang,
    receipt: String,
    department: String,
    item: String,
    item_label: String,
    received_at: String,
    accepted_at: String,
    digest: String,
    counts: Vec<(String, String)>,
}

async fn page(visit: Visit, Path(receipt): Path<String>) -> Result<Response, Error> {
    let (platform, lang) = (&visit.platform, visit.lang);
    let found = receipt::find_public(platform, &receipt).await?;
    let item = platform.policy.item(&found.item);
    let label = item.map_or(found.item.as_str(), |item| item.label.get(lang));
    let counts = [
        (lang.t("共收到", "Rows received"), found.counts.rows),
        (lang.t("新增记录", "Records added"), found.counts.created),
        (lang.t("更新为新版本", "New versions"), found.counts.changed),
        (lang.t("与已有相同", "Unchanged"), found.counts.unchanged),
        (lang.t("撤回", "Withdrawn"), found.counts.withdrawn),
        (lang.t("退回更正", "Sent back"), found.counts.rejected),
    ];
    draw(&Page {
        f: visit.frame(""),
        l: lang,
        department: platform.department_label(&found.department, lang),
        item_label: label.to_owned(),
        item: found.item.clone(),
        received_at: platform.minute(found.received_at),
        accepted_at: found.accepted_at.map(|at| platform.minute(at)).unwrap_or_default(),
        counts: counts.map(|(label, count)| (label.to_owned(), grouped(count))).to_vec(),
        digest: digest::salted(&found.file_salt, &found.file_digest),
        receipt: found.receipt,
    })
}
