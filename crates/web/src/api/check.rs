//! The check a business system makes while it handles a matter: advice, never a refusal.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::access::Access;
use jiff::{Timestamp, civil::Date};
use registry::{
    advice::{self, Advice, Matter, Question},
    error::Error,
    matter::{self, NewMatter},
    platform::Platform,
    version::Clocks,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        answer::{self, Answer},
        asking::{self, Asker, Params, in_body},
        key::MaybeKeyed,
        problem::{Kind, Problem},
    },
    person,
};

/// What a counter waits for at most; after that it goes on without us.
const PATIENCE: Duration = Duration::from_millis(900);

/// The keys of a check; `code` and `matter` are needed.
const FIELDS: [&str; 8] =
    ["code", "matter", "name", "purpose", "case", "kind", "as_of", "known_at"];

/// A check as a business system asks for it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// 主体代码 · code of the subject
    #[schema(example = "91419901MA0000023D")]
    pub code: String,
    /// 申请人名称，与代码核对 · name of the applicant, compared with the code
    #[schema(example = "示例食品有限公司")]
    pub name: Option<String>,
    /// 事项编码或事项名称 · code or name of the matter the applicant came for
    #[schema(example = "食品经营许可新办")]
    pub matter: String,
    /// 用途 · what the answer is used for
    #[schema(example = "许可审查")]
    pub purpose: Option<String>,
    /// 业务系统自己的件号，原样返回 · the caller's own number, returned as it is
    #[schema(example = "示2026-0001")]
    pub case: Option<String>,
    /// 事项类别，持密钥核查时必填 · kind of matter, needed with a key: licence, inspection, procurement, funds, honour
    #[schema(example = "licence")]
    pub kind: Option<String>,
    /// 按这一天 · as of this day
    #[schema(value_type = Option<String>, format = Date, example = "2026-06-30")]
    pub as_of: Option<Date>,
    /// 按当时所知 · as known then
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-06-30T08:00:00Z")]
    pub known_at: Option<Timestamp>,
}

/// The advice with what the caller files it under.
#[derive(Serialize)]
struct Advised {
    #[serde(flatten)]
    advice: Advice,
    purpose: Option<String>,
    case: Option<String>,
}

/// 办事时核查主体：给经办人提示和依据，从不自动拒绝
///
/// Advice for the officer who handles a matter: the entries of public lists, each with its legal
/// basis. The answer is never a refusal; an unknown code, a name that does not fit and a check that
/// takes too long answer `uncertain`. Without a key nothing is written: asked again, it says the same.
/// With a key the case is registered as a matter (`kind` and `case` are needed), and the subject reads
/// in its own log who asked and for which case.
#[utoipa::path(
    post, path = "/check", tag = "check", request_body = Check,
    responses(
        (status = 200, description = "提示 · advice"), (status = 400, description = "请求有误 · bad request"),
        (status = 401, description = "密钥无效 · no key in force"), (status = 403, description = "密钥无此权限 · not for this key"),
        (status = 415, description = "请用 application/json · send application/json"),
    )
)]
pub async fn check(
    State(platform): State<Platform>,
    MaybeKeyed(keyed): MaybeKeyed,
    asker: Asker,
    params: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    params.only(&[])?;
    let check = read(&headers, &body)?;
    let Check { code, name, matter, purpose, case, kind, as_of, known_at } = check;
    let question = Question {
        code,
        name,
        matter: Matter::parse(&matter).map_err(in_body)?,
        kind: kind.clone(),
        clocks: Clocks::set(&platform, as_of, known_at).await.map_err(in_body)?,
        lang: asker.lang,
    };
    let asked = async {
        match keyed {
            Some(keyed) => {
                let new = new_matter(&question, case.as_deref(), kind)?;
                for_matter(&platform, &keyed.access, &question, &new).await
            }
            None => Ok(advice::check(&platform, &question).await?),
        }
    };
    let mut advice = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(advice) => advice?,
        Err(_) => late(&platform, &question),
    };
    if advice.subject_name.is_none() {
        advice.subject_code = person::veiled(&advice.subject_code);
    }
    advice.matter = person::veiled(&matter);
    let [purpose, case] = [purpose, case].map(|text| text.map(|text| person::veiled(&text)));
    answer::once(StatusCode::OK, &Advised { advice, purpose, case })
}

/// The matter a system with a key asks for; kind and case are needed then.
fn new_matter(
    question: &Question,
    case: Option<&str>,
    kind: Option<String>,
) -> Result<NewMatter, Problem> {
    let missing = |name: &str| {
        let zh = format!("持密钥核查须给出“{name}”");
        let problem = Problem::with(Kind::BadBody, zh, format!("“{name}” is needed with a key"));
        Problem { parameter: Some(name.to_owned()), ..problem }
    };
    let number = case.ok_or_else(|| missing("case"))?.to_owned();
    let kind = kind.ok_or_else(|| missing("kind"))?;
    Ok(NewMatter { kind, number, slug: question.code.clone() })
}

/// The check of a system with a key: for a case, and written into the subject's log.
async fn for_matter(
    platform: &Platform,
    access: &Access,
    question: &Question,
    new: &NewMatter,
) -> Result<Advice, Problem> {
    let matter = match matter::register(platform, access, new).await {
        // There is no subject, and no log it could be written into.
        Err(Error::Question { name: "code", .. }) => {
            return Ok(advice::check(platform, question).await?);
        }
        Err(Error::Question { name: "number", text }) => {
            return Err(in_body(Error::Question { name: "case", text }));
        }
        registered => registered.map_err(in_body)?,
    };
    let (name, clocks) = (question.name.clone(), question.clocks);
    Ok(matter::check(platform, access, &matter, name, clocks, question.lang).await?)
}

/// Reads the body of a check.
fn read(headers: &HeaderMap, body: &Bytes) -> Result<Check, Problem> {
    let check: Check = asking::body(headers, body, &FIELDS)?;
    asking::filled(&[("code", &check.code), ("matter", &check.matter)])?;
    Ok(check)
}

/// The answer when looking took too long.
fn late(platform: &Platform, question: &Question) -> Advice {
    let (zh, en) = (
        "平台没有及时答复；请照常办理，需要时稍后再查",
        "no answer came in time; go on with the matter and ask again later if need be",
    );
    advice::uncertain(platform, question, question.lang.t(zh, en))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header::CONTENT_TYPE};
    use domain::text::Lang;

    use super::*;

    #[test]
    fn a_body_that_cannot_be_read_is_not_repeated() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for body in [
            r#"{"code": 110105194912310021, "matter": "x"}"#,
            r#"{"code": "a", "matter": "x", "110105194912310021": 1}"#,
            r#"{"code": "110105194912310021"}"#,
            "110105194912310021",
        ] {
            let problem = read(&headers, &Bytes::from_static(body.as_bytes())).unwrap_err();
            let said = serde_json::to_string(&problem.body(Lang::En, String::new())).unwrap();
            assert!(!said.contains("1949"), "{said}");
        }
    }
}
