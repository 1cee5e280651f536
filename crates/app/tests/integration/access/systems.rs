//! Systems with keys: scopes, addresses, quotas, expiry, signatures, and everything that is refused.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use domain::{
    access::Access,
    role::{OrganisationKind, Role},
    sealed::{hex, hmac_sm3, sm3_hex},
};
use futures_util::StreamExt as _;
use registry::api_key::{self, Made, NewKey};
use sm2::dsa::{Signature, SigningKey, signature::Signer as _};
use tower::ServiceExt as _;

use crate::site::{self, Site, business};

const ELSEWHERE: &str = "203.0.113.9";
pub const HERE: &str = "192.0.2.7";

impl Site {
    async fn key(&self, kind: OrganisationKind, new: NewKey) -> Made {
        let access = Access::operator("示例");
        let organisation = match kind {
            OrganisationKind::Department => {
                api_key::of_department(&self.platform, &access, "scjg").await.unwrap()
            }
            kind => self.organisation(kind, &format!("示例-{}", kind.code()), None, None).await,
        };
        let new = NewKey { label: "示例系统".to_owned(), ..new };
        api_key::make(&self.platform, &access, organisation, &new).await.expect("a key")
    }

    /// Sends a request of a system from an address.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        authorization: &str,
        body: &str,
        from: &str,
    ) -> (StatusCode, String) {
        let address: IpAddr = from.parse().unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "portal.example")
            .header("authorization", authorization)
            .header("content-type", "application/json")
            .extension(ConnectInfo(SocketAddr::new(address, 5000)))
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = web::router(self.platform.clone()).oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Hands a delivery in whose body comes part by part.
    async fn hand_in(
        &self,
        authorization: &str,
        kind: &str,
        parts: Vec<String>,
    ) -> (StatusCode, String) {
        let parts = futures_util::stream::iter(parts).enumerate().then(async |(place, part)| {
            if 0 < place {
                tokio::task::yield_now().await;
            }
            Ok::<_, Infallible>(part)
        });
        let request = Request::builder()
            .method(DELIVERY.0)
            .uri(DELIVERY.1)
            .header("authorization", authorization)
            .header("content-type", kind)
            .body(Body::from_stream(parts))
            .unwrap();
        let answer = web::router(self.platform.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// The header of a request signed now with a secret.
    fn signed(&self, made: &Made, (method, path): (&str, &str), nonce: &str, body: &str) -> String {
        self.signed_at(made, (method, path), nonce, body, self.platform.now().as_second())
    }

    fn signed_at(
        &self,
        made: &Made,
        (method, path): (&str, &str),
        nonce: &str,
        body: &str,
        time: i64,
    ) -> String {
        let digest = sm3_hex(body.as_bytes());
        let text = format!("XINHENG-HMAC-SM3\n{method}\n{path}\n{time}\n{nonce}\n{digest}\n");
        let secret = made.secret.as_deref().unwrap();
        let signature = hex(&hmac_sm3(secret.as_bytes(), text.as_bytes()));
        let key = made.id;
        format!(
            "XINHENG-HMAC-SM3 key={key}, time={time}, nonce={nonce}, digest={digest}, signature={signature}"
        )
    }
}

const LIST: (&str, &str) = ("GET", "/api/v1/submissions");
const NONCE: &str = "0123456789abcdef0";

#[tokio::test]
async fn a_hall_checks_an_applicant_and_the_subject_reads_it() {
    let site = site::site().await;
    let scopes = vec!["check".to_owned(), "register_matter".to_owned()];
    let made = site.key(OrganisationKind::Hall, NewKey { scopes, ..NewKey::default() }).await;
    let body = serde_json::json!({
        "code": business(2).code, "name": business(2).name, "matter": "食品经营许可新办",
        "case": "示厅〔2026〕9号", "kind": "licence",
    });
    let bearer = format!("Bearer {}", made.key);
    let (status, answer) =
        site.call("POST", "/api/v1/check", &bearer, &body.to_string(), HERE).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(answer.contains("食品经营许可新办"), "{answer}");
    let person = site.person(Role::Representative).await;
    let log = site.look(Some(&person), "/centre/log").await.body;
    assert!(log.contains("办事核查") && log.contains("示厅〔2026〕9号"), "{log}");
    let (status, answer) = site.call("GET", "/api/v1/submissions", &bearer, "", HERE).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{answer}");
    let mut unknown = body.clone();
    unknown["code"] = business(99).code.into();
    let (status, answer) =
        site.call("POST", "/api/v1/check", &bearer, &unknown.to_string(), HERE).await;
    assert_eq!(status, StatusCode::OK, "an unknown code is no fault of the asker: {answer}");
    assert!(answer.contains("uncertain"), "{answer}");
    let less = serde_json::json!({"code": business(2).code, "matter": "食品经营许可新办"});
    let (status, answer) =
        site.call("POST", "/api/v1/check", &bearer, &less.to_string(), HERE).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
}

#[tokio::test]
async fn a_key_is_held_to_its_addresses_quota_and_days() {
    let site = site::site().await;
    let new = NewKey {
        addresses: vec!["192.0.2.0/24".to_owned()],
        per_minute: Some(2),
        days: Some(30),
        ..NewKey::default()
    };
    let made = site.key(OrganisationKind::Department, new).await;
    let bearer = format!("Bearer {}", made.key);
    let ask = async |from: &str| site.call(LIST.0, LIST.1, &bearer, "", from).await.0;
    assert_eq!(ask(ELSEWHERE).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(HERE).await, StatusCode::OK);
    assert_eq!(ask(HERE).await, StatusCode::OK);
    assert_eq!(ask(HERE).await, StatusCode::TOO_MANY_REQUESTS);
    site.later(60);
    assert_eq!(ask(HERE).await, StatusCode::OK);
    site.later(30 * 24 * 3600);
    assert_eq!(ask(HERE).await, StatusCode::UNAUTHORIZED, "expired");
}

#[tokio::test]
async fn what_is_wrong_with_a_key_is_said() {
    let site = site::site().await;
    let hall = site.organisation(OrganisationKind::Hall, "示例-hall", None, None).await;
    let guard = site.person(Role::SecurityAdministrator).await;
    for (form, told) in [
        ("days=三十", "有效天数应为整数"),
        ("per_minute=1e3", "每分钟上限应为整数"),
        ("per_day=1.5", "每日上限应为整数"),
        ("per_minute=0", "次数上限至少为 1"),
        ("per_day=-1", "次数上限至少为 1"),
        ("signing=sm2", "须有共享密钥或 SM2 公钥"),
    ] {
        let form = format!("organisation={hall}&label=x&{form}");
        let seen = site.send(&guard, "/console/keys", &form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{form}");
        assert!(seen.body.contains(told), "{form}: {}", seen.body);
    }
    let form = format!("organisation={hall}&label=x&days=+30+&per_day=");
    let seen = site.send(&guard, "/console/keys", &form).await;
    assert!(seen.body.contains("只显示这一次"), "{}", seen.body);
}

#[tokio::test]
async fn a_key_is_replaced_while_it_works_and_revoked_at_once() {
    let site = site::site().await;
    let made = site.key(OrganisationKind::Department, NewKey::default()).await;
    let access = Access::operator("示例");
    let next = api_key::rotate(&site.platform, &access, "scjg", "示例系统", None).await.unwrap();
    for key in [&made.key, &next.key] {
        let bearer = format!("Bearer {key}");
        assert_eq!(site.call(LIST.0, LIST.1, &bearer, "", HERE).await.0, StatusCode::OK);
    }
    site.later(24 * 3600);
    let old = format!("Bearer {}", made.key);
    assert_eq!(site.call(LIST.0, LIST.1, &old, "", HERE).await.0, StatusCode::UNAUTHORIZED);
    let new = format!("Bearer {}", next.key);
    assert_eq!(site.call(LIST.0, LIST.1, &new, "", HERE).await.0, StatusCode::OK);
    let wished = Some(90 * 24);
    let last = api_key::rotate(&site.platform, &access, "scjg", "示例系统", wished).await.unwrap();
    site.later(30 * 24 * 3600);
    let status = site.call(LIST.0, LIST.1, &new, "", HERE).await.0;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "no longer than the policy lets it");
    let last = format!("Bearer {}", last.key);
    assert_eq!(site.call(LIST.0, LIST.1, &last, "", HERE).await.0, StatusCode::OK);
    assert!(api_key::revoke(&site.platform, "scjg", "示例系统", "示例").await.unwrap());
    assert_eq!(site.call(LIST.0, LIST.1, &last, "", HERE).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_signed_request_goes_through_once_and_an_altered_one_never() {
    let site = site::site().await;
    let new = NewKey { secret: true, signed_only: true, ..NewKey::default() };
    let made = site.key(OrganisationKind::Department, new).await;
    let bearer = format!("Bearer {}", made.key);
    let (status, _) = site.call(LIST.0, LIST.1, &bearer, "", HERE).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "a key that must sign");
    let header = site.signed(&made, LIST, NONCE, "");
    let (status, answer) = site.call(LIST.0, LIST.1, &header, "", HERE).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (status, _) = site.call(LIST.0, LIST.1, &header, "", HERE).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "replayed");
    let now = site.platform.now().as_second();
    for (number, time) in [(1, now - 301), (2, now + 301)] {
        let nonce = format!("{NONCE}{number}");
        let header = site.signed_at(&made, LIST, &nonce, "", time);
        let (status, _) = site.call(LIST.0, LIST.1, &header, "", HERE).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "out of time");
    }
    let header = site.signed(&made, LIST, "0123456789abcdef1", "");
    let (status, _) = site.call("GET", "/api/v1/submissions?limit=1", &header, "", HERE).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "another path");
    let other = NewKey { secret: true, ..NewKey::default() };
    let other = site.key(OrganisationKind::Hall, other).await;
    let stolen = site.signed(&other, LIST, "0123456789abcdef2", "");
    let stolen = stolen.replace(&format!("key={}", other.id), &format!("key={}", made.id));
    let (status, _) = site.call(LIST.0, LIST.1, &stolen, "", HERE).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "another key's signature");
}

const DELIVERY: (&str, &str) = ("POST", "/api/v1/submissions?item=penalty");

/// A file as the form of a delivery.
fn form(file: &str) -> String {
    let heading = "Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"";
    format!("--b\r\n{heading}\r\n\r\n{file}\r\n--b--\r\n")
}

#[tokio::test]
async fn a_body_that_was_not_signed_is_not_taken_in() {
    let site = site::site().await;
    let new = NewKey { secret: true, ..NewKey::default() };
    let made = site.key(OrganisationKind::Department, new).await;
    let file = site::csv(&[site::penalty(&business(2), "示市监罚〔2026〕91号", "2026-05-12")]);
    let altered = file.replace("91号", "92号");
    let (csv, multipart) = ("text/csv", "multipart/form-data; boundary=b");
    let (refused, taken) = (StatusCode::BAD_REQUEST, StatusCode::CREATED);
    let cases = [
        (csv, file.clone(), vec![altered.clone()], refused),
        (multipart, form(&file), vec![form(&altered)], refused),
        // The form itself is the one that was signed; the body goes on.
        (multipart, form(&altered), vec![form(&altered), "\r\n".to_owned()], refused),
        (multipart, form(&altered), vec![form(&altered), "more".to_owned()], refused),
        (csv, file.clone(), vec![file.clone()], taken),
    ];
    for (number, (kind, signed, sent, status)) in cases.into_iter().enumerate() {
        let nonce = format!("{NONCE}{number}");
        let seen = site.hand_in(&site.signed(&made, DELIVERY, &nonce, &signed), kind, sent).await;
        assert_eq!(seen.0, status, "{number}: {}", seen.1);
    }
    let page = site.look(None, &format!("/subjects/{}", business(2).code)).await.body;
    assert!(page.contains("91号") && !page.contains("92号"));
    let header = site.signed(&made, DELIVERY, "0123456789abcdef9", &form(&altered));
    let seen = site.hand_in(&header, multipart, vec![form(&altered)]).await;
    assert_eq!(seen.0, taken, "{}", seen.1);
}

#[tokio::test]
async fn a_request_signed_with_sm2_is_the_holders() {
    let site = site::site().await;
    let own = SigningKey::from_slice("1234567812345678", &[7; 32]).unwrap();
    let public = hex(&own.verifying_key().to_sec1_bytes());
    let new = NewKey { public_key: Some(public), signed_only: true, ..NewKey::default() };
    let made = site.key(OrganisationKind::Department, new).await;
    let (time, digest) = (site.platform.now().as_second(), sm3_hex(b""));
    let header = |signer: &SigningKey, nonce: &str| {
        let text = format!("XINHENG-SM2\nGET\n{}\n{time}\n{nonce}\n{digest}\n", LIST.1);
        let signature: Signature = signer.sign(text.as_bytes());
        let signature = hex(&signature.to_vec());
        let key = made.id;
        format!(
            "XINHENG-SM2 key={key}, time={time}, nonce={nonce}, digest={digest}, signature={signature}"
        )
    };
    let (status, answer) = site.call(LIST.0, LIST.1, &header(&own, NONCE), "", HERE).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let other = SigningKey::from_slice("1234567812345678", &[8; 32]).unwrap();
    let header = header(&other, "0123456789abcdef3");
    let (status, _) = site.call(LIST.0, LIST.1, &header, "", HERE).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits_and_this_machine_does_not() {
    let site = site::site().await;
    let ask = async |from: &str| site.call("GET", "/healthz", "", "", from).await.0;
    let most = registry::session::limit(&site.platform, "address_requests").unwrap();
    for _ in 0..most {
        assert_eq!(ask(HERE).await, StatusCode::OK);
    }
    assert_eq!(ask(HERE).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask(ELSEWHERE).await, StatusCode::OK);
    for _ in 0..most + 5 {
        assert_eq!(ask("127.0.0.1").await, StatusCode::OK);
    }
}

/// Every answer bears the headers that keep a browser safe.
#[tokio::test]
async fn every_answer_keeps_a_browser_safe() {
    let mut site = site::site().await;
    site.platform.public_url = "https://portal.example".to_owned();
    let router = web::router(site.platform.clone());
    for (method, path, _) in web::routes::ROUTES {
        let request = Request::builder().method(*method).uri(path.replace(['{', '}', '*'], ""));
        let request = request.header("host", "portal.example").body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(header("strict-transport-security").starts_with("max-age="), "{path}");
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
    }
}
