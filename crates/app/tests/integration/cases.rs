//! Cases from both sides of the desk: what a subject sees and does, what an officer does, and what it
//! does to the record everywhere.

mod committing;
mod informing;
mod joint;
mod listing;
mod objecting;
mod orders;
mod reaching;
mod receiving;
mod repairing;
mod reporting;

use axum::http::StatusCode;
use domain::{ids::RecordId, role::Role};
use registry::session::{self, Browser};

use crate::{
    access::people::{Person, Seen},
    site::{self, Site, business},
};

/// The number of a penalty of the second business, by the day it was decided.
const FIRST: &str = "示市监罚〔2026〕7号";

/// The site, its second business's representative, and an officer of the organ that decided.
pub struct Desk {
    pub site: Site,
    subject: Person,
    pub officer: Person,
    pub record: i64,
}

impl Desk {
    pub async fn open() -> Desk {
        let site = site::site().await;
        let subject = site.person(Role::Representative).await;
        let officer = site.person(Role::DepartmentClerk).await;
        let record = site.record_of(2, FIRST).await;
        Desk { site, subject, officer, record }
    }

    /// Sends a form with a paper.
    async fn hand_in(
        &self,
        person: &Person,
        path: &str,
        fields: &[(&str, &str)],
        file: &str,
    ) -> Seen {
        let token = self.site.signed_in(person).await.form_token;
        let mut body = String::new();
        for (name, value) in [("form_token", token.as_str())].iter().chain(fields) {
            body += &format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        body += &format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"证明.pdf\"\r\n\r\n{file}\r\n--b--\r\n"
        );
        let router = web::router(self.site.platform.clone());
        let kind = "multipart/form-data; boundary=b";
        self.site.through(&router, person, "POST", path, kind, &body).await
    }

    /// Files an application for repair, with its proof, and answers the address of the case.
    pub async fn apply(&self) -> String {
        let path = format!("/centre/records/{}/repair", self.record);
        let fields =
            [("path", "performed"), ("note", "罚款已缴清，已明码标价"), ("committed", "1")];
        let seen = self.hand_in(&self.subject, &path, &fields, "%PDF-1.7 proof").await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
        seen.location.replace("/centre/", "/console/")
    }

    /// Objects to the record, and answers the address of the case.
    async fn object(&self) -> String {
        let path = format!("/centre/records/{}/objection", self.record);
        let fields = [("against", "fact"), ("note", "罚款金额应为1000元")];
        let seen = self.hand_in(&self.subject, &path, &fields, "%PDF-1.7 evidence").await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
        seen.location.replace("/centre/", "/console/")
    }

    /// An officer does something with a case.
    async fn act(&self, officer: &Person, case: &str, form: &str) -> Seen {
        self.site.send(officer, &format!("{case}/act"), form).await
    }

    pub async fn done(&self, officer: &Person, case: &str, form: &str) {
        let seen = self.act(officer, case, form).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{form}: {}", seen.body);
    }

    /// Another officer of the same department.
    async fn colleague(&self) -> Person {
        let site = &self.site;
        let organisation = site.signed_in(&self.officer).await.acting.unwrap().id;
        let account = site.account("tongshi").await;
        site.grant(account, organisation, Role::DepartmentClerk).await;
        let browser = Browser::default();
        let open = session::open(&site.platform, account, Some(organisation), true, &browser);
        Person { token: open.await.unwrap() }
    }

    async fn add(&self, case: &str, kind: &str) {
        let path = format!("{case}/papers");
        let seen = self.hand_in(&self.officer, &path, &[("kind", kind)], "%PDF-1.7 paper").await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{kind}: {}", seen.body);
    }

    /// An act that is refused, with a word of why.
    async fn refused(&self, officer: &Person, case: &str, form: &str, why: &str) {
        let seen = self.act(officer, case, form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{form}: {}", seen.body);
        assert!(seen.body.contains(why), "{form}: {}", seen.body);
    }

    /// A page of the portal.
    async fn portal(&self) -> Seen {
        let path = format!("/subjects/{}/records/{}", business(2).code, self.record);
        self.site.look(None, &path).await
    }
}

impl Site {
    /// The record of a business with a document number.
    async fn record_of(&self, number: u8, document: &str) -> i64 {
        let subject = self.subject(&business(number).code).await;
        let known_at = jiff::Timestamp::MAX;
        let versions = store::record::of_subject(&self.platform.register, subject, known_at).await;
        let found = versions
            .unwrap()
            .into_iter()
            .find(|version| version.payload.text("document_number") == Some(document));
        let RecordId(record) = found.expect("a record of that number").record;
        record
    }
}
