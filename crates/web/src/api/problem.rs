//! Problems (RFC 9457): what the API answers instead of a result.

use std::sync::Arc;

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use domain::text::{Lang, Text};
use registry::{api_use, error::Error};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, each with its own `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400: a parameter is missing, unknown or cannot be read.
    BadParameter,
    /// 400: the body cannot be read.
    BadBody,
    /// 401: no key in force.
    Unauthorised,
    /// 403: the key is not for this.
    Forbidden,
    /// 429: over the quota of the key, or too often from one address.
    TooOften,
    /// 404: nothing of this name, or not for this reader; the two are not told apart.
    NotFound,
    /// 404: no operation has this address.
    NoSuchOperation,
    MethodNotAllowed,
    /// 409: the delivery would remove or halve what is here, and waits for a confirmation.
    NeedsConfirmation,
    /// 409: the very same file is being taken in.
    SameFileLoading,
    /// 410: the report was declared not to be relied on.
    Revoked,
    TooLarge,
    UnsupportedType,
    /// 422: the file as a whole cannot be read.
    Unreadable,
    /// 422: the heading does not fit the item.
    Heading,
    /// 422: the law, as loaded, does not allow it.
    Refused,
    /// 503: too much of this is being done already; `Retry-After` says when to come back.
    Busy,
    /// 500: ours to mend; the caller learns nothing of it, the log everything.
    Internal,
}

impl Kind {
    /// Status, last part of the type, and title.
    fn row(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Kind::BadParameter => (S::BAD_REQUEST, "bad-parameter", "参数有误", "bad parameter"),
            Kind::BadBody => (S::BAD_REQUEST, "bad-body", "请求体有误", "bad request body"),
            Kind::Unauthorised => (S::UNAUTHORIZED, "unauthorised", "需要密钥", "a key is needed"),
            Kind::Forbidden => (S::FORBIDDEN, "forbidden", "没有这项权限", "not permitted"),
            Kind::TooOften => (S::TOO_MANY_REQUESTS, "too-often", "太频繁", "too often"),
            Kind::NotFound => (S::NOT_FOUND, "not-found", "没有这一项", "no such thing"),
            Kind::NoSuchOperation => {
                (S::NOT_FOUND, "no-such-operation", "没有这个接口", "no such operation")
            }
            Kind::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method-not-allowed", "方法不对", "wrong method")
            }
            Kind::NeedsConfirmation => {
                (S::CONFLICT, "needs-confirmation", "等待确认", "confirmation needed")
            }
            Kind::SameFileLoading => (
                S::CONFLICT,
                "same-file-loading",
                "同一文件正在归集",
                "same file is being taken in",
            ),
            Kind::Revoked => (S::GONE, "revoked", "报告已作废", "report revoked"),
            Kind::TooLarge => (S::PAYLOAD_TOO_LARGE, "too-large", "内容过大", "too large"),
            Kind::UnsupportedType => (
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-type",
                "不支持的内容类型",
                "unsupported content type",
            ),
            Kind::Unreadable => {
                (S::UNPROCESSABLE_ENTITY, "unreadable", "文件不能读取", "file cannot be read")
            }
            Kind::Heading => {
                (S::UNPROCESSABLE_ENTITY, "heading", "表头不符", "heading does not fit")
            }
            Kind::Refused => {
                (S::UNPROCESSABLE_ENTITY, "refused", "依规则不能办理", "refused by rule")
            }
            Kind::Busy => (S::SERVICE_UNAVAILABLE, "busy", "暂时忙", "busy"),
            Kind::Internal => {
                (S::INTERNAL_SERVER_ERROR, "internal", "平台内部错误", "internal error")
            }
        }
    }

    fn detail(self) -> Text {
        let (zh, en) = match self {
            Kind::Unauthorised => (
                "请在请求头 Authorization 中写 Bearer 和有效的密钥",
                "send Authorization: Bearer and a key in force",
            ),
            Kind::Forbidden => (
                "这把密钥不能做这件事，请向平台的安全管理员申请权限范围",
                "this key may not do that; ask the security administrator for the scope",
            ),
            Kind::TooOften => (
                "太频繁，请按响应头 Retry-After 稍后再来",
                "too often; come again after Retry-After",
            ),
            Kind::NotFound => {
                ("本平台没有这一项，或者不公开", "this is not here, or not for the public")
            }
            Kind::NoSuchOperation => (
                "这个地址没有接口；全部接口见 /api/v1/openapi.json",
                "nothing answers here; /api/v1/openapi.json lists every operation",
            ),
            Kind::MethodNotAllowed => {
                ("请用响应头 Allow 列出的方法", "use a method of the Allow header")
            }
            Kind::Internal => (
                "平台出了差错，已经记录；请稍后再试",
                "something failed here and was noted; try again later",
            ),
            Kind::Busy => (
                "现在忙不过来，请按响应头 Retry-After 稍后再试",
                "too busy at the moment; try again after Retry-After",
            ),
            Kind::TooLarge => ("内容超过上限，请分开报送", "over the limit; send it in parts"),
            Kind::Revoked => ("这份报告已作废，不再提供", "this report is no longer handed out"),
            Kind::BadBody => ("请求体读不懂", "the body cannot be read"),
            _ => {
                let (_, _, zh, en) = self.row();
                (zh, en)
            }
        };
        Text::new(zh, en)
    }
}

/// A failure in both languages, dressed for the reader by [`crate::api::answer::finish`].
#[derive(Clone, Debug)]
pub struct Problem {
    pub kind: Kind,
    pub detail: Text,
    /// The parameter or field at fault.
    pub parameter: Option<String>,
    /// What may stand there.
    pub allowed: Vec<String>,
    /// Seconds after which to come again.
    pub wait: Option<u32>,
}

/// The body of a problem.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body {
    /// What went wrong, stable between versions.
    #[schema(example = "urn:xinheng:problem:not-found")]
    pub r#type: String,
    #[schema(example = "没有这一项")]
    pub title: String,
    #[schema(example = 404)]
    pub status: u16,
    /// What went wrong here and what to do about it.
    #[schema(example = "本平台没有这一项，或者不公开")]
    pub detail: String,
    /// The address asked; a part that may hold an identity number is veiled.
    #[schema(example = "/api/v1/subjects/91419901MA0000023D")]
    pub instance: String,
    /// The parameter or field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What may stand there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
}

impl Problem {
    #[must_use]
    pub fn new(kind: Kind) -> Problem {
        Problem { kind, detail: kind.detail(), parameter: None, allowed: Vec::new(), wait: None }
    }

    #[must_use]
    pub fn with(kind: Kind, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        Problem { detail: Text::new(zh, en), ..Problem::new(kind) }
    }

    /// Too often, with the seconds until there is room.
    #[must_use]
    pub fn too_often(seconds: u32) -> Problem {
        Problem { wait: Some(seconds), ..Problem::new(Kind::TooOften) }
    }

    /// A parameter that is missing, unknown or cannot be read.
    #[must_use]
    pub fn parameter(name: &str, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        Problem { parameter: Some(name.to_owned()), ..Problem::with(Kind::BadParameter, zh, en) }
    }

    #[must_use]
    pub fn allowing(self, allowed: &[&str]) -> Problem {
        Problem { allowed: allowed.iter().map(|&word| word.to_owned()).collect(), ..self }
    }

    /// What a status set by the framework means here.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Problem {
        Problem::new(match status {
            StatusCode::NOT_FOUND => Kind::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Kind::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Kind::UnsupportedType,
            StatusCode::SERVICE_UNAVAILABLE => Kind::Busy,
            StatusCode::BAD_REQUEST => {
                let (zh, en) = ("地址里有读不懂的内容", "something in the address cannot be read");
                return Problem::with(Kind::BadParameter, zh, en);
            }
            status if status.is_client_error() => Kind::BadBody,
            _ => Kind::Internal,
        })
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.kind.row().0
    }

    #[must_use]
    pub fn body(&self, lang: Lang, instance: String) -> Body {
        let (status, name, zh, en) = self.kind.row();
        Body {
            r#type: format!("urn:xinheng:problem:{name}"),
            title: lang.t(zh, en).to_owned(),
            status: status.as_u16(),
            detail: self.detail.get(lang).to_owned(),
            instance,
            parameter: self.parameter.clone(),
            allowed: self.allowed.clone(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let kind = match &error {
            Error::NotFound => return Problem::new(Kind::NotFound),
            Error::Busy => return Problem::new(Kind::Busy),
            Error::Forbidden(_) => return Problem::new(Kind::Forbidden),
            Error::Question { name, text } => {
                return Problem::parameter(name, text.zh.clone(), text.en.clone());
            }
            Error::Refused(_) => Kind::Refused,
            Error::NeedsConfirmation(_) => Kind::NeedsConfirmation,
            Error::Unreadable(_) => Kind::Unreadable,
            Error::Heading(_) => Kind::Heading,
            error if api_use::is_loading(error) => Kind::SameFileLoading,
            error => return internal(&error.message(Lang::En)),
        };
        let said = |lang| in_words_of_the_api(&error.message(lang));
        let problem = Problem::with(kind, said(Lang::Zh), said(Lang::En));
        if kind != Kind::NeedsConfirmation {
            return problem;
        }
        Problem { parameter: Some("confirm".to_owned()), ..problem.allowing(&["true"]) }
    }
}

/// A failure of our own: noted in full, told as nothing.
#[must_use]
pub fn internal(why: &str) -> Problem {
    tracing::error!(error = why, "operation of the api failed");
    Problem::new(Kind::Internal)
}

/// The registry names the options of the command line; here the same things are parameters.
fn in_words_of_the_api(sentence: &str) -> String {
    let sentence = sentence.replace("--confirm", "confirm=true").replace("--because", "reason");
    sentence.replace("--", "")
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if self.kind == Kind::Unauthorised {
            let challenge = HeaderValue::from_static("Bearer realm=\"xinheng\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind == Kind::Busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_is_asked_for_in_words_of_the_api() {
        let text = Text::new("请加 --confirm 再报一次", "send it again with --confirm");
        let problem = Problem::from(Error::NeedsConfirmation(text));
        let body = problem.body(Lang::Zh, String::new());
        assert_eq!((body.status, body.detail.as_str()), (409, "请加 confirm=true 再报一次"));
        assert_eq!(
            (body.parameter.as_deref(), body.allowed),
            (Some("confirm"), vec!["true".to_owned()])
        );
    }

    #[test]
    fn our_own_failures_tell_nothing() {
        let error = Error::Io(std::io::Error::other("/data/secret.db"));
        let body = Problem::from(error).body(Lang::En, String::new());
        assert_eq!(body.status, 500);
        assert!(!body.detail.contains("secret"), "{}", body.detail);
    }
}
