//! Subjects: search, head, file and the history of one record.

use axum::extract::{Path, State};
use registry::{
    file,
    platform::Platform,
    record::{self, Viewing},
    search::SearchView,
    subject,
};

use crate::{
    api::{
        answer::{self, Answer},
        asking::{Asker, Params},
        problem::{Kind, Problem},
    },
    person,
};

/// 按名称、名称的一部分、写错的名称或代码查找组织
///
/// Finds organisations by name, part of a name, a misspelt name or a code. Natural persons are
/// never found.
#[utoipa::path(
    get, path = "/search", tag = "subjects",
    params(
        ("q" = String, Query, min_length = 1, description = "名称或代码 · name or code", example = "示例商贸"),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 50, description = "1–50, 20 if not given", example = 10),
    ),
    responses((status = 200, description = "最像的在前 · best first"), (status = 400, description = "参数有误 · bad parameter"))
)]
pub async fn search(State(platform): State<Platform>, asker: Asker, params: Params) -> Answer {
    params.only(&["q", "limit"])?;
    let query = params.required("q")?;
    let limit = params.number("limit", 20, 1, 50)?;
    let limit = usize::try_from(limit).unwrap_or_default();
    let (hits, person) = person::search(&platform, query, asker.lang, limit).await?;
    let query = if person { person::VEIL } else { query };
    answer::json(&SearchView { query: query.to_owned(), hits })
}

/// 主体的名称、代码和登记状态
///
/// The head of a subject's file: name, code in its parts, registration status.
#[utoipa::path(
    get, path = "/subjects/{code}", tag = "subjects",
    params(("code" = String, Path, description = "统一社会信用代码，或 方案:值 · unified code, or scheme:value", example = "91419901MA0000023D")),
    responses((status = 200, description = "主体 · subject"), (status = 404, description = "没有或不公开 · not here, or not public"))
)]
pub async fn subject(
    State(platform): State<Platform>,
    Path(code): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    answer::json(&subject::by_slug(&platform, &code, asker.lang).await?)
}

/// 主体的公开信用档案
///
/// Everything the public may see of one subject, section by section, each record with its basis,
/// its source and the day on which its publication ends. `as_of` asks for the law, the facts and
/// the periods of a day, `known_at` for what the platform knew at an instant. Neither brings back
/// what has left publication since, nor a value that was put right.
#[utoipa::path(
    get, path = "/subjects/{code}/file", tag = "subjects",
    params(
        ("code" = String, Path, description = "主体代码 · code of the subject", example = "91419901MA0000023D"),
        ("as_of" = Option<String>, Query, format = Date, description = "按这一天 · as of this day", example = "2026-06-30"),
        ("known_at" = Option<String>, Query, format = DateTime, description = "按当时所知 · as known then", example = "2026-06-30T08:00:00Z"),
    ),
    responses(
        (status = 200, description = "档案 · file"), (status = 400, description = "参数有误 · bad parameter"),
        (status = 404, description = "没有或不公开 · not here, or not public"),
    )
)]
pub async fn file(
    State(platform): State<Platform>,
    Path(slug): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&["as_of", "known_at"])?;
    let clocks = params.clocks(&platform).await?;
    let asked = file::Asked { slug, lang: asker.lang, clocks };
    answer::json(&file::file(&platform, &asked).await?)
}

/// 主体的一条记录，以及为何在此
///
/// One record and why it is here: row, submission, digest, department, article. Of older versions
/// it says that they were there, not what they said.
#[utoipa::path(
    get, path = "/subjects/{code}/records/{record}", tag = "subjects",
    params(
        ("code" = String, Path, description = "主体代码 · code of the subject", example = "91419901MA0000023D"),
        ("record" = i64, Path, description = "记录编号 · number of the record", example = 12884901888i64),
        ("as_of" = Option<String>, Query, format = Date, description = "按这一天 · as of this day", example = "2026-06-30"),
        ("known_at" = Option<String>, Query, format = DateTime, description = "按当时所知 · as known then", example = "2026-06-30T08:00:00Z"),
    ),
    responses(
        (status = 200, description = "记录 · record"), (status = 400, description = "参数有误 · bad parameter"),
        (status = 404, description = "没有或不公开 · not here, or not public"),
    )
)]
pub async fn record(
    State(platform): State<Platform>,
    Path((slug, record)): Path<(String, String)>,
    asker: Asker,
    params: Params,
) -> Answer {
    history(&platform, Some(slug), &record, asker, &params).await
}

/// 按编号查一条记录
///
/// The same by the number of the record alone, as the change feed gives it: whoever holds a record
/// asks here whether it still is public.
#[utoipa::path(
    get, path = "/records/{record}", tag = "subjects",
    params(
        ("record" = i64, Path, description = "记录编号 · number of the record", example = 12884901888i64),
        ("as_of" = Option<String>, Query, format = Date, description = "按这一天 · as of this day", example = "2026-06-30"),
        ("known_at" = Option<String>, Query, format = DateTime, description = "按当时所知 · as known then", example = "2026-06-30T08:00:00Z"),
    ),
    responses(
        (status = 200, description = "记录 · record"), (status = 400, description = "参数有误 · bad parameter"),
        (status = 404, description = "没有或不公开 · not here, or not public"),
    )
)]
pub async fn record_by_number(
    State(platform): State<Platform>,
    Path(record): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    history(&platform, None, &record, asker, &params).await
}

async fn history(
    platform: &Platform,
    slug: Option<String>,
    record: &str,
    asker: Asker,
    params: &Params,
) -> Answer {
    params.only(&["as_of", "known_at"])?;
    let clocks = params.clocks(platform).await?;
    let record = record.parse().map_err(|_| Problem::new(Kind::NotFound))?;
    let slug = match slug {
        Some(slug) => slug,
        None => record::slug_of(platform, record).await?,
    };
    let viewing = Viewing::public(platform, asker.lang, clocks);
    answer::json(&record::history(&viewing, &slug, record).await?)
}
