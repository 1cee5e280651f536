//! The subject centre: a company claims itself, reads its file and its log, grants a consent to a bank
//! and takes it back.

use axum::http::StatusCode;
use domain::role::{OrganisationKind, Role};

use super::people::Person;
use crate::site::{self, PERSON, Site, business, utility_payment};

/// What the second business owes for water.
const OWED: &str = "731.40";

/// The site with something that the subject alone may release.
async fn owing() -> Site {
    let site = site::site().await;
    let rows = [utility_payment(&business(2), "示例-0001")];
    site.accept_from("shuiwujituan", "utility_payment", &rows).await;
    site
}

impl Site {
    /// Somebody signed in who acts for nobody.
    pub async fn nobody(&self, login: &str) -> Person {
        let account = self.account(login).await;
        let browser = registry::session::Browser::default();
        let open = registry::session::open(&self.platform, account, None, false, &browser);
        Person { token: open.await.unwrap() }
    }

    /// The same person after their session ended and they signed in again.
    async fn again(&self, login: &str) -> Person {
        let account = self.account(login).await;
        let held = store::account::memberships(&self.platform.register, account).await.unwrap();
        let first = held.first().map(|one| one.organisation);
        let browser = registry::session::Browser::default();
        let open = registry::session::open(&self.platform, account, first, false, &browser);
        Person { token: open.await.unwrap() }
    }

    /// Has the second business claimed by an account, and confirmed by a clerk.
    async fn claimed(&self, login: &str) -> Person {
        let person = self.nobody(login).await;
        let form = format!("code={}&role=representative&note=示例", business(2).code);
        let seen = self.send(&person, "/centre/claims", &form).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
        let clerk = self.person(Role::CentreClerk).await;
        let home = self.look(Some(&clerk), "/console").await.body;
        assert!(home.contains("认领：1 项待确认，最早 2026-11-22 提出"), "{home}");
        let page = self.look(Some(&clerk), "/console/claims").await.body;
        let (_, rest) = page.split_once("/console/claims/").expect("a claim that waits");
        let number = rest.split('"').next().unwrap();
        let form = "decision=confirm&reason=已核对";
        let seen = self.send(&clerk, &format!("/console/claims/{number}"), form).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
        self.again(login).await
    }

    /// Grants a bank what the second business owes for water.
    async fn consented(&self, person: &Person, extra: &str) {
        let bank = self.organisation(OrganisationKind::Bank, "示例-bank", None, None).await;
        let form = format!("organisation={bank}&purpose=loan&items=utility_payment&days=30{extra}");
        let seen = self.send(person, "/centre/consents", &form).await;
        assert!(seen.body.contains("确认授权") && seen.body.contains("商业贷款"), "{}", seen.body);
        let seen = self.send(person, "/centre/consents", &format!("{form}&confirmed=1")).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    }
}

#[tokio::test]
async fn a_company_claims_itself_and_reads_its_file_and_its_log() {
    let site = owing().await;
    let person = site.nobody("faren").await;
    assert_eq!(site.look(Some(&person), "/centre/file").await.status, StatusCode::BAD_REQUEST);
    let person = site.claimed("faren").await;
    let file = site.look(Some(&person), "/centre/file").await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert!(file.body.contains(OWED) && file.body.contains("示市监罚〔2026〕7号"));
    let log = site.look(Some(&person), "/centre/log").await.body;
    assert!(log.contains("本主体查询") && log.contains("行政处罚"), "{log}");
    assert!(log.contains("认领人") && log.contains("信用中心或本单位代表人"), "{log}");
    let record = file.body.split("/centre/records/").nth(1).unwrap().split('"').next().unwrap();
    let seen = site.look(Some(&person), &format!("/centre/records/{record}")).await;
    assert_eq!(seen.status, StatusCode::OK);
    for number in ["0", "-1", "99999999999"] {
        let seen = site.look(Some(&person), &format!("/centre/records/{number}")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{number}");
    }
    for page in ["/centre", "/centre/consents", "/centre/reports", "/centre/claims"] {
        let seen = site.look(Some(&person), page).await;
        assert_eq!(seen.status, StatusCode::OK, "{page}: {}", seen.body);
    }
}

/// A code that was corrected since opens no second organisation for one subject.
#[tokio::test]
async fn a_company_known_under_an_older_code_stays_one_organisation() {
    let site = owing().await;
    let (kind, subject) = (OrganisationKind::Company, site.subject(&business(2).code).await);
    let known = site.organisation(kind, "旧代码", None, Some(subject)).await;
    site.claimed("faren").await;
    let account = site.account("faren").await;
    let held = store::account::memberships(&site.platform.register, account).await.unwrap();
    assert_eq!(held.iter().map(|one| one.organisation).collect::<Vec<_>>(), [known]);
}

#[tokio::test]
async fn a_bank_reads_on_consent_until_it_is_taken_back() {
    let site = owing().await;
    let person = site.claimed("faren").await;
    let bank = site.person(Role::BankOfficer).await;
    let seen = site.look(Some(&bank), "/console/consents").await;
    assert!(seen.body.contains("没有授权给本单位的查询"));
    site.consented(&person, "").await;
    let seen = site.send(&bank, "/console/consents/1", "").await;
    assert!(seen.body.contains(OWED), "{}", seen.body);
    assert!(!seen.body.contains("示市监罚〔2026〕7号"), "what was not granted stays shut");
    let log = site.look(Some(&person), "/centre/log").await.body;
    assert!(log.contains("示例金融机构") && log.contains("主体授权") && log.contains("商业贷款"));
    assert!(log.contains("被授权单位"), "who used it: {log}");
    let hall = site.person(Role::HallClerk).await;
    let seen = site.send(&hall, "/console/consents/1", "").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "another organisation's consent");
    let seen = site.send(&person, "/centre/consents/1/revoke", "").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    let seen = site.send(&bank, "/console/consents/1", "").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "{}", seen.body);
    let seen = site.look(Some(&bank), "/console/consents").await;
    assert!(seen.body.contains("主体已撤回"));
}

#[tokio::test]
async fn a_consent_ends_on_its_day_and_a_single_one_with_its_use() {
    let site = owing().await;
    let person = site.claimed("faren").await;
    site.consented(&person, "&single_use=1").await;
    let bank = site.person(Role::BankOfficer).await;
    assert!(site.send(&bank, "/console/consents/1", "").await.body.contains(OWED));
    let seen = site.send(&bank, "/console/consents/1", "").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "good for one look");
    site.consented(&person, "").await;
    site.later(30 * 24 * 3600);
    let bank = site.person(Role::BankOfficer).await;
    let seen = site.send(&bank, "/console/consents/2", "").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "expired");
}

#[tokio::test]
async fn what_is_wrong_with_a_consent_is_said() {
    let site = owing().await;
    let person = site.claimed("faren").await;
    let bank = site.organisation(OrganisationKind::Bank, "示例-bank", None, None).await;
    for (form, told) in [
        (
            "organisation=999&purpose=loan&items=penalty&days=3".to_owned(),
            "请从列表里选择被授权单位",
        ),
        (format!("organisation={bank}&purpose=x&items=penalty&days=3"), "请从列表里选择用途"),
        (format!("organisation={bank}&purpose=loan&days=3"), "请选择授权查看的信息"),
        (format!("organisation={bank}&purpose=loan&items=nothing&days=3"), "请选择授权查看的信息"),
        (format!("organisation={bank}&purpose=loan&items=penalty&days=9999"), "期限为 1 到 365 天"),
    ] {
        let seen = site.send(&person, "/centre/consents", &form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST);
        assert!(seen.body.contains(told), "{form}: {}", seen.body);
    }
}

#[tokio::test]
async fn a_representative_confirms_an_agent_and_nobody_confirms_themselves() {
    let site = owing().await;
    let person = site.claimed("faren").await;
    let agent = site.nobody("jingban").await;
    let form = format!("code={}&role=agent", business(2).code);
    site.send(&agent, "/centre/claims", &form).await;
    let seen = site.send(&agent, "/centre/claims/2", "decision=confirm").await;
    assert_ne!(seen.status, StatusCode::SEE_OTHER, "nobody confirms a claim of their own");
    let again = site.send(&agent, "/centre/claims", &form).await;
    assert!(again.body.contains("正在等待确认"));
    let seen = site.send(&person, "/centre/claims/2", "decision=confirm").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let agent = site.again("jingban").await;
    assert!(site.look(Some(&agent), "/centre/file").await.body.contains(OWED));
    let seen = site.send(&agent, "/centre/consents/1/revoke", "").await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "an agent grants and takes back nothing");
    // A representative decides on no other company.
    let other = site.nobody("bieren").await;
    let form = format!("code={}&role=agent", business(3).code);
    site.send(&other, "/centre/claims", &form).await;
    let seen = site.send(&person, "/centre/claims/3", "decision=confirm").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "{}", seen.body);
}

#[tokio::test]
async fn a_person_is_found_by_a_number_that_is_kept_nowhere() {
    let site = owing().await;
    let row = site::person_penalty("示例丙", "示市监罚〔2026〕9号", "2026-05-12");
    site.accept("penalty", &[row]).await;
    let person = site.nobody("gongmin").await;
    let seen = site.send(&person, "/centre/claims/person", &format!("number={PERSON}")).await;
    assert!(seen.body.contains("已收到"), "{}", seen.body);
    assert!(!seen.body.contains(PERSON));
    // Somebody nobody knows here is answered alike, and reads the same list of claims.
    let stranger = "419900198001010025";
    let other = site.nobody("moshengren").await;
    let unknown = site.send(&other, "/centre/claims/person", &format!("number={stranger}")).await;
    assert_eq!(unknown.status, StatusCode::OK, "{}", unknown.body);
    assert!(unknown.body.contains("已收到") && !unknown.body.contains(stranger));
    for (who, seen) in [(&person, &seen), (&other, &unknown)] {
        assert_eq!(seen.body.matches("本人（自然人）").count(), 1, "{}", seen.body);
        assert!(!seen.body.contains("没有查到"));
        let more = site.send(who, "/centre/claims/person", &format!("number={PERSON}")).await;
        assert_eq!(more.status, StatusCode::BAD_REQUEST, "one number at a time");
    }
    let clerk = site.person(Role::CentreClerk).await;
    let seen = site.look(Some(&clerk), "/console/claims").await;
    assert!(seen.body.contains("本人（自然人）") && !seen.body.contains(PERSON));
    let seen = site.send(&clerk, "/console/claims/1", "decision=confirm&reason=已核对").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let seen = site.send(&clerk, "/console/claims/2", "decision=confirm&reason=已核对").await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "nobody was found");
    let seen = site.send(&other, "/centre/claims/2", "decision=withdraw").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let person = site.again("gongmin").await;
    let seen = site.send(&person, "/centre/claims/person", &format!("number={stranger}")).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST, "confirmed already");
    let file = site.look(Some(&person), "/centre/file").await;
    assert!(file.body.contains("示市监罚〔2026〕9号"), "{}", file.body);
    assert!(!file.body.contains(PERSON) && file.body.contains("已加密"));
    // What a person is known by here is in no page, of theirs or of whom they let in.
    site.consented(&person, "").await;
    let bank = site.person(Role::BankOfficer).await;
    let seen = site.look(Some(&bank), "/console/consents").await;
    assert!(seen.body.contains("自然人") && !seen.body.contains("cn_id"), "{}", seen.body);
    for page in ["/centre", "/centre/reports", "/centre/claims", "/centre/consents"] {
        let seen = site.look(Some(&person), page).await;
        assert!(seen.status == StatusCode::OK && !seen.body.contains("cn_id"), "{page}");
    }
}
