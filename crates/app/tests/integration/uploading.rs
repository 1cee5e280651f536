//! A large file that comes in parts: it goes on where it broke off, and is its sender's alone.

use axum::http::StatusCode;
use domain::role::Role;

use crate::{
    access::people::{Person, Seen},
    site::{self, Site, business, csv, penalty},
};

impl Site {
    async fn part(&self, person: &Person, upload: &str, offset: usize, bytes: &str) -> Seen {
        let token = self.signed_in(person).await.form_token;
        let path = format!("/console/uploads/{upload}?offset={offset}&form_token={token}");
        let router = web::router(self.platform.clone());
        self.through(&router, person, "PUT", &path, "application/octet-stream", bytes).await
    }

    async fn begun(&self, person: &Person, bytes: usize) -> String {
        let form = format!("file_name=处罚.csv&bytes={bytes}");
        let seen = self.send(person, "/console/uploads", &form).await;
        assert_eq!(seen.status, StatusCode::CREATED, "{}", seen.body);
        let answer: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        answer["upload"].as_str().unwrap().to_owned()
    }
}

fn offset(seen: &Seen) -> u64 {
    let answer: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    answer["offset"].as_u64().unwrap()
}

#[tokio::test]
async fn a_file_in_parts_goes_on_where_it_broke_off_and_is_handed_in_whole() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let rows: Vec<_> = (20..24)
        .map(|number| penalty(&business(1), &format!("示市监罚〔2026〕{number}号"), "2026-11-20"))
        .collect();
    let content = csv(&rows);
    // Cut where no character is.
    let cut = content.find('\n').unwrap() + 1;
    let upload = site.begun(&clerk, content.len()).await;
    let seen = site.part(&clerk, &upload, 0, &content[..cut]).await;
    assert_eq!((seen.status, offset(&seen)), (StatusCode::OK, cut as u64));
    // Sent again, because its answer was lost: nothing is doubled, and the place to go on is told.
    let seen = site.part(&clerk, &upload, 0, &content[..cut]).await;
    assert_eq!((seen.status, offset(&seen)), (StatusCode::CONFLICT, cut as u64));
    let early =
        site.send(&clerk, &format!("/console/uploads/{upload}/submission"), "item=penalty").await;
    assert!(early.body.contains("还没有传完"), "{}", early.body);
    let stands = site.look(Some(&clerk), &format!("/console/uploads/{upload}")).await;
    assert_eq!(offset(&stands), cut as u64);
    let much = site.part(&clerk, &upload, cut, &format!("{}x", &content[cut..])).await;
    assert_eq!(much.status, StatusCode::PAYLOAD_TOO_LARGE);
    let upload = site.begun(&clerk, content.len()).await;
    site.part(&clerk, &upload, 0, &content[..cut]).await;
    let seen = site.part(&clerk, &upload, cut, &content[cut..]).await;
    assert_eq!(offset(&seen), content.len() as u64);
    let router = web::router(site.platform.clone());
    let token = site.signed_in(&clerk).await.form_token;
    let path = format!("/console/uploads/{upload}/submission");
    let form = format!("form_token={token}&item=penalty&mode=changes");
    let kind = "application/x-www-form-urlencoded";
    let handed = site.through(&router, &clerk, "POST", &path, kind, &form).await;
    assert_eq!(handed.status, StatusCode::SEE_OTHER, "{}", handed.body);
    for _ in 0..200 {
        let seen = site.through(&router, &clerk, "GET", &handed.location, kind, "").await;
        if seen.location.starts_with("/console/submissions/") {
            let receipt = site.look(Some(&clerk), &seen.location).await.body;
            assert!(receipt.contains("处罚.csv"), "{receipt}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the delivery never ended");
}

#[tokio::test]
async fn an_upload_is_its_senders_alone() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let upload = site.begun(&clerk, 10).await;
    let other = site.account("tongshi").await;
    let organisation = site.signed_in(&clerk).await.acting.unwrap().id;
    site.grant(other, organisation, Role::DepartmentClerk).await;
    let browser = registry::session::Browser::default();
    let open =
        registry::session::open(&site.platform, other, Some(organisation), true, &browser).await;
    let other = Person { token: open.unwrap() };
    let seen = site.look(Some(&other), &format!("/console/uploads/{upload}")).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    assert_eq!(site.part(&other, &upload, 0, "x").await.status, StatusCode::NOT_FOUND);
    for wrong in ["", "zz", "..%2f..%2fetc"] {
        let seen = site.look(Some(&clerk), &format!("/console/uploads/{wrong}")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let seen = site.send(&clerk, "/console/uploads", "file_name=a.csv&bytes=0").await;
    assert_eq!(seen.status, StatusCode::PAYLOAD_TOO_LARGE);
}
