//! The change feed: numbered, resumable, without a gap.

use axum::extract::State;
use registry::{changes, platform::Platform};

use crate::api::{
    answer::{self, Answer},
    asking::{Asker, Params},
};

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
