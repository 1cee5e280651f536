//! Callers behind a proxy: each from an address of their own where the proxy was declared.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use domain::access::Access;
use registry::api_key::{self, NewKey};
use tower::ServiceExt as _;

use super::systems::HERE;
use crate::site::{self, Site};

const ELSEWHERE: &str = "203.0.113.9";

impl Site {
    /// A site that knows of the proxy on its own machine.
    async fn behind_a_proxy() -> Site {
        let mut site = site::site().await;
        site.platform.proxies = Arc::from(["127.0.0.1".to_owned()]);
        site
    }

    /// Sends what came from an address through the proxy on this machine.
    async fn forward(&self, from: &str, request: Request<String>) -> StatusCode {
        let (mut parts, body) = request.into_parts();
        parts.headers.insert("host", "portal.example".parse().unwrap());
        parts.headers.insert("x-forwarded-for", from.parse().unwrap());
        let proxy = SocketAddr::from((Ipv4Addr::LOCALHOST, 5000));
        parts.extensions.insert(ConnectInfo(proxy));
        let request = Request::from_parts(parts, Body::from(body));
        web::router(self.platform.clone()).oneshot(request).await.unwrap().status()
    }

    /// Fails to sign in.
    async fn guess(&self, from: &str, login: &str) -> StatusCode {
        let request = Request::post("/sign-in")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "http://portal.example")
            .body(format!("login={login}&password=wrong"));
        self.forward(from, request.unwrap()).await
    }

    /// The same so often that an address would have to wait, and once more.
    async fn guess_on(&self, from: &str) -> StatusCode {
        for number in 0..20 {
            self.guess(from, &format!("guess{number}")).await;
        }
        self.guess(from, "last").await
    }
}

#[tokio::test]
async fn whoever_fails_behind_a_proxy_keeps_nobody_else_out() {
    let site = Site::behind_a_proxy().await;
    assert_eq!(site.guess_on(ELSEWHERE).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(site.guess(HERE, "other").await, StatusCode::UNAUTHORIZED);
    let forged = format!("{HERE}, {ELSEWHERE}");
    assert_eq!(site.guess(&forged, "forged").await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_proxy_that_was_not_declared_does_not_lock_its_callers_out() {
    let site = site::site().await;
    assert_eq!(site.guess_on(ELSEWHERE).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_behind_a_proxy_is_held_to_its_own_addresses() {
    let mut site = Site::behind_a_proxy().await;
    let access = Access::operator("示例");
    let organisation = api_key::of_department(&site.platform, &access, "scjg").await.unwrap();
    let new = NewKey {
        label: "示例系统".to_owned(),
        addresses: vec!["192.0.2.0/24".to_owned()],
        ..NewKey::default()
    };
    let made = api_key::make(&site.platform, &access, organisation, &new).await.unwrap();
    let ask = async |site: &Site, from: &str| {
        let request = Request::get("/api/v1/submissions");
        let request = request.header("authorization", format!("Bearer {}", made.key));
        site.forward(from, request.body(String::new()).unwrap()).await
    };
    assert_eq!(ask(&site, HERE).await, StatusCode::OK);
    assert_eq!(ask(&site, ELSEWHERE).await, StatusCode::UNAUTHORIZED);
    let forged = format!("{HERE}, {ELSEWHERE}");
    assert_eq!(ask(&site, &forged).await, StatusCode::UNAUTHORIZED);
    site.platform.proxies = Arc::default();
    assert_eq!(ask(&site, HERE).await, StatusCode::UNAUTHORIZED, "nobody vouches for it");
}
