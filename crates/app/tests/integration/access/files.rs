//! Systems open files: for a matter of their organisation, or on a consent given to it; never without
//! an entry in the subject's log, and never for anybody else.

use axum::http::StatusCode;
use domain::{
    access::Access,
    ids::OrganisationId,
    role::{OrganisationKind, Role},
};
use registry::{
    api_key::{self, NewKey},
    consent::{self, Wanted},
};
use serde_json::{Value, json};

use super::systems::HERE;
use crate::site::{self, Site, business, utility_payment};

/// What the second business owes for water, which it alone may release.
const OWED: &str = "731.40";

/// A system: what it says to be let in, and for whom it comes.
struct System {
    bearer: String,
    organisation: OrganisationId,
}

impl Site {
    async fn system(&self, kind: OrganisationKind, scopes: &[&str]) -> System {
        let operator = Access::operator("示例");
        let organisation = match kind {
            OrganisationKind::Department => {
                api_key::of_department(&self.platform, &operator, "scjg").await.unwrap()
            }
            kind => self.organisation(kind, &format!("示例-{}", kind.code()), None, None).await,
        };
        // Each key has a name of its own: by what it may, and by when it was made, for keys grow old.
        let label = format!("{} {}", scopes.join(" "), self.platform.now().as_second());
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let new = NewKey { label, scopes, ..NewKey::default() };
        let made = api_key::make(&self.platform, &operator, organisation, &new).await.unwrap();
        System { bearer: format!("Bearer {}", made.key), organisation }
    }

    async fn post(&self, system: &System, path: &str, body: &Value) -> (StatusCode, String) {
        let path = format!("/api/v1{path}");
        self.call("POST", &path, &system.bearer, &body.to_string(), HERE).await
    }

    /// Registers a matter about the second business and answers its address.
    async fn matter(&self, system: &System, number: &str) -> String {
        let body = json!({"kind": "licence", "number": number, "code": business(2).code});
        let (status, answer) = self.post(system, "/matters", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        format!("/matters/{}", answer["matter"])
    }

    /// Grants a consent of the second business and answers the address of its file.
    async fn released(&self, to: OrganisationId, single_use: bool) -> String {
        let person = self.person(Role::Representative).await;
        let own = self.signed_in(&person).await.own_access();
        let wanted = Wanted {
            organisation: to,
            purpose: "loan".to_owned(),
            items: vec!["utility_payment".to_owned()],
            days: Some(30),
            single_use,
        };
        let id = consent::grant(&self.platform, &own, &wanted).await.unwrap();
        format!("/consents/{id}/file")
    }

    async fn entries(&self) -> usize {
        let subject = self.subject(&business(2).code).await;
        let register = &self.platform.register;
        store::access_log::of_subject(register, subject, None, 10_000).await.unwrap().len()
    }
}

async fn owing() -> Site {
    let site = site::site().await;
    let rows = [utility_payment(&business(2), "示例-0001")];
    site.accept_from("shuiwujituan", "utility_payment", &rows).await;
    site
}

#[tokio::test]
async fn a_department_opens_the_file_of_its_matter_and_leaves_an_entry() {
    let site = owing().await;
    let scopes = ["register_matter", "read_for_matter"];
    let department = site.system(OrganisationKind::Department, &scopes).await;
    let matter = site.matter(&department, "示2026-0001").await;
    assert_eq!(site.matter(&department, "示2026-0001").await, matter, "one matter, told twice");
    let before = site.entries().await;
    let file = format!("{matter}/file");
    let (status, answer) = site.post(&department, &file, &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(answer.contains("示市监罚〔2026〕7号") && answer.contains("\"watermark\":\""));
    assert!(!answer.contains(OWED), "what the subject alone releases opens for no matter");
    assert_eq!(site.entries().await, before + 1);

    let hall = site.system(OrganisationKind::Hall, &scopes).await;
    let own = site.matter(&hall, "示厅〔2026〕1号").await;
    let (status, answer) = site.post(&hall, &format!("{own}/file"), &json!({})).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a hall gets results of checks: {answer}");
    let (status, answer) = site.post(&hall, &file, &json!({})).await;
    assert!(status.is_client_error() && !answer.contains("示市监罚"), "{answer}");
    let (status, _) = site.call("GET", &format!("/api/v1{matter}"), &hall.bearer, "", HERE).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = site.post(&hall, &format!("{matter}/close"), &json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let narrow = site.system(OrganisationKind::Department, &["register_matter"]).await;
    assert_eq!(site.post(&narrow, &file, &json!({})).await.0, StatusCode::FORBIDDEN);
    for nobody in ["", "Bearer xh_nobody"] {
        let answer = site.call("POST", &format!("/api/v1{file}"), nobody, "", HERE).await;
        assert_eq!(answer.0, StatusCode::UNAUTHORIZED);
    }

    let (status, answer) = site.post(&department, &format!("{matter}/close"), &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(answer.contains("\"open\":false"));
    let (status, answer) = site.post(&department, &file, &json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "closed: {answer}");
    let over = site.matter(&department, "示2026-0002").await;
    site.later(400 * 24 * 60 * 60);
    let late = site.system(OrganisationKind::Department, &scopes).await;
    let (status, answer) = site.post(&late, &format!("{over}/file"), &json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "over: {answer}");
    assert_eq!(site.entries().await, before + 1, "what was refused is no look");
}

#[tokio::test]
async fn what_is_wrong_with_a_matter_is_said_to_its_system() {
    let site = owing().await;
    let department = site.system(OrganisationKind::Department, &["register_matter"]).await;
    let code = business(2).code;
    for (body, parameter) in [
        (json!({"kind": "none", "number": "1", "code": code}), "\"parameter\":\"kind\""),
        (json!({"kind": "licence", "number": " ", "code": code}), "\"parameter\":\"number\""),
        (json!({"kind": "licence", "number": "1", "code": "x"}), "\"parameter\":\"code\""),
        (json!({"kind": "licence", "number": "1"}), "\"allowed\":["),
        (json!({"kind": "licence", "number": "1", "code": code, "open": true}), "\"allowed\":["),
    ] {
        let (status, answer) = site.post(&department, "/matters", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {answer}");
        assert!(answer.contains(parameter), "{body}: {answer}");
    }
}

#[tokio::test]
async fn a_bank_opens_on_consent_what_was_released_and_no_more() {
    let site = owing().await;
    let bank = site.system(OrganisationKind::Bank, &["read_on_consent"]).await;
    let file = site.released(bank.organisation, false).await;
    let before = site.entries().await;
    let (status, answer) = site.post(&bank, &file, &json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(answer.contains(OWED) && !answer.contains("示市监罚"), "{answer}");
    // The use of the consent, and what was looked at.
    assert_eq!(site.entries().await, before + 2);
    let list = site.call("GET", "/api/v1/consents", &bank.bearer, "", HERE).await;
    assert!(list.1.contains("\"open\":true"), "{}", list.1);

    let hall = site.system(OrganisationKind::Hall, &["read_on_consent"]).await;
    assert_eq!(site.post(&hall, &file, &json!({})).await.0, StatusCode::NOT_FOUND);
    let list = site.call("GET", "/api/v1/consents", &hall.bearer, "", HERE).await;
    assert_eq!(list.1, "{\"consents\":[]}");

    let single = site.released(bank.organisation, true).await;
    let nothing = json!({});
    let look = || site.post(&bank, &single, &nothing);
    let both = tokio::join!(look(), look());
    let opened = [both.0.0, both.1.0].iter().filter(|status| **status == StatusCode::OK).count();
    assert_eq!(opened, 1, "good for one look: {both:?}");

    let person = site.person(Role::Representative).await;
    let own = site.signed_in(&person).await.own_access();
    consent::revoke(&site.platform, &own, domain::ids::ConsentId(1)).await.unwrap();
    let (status, answer) = site.post(&bank, &file, &json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{answer}");
}
