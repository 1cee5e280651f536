//! Joint action (联合奖惩) for systems: what entries ask for in their matters, what was done, what is to
//! be lifted.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use domain::{
    ids::{MatterId, RecordId},
    joint::Outcome,
};
use registry::{
    joint::{self, Feedback, MeasureView},
    platform::Platform,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{
    answer::{self, Answer},
    asking::{self, Asker, Params, in_body},
    key::Keyed,
    matter::number,
    problem::{Kind, Problem},
};

/// Measures, the oldest first.
#[derive(Serialize)]
struct Measures {
    measures: Vec<MeasureView>,
}

/// What was done with a measure.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// 名单记录的编号 · number of the record that asks for it
    #[schema(example = 1)]
    pub record: i64,
    /// 措施 · measure, as the check named it
    #[schema(example = "awards", min_length = 1)]
    pub measure: String,
    /// 采取情况 · taken, hinted, not_applicable, not_taken
    #[schema(example = "taken", min_length = 1)]
    pub outcome: String,
    /// 理由，未采取、不适用时必填 · why, where it was not taken or does not apply
    #[schema(max_length = 300)]
    pub reason: Option<String>,
    /// 文书号 · number of the document by which it was done
    #[schema(max_length = 64)]
    pub document: Option<String>,
}

/// A measure that was lifted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifted {
    /// 名单记录的编号 · number of the record that asked for it
    #[schema(example = 1)]
    pub record: i64,
    /// 措施 · measure
    #[schema(example = "awards", min_length = 1)]
    pub measure: String,
}

/// 待反馈、待解除的措施
///
/// What the organisation of the key still has to tell: what it did with a measure it was asked for, or
/// that it lifted one whose entry is gone.
#[utoipa::path(
    get, path = "/measures", tag = "matters", security(("key" = [])),
    responses(
        (status = 200, description = "措施 · measures"), (status = 401, description = "密钥无效 · no key in force"),
        (status = 403, description = "密钥无此权限 · not for this key"),
    )
)]
pub async fn measures(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let measures = joint::open(&platform, &key.access, asker.lang).await?;
    Ok(answer::private(answer::json(&Measures { measures })?))
}

/// 一件事项里的措施
///
/// What was asked for in a matter, and what was told of it.
#[utoipa::path(
    get, path = "/matters/{matter}/measures", tag = "matters", security(("key" = [])),
    params(("matter" = i64, Path, description = "事项编号 · number of the matter", example = 1)),
    responses(
        (status = 200, description = "措施 · measures"), (status = 401, description = "密钥无效 · no key in force"),
        (status = 403, description = "密钥无此权限 · not for this key"), (status = 404, description = "没有 · not here"),
    )
)]
pub async fn matter_measures(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    Path(id): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[])?;
    let measures = joint::of_matter(&platform, &key.access, number(&id)?, asker.lang).await?;
    Ok(answer::private(answer::json(&Measures { measures })?))
}

/// 反馈措施的采取情况
///
/// Tells what was done with a measure; told again, the last word counts until it is lifted.
#[utoipa::path(
    post, path = "/matters/{matter}/feedback", tag = "matters", security(("key" = [])), request_body = Told,
    params(("matter" = i64, Path, description = "事项编号 · number of the matter", example = 1)),
    responses(
        (status = 200, description = "已反馈 · told"), (status = 400, description = "请求有误 · bad request"),
        (status = 401, description = "密钥无效 · no key in force"), (status = 403, description = "密钥无此权限 · not for this key"),
        (status = 404, description = "没有 · not here"), (status = 415, description = "请用 application/json · send application/json"),
    )
)]
pub async fn feedback(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    Path(id): Path<String>,
    asker: Asker,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    params.only(&[])?;
    let id = number(&id)?;
    let fields = ["record", "measure", "outcome", "reason", "document"];
    let Told { record, measure, outcome, reason, document } =
        asking::body(&headers, &body, &fields)?;
    let outcome = Outcome::from_code(&outcome).ok_or_else(|| {
        let words: Vec<&str> = Outcome::ALL.iter().map(|one| one.code()).collect();
        let problem =
            Problem::with(Kind::BadBody, "采取情况见 allowed", "see allowed for outcomes");
        Problem { parameter: Some("outcome".to_owned()), ..problem.allowing(&words) }
    })?;
    let feedback = Feedback {
        record: RecordId(record),
        measure,
        outcome,
        reason: reason.unwrap_or_default(),
        document: document.unwrap_or_default(),
    };
    joint::tell(&platform, &key.access, id, &feedback).await.map_err(in_body)?;
    settled(&platform, &key.access, id, asker).await
}

/// 告知措施已经解除
///
/// Tells that a measure whose entry is gone was lifted.
#[utoipa::path(
    post, path = "/matters/{matter}/lifted", tag = "matters", security(("key" = [])), request_body = Lifted,
    params(("matter" = i64, Path, description = "事项编号 · number of the matter", example = 1)),
    responses(
        (status = 200, description = "已解除 · lifted"), (status = 400, description = "请求有误 · bad request"),
        (status = 401, description = "密钥无效 · no key in force"), (status = 403, description = "密钥无此权限 · not for this key"),
        (status = 404, description = "没有 · not here"), (status = 415, description = "请用 application/json · send application/json"),
    )
)]
pub async fn lifted(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    Path(id): Path<String>,
    asker: Asker,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    params.only(&[])?;
    let id = number(&id)?;
    let Lifted { record, measure } = asking::body(&headers, &body, &["record", "measure"])?;
    let place = (RecordId(record), measure.as_str());
    joint::tell_lifted(&platform, &key.access, id, place).await.map_err(in_body)?;
    settled(&platform, &key.access, id, asker).await
}

async fn settled(
    platform: &Platform,
    access: &domain::access::Access,
    id: MatterId,
    asker: Asker,
) -> Answer {
    let measures = joint::of_matter(platform, access, id, asker.lang).await?;
    answer::once(StatusCode::OK, &Measures { measures })
}
