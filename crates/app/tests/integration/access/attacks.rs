//! Ways around the rules that were tried once and worked, each now shut.

use axum::http::StatusCode;
use domain::{access::Access, role::Role, sealed::hex};
use registry::{
    account,
    api_key::{self, NewKey},
    session::Browser,
    sign_in::{self, Outcome},
};
use sm2::dsa::SigningKey;

use super::{
    signing_in::{PASSWORD, between},
    systems::HERE,
};
use crate::site::{self, PERSON, business};

#[tokio::test]
async fn an_account_its_holder_opened_takes_no_role_of_the_console() {
    let site = site::site().await;
    let password = "山重水复疑无路柳暗花明-1".to_owned();
    let own = account::open_own(&site.platform, "faren", "示例丙", password).await.unwrap();
    let security = site.person(Role::SecurityAdministrator).await;
    let centre = site.signed_in(&security).await.acting.unwrap().id;
    for role in [Role::SystemAdministrator, Role::CentreClerk] {
        let form = format!("account={}&role={centre}/{}", own.unwrap(), role.code());
        let seen = site.send(&security, "/console/roles", &form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{role:?}");
        assert!(seen.body.contains("自行开立的账号"), "{}", seen.body);
    }
}

#[tokio::test]
async fn one_proof_of_an_account_stays_until_its_owner_has_set_the_other() {
    let site = site::site().await;
    site.person(Role::AuditAdministrator).await;
    let audit = site.account(Role::AuditAdministrator.code()).await;
    let system = site.person(Role::SystemAdministrator).await;
    let path = format!("/console/accounts/{audit}");
    let seen = site.send(&system, &path, "change=password").await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "the factor was taken, or never set");
    assert!(seen.body.contains("另一项凭据"), "{}", seen.body);
    let mut write = site.platform.register.write().await.unwrap();
    let now = site.platform.now();
    store::account::set_password(&mut write, audit, "hash", true, now).await.unwrap();
    store::account::set_totp(&mut write, audit, Some("sealed")).await.unwrap();
    write.commit().await.unwrap();
    let security = site.person(Role::SecurityAdministrator).await;
    let form = format!("account={audit}");
    let seen = site.send(&security, "/console/roles/factor", &form).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{}", seen.body);
}

#[tokio::test]
async fn a_key_that_opens_files_is_made_at_the_machine_alone() {
    let site = site::site().await;
    let security = site.person(Role::SecurityAdministrator).await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let department = site.signed_in(&clerk).await.acting.unwrap().id;
    let page = site.look(Some(&security), "/console/keys").await.body;
    assert!(!page.contains("scope.read_for_matter"), "{page}");
    for scope in ["read_for_matter", "read_on_consent"] {
        let form = format!("organisation={department}&label=x&scope.{scope}=1");
        let seen = site.send(&security, "/console/keys", &form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{scope}");
        assert!(seen.body.contains("在服务器上"), "{}", seen.body);
    }
}

#[tokio::test]
async fn a_public_key_names_one_holder() {
    let site = site::site().await;
    let operator = Access::operator("示例");
    let pair = SigningKey::from_slice("1234567812345678", &[7; 32]).unwrap();
    let public = Some(hex(&pair.verifying_key().to_sec1_bytes()));
    let new = |label: &str| NewKey {
        label: label.to_owned(),
        public_key: public.clone(),
        ..NewKey::default()
    };
    let [one, other] = ["scjg", "fagai"];
    let one = api_key::of_department(&site.platform, &operator, one).await.unwrap();
    let other = api_key::of_department(&site.platform, &operator, other).await.unwrap();
    api_key::make(&site.platform, &operator, one, &new("甲")).await.unwrap();
    api_key::make(&site.platform, &operator, one, &new("乙")).await.unwrap();
    assert!(api_key::make(&site.platform, &operator, other, &new("甲")).await.is_err());
}

#[tokio::test]
async fn whoever_took_a_session_over_guesses_a_password_a_few_times_only() {
    let site = site::site().await;
    let person = site.nobody("faren").await;
    let id = site.account("faren").await;
    let mut write = site.platform.register.write().await.unwrap();
    let now = site.platform.now();
    store::account::set_password(&mut write, id, "hash", false, now).await.unwrap();
    write.commit().await.unwrap();
    let most = registry::session::limit(&site.platform, "lock_after").unwrap();
    let form = "old=猜一猜&new=山重水复疑无路柳暗花明-2&again=山重水复疑无路柳暗花明-2";
    for _ in 0..most {
        let seen = site.send(&person, "/account/password", form).await;
        assert_ne!(seen.status, StatusCode::SEE_OTHER);
    }
    let seen = site.look(Some(&person), "/account").await;
    assert!(seen.location.starts_with("/sign-in"), "signed out: {}", seen.status);
}

#[tokio::test]
async fn a_key_and_the_one_before_it_are_revoked_together() {
    let site = site::site().await;
    let operator = Access::operator("示例");
    let department = api_key::of_department(&site.platform, &operator, "scjg").await.unwrap();
    let new = NewKey { label: "示例系统".to_owned(), ..NewKey::default() };
    let made = api_key::make(&site.platform, &operator, department, &new).await.unwrap();
    api_key::rotate(&site.platform, &operator, "scjg", "示例系统", None).await.unwrap();
    let before = format!("Bearer {}", made.key);
    let ask = async || site.call("GET", "/api/v1/submissions", &before, "", HERE).await.0;
    assert_eq!(ask().await, StatusCode::OK, "goes on for a while");
    assert!(api_key::revoke_by(&site.platform, &operator, "scjg", "示例系统").await.unwrap());
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_identity_number_is_no_case_number() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let form = format!("kind=licence&number={PERSON}&code={}", business(2).code);
    let seen = site.send(&clerk, "/console/matters", &form).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{}", seen.body);
    let events =
        store::audit::find(&site.platform.register, &store::audit::Filter::default(), 1_000).await;
    let told = events.unwrap().into_iter().any(|event| event.detail.contains(PERSON));
    assert!(!told, "it stands in no audit event");
}

#[tokio::test]
async fn a_stranger_who_fails_keeps_the_owner_out_only_from_many_networks() {
    let site = site::site().await;
    site.with_password("shili").await;
    let from = |network: u32| Browser {
        address: format!("198.51.{}.{}", network / 200, network % 200),
        ..Browser::default()
    };
    let tries = async |network: u32, password: &str| {
        let browser = from(network);
        sign_in::sign_in(&site.platform, "shili", password.to_owned(), &browser).await.unwrap()
    };
    for _ in 0..10 {
        assert_eq!(tries(1, "wrong").await, Outcome::Refused);
    }
    assert_eq!(tries(1, PASSWORD).await, Outcome::Refused, "the stranger waits");
    assert!(matches!(tries(2, PASSWORD).await, Outcome::In(_)), "the owner does not");
    let most = registry::session::limit(&site.platform, "lock_anywhere_after").unwrap();
    for network in 0..u32::try_from(most).unwrap() {
        tries(10 + network, "wrong").await;
    }
    assert_eq!(tries(2, PASSWORD).await, Outcome::Refused, "guessed at from everywhere");
}

#[tokio::test]
async fn a_session_alone_replaces_no_second_factor_and_no_recovery_codes() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let id = site.account(Role::DepartmentClerk.code()).await;
    let mut write = site.platform.register.write().await.unwrap();
    let now = site.platform.now();
    let hash = registry::password::hash(PASSWORD.to_owned()).await.unwrap();
    store::account::set_password(&mut write, id, &hash, false, now).await.unwrap();
    store::account::set_totp(&mut write, id, Some("sealed")).await.unwrap();
    write.commit().await.unwrap();
    let page = site.look(Some(&clerk), "/account/factor").await.body;
    assert!(page.contains("name=\"old\""), "the password is asked for: {page}");
    let secret = between(&page, "name=\"secret\" value=\"", "\"");
    let new = format!("secret={secret}&code={}", site.code(&secret));
    for (path, form) in [
        ("/account/factor", new.clone()),
        ("/account/factor", format!("{new}&old=guessed")),
        ("/account/recovery", String::new()),
        ("/account/recovery", "old=guessed".to_owned()),
    ] {
        let seen = site.send(&clerk, path, &form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{path} {form}: {}", seen.body);
        assert!(seen.body.contains("现在的口令不对"), "{}", seen.body);
    }
    let seen = site.send(&clerk, "/account/recovery", &format!("old={PASSWORD}")).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    let seen = site.send(&clerk, "/account/factor", &format!("{new}&old={PASSWORD}")).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
}

#[tokio::test]
async fn a_claim_tells_nobody_which_codes_have_a_file() {
    let site = site::site().await;
    site.accept("penalty", &[site::penalty(&business(2), "示市监罚〔2026〕8号", "2026-05-12")])
        .await;
    let (known, unknown) = (business(2).code, business(77).code);
    let mut seen = Vec::new();
    for (login, code) in [("yi", known.as_str()), ("er", unknown.as_str())] {
        let person = site.nobody(login).await;
        let form = format!("code={code}&role=agent");
        assert_eq!(site.send(&person, "/centre/claims", &form).await.status, StatusCode::SEE_OTHER);
        let again = site.send(&person, "/centre/claims", &form).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST, "one claim of a code waits");
        let page = site.look(Some(&person), "/centre/claims").await.body;
        let list = between(&page, "own-h", "<form");
        seen.push(list.replace(code, "…"));
    }
    assert_eq!(seen[0], seen[1]);
    let clerk = site.person(Role::CentreClerk).await;
    let page = site.look(Some(&clerk), "/console/claims").await.body;
    assert!(page.contains(&format!("{unknown}：没有查到档案")), "{page}");
    let confirm = async |claim: u32| {
        let path = format!("/console/claims/{claim}");
        site.send(&clerk, &path, "decision=confirm&reason=已核对").await.status
    };
    assert_eq!(confirm(2).await, StatusCode::BAD_REQUEST);
    assert_eq!(confirm(1).await, StatusCode::SEE_OTHER);
}
