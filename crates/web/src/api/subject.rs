//! Subjects: search, head, file and the history of one record.

use axum::extract::{Path, State};
use domain::{disclosure::Audience, text::Lang};
use registry::{
    api_use, file,
    platform::Platform,
    record::{self, RecordView, Viewing},
    search::{self, SearchView},
    subject::Head,
};
use serde::Serialize;

use crate::api::{
    answer::{self, Answer},
    asking::{Asker, Params},
    person,
    problem::{Kind, Problem},
};

/// 按名称、名称的一部分、写错的名称或代码查找组织
///
/// Finds organisations by name, part of a name, a misspelt name or a code. Natural persons are
/// never found.
#[utoipa::path(
    get, path = "/search", tag = "subjects",
    params(
        ("q" = String, Query, description = "名称或代码 · name or code", example = "示例商贸"),
        ("limit" = Option<i64>, Query, description = "1–50, 20 if not given", example = 10),
    ),
    responses((status = 200, description = "最像的在前 · best first"), (status = 400, description = "参数有误"))
)]
pub async fn search(State(platform): State<Platform>, asker: Asker, params: Params) -> Answer {
    params.only(&["q", "limit"])?;
    let query = params.required("q")?;
    let limit = params.number("limit", 20, 1, 50)?;
    let limit = usize::try_from(limit).unwrap_or_default();
    let found = search::search(&platform, query, asker.lang, limit).await?;
    let query = if found.hits.is_empty() { person::veiled(&found.query) } else { found.query };
    answer::json(&SearchView { query, hits: found.hits })
}

/// 主体的名称、代码和登记状态
///
/// The head of a subject's file: name, code in its parts, registration status.
#[utoipa::path(
    get, path = "/subjects/{code}", tag = "subjects",
    params(("code" = String, Path, description = "统一社会信用代码，或 方案:值 · unified code, or scheme:value", example = "91419901MA0000023D")),
    responses((status = 200, description = "主体 · subject"), (status = 404, description = "没有或不公开"))
)]
pub async fn subject(
    State(platform): State<Platform>,
    Path(code): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    answer::json(&api_use::head(&platform, &code, asker.lang).await?)
}

/// 主体的公开信用档案
///
/// Everything the public may see of one subject, section by section, each record with its basis,
/// its source and the day on which its publication ends. `as_of` asks for the law and the periods
/// of a day, `known_at` for what the platform knew at an instant.
#[utoipa::path(
    get, path = "/subjects/{code}/file", tag = "subjects",
    params(
        ("code" = String, Path, description = "主体代码 · code of the subject", example = "91419901MA0000023D"),
        ("as_of" = Option<String>, Query, description = "按这一天 · as of this day", example = "2026-06-30"),
        ("known_at" = Option<String>, Query, description = "按当时所知 · as known then", example = "2026-06-30T08:00:00Z"),
    ),
    responses(
        (status = 200, description = "档案 · file"), (status = 400, description = "参数有误"),
        (status = 404, description = "没有或不公开"),
    )
)]
pub async fn file(
    State(platform): State<Platform>,
    Path(slug): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&["as_of", "known_at"])?;
    let as_of = params.date("as_of")?;
    let known_at = match params.instant("known_at")? {
        Some(instant) => instant,
        None => api_use::last_change(&platform).await?,
    };
    let (audience, lang) = (Audience::Public, asker.lang);
    let asked = file::Asked { slug, audience, lang, as_of, known_at: Some(known_at) };
    let mut file = file::file(&platform, &asked).await?;
    // The instant in full: asked for again, it gives this very file.
    file.known_at = known_at.to_string();
    answer::json(&file)
}

/// One record through its versions.
#[derive(Serialize)]
struct History {
    subject: Head,
    /// Newest first.
    versions: Vec<RecordView>,
}

/// 一条记录的全部版本，以及为何在此
///
/// One record with all its versions, newest first, and why it is here: row, submission, digest,
/// department, article.
#[utoipa::path(
    get, path = "/subjects/{code}/records/{record}", tag = "subjects",
    params(
        ("code" = String, Path, description = "主体代码 · code of the subject", example = "91419901MA0000023D"),
        ("record" = i64, Path, description = "记录编号 · number of the record", example = 12884901888i64),
    ),
    responses((status = 200, description = "记录 · record"), (status = 404, description = "没有或不公开"))
)]
pub async fn record(
    State(platform): State<Platform>,
    Path((slug, record)): Path<(String, String)>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let record = record.parse().map_err(|_| Problem::new(Kind::NotFound))?;
    let (subject, versions) = history(&platform, &slug, record, asker.lang).await?;
    answer::json(&History { subject, versions })
}

async fn history(
    platform: &Platform,
    slug: &str,
    record: i64,
    lang: Lang,
) -> Result<(Head, Vec<RecordView>), Problem> {
    let as_of = platform.today();
    let viewing = Viewing { platform, audience: Audience::Public, lang, as_of };
    Ok(record::history(&viewing, slug, record, platform.now()).await?)
}
