//! Public lists by item: 双公示 and the rest.

use axum::extract::{Path, State};
use registry::{list, platform::Platform};

use crate::api::{
    answer::{self, Answer},
    asking::{Asker, Params},
};

/// 一个信息项下公示中的记录，新的在前
///
/// The published records of one item, newest document first. `next` of the answer goes on where
/// the page ended; `partial` says that looking stopped before the page was full. `total` is the
/// number published today, where nothing is filtered.
#[utoipa::path(
    get, path = "/public/{item}", tag = "lists",
    params(
        ("item" = String, Path, description = "信息项 · catalogue item", example = "penalty"),
        ("from" = Option<String>, Query, format = Date, description = "文书日期起 · document not before", example = "2026-01-01"),
        ("until" = Option<String>, Query, format = Date, description = "文书日期止 · document not after", example = "2026-12-31"),
        ("department" = Option<String>, Query, description = "信源单位 · department", example = "scjg"),
        ("code" = Option<String>, Query, description = "类别代码，如处罚类别 · code of the kind", example = "3"),
        ("district" = Option<String>, Query, description = "行政区划 · district", example = "419901"),
        ("as_of" = Option<String>, Query, format = Date, description = "按这一天 · as of this day", example = "2026-06-30"),
        ("known_at" = Option<String>, Query, format = DateTime, description = "按当时所知 · as known then", example = "2026-06-30T08:00:00Z"),
        ("after" = Option<String>, Query, description = "上一页的 next · next of the page before"),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1–100, 20 if not given", example = 20),
    ),
    responses(
        (status = 200, description = "一页 · one page"), (status = 400, description = "参数有误 · bad parameter"),
        (status = 404, description = "没有这个信息项，或者不公示 · no such item, or not public"),
    )
)]
pub async fn list(
    State(platform): State<Platform>,
    Path(item): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&[
        "from",
        "until",
        "department",
        "code",
        "district",
        "as_of",
        "known_at",
        "after",
        "limit",
    ])?;
    let text = |name| params.text(name).map(str::to_owned);
    let asked = list::Asked {
        item,
        from: params.date("from")?,
        until: params.date("until")?,
        department: text("department"),
        code: text("code"),
        district: text("district"),
        after: text("after"),
        clocks: params.clocks(&platform).await?,
        lang: asker.lang,
        limit: usize::try_from(params.number("limit", 20, 1, 100)?).unwrap_or_default(),
    };
    answer::json(&list::list(&platform, &asked).await?)
}
