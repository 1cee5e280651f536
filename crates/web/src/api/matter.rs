//! Matters (办理事项) of an organisation's own systems, and the files they open.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use domain::{ids::MatterId, matter::Matter, text::Lang};
use registry::{file::FileView, matter, platform::Platform, reading};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        answer::{self, Answer},
        asking::{self, Asker, Params, in_body},
        key::Keyed,
        problem::{Kind, Problem},
    },
    person,
};

/// The keys of a matter, all of them needed.
const FIELDS: [&str; 3] = ["kind", "number", "code"];

/// A matter as a system registers it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMatter {
    /// 事项类别 · kind of matter: licence, inspection, procurement, funds, honour
    #[schema(example = "licence", min_length = 1)]
    pub kind: String,
    /// 办件编号，最多 60 个字 · number of the case
    #[schema(example = "示2026-0001", min_length = 1, max_length = 60)]
    pub number: String,
    /// 主体代码 · code of the subject
    #[schema(example = "91419901MA0000023D", min_length = 1)]
    pub code: String,
}

/// A matter as it is told.
#[derive(Serialize)]
struct Registered {
    matter: i64,
    kind: String,
    kind_label: String,
    number: String,
    subject_code: String,
    /// Sections of the file it opens.
    sections: Vec<&'static str>,
    opened_at: String,
    until: String,
    open: bool,
}

/// A file as it was opened, with the words every copy must bear.
#[derive(Serialize)]
pub struct OpenedFile {
    watermark: Option<String>,
    file: FileView,
}

impl OpenedFile {
    #[must_use]
    pub fn of(opened: reading::Opened<FileView>) -> OpenedFile {
        OpenedFile { watermark: opened.watermark, file: opened.view }
    }
}

/// 登记办理事项
///
/// Registers a matter for the organisation of the key. A number it has for this subject already is
/// the same matter while that is open; closed, over, or of another kind it is answered with 400. The
/// subject reads in its log what is looked at for it.
#[utoipa::path(
    post, path = "/matters", tag = "matters", security(("key" = [])), request_body = NewMatter,
    responses(
        (status = 201, description = "已登记 · registered"), (status = 400, description = "请求有误 · bad request"),
        (status = 401, description = "密钥无效 · no key in force"), (status = 403, description = "密钥无此权限 · not for this key"),
        (status = 415, description = "请用 application/json · send application/json"),
    )
)]
pub async fn register_matter(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    asker: Asker,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    params.only(&[])?;
    let new: NewMatter = asking::body(&headers, &body, &FIELDS)?;
    let new = matter::NewMatter { kind: new.kind, number: new.number, slug: new.code };
    let matter = matter::register(&platform, &key.access, &new).await.map_err(in_body)?;
    let address = answer::address("/matters/", &matter.id.to_string(), "");
    answer::created(&address, &told(&platform, matter, asker.lang).await?)
}

/// 一件办理事项
///
/// A matter of the organisation of the key.
#[utoipa::path(
    get, path = "/matters/{matter}", tag = "matters", security(("key" = [])),
    params(("matter" = i64, Path, description = "事项编号 · number of the matter", example = 1)),
    responses(
        (status = 200, description = "事项 · matter"), (status = 401, description = "密钥无效 · no key in force"),
        (status = 403, description = "密钥无此权限 · not for this key"), (status = 404, description = "没有 · not here"),
    )
)]
pub async fn matter(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    Path(id): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let matter = matter::find(&platform, &key.access, number(&id)?).await?;
    Ok(answer::private(answer::json(&told(&platform, matter, asker.lang).await?)?))
}

/// 办结：不再打开任何档案
///
/// Closes a matter: from here on it opens nothing.
#[utoipa::path(
    post, path = "/matters/{matter}/close", tag = "matters", security(("key" = [])),
    params(("matter" = i64, Path, description = "事项编号 · number of the matter", example = 1)),
    responses(
        (status = 200, description = "已办结 · closed"), (status = 401, description = "密钥无效 · no key in force"),
        (status = 403, description = "密钥无此权限 · not for this key"), (status = 404, description = "没有 · not here"),
    )
)]
pub async fn close_matter(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    Path(id): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let id = number(&id)?;
    matter::close(&platform, &key.access, id).await?;
    let matter = matter::find(&platform, &key.access, id).await?;
    answer::once(StatusCode::OK, &told(&platform, matter, asker.lang).await?)
}

/// 为办理事项打开主体档案（记入主体的查询记录）
///
/// Opens the sections of the subject's file that the kind of matter entitles to, with what the public
/// does not see. Each look is written into the subject's log, which is why this is no `GET`.
#[utoipa::path(
    post, path = "/matters/{matter}/file", tag = "matters", security(("key" = [])),
    params(("matter" = i64, Path, description = "事项编号 · number of the matter", example = 1)),
    responses(
        (status = 200, description = "档案 · file"), (status = 401, description = "密钥无效 · no key in force"),
        (status = 403, description = "密钥无此权限 · not for this key"),
        (status = 404, description = "没有这件事项，或已办结、到期 · no such matter, or closed or over"),
    )
)]
pub async fn matter_file(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    Path(id): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let (_, opened) = reading::for_matter(&platform, &key.access, number(&id)?, asker.lang).await?;
    answer::once(StatusCode::OK, &OpenedFile::of(opened))
}

/// A number that cannot be one is of no matter.
pub(super) fn number(text: &str) -> Result<MatterId, Problem> {
    text.parse().map(MatterId).map_err(|_| Problem::new(Kind::NotFound))
}

async fn told(platform: &Platform, matter: Matter, lang: Lang) -> Result<Registered, Problem> {
    let known = platform.policy.matter(&matter.kind);
    let sections = known.map(|kind| kind.sections.as_slice()).unwrap_or_default();
    Ok(Registered {
        matter: matter.id.0,
        kind_label: matter::kind_label(platform, &matter.kind, lang),
        number: person::veiled(&matter.number),
        subject_code: matter::slug(platform, matter.subject).await?,
        sections: sections.iter().map(|section| section.code()).collect(),
        opened_at: answer::instant(platform, matter.opened_at),
        until: answer::instant(platform, matter.until),
        open: matter::is_open(platform, &matter),
        kind: matter.kind,
    })
}
