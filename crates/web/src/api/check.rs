//! The check a business system makes while it handles a matter: advice, never a refusal.

use std::time::Duration;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use registry::{
    advice::{self, Advice, AdviceKind, Question},
    platform::Platform,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{
    answer::{self, Answer},
    asking::Asker,
    person,
    problem::{Kind, Problem},
};

/// What a counter waits for at most; after that it goes on without us.
const PATIENCE: Duration = Duration::from_millis(900);

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
    /// 事项 · the matter the applicant came for
    #[schema(example = "食品经营许可新办")]
    pub matter: String,
    /// 用途 · what the answer is used for
    #[schema(example = "许可审查")]
    pub purpose: Option<String>,
    /// 业务系统自己的件号，原样返回 · the caller's own number, returned as it is
    #[schema(example = "示2026-0001")]
    pub case: Option<String>,
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
/// Advice for the officer who handles a matter, each hint with its legal basis. The answer is
/// never a refusal; an unknown code and a check that takes too long answer `uncertain`. Nothing
/// is written: asked again, it says the same.
#[utoipa::path(
    post, path = "/check", tag = "check", request_body = Check,
    responses(
        (status = 200, description = "提示 · advice"), (status = 400, description = "请求体有误"),
        (status = 415, description = "请用 application/json"),
    )
)]
pub async fn check(
    State(platform): State<Platform>,
    asker: Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let lang = asker.lang;
    let Check { code, name, matter, purpose, case } = read(&headers, &body)?;
    let question = Question { code, name, matter, lang };
    let mut advice = match tokio::time::timeout(PATIENCE, advice::check(&platform, &question)).await
    {
        Ok(advice) => advice?,
        Err(_) => late(&platform, &question),
    };
    if advice.subject_name.is_none() {
        advice.subject_code = person::veiled(&advice.subject_code);
    }
    advice.matter = person::veiled(&advice.matter);
    let [purpose, case] = [purpose, case].map(|text| text.map(|text| person::veiled(&text)));
    answer::once(StatusCode::OK, &Advised { advice, purpose, case })
}

/// Reads the body; what is wrong is said without repeating any of it.
fn read(headers: &HeaderMap, body: &Bytes) -> Result<Check, Problem> {
    const FIELDS: [&str; 5] = ["code", "name", "matter", "purpose", "case"];
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|given| given.starts_with("application/json")) {
        let (zh, en) = ("请用 application/json", "send application/json");
        return Err(Problem::with(Kind::UnsupportedType, zh, en).allowing(&["application/json"]));
    }
    let Ok(Json(check)) = Json::<Check>::from_bytes(body) else {
        let zh = "请求体应为 JSON 对象，值都是文字；code 和 matter 必填，可用的键见 allowed";
        let en = "the body is a JSON object of texts; code and matter are needed, see allowed";
        return Err(Problem::with(Kind::BadBody, zh, en).allowing(&FIELDS));
    };
    for (field, value) in [("code", &check.code), ("matter", &check.matter)] {
        if value.trim().is_empty() {
            let (zh, en) = (format!("“{field}”不能为空"), format!("“{field}” must not be empty"));
            let problem = Problem::with(Kind::BadBody, zh, en);
            return Err(Problem { parameter: Some(field.to_owned()), ..problem });
        }
    }
    Ok(check)
}

/// The answer when looking took too long.
fn late(platform: &Platform, question: &Question) -> Advice {
    let (zh, en) = (
        "平台没有及时答复；请照常办理，需要时稍后再查",
        "no answer came in time; go on with the matter and ask again later if need be",
    );
    Advice {
        result: AdviceKind::Uncertain,
        sentence: question.lang.t(zh, en).to_owned(),
        matter: question.matter.clone(),
        subject_code: question.code.clone(),
        subject_name: None,
        items: Vec::new(),
        as_of: platform.second(platform.now()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
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
