//! What administrators do to accounts, roles and organisations, and what one of them cannot do alone.

use axum::http::StatusCode;
use domain::{ids::AccountId, role::Role};

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
