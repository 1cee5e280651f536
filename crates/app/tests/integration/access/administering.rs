//! What administrators do to accounts, roles and organisations, and what one of them cannot do alone.

use axum::http::StatusCode;
use domain::{
    access::Access,
    ids::{AccountId, OrganisationId},
    role::{OrganisationKind, Role},
};
use registry::{
    organisation,
    session::Browser,
    sign_in::{self, Outcome},
};

use super::people::Person;
use crate::{
    home::{Home, homes},
    site::{self, Site},
};

impl Site {
    /// Gives an account a second factor, and a password that was given to its owner or is their own.
    async fn secured(&self, id: AccountId, must_change: bool) {
        let mut write = self.platform.register.write().await.unwrap();
        let now = self.platform.now();
        store::account::set_password(&mut write, id, "hash", must_change, now).await.unwrap();
        store::account::set_totp(&mut write, id, Some("sealed")).await.unwrap();
        write.commit().await.unwrap();
    }
}

#[tokio::test]
async fn no_administrator_alone_becomes_another() {
    let site = site::site().await;
    let system = site.person(Role::SystemAdministrator).await;
    let security = site.person(Role::SecurityAdministrator).await;
    let account = site.account("shili").await;
    site.secured(account, false).await;
    let path = format!("/console/accounts/{account}");
    assert_eq!(site.send(&system, &path, "change=factor").await.status, StatusCode::NOT_FOUND);
    let form = format!("account={account}");
    let seen = site.send(&system, "/console/roles/factor", &form).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    let page = site.look(Some(&security), "/console/roles").await.body;
    assert!(page.contains("action=\"/console/roles/factor\""), "{page}");
    let seen = site.send(&security, "/console/roles/factor", &form).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let found = store::account::get(&site.platform.register, account).await.unwrap().unwrap();
    assert_eq!(found.totp, None);
    let seen = site.send(&security, &path, "change=password").await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_administrator_has_a_password_of_their_own_and_a_second_factor() {
    let site = site::site().await;
    let security = site.person(Role::SecurityAdministrator).await;
    let centre = site.signed_in(&security).await.acting.unwrap().id;
    let account = site.account("shili").await;
    let give = async |role: Role| {
        let form = format!("account={account}&role={centre}/{}", role.code());
        site.send(&security, "/console/roles", &form).await
    };
    let seen = give(Role::AuditAdministrator).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.body.contains("启用第二因素的账号"), "{}", seen.body);
    site.secured(account, true).await;
    assert_eq!(give(Role::AuditAdministrator).await.status, StatusCode::BAD_REQUEST);
    site.secured(account, false).await;
    assert_eq!(give(Role::AuditAdministrator).await.status, StatusCode::SEE_OTHER);
}

/// Opens the first account of the role at the machine.
fn first(home: &Home, login: &str, code: i32) {
    let open = ["account", "first", "--role", "system_administrator", "--name", "示例甲"];
    home.must(&[&open[..], &["--login", login]].concat(), code);
}

#[tokio::test]
async fn a_hundred_accounts_are_listed_and_any_is_found() {
    let site = site::site().await;
    let security = site.person(Role::SecurityAdministrator).await;
    let clerk = site.person(Role::Representative).await;
    let page = site.look(Some(&security), "/console/roles").await.body;
    assert!(page.contains("示例经营主体") && !page.contains("只列出前"), "{page}");
    let mut write = site.platform.register.write().await.unwrap();
    for number in 0..100 {
        let (login, now) = (format!("many{number:03}"), site.platform.now());
        store::account::insert(&mut write, &login, "示例众", now).await.unwrap();
    }
    write.commit().await.unwrap();
    let page = site.look(Some(&security), "/console/roles").await.body;
    assert!(page.contains("只列出前 100 个") && !page.contains("representative"), "{page}");
    let page = site.look(Some(&security), "/console/roles?q=REPRESENT").await.body;
    assert!(page.contains("<code>representative</code>") && !page.contains("many000"), "{page}");
    let offered = format!("value=\"{}/", site.signed_in(&clerk).await.acting.unwrap().id);
    assert!(!page.contains(&format!("<option {offered}")), "a company's role comes by a claim");
}

#[tokio::test]
async fn nobody_acts_for_an_organisation_that_is_closed() {
    let site = site::site().await;
    let system = site.person(Role::SystemAdministrator).await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let own = async |person: &Person| site.signed_in(person).await.acting.unwrap().id;
    let (department, centre) = (own(&clerk).await, own(&system).await);
    let close = async |id: OrganisationId| {
        site.send(&system, &format!("/console/organisations/{id}/close"), "").await
    };
    let seen = close(centre).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.body.contains("不能停用"), "{}", seen.body);
    let seen = close(department).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    assert_eq!(close(department).await.status, StatusCode::NOT_FOUND, "once");
    let seen = site.look(Some(&clerk), "/console").await;
    assert!(seen.location.starts_with("/sign-in"), "{}", seen.location);
    let page = site.look(Some(&system), "/console/accounts").await.body;
    assert!(page.contains("已停用"), "{page}");
}

#[tokio::test]
async fn whoever_signs_in_acts_for_an_open_organisation() {
    let site = site::site().await;
    let hall = site.organisation(OrganisationKind::Hall, "示例厅", None, None).await;
    let bank = site.organisation(OrganisationKind::Bank, "示例银行", None, None).await;
    let account = site.account("shili").await;
    site.grant(account, hall, Role::HallClerk).await;
    site.grant(account, bank, Role::BankOfficer).await;
    let operator = Access::operator("示例");
    organisation::close(&site.platform, &operator, hall).await.unwrap();
    let account = store::account::get(&site.platform.register, account).await.unwrap().unwrap();
    let begun = sign_in::begin(&site.platform, &account, &Browser::default()).await.unwrap();
    let Outcome::In(token) = begun else { panic!("{begun:?}") };
    assert_eq!(site.signed_in(&Person { token }).await.acting.unwrap().id, bank);
}

#[tokio::test]
async fn whoever_has_the_machine_replaces_the_last_administrator() {
    for home in homes() {
        first(&home, "admin1", 0);
        first(&home, "admin2", 5);
        let register = home.register().await;
        let found = store::account::by_login(&register, "admin1").await.unwrap().unwrap();
        let mut write = register.write().await.unwrap();
        store::account::close(&mut write, found.id, found.created_at).await.unwrap();
        write.commit().await.unwrap();
        first(&home, "admin2", 0);
        register.close().await;
    }
}

#[tokio::test]
async fn whoever_has_the_machine_takes_a_second_factor_away() {
    for home in homes() {
        first(&home, "admin1", 0);
        let register = home.register().await;
        let account = async || store::account::by_login(&register, "admin1").await;
        let before = account().await.unwrap().unwrap();
        let mut write = register.write().await.unwrap();
        store::account::set_totp(&mut write, before.id, Some("sealed")).await.unwrap();
        write.commit().await.unwrap();
        home.must(&["account", "reset", "--factor", "admin1"], 0);
        let after = account().await.unwrap().unwrap();
        assert_eq!((after.totp, after.password), (None, before.password), "{}", home.engine);
        let told = store::audit::from(&register, 0, 100).await.unwrap();
        assert!(told.iter().any(|one| one.event == "factor_reset"), "{}", home.engine);
        register.close().await;
    }
}
