//! Public lists by item: 双公示 and the rest.

use axum::extract::{Path, State};
use jiff::civil::Date;
use registry::{list, platform::Platform};

use crate::api::{
    answer::{self, Answer},
    asking::{self, Asker, Params},
};

/// 一个信息项下公示中的记录，新的在前
///
/// The published records of one item, newest document first. `next` of the answer goes on where
/// the page ended; `partial` says that looking stopped before the page was full.
#[utoipa::path(
    get, path = "/public/{item}", tag = "lists",
    params(
        ("item" = String, Path, description = "信息项 · catalogue item", example = "penalty"),
        ("from" = Option<String>, Query, description = "文书日期起 · document not before", example = "2026-01-01"),
        ("until" = Option<String>, Query, description = "文书日期止 · document not after", example = "2026-12-31"),
        ("department" = Option<String>, Query, description = "信源单位 · department", example = "scjg"),
        ("code" = Option<String>, Query, description = "类别代码，如处罚类别 · code of the kind", example = "3"),
        ("district" = Option<String>, Query, description = "行政区划 · district", example = "419901"),
        ("after" = Option<String>, Query, description = "上一页的 next · next of the page before"),
        ("limit" = Option<i64>, Query, description = "1–100, 20 if not given", example = 20),
    ),
    responses(
        (status = 200, description = "一页 · one page"), (status = 400, description = "参数有误"),
        (status = 404, description = "没有这个信息项，或者不公示"),
    )
)]
pub async fn list(
    State(platform): State<Platform>,
    Path(item): Path<String>,
    asker: Asker,
    params: Params,
) -> Answer {
    params.only(&["from", "until", "department", "code", "district", "after", "limit"])?;
    let text = |name| params.text(name).map(str::to_owned);
    let after = text("after");
    if after.as_deref().is_some_and(|cursor| !is_cursor(cursor)) {
        return Err(asking::expected("after", "上一页的 next", "the next of the page before"));
    }
    let asked = list::Asked {
        item,
        from: params.date("from")?,
        until: params.date("until")?,
        department: text("department"),
        code: text("code"),
        district: text("district"),
        after,
        lang: asker.lang,
        limit: usize::try_from(params.number("limit", 20, 1, 100)?).unwrap_or_default(),
    };
    answer::json(&list::list(&platform, &asked).await?)
}

/// Whether a cursor has the form the registry gives out; another would begin again unsaid.
fn is_cursor(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let [day, subject, record] = parts[..] else { return false };
    day.parse::<Date>().is_ok() && [subject, record].iter().all(|id| id.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_out_is_a_cursor() {
        assert!(is_cursor("2026-05-01.12.4294967297"));
        for text in ["", "2026-05-01", "2026-05-01.1", "x.1.2", "2026-05-01.1.2.3"] {
            assert!(!is_cursor(text), "{text}");
        }
    }
}
