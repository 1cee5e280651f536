//! Who asks and with what: language, and query parameters read one by one, so that a problem can
//! name the one at fault.

use std::{convert::Infallible, str::FromStr};

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts, Query},
    http::{
        HeaderMap,
        header::{ACCEPT_LANGUAGE, CONTENT_TYPE},
        request::Parts,
    },
};
use domain::text::Lang;
use jiff::{Timestamp, civil::Date};
use registry::{error::Error, platform::Platform, version::Clocks};
use serde::de::DeserializeOwned;

use crate::{
    api::problem::{Kind, Problem},
    person,
};

/// Longest value of a parameter, in characters.
const VALUE_MAX: usize = 300;

/// The language the caller wants; Chinese where nothing is said.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub lang: Lang,
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Asker { lang: language(&parts.headers) })
    }
}

/// The first of Chinese and English by the weights of `Accept-Language`.
#[must_use]
pub fn language(headers: &HeaderMap) -> Lang {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut best = (0.0, Lang::Zh);
    for range in header.unwrap_or_default().split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
        let lang = match tag.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("zh") => Lang::Zh,
            Some("en") => Lang::En,
            _ => continue,
        };
        let weight = weight.trim().parse::<f64>().unwrap_or(0.0);
        if best.0 < weight {
            best = (weight, lang);
        }
    }
    best.1
}

/// The query of a request.
#[derive(Clone, Debug)]
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(pairs)| Params(pairs))
            .map_err(|_| Problem::new(Kind::BadParameter))
    }
}

impl Params {
    /// Refuses every parameter that is not of this operation, and one given twice.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        for (position, (name, value)) in self.0.iter().enumerate() {
            let shown = person::veiled(name);
            if !known.contains(&name.as_str()) {
                let zh = format!("没有参数“{shown}”；可用的参数见 allowed");
                let en = format!("there is no parameter “{shown}”; see allowed");
                return Err(Problem::parameter(&shown, zh, en).allowing(known));
            }
            if self.0[..position].iter().any(|(before, _)| before == name) {
                let zh = format!("参数“{name}”给了两次");
                return Err(Problem::parameter(name, zh, format!("“{name}” is given twice")));
            }
            if VALUE_MAX < value.chars().count() {
                let zh = format!("参数“{name}”最多 {VALUE_MAX} 个字");
                let en = format!("“{name}” takes at most {VALUE_MAX} characters");
                return Err(Problem::parameter(name, zh, en));
            }
        }
        Ok(())
    }

    /// What was written, or none where nothing was.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// What was written, even if it is nothing.
    fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.trim())
    }

    pub fn required(&self, name: &str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| {
            Problem::parameter(name, format!("请给出参数“{name}”"), format!("“{name}” is needed"))
        })
    }

    /// A whole number between two bounds, or the default.
    pub fn number(&self, name: &str, default: i64, min: i64, max: i64) -> Result<i64, Problem> {
        let Some(text) = self.given(name) else { return Ok(default) };
        let number = text.parse::<i64>().ok().filter(|number| (min..=max).contains(number));
        number.ok_or_else(|| {
            let zh = format!("参数“{name}”应为 {min} 到 {max} 的整数");
            Problem::parameter(name, zh, format!("“{name}” is a whole number from {min} to {max}"))
        })
    }

    pub fn date(&self, name: &str) -> Result<Option<Date>, Problem> {
        self.read(name, "日期，如 2026-01-31", "a date such as 2026-01-31")
    }

    /// An instant with its zone; a `+` that the query turned into a space is understood.
    pub fn instant(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.given(name) else { return Ok(None) };
        let mended = text.replace(' ', "+");
        let (zh, en) = ("时刻，如 2026-01-31T08:00:00Z", "an instant such as 2026-01-31T08:00:00Z");
        mended.parse().map(Some).map_err(|_| expected(name, zh, en))
    }

    /// Both clocks: `as_of` and `known_at`.
    pub async fn clocks(&self, platform: &Platform) -> Result<Clocks, Problem> {
        let (as_of, known_at) = (self.date("as_of")?, self.instant("known_at")?);
        Ok(Clocks::set(platform, as_of, known_at).await?)
    }

    pub fn flag(&self, name: &str) -> Result<bool, Problem> {
        let flag = self.read(name, "true 或 false", "true or false")?;
        Ok(flag.unwrap_or(false))
    }

    fn read<T: FromStr>(&self, name: &str, zh: &str, en: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.given(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| expected(name, zh, en))
    }
}

/// Reads a body of JSON with these keys; what is wrong is said without repeating any of it.
pub fn body<T: DeserializeOwned>(
    headers: &HeaderMap,
    bytes: &Bytes,
    keys: &[&str],
) -> Result<T, Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|given| given.starts_with("application/json")) {
        let (zh, en) = ("请用 application/json", "send application/json");
        return Err(Problem::with(Kind::UnsupportedType, zh, en).allowing(&["application/json"]));
    }
    let Ok(Json(body)) = Json::<T>::from_bytes(bytes) else {
        let zh = "请求体应为 JSON 对象，值都是文字，日期如 2026-01-31；可用的键见 allowed，必填的见接口说明";
        let en = "the body is a JSON object of texts, a day as 2026-01-31; its keys are in allowed, and which are needed in the description";
        return Err(Problem::with(Kind::BadBody, zh, en).allowing(keys));
    };
    Ok(body)
}

/// Refuses values of a body that must not be empty and are.
pub fn filled(values: &[(&str, &str)]) -> Result<(), Problem> {
    let Some((name, _)) = values.iter().find(|(_, value)| value.trim().is_empty()) else {
        return Ok(());
    };
    let (zh, en) = (format!("“{name}”不能为空"), format!("“{name}” must not be empty"));
    let problem = Problem::with(Kind::BadBody, zh, en);
    Err(Problem { parameter: Some((*name).to_owned()), ..problem })
}

/// What is wrong with a question stands in the body here.
#[must_use]
pub fn in_body(error: Error) -> Problem {
    let problem = Problem::from(error);
    match problem.kind {
        Kind::BadParameter => Problem { kind: Kind::BadBody, ..problem },
        _ => problem,
    }
}

/// The problem of a parameter that is something else than what is expected.
#[must_use]
pub fn expected(name: &str, zh: &str, en: &str) -> Problem {
    Problem::parameter(name, format!("参数“{name}”应为{zh}"), format!("“{name}” must be {en}"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn params(query: &str) -> Params {
        let uri = format!("/x?{query}").parse().unwrap();
        Params(Query::try_from_uri(&uri).unwrap().0)
    }

    #[test]
    fn the_language_with_most_weight_is_spoken() {
        for (header, lang) in [
            ("", Lang::Zh),
            ("en", Lang::En),
            ("en-GB, zh;q=0.5", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("zh ; q=0.4 , en-US; q=0.9", Lang::En),
            ("fr, en;q=0.3", Lang::En),
            ("de", Lang::Zh),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(header));
            assert_eq!(language(&headers), lang, "{header}");
        }
    }

    #[test]
    fn a_problem_names_its_parameter() {
        let given = params("limit=0&as_of=2026-02-30&x=1&x=2");
        let name = |problem: Problem| problem.parameter.unwrap();
        assert_eq!(name(given.number("limit", 20, 1, 50).unwrap_err()), "limit");
        assert_eq!(name(given.date("as_of").unwrap_err()), "as_of");
        assert_eq!(name(given.required("q").unwrap_err()), "q");
        assert_eq!(name(given.only(&["limit", "as_of"]).unwrap_err()), "x");
        let twice = given.only(&["limit", "as_of", "x"]).unwrap_err();
        assert_eq!(twice.detail.en, "“x” is given twice");
    }

    #[test]
    fn a_plus_lost_in_the_query_is_found_again() {
        let given = params("known_at=2026-01-31T08:00:00+08:00");
        let instant = given.instant("known_at").unwrap().unwrap();
        assert_eq!(instant.to_string(), "2026-01-31T00:00:00Z");
    }
}
