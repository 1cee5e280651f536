//! The change feed: numbered, resumable, without a gap.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use registry::{changes, platform::Platform, recipient};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{
    answer::{self, Answer},
    asking::{self, Asker, Params, in_body},
    key::Keyed,
};

/// How far the feed was carried out.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    /// 已经办到的一号 · the last position that was carried out
    #[schema(example = 1, minimum = 0)]
    pub position: i64,
}

/// What a recipient is answered.
#[derive(Serialize)]
struct Confirmed {
    position: i64,
    last: i64,
    /// Take-downs behind the position, up to 100.
    outstanding: usize,
}

/// 变更流：按编号续读，不缺不重
///
/// Every change in the order it was accepted. Ask from 1, then from `next`, until `next` is beyond
/// `last`. `publish` brings the record as it stands now, with `until`, its last day; `remove` says
/// that it is no longer public: drop it, also where you never had it; `none` asks for nothing.
/// `affects` of a registration lists records that went with their subject: drop them too.
/// Publication that ends by itself makes no entry: drop each record after its `until`, and ask
/// `/records/{record}` about those without one.
#[utoipa::path(
    get, path = "/changes", tag = "changes",
    params(
        ("from" = Option<i64>, Query, minimum = 1, description = "从这一号起 · first position, 1 if not given", example = 1),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "1–500, 100 if not given", example = 100),
    ),
    responses((status = 200, description = "一页 · one page"), (status = 400, description = "参数有误 · bad parameter"))
)]
pub async fn changes(State(platform): State<Platform>, asker: Asker, params: Params) -> Answer {
    params.only(&["from", "limit"])?;
    let from = params.number("from", 1, 1, i64::MAX)?;
    let limit = params.number("limit", 100, 1, 500)?;
    answer::json(&changes::changes(&platform, from, limit, asker.lang).await?)
}

/// 回执：变更流已经办到哪一号
///
/// Says that everything up to a position was carried out: what was published taken over, what was
/// removed dropped. The centre sees who has not answered a take-down, and what they still hold.
#[utoipa::path(
    post, path = "/changes/confirmed", tag = "changes", security(("key" = [])), request_body = Carried,
    responses(
        (status = 200, description = "已回执 · confirmed"), (status = 400, description = "请求有误 · bad request"),
        (status = 401, description = "密钥无效 · no key in force"), (status = 403, description = "密钥无此权限 · not for this key"),
        (status = 415, description = "请用 application/json · send application/json"),
    )
)]
pub async fn confirm_changes(
    State(platform): State<Platform>,
    Keyed(key): Keyed,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    params.only(&[])?;
    let carried: Carried = asking::body(&headers, &body, &["position"])?;
    let done = recipient::confirm(&platform, &key.access, carried.position).await;
    let recipient::Confirmed { position, last, outstanding } = done.map_err(in_body)?;
    answer::once(StatusCode::OK, &Confirmed { position, last, outstanding })
}
