//! The API from outside: each operation asked as a client asks it, and every JSON answer held
//! against the schema that the OpenAPI document gives it.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header::CONTENT_TYPE},
};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::site::{Site, site};

mod checks;
mod clocks;
mod commands;
mod description;
mod examples;
mod feed;
mod figures;
mod handing_in;
mod pages;
mod reading;
mod refusals;
mod reports;
mod secrets;

/// The API of a site.
struct Api {
    site: Site,
    router: Router,
    description: Value,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn api() -> Api {
    Api::over(site().await).await
}

impl Api {
    async fn over(site: Site) -> Api {
        let router = web::router(site.platform.clone());
        let mut api = Api { site, router, description: Value::Null };
        api.description = api.send(Method::GET, "/openapi.json", &[], "").await.json();
        api
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        self.at(method, &format!("/api/v1{path}"), headers, body).await
    }

    /// A page of the portal.
    async fn page(&self, path: &str) -> Answer {
        self.at(Method::GET, path, &[], "").await
    }

    async fn at(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// Asks, expects a status, and holds the answer against the description of the operation.
    async fn ask(
        &self,
        operation: &str,
        (method, path): (Method, &str),
        headers: &[(&str, &str)],
        body: impl Into<Body>,
        status: u16,
    ) -> Answer {
        let answer = self.send(method, path, headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        if answer.header(CONTENT_TYPE.as_str()) == "application/json" {
            let schema = description::schema(&self.description, operation, status);
            let mut findings = Vec::new();
            description::compare(schema, &answer.json(), operation, &mut findings);
            assert!(findings.is_empty(), "{path}: {findings:#?}\n{}", answer.text());
        }
        answer
    }

    async fn get(&self, operation: &str, path: &str) -> Value {
        self.ask(operation, (Method::GET, path), &[], "", 200).await.json()
    }

    /// Asks for what there is not, or not like this; the answer is a problem.
    async fn problem(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
        (status, kind): (u16, &str),
    ) -> Value {
        let answer = self.send(method, path, headers, body).await;
        let problem = answer.json();
        let expected = format!("urn:xinheng:problem:{kind}");
        assert_eq!(
            (answer.status.as_u16(), &problem["type"]),
            (status, &expected.into()),
            "{path}: {problem}"
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(problem["status"], status);
        problem
    }
}
