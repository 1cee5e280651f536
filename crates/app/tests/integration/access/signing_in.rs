//! Signing in as people do it: first administrator, new password, second factor, and everything
//! somebody tries who should not get in.

use axum::http::StatusCode;
use domain::{
    access::Access,
    ids::{AccountId, OrganisationId},
    role::{Membership, Role},
};
use registry::{
    account::{self, Change},
    error::Error,
    factor, password,
    session::Browser,
};
use totp_rs::{Builder, Secret};

use super::people::{Person, Seen};
use crate::site::{self, Site};

pub const PASSWORD: &str = "山重水复疑无路柳暗花明-1";

impl Site {
    /// Sends the form of signing in.
    async fn sign_in(&self, login: &str, password: &str) -> Seen {
        let form = format!("login={login}&password={password}");
        self.ask(None, "POST", "/sign-in", &form).await
    }

    /// The code an authenticator shows now.
    pub fn code(&self, secret: &str) -> String {
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        let now = u64::try_from(self.platform.now().as_second()).unwrap();
        totp.generate(now).to_string()
    }

    /// An account without a role, with a password of its own.
    pub async fn with_password(&self, login: &str) -> AccountId {
        let opened = account::open_own(&self.platform, login, "示例乙", PASSWORD.to_owned()).await;
        opened.unwrap().expect("a new account")
    }
}

fn held(seen: &Seen) -> Person {
    let cookie = seen.cookie.split(';').next().unwrap_or_default();
    let token = cookie.strip_prefix("xinheng=").unwrap_or_default().to_owned();
    Person { token }
}

pub fn between(body: &str, before: &str, after: &str) -> String {
    let (_, rest) = body.split_once(before).unwrap_or_else(|| panic!("no {before} in {body}"));
    rest.split_once(after).expect("an end").0.to_owned()
}

#[tokio::test]
async fn the_first_administrator_gets_in_with_two_factors_and_a_password_of_their_own() {
    let site = site::site().await;
    let operator = Access::operator("示例");
    let role = Role::SystemAdministrator;
    let first = account::first_administrator(&site.platform, &operator, role, "admin1", "示例甲");
    let first = first.await.unwrap();
    let again = account::first_administrator(&site.platform, &operator, role, "admin2", "示例乙");
    assert!(matches!(again.await, Err(Error::Refused(_))), "there is one now");

    let seen = site.sign_in("admin1", &first).await;
    assert_eq!((seen.status, seen.location.as_str()), (StatusCode::SEE_OTHER, "/console"));
    let person = held(&seen);
    let seen = site.look(Some(&person), "/console").await;
    assert_eq!(seen.location, "/account/password", "a first password is changed first");
    let form = format!("old={first}&new={PASSWORD}&again={PASSWORD}");
    let seen = site.send(&person, "/account/password", &form).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let old = person;
    let person = held(&seen);
    assert_ne!(old.token, person.token, "the session goes on under a new token");
    assert!(site.look(Some(&old), "/account").await.location.starts_with("/sign-in"));

    let seen = site.look(Some(&person), "/console").await;
    assert_eq!(seen.location, "/account/factor", "the console asks for a second factor");
    let page = site.look(Some(&person), "/account/factor").await.body;
    let secret = between(&page, "name=\"secret\" value=\"", "\"");
    assert!(page.contains("<svg class=\"qr\""), "a picture of the secret");
    let wrong = format!("secret={secret}&code=000000");
    assert_eq!(site.send(&person, "/account/factor", &wrong).await.status, StatusCode::BAD_REQUEST);
    let right = format!("secret={secret}&code={}", site.code(&secret));
    let seen = site.send(&person, "/account/factor", &right).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    let recovery = between(&seen.body, "<li><code>", "</code>");
    let person = held(&seen);
    let seen = site.look(Some(&person), "/console").await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    let seen = site.look(Some(&person), "/console/accounts").await;
    assert!(seen.body.contains("admin1"));
    assert_eq!(site.look(Some(&person), "/console/roles").await.status, StatusCode::FORBIDDEN);

    // The next time: password, then the code; the same code does not work twice.
    site.later(60);
    let half = held(&site.sign_in("admin1", PASSWORD).await);
    let seen = site.look(Some(&half), "/console").await;
    assert!(seen.location.starts_with("/sign-in/factor"), "{}", seen.location);
    let code = site.code(&secret);
    let seen = site.send(&half, "/sign-in/factor", &format!("code={code}")).await;
    assert_eq!((seen.status, seen.location.as_str()), (StatusCode::SEE_OTHER, "/console"));
    let half = held(&site.sign_in("admin1", PASSWORD).await);
    let seen = site.send(&half, "/sign-in/factor", &format!("code={code}")).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "a code works once");
    let seen = site.send(&half, "/sign-in/factor", &format!("code={recovery}")).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "a recovery code stands in for it");
    let half = held(&site.sign_in("admin1", PASSWORD).await);
    let seen = site.send(&half, "/sign-in/factor", &format!("code={recovery}")).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "once");
}

#[tokio::test]
async fn whoever_is_refused_learns_nothing_and_pays_the_same() {
    let site = site::site().await;
    let known = site.with_password("known").await;
    let mut answers = Vec::new();
    for (login, password) in
        [("known", "guessed-it"), ("unknown", "guessed-it"), ("unknown2", PASSWORD)]
    {
        let before = password::compared();
        let seen = site.sign_in(login, password).await;
        assert_eq!(password::compared() - before, 1, "{login}: one comparison, account or not");
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
        assert!(!seen.body.contains(password), "a password is never shown");
        answers.push(seen.body.replace(login, "…"));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "one answer for all");
    let operator = Access::operator("示例");
    account::change(&site.platform, &operator, known, account::Change::Close).await.unwrap();
    let seen = site.sign_in("known", PASSWORD).await;
    assert_eq!(seen.body.replace("known", "…"), answers[0], "closed accounts too");
}

#[tokio::test]
async fn an_account_is_locked_after_failures_and_opens_again() {
    let site = site::site().await;
    site.with_password("shili").await;
    for _ in 0..5 {
        assert_eq!(site.sign_in("shili", "wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let seen = site.sign_in("shili", PASSWORD).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "locked, and the answer does not say so");
    let before = password::compared();
    assert_eq!(site.sign_in("shili", "wrong").await.body, seen.body);
    assert_eq!(password::compared() - before, 1, "at the same cost");
    site.later(15 * 60);
    let seen = site.sign_in("SHILI ", PASSWORD).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
}

#[tokio::test]
async fn a_password_is_changed_after_half_a_year() {
    let site = site::site().await;
    site.with_password("shili").await;
    site.later(179 * 24 * 3600);
    let person = held(&site.sign_in("shili", PASSWORD).await);
    assert_eq!(site.look(Some(&person), "/centre").await.status, StatusCode::OK);
    site.later(24 * 3600);
    let person = held(&site.sign_in("shili", PASSWORD).await);
    assert_eq!(site.look(Some(&person), "/centre").await.location, "/account/password");
    let page = site.look(Some(&person), "/account/password").await.body;
    assert!(page.contains("这个口令已用满 180 天"), "{page}");
    let form = format!("old={PASSWORD}&new={PASSWORD}-2&again={PASSWORD}-2");
    let person = held(&site.send(&person, "/account/password", &form).await);
    assert_eq!(site.look(Some(&person), "/centre").await.status, StatusCode::OK);
    // Whoever signs in elsewhere has no password to change.
    site.account(Role::DepartmentClerk.code()).await;
    site.later(181 * 24 * 3600);
    let clerk = site.person(Role::DepartmentClerk).await;
    assert_eq!(site.look(Some(&clerk), "/console").await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_codes_sent_at_once_are_counted_one_by_one() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    // What each of them read before any of them had failed.
    let signed = site.signed_in(&clerk).await;
    let mut wrong = 0;
    for _ in 0..8 {
        let shown = factor::show(&site.platform, &signed, "000000", &Browser::default()).await;
        wrong += usize::from(matches!(shown, Err(Error::Question { .. })));
    }
    assert_eq!(wrong, 5, "the others met a locked account");
    let found = store::account::get(&site.platform.register, signed.id()).await.unwrap().unwrap();
    assert!(found.failed == 5 && found.locked_until.is_some(), "{}", found.failed);
}

#[tokio::test]
async fn an_administrator_lets_somebody_try_again_at_once() {
    let site = site::site().await;
    let id = site.with_password("shili").await;
    for change in [Change::Unlock, Change::ResetPassword] {
        for _ in 0..5 {
            site.sign_in("shili", "wrong").await;
        }
        assert_eq!(site.sign_in("shili", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        let access = Access::operator("operator:test");
        let first = account::change(&site.platform, &access, id, change).await.unwrap();
        let password = first.unwrap_or_else(|| PASSWORD.to_owned());
        let seen = site.sign_in("shili", &password).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{change:?}: {}", seen.body);
    }
}

#[tokio::test]
async fn an_address_that_fails_too_often_must_wait() {
    let site = site::site().await;
    site.with_password("shili").await;
    let mut waits = 0;
    for number in 0..25 {
        let seen = site.sign_in(&format!("guess{number}"), "wrong").await;
        waits += usize::from(seen.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(waits, 5, "after twenty failures");
    let seen = site.sign_in("shili", PASSWORD).await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS, "even with the right password");
}

#[tokio::test]
async fn a_role_that_is_taken_ends_its_sessions_at_once() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    assert_eq!(site.look(Some(&clerk), "/console/matters").await.status, StatusCode::OK);
    let signed = site.signed_in(&clerk).await;
    let membership = Membership {
        account: signed.id(),
        organisation: signed.acting.as_ref().unwrap().id,
        role: Role::DepartmentClerk,
    };
    let security = site.person(Role::SecurityAdministrator).await;
    let form = format!(
        "account={}&role={}/{}",
        membership.account,
        membership.organisation,
        membership.role.code()
    );
    let seen = site.send(&security, "/console/roles/withdraw", &form).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let seen = site.look(Some(&clerk), "/console/matters").await;
    assert!(seen.location.starts_with("/sign-in"), "{} {}", seen.status, seen.location);
}

#[tokio::test]
async fn administrators_exclude_each_other_and_change_nothing_of_their_own() {
    let site = site::site().await;
    let security = site.person(Role::SecurityAdministrator).await;
    let own = site.signed_in(&security).await;
    let system = site.person(Role::SystemAdministrator).await;
    let other = site.signed_in(&system).await.id();
    let centre = own.acting.as_ref().unwrap().id;
    let try_it = async |account: AccountId, organisation: OrganisationId, role: Role| {
        let form = format!("account={account}&role={organisation}/{}", role.code());
        site.send(&security, "/console/roles", &form).await
    };
    let seen = try_it(other, centre, Role::AuditAdministrator).await;
    assert!(seen.body.contains("互斥"), "{}", seen.body);
    let seen = try_it(own.id(), centre, Role::CentreClerk).await;
    assert!(seen.body.contains("不能改自己的账号和角色"), "{}", seen.body);
    let seen = try_it(other, centre, Role::HallClerk).await;
    assert!(seen.body.contains("没有这个角色"), "{}", seen.body);
    // What a form holds beyond its fields changes nothing (mass assignment).
    let form = "login=extra&name=示例&role=system_administrator&must_change=false&subject_id=1";
    let seen = site.send(&system, "/console/accounts", form).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    let made = store::account::by_login(&site.platform.register, "extra").await.unwrap().unwrap();
    assert!(made.must_change && made.subject.is_none());
    let held = store::account::memberships(&site.platform.register, made.id).await.unwrap();
    assert_eq!(held, Vec::new());
}

#[tokio::test]
async fn sessions_end_by_themselves_and_forged_ones_never_begin() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    for token in ["", "0", &"A".repeat(52), &clerk.token.to_lowercase(), &clerk.token[1..]] {
        let forged = Person { token: token.to_owned() };
        let seen = site.look(Some(&forged), "/console").await;
        assert!(seen.location.starts_with("/sign-in"), "{token}: {}", seen.status);
    }
    site.later(29 * 60);
    assert_eq!(site.look(Some(&clerk), "/console").await.status, StatusCode::OK);
    site.later(29 * 60);
    assert_eq!(site.look(Some(&clerk), "/console").await.status, StatusCode::OK, "in use");
    site.later(30 * 60);
    assert!(site.look(Some(&clerk), "/console").await.location.starts_with("/sign-in"), "idle");
    let clerk = site.person(Role::DepartmentClerk).await;
    for _ in 0..35 {
        site.later(20 * 60);
        assert_eq!(site.look(Some(&clerk), "/console").await.status, StatusCode::OK);
    }
    site.later(20 * 60);
    assert!(site.look(Some(&clerk), "/console").await.location.starts_with("/sign-in"), "too long");
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let site = site::site().await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let token = site.signed_in(&clerk).await.form_token;
    let form = format!("form_token={token}");
    for origin in ["http://evil.example", "null", "https://portal.example.evil.example"] {
        let seen = site.ask_from(Some(&clerk), "POST", "/sign-out", &form, origin).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{origin}");
    }
    let other = site.person(Role::HallClerk).await;
    let seen = site.ask(Some(&other), "POST", "/sign-out", &form).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "another session's token");
}

#[tokio::test]
async fn one_session_only_where_one_wants_it() {
    let site = site::site().await;
    site.with_password("shili").await;
    let first = held(&site.sign_in("shili", PASSWORD).await);
    let second = held(&site.sign_in("shili", PASSWORD).await);
    assert_eq!(site.look(Some(&first), "/account").await.status, StatusCode::OK);
    site.send(&second, "/account/one-session", "one=1").await;
    let third = held(&site.sign_in("shili", PASSWORD).await);
    assert!(site.look(Some(&first), "/account").await.location.starts_with("/sign-in"));
    assert!(site.look(Some(&second), "/account").await.location.starts_with("/sign-in"));
    assert_eq!(site.look(Some(&third), "/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn anybody_opens_an_account_and_sees_nothing_by_it() {
    let site = site::site().await;
    let form = format!("login=gongmin&name=示例丙&password={PASSWORD}");
    let seen = site.ask(None, "POST", "/register", &form).await;
    assert_eq!((seen.status, seen.location.as_str()), (StatusCode::SEE_OTHER, "/centre"));
    let person = held(&seen);
    assert_eq!(site.look(Some(&person), "/centre").await.status, StatusCode::OK);
    assert_eq!(site.look(Some(&person), "/console").await.status, StatusCode::FORBIDDEN);
    for (form, told) in [
        ("login=gongmin&name=x&password=柳暗花明又一村山重水复-12", "这个登录名不能用"),
        ("login=x&name=x&password=柳暗花明又一村山重水复-12", "登录名为 3 到 60 个"),
        ("login=419900198001010017&name=x&password=柳暗花明又一村山重水复-12", "不能是证件号码"),
        ("login=another&name=x&password=123456", "至少要 12 个字符"),
    ] {
        let seen = site.ask(None, "POST", "/register", form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST);
        assert!(seen.body.contains(told), "{form}: {}", seen.body);
    }
}
