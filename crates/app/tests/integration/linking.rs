//! What comes without a code: joined where it is plain, judged by people where it is not, kept apart for
//! good where it is two subjects, and parted again exactly where a merge was wrong.

use std::{collections::HashMap, path::Path};

use axum::http::StatusCode;
use domain::{
    access::Access,
    ids::{PairId, SubjectId},
    linkage::{self, Verdict},
    merge::PairState,
    role::Role,
    text::Lang,
};
use registry::session::{self, Browser};
use serde_json::Value;
use store::{linkage::NewPair, load::Mode};

use crate::{
    access::people::Person,
    home::{Home, text},
    site::{self, Business, Row, Site, business, penalty, registration, utility_payment, with},
};

/// An account without a code, by a name and an address.
fn nameless(name: &str, address: &str, account: &str) -> Row {
    let mut row = with(utility_payment(&business(2), account), "GY_XDR_SHXYM", "");
    row = with(row, "GY_XDR_MC", name);
    row.push(("GY_DZ", address.to_owned()));
    row
}

const ADDRESS: &str = "示例市示例东区示例路1号";

impl Site {
    /// The small site, whose businesses sit at an address with a number.
    async fn housed() -> Site {
        let site = site::site().await;
        let rows: Vec<Row> =
            (1..=3).map(|n| with(registration(&business(n)), "DJ_ZS", ADDRESS)).collect();
        site.accept("registration", &rows).await;
        site
    }

    /// Does all that waits for the worker.
    async fn link(&self) {
        while registry::work::step(&self.platform).await.unwrap() {}
    }

    async fn accounts(&self, rows: &[Row]) {
        let taken = self.accept_from("shuiwujituan", "utility_payment", rows).await;
        assert_eq!(taken.counts.warned, rows.len() as u64, "{:?}", taken.faults);
        self.link().await;
    }

    async fn named(&self, name: &str, address: &str) -> SubjectId {
        let value = format!("shuiwujituan:{name}@{address}");
        let found = store::subject::find(&self.platform.register, "unit_name", &value).await;
        found.unwrap().unwrap_or_else(|| panic!("nobody is known as {value}"))
    }

    async fn states(&self) -> HashMap<PairState, i64> {
        store::linkage::counts(&self.platform.register).await.unwrap().into_iter().collect()
    }

    /// Another clerk of the centre.
    async fn second_clerk(&self, first: &Person) -> Person {
        let organisation = self.signed_in(first).await.acting.unwrap().id;
        let account = self.account("fuhe").await;
        self.grant(account, organisation, Role::CentreClerk).await;
        let browser = Browser::default();
        let open = session::open(&self.platform, account, Some(organisation), true, &browser);
        Person { token: open.await.unwrap() }
    }
}

#[tokio::test]
async fn what_is_plain_is_joined_and_stands_in_the_file_of_its_subject() {
    let site = Site::housed().await;
    let second = business(2);
    site.accounts(&[nameless(&second.name, ADDRESS, "S1")]).await;
    let subject = site.subject(&second.code).await;
    assert_eq!(site.named(&second.name, ADDRESS).await, subject, "both lead to one");
    assert_eq!(site.states().await, HashMap::from([(PairState::Merged, 1)]));
    let own = site.person(Role::Representative).await;
    let file = site.look(Some(&own), "/centre/file").await.body;
    assert!(file.contains("731.40"), "{file}");
    let log = site.look(Some(&own), "/centre/log").await.body;
    assert!(log.contains("归并主体"), "it is told of the merge: {log}");
    // What comes later under the name comes to the same subject.
    let later = with(nameless(&second.name, ADDRESS, "S2"), "GY_YJ", "11.10");
    site.accounts(&[later]).await;
    let file = site.look(Some(&own), "/centre/file").await.body;
    assert!(file.contains("731.40") && file.contains("11.10"), "{file}");
    assert_eq!(site.states().await, HashMap::from([(PairState::Merged, 1)]));
}

#[tokio::test]
async fn a_person_judges_merges_and_parts_again_and_everybody_touched_is_listed() {
    let site = Site::housed().await;
    let second = business(2);
    let elsewhere = "示例市示例湖区示例大道9号";
    site.accounts(&[nameless(&second.name, elsewhere, "S1")]).await;
    assert_eq!(site.states().await, HashMap::from([(PairState::Open, 1)]));
    let (own, clerk) =
        (site.person(Role::Representative).await, site.person(Role::CentreClerk).await);
    let before = site.look(Some(&own), "/centre/file").await.body;
    assert!(!before.contains("731.40"));
    let home = site.look(Some(&clerk), "/console").await.body;
    assert!(home.contains("主体比对：1 对待判定"), "{home}");
    let list = site.look(Some(&clerk), "/console/identities").await.body;
    assert!(list.contains("/console/identities/1") && list.contains(&second.name), "{list}");
    let pair = "/console/identities/1";
    let page = site.look(Some(&clerk), pair).await.body;
    for words in [elsewhere, ADDRESS, &second.code, "字号与行业", "一致", "门牌号"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let log = site.look(Some(&own), "/centre/log").await.body;
    assert!(log.contains("比对主体"), "{log}");
    let unsaid = site.send(&clerk, pair, "judgement=same&reason=").await;
    assert_eq!(unsaid.status, StatusCode::BAD_REQUEST);
    assert!(unsaid.body.contains("请写明理由"), "{}", unsaid.body);
    let judged = site.send(&clerk, pair, "judgement=same&reason=示例：电话核实").await;
    assert_eq!(judged.status, StatusCode::SEE_OTHER, "{}", judged.body);
    site.later(60);
    let merged = site.look(Some(&own), "/centre/file").await.body;
    assert!(merged.contains("731.40"), "{merged}");
    let again = site.send(&clerk, pair, "judgement=different&reason=示例").await;
    assert!(again.body.contains("请解除归并"), "{}", again.body);

    let merge = "/console/merges/1";
    let page = site.look(Some(&clerk), merge).await.body;
    assert!(page.contains("查询非公开信息"), "its owner read the file meanwhile: {page}");
    let ended = site.send(&clerk, merge, "reason=示例：是另一家").await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.body);
    let after = site.look(Some(&own), "/centre/file").await.body;
    assert!(!after.contains("731.40"), "{after}");
    let page = site.look(Some(&clerk), merge).await.body;
    for words in ["应发的告知", "已更正，请据更正后的信息复核", "示例：是另一家", "登记已发出"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let sent = site.send(&clerk, &format!("{merge}/notices/1"), "").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let twice = site.send(&clerk, &format!("{merge}/notices/1"), "").await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    let log = site.look(Some(&own), "/centre/log").await.body;
    assert!(log.contains("解除归并"), "{log}");
    // It stays apart, whatever comes.
    let moved = with(registration(&second), "DJ_ZS", elsewhere);
    site.accept("registration", &[moved]).await;
    site.link().await;
    assert_eq!(site.states().await, HashMap::from([(PairState::Parted, 1)]));
    let done = site.send(&clerk, merge, "reason=示例").await;
    assert!(done.body.contains("已经解除了"), "{}", done.body);
}

#[tokio::test]
async fn a_second_one_of_the_name_leaves_both_to_a_person() {
    let site = Site::housed().await;
    // The fourth business bears the name of the first.
    site.accept("registration", &[with(registration(&business(4)), "DJ_ZS", ADDRESS)]).await;
    site.accounts(&[nameless(&business(1).name, ADDRESS, "S1")]).await;
    assert_eq!(site.states().await, HashMap::from([(PairState::Open, 2)]));
    let clerk = site.person(Role::CentreClerk).await;
    let same = "judgement=same&reason=示例";
    assert_eq!(
        site.send(&clerk, "/console/identities/1", same).await.status,
        StatusCode::SEE_OTHER
    );
    // The other has another code: it can no longer be the same.
    let other = site.send(&clerk, "/console/identities/2", same).await;
    assert!(other.body.contains("两个有效代码不同"), "{}", other.body);
    let different =
        site.send(&clerk, "/console/identities/2", "judgement=different&reason=示例").await;
    assert_eq!(different.status, StatusCode::SEE_OTHER);
    let settled = HashMap::from([(PairState::Merged, 1), (PairState::Parted, 1)]);
    assert_eq!(site.states().await, settled);
}

#[tokio::test]
async fn what_was_judged_apart_holds_for_all_that_stands_in_a_side() {
    let site = Site::housed().await;
    let (name, first, second) =
        (business(2).name, "示例市示例湖区示例路3号", "示例市示例湖区示例路4号");
    site.accounts(&[nameless(&name, first, "S1")]).await;
    let clerk = site.person(Role::CentreClerk).await;
    let different = "judgement=different&reason=示例：不是一家";
    assert_eq!(
        site.send(&clerk, "/console/identities/1", different).await.status,
        StatusCode::SEE_OTHER
    );
    site.accounts(&[nameless(&name, second, "S2")]).await;
    // The new account may be of the company, or of the other account: two pairs, and no third.
    let open =
        store::linkage::in_state(&site.platform.register, PairState::Open, 10).await.unwrap();
    let (company, one) = (site.subject(&business(2).code).await, site.named(&name, first).await);
    let two = site.named(&name, second).await;
    let pair = |a: SubjectId, b: SubjectId| {
        let (a, b) = (a.min(b), a.max(b));
        open.iter().find(|pair| (pair.one, pair.other) == (a, b)).map(|pair| pair.id)
    };
    let with_company: PairId = pair(company, two).expect("a pair with the company");
    let with_account: PairId = pair(one, two).expect("a pair of the accounts");
    let judge = |id: PairId| format!("/console/identities/{id}");
    let same = "judgement=same&reason=示例";
    let merged = site.send(&clerk, &judge(with_company), same).await;
    assert_eq!(merged.status, StatusCode::SEE_OTHER, "{}", merged.body);
    let barred = site.send(&clerk, &judge(with_account), same).await;
    assert_eq!(barred.status, StatusCode::BAD_REQUEST);
    assert!(barred.body.contains("此前已判定不是同一主体"), "{}", barred.body);
}

#[tokio::test]
async fn penalties_come_to_another_subject_by_two_persons_only() {
    let site = Site::housed().await;
    let register = &site.platform.register;
    let of_shop = site.fined_shop().await;
    let company = site.subject(&business(1).code).await;
    let mut write = register.write().await.unwrap();
    let new = NewPair {
        subjects: (of_shop, company),
        linkage: "organisation",
        model_version: "示例",
        millibits: 1_000,
        reasons: r#"{"prior":-14288,"fields":[]}"#,
        at: site.platform.now(),
    };
    let (id, _) = store::linkage::keep(&mut write, &new).await.unwrap();
    write.commit().await.unwrap();
    let (path, same) = (format!("/console/identities/{id}"), "judgement=same&reason=示例");
    let first = site.person(Role::CentreClerk).await;
    let page = site.look(Some(&first), &path).await.body;
    assert!(page.contains("须由两名人员先后判定"), "{page}");
    assert_eq!(site.send(&first, &path, same).await.status, StatusCode::SEE_OTHER);
    let before = site.look(None, &format!("/subjects/{}", business(1).code)).await.body;
    assert!(!before.contains("〔2026〕9号"), "nothing moved yet: {before}");
    let again = site.send(&first, &path, same).await;
    assert!(again.body.contains("须由另一名人员复核"), "{}", again.body);
    let second = site.second_clerk(&first).await;
    assert_eq!(site.send(&second, &path, same).await.status, StatusCode::SEE_OTHER);
    let after = site.look(None, &format!("/subjects/{}", business(1).code)).await.body;
    assert!(after.contains("〔2026〕9号"), "{after}");
    // The number leads to the one that stands, whose code is the one shown.
    let moved = site.look(None, &format!("/subjects/reg_no:{}", site_reg_no())).await;
    assert!(moved.body.contains(&business(1).code), "{}", moved.body);
    // A repair of the penalty is parted with it.
    let ended = site.send(&second, "/console/merges/1", "reason=示例：认错了").await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.body);
    let parted = site.look(None, &format!("/subjects/{}", business(1).code)).await.body;
    assert!(!parted.contains("〔2026〕9号"), "{parted}");
    let back = site.look(None, &format!("/subjects/reg_no:{}", site_reg_no())).await.body;
    assert!(back.contains("〔2026〕9号"), "{back}");
}

impl Site {
    /// An individual business known by its registration number alone, with a penalty.
    async fn fined_shop(&self) -> SubjectId {
        let shop = Business { name: "示例小吃店".to_owned(), code: String::new() };
        let mut row =
            with(penalty(&shop, "示市监罚〔2026〕9号", "2026-05-12"), "CF_XDR_LB", "个体工商户");
        row.push(("CF_XDR_GSZC", site_reg_no()));
        self.accept("penalty", &[row]).await;
        let register = &self.platform.register;
        store::subject::find(register, "reg_no", &site_reg_no()).await.unwrap().unwrap()
    }
}

/// A registration number of the made-up city, with its check digit.
fn site_reg_no() -> String {
    let first = "41990060000001";
    let digit = domain::identifier::reg_no::check_digit(first).expect("a check digit");
    format!("{first}{digit}")
}

#[tokio::test]
async fn a_report_that_asserted_what_was_wrongly_joined_is_listed() {
    let site = Site::housed().await;
    let register = &site.platform.register;
    let of_shop = site.fined_shop().await;
    let company = site.subject(&business(1).code).await;
    let new =
        store::merge::NewMerge { subject: of_shop, into: company, pair: PairId(1), by: "platform" };
    let mut write = register.write().await.unwrap();
    let id = store::merge::make(&mut write, &new, site.platform.now()).await.unwrap().unwrap();
    write.commit().await.unwrap();
    site.later(60);
    let wanted = registry::report::Wanted { slug: business(1).code, ..Default::default() };
    let report = registry::report::issue(&site.platform, &wanted, "test").await.unwrap();
    let clerk = site.person(Role::CentreClerk).await;
    let access: Access = site.signed_in(&clerk).await.access();
    let view = registry::merge::open(&site.platform, &access, id, Lang::Zh).await.unwrap();
    let reports: Vec<&str> =
        view.damage.reached.reports.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(reports, [report.number.as_str()]);
    let page = site.look(Some(&clerk), &format!("/console/merges/{id}")).await.body;
    assert!(page.contains(&report.number), "{page}");
    site.later(60);
    registry::merge::end(&site.platform, &access, id, "示例：认错了").await.unwrap();
    let verified =
        registry::report::verify(&site.platform, &report.verification_code).await.unwrap();
    assert_eq!(verified.standing, registry::report::Standing::Superseded, "it no longer holds");
}

/// A city in which suppliers leave codes out and write names their own way.
#[tokio::test]
async fn in_a_whole_city_nobody_is_joined_with_the_wrong_subject() {
    let folder = tempfile::tempdir().unwrap();
    let out = text(folder.path());
    let size = ["--subjects", "600", "--seed", "7", "--defects", "400"];
    let arguments = ["seed", "--as-of", "2026-11-20", "--out", &out];
    Home::sqlite().must(&[&arguments[..], &size[..]].concat(), 0);
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.path().join(name)).unwrap()).unwrap()
    };
    let word = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let (manifest, truth) = (read("manifest.json"), read("truth.json"));
    let site = site::empty_site().await;
    for file in manifest["files"].as_array().unwrap() {
        let (item, wanted) = (word(file, "item"), ["registration", "utility_payment"]);
        if wanted.contains(&item.as_str()) && file["withdraws"] != true {
            site.take(&folder.path().join(word(file, "path")), &item, &word(file, "department"))
                .await;
        }
    }
    site.index().await;
    site.link().await;
    let register = &site.platform.register;
    let mut codes: HashMap<(String, u64), String> = HashMap::new();
    for row in truth["nameless"].as_array().unwrap() {
        codes.insert((word(row, "file"), row["row"].as_u64().unwrap()), word(row, "code"));
    }
    let (mut right, mut wrong, mut asked, mut left) = (0, 0, 0, 0);
    let open = store::linkage::in_state(register, PairState::Open, 10_000).await.unwrap();
    for submission in store::submission::recent(register, None, 1_000).await.unwrap() {
        let versions =
            store::record::of_submission(register, submission.id, 0, i64::MAX).await.unwrap();
        for (_, version) in versions {
            let Some(code) = codes.get(&(submission.file_name.clone(), version.row)) else {
                continue;
            };
            let truth = store::subject::find(register, "uscc", code).await.unwrap();
            if version.subject != version.held_by {
                *(if Some(version.subject) == truth { &mut right } else { &mut wrong }) += 1;
            } else if open.iter().any(|pair| [pair.one, pair.other].contains(&version.subject)) {
                asked += 1;
            } else {
                left += 1;
            }
        }
    }
    let all = right + wrong + asked + left;
    println!(
        "{all} without a code: {right} joined rightly, {wrong} wrongly, {asked} asked, {left} left"
    );
    assert_eq!(wrong, 0);
    assert!(40 <= all, "the city is to have some: {all}");
    // A name that is cut short or lacks its form is a person's to judge, whatever speaks for it.
    assert!(all * 2 <= right * 5, "what is plain is joined: {right} of {all}");
    assert!(left * 10 <= all, "few find nobody at all: {left} of {all}");
}

impl Site {
    /// Hands in a file of the city, faulty rows and all.
    async fn take(&self, path: &Path, item: &str, department: &str) {
        self.later(60);
        let delivery = registry::import::Delivery {
            path: path.to_owned(),
            file_name: path.file_name().unwrap().to_string_lossy().into_owned(),
            item: Some(item.to_owned()),
            pack: None,
            department: Some(department.to_owned()),
            mode: Mode::Changes,
            confirmed: Some("示例：测试".to_owned()),
            dry_run: false,
            actor: "test".to_owned(),
            mends: None,
            piecemeal: false,
        };
        let mut unwatched = registry::import::Unwatched;
        Box::pin(registry::import::import(&self.platform, &delivery, &mut unwatched))
            .await
            .unwrap();
    }
}

/// The thresholds of the policy put what is equal above what is like, whatever stands beside it.
#[test]
fn a_name_that_is_only_alike_is_never_joined_without_a_person() {
    let loaded = rules::load(Path::new("../../policy"));
    let policy = loaded.policy.unwrap();
    let organisation = &policy.linkages[0];
    let scorer = linkage::score::Scorer::new(&organisation.model).unwrap();
    let prepare = |name: &str, address: &str| {
        let written =
            [(linkage::plan::Written::Name, name), (linkage::plan::Written::Address, address)];
        let marks = linkage::veto::Marks::of(&policy.names.parts(name));
        organisation.prepare(&policy.names, &written, marks, &|_, _| 0.0)
    };
    let verdict = |one: (&str, &str), other: (&str, &str)| {
        let (one, other) = (prepare(one.0, one.1), prepare(other.0, other.1));
        organisation.verdict(scorer.score(&one, &other), one.marks.veto(&other.marks))
    };
    let (here, there) = ("示例路3号", "示例路8号");
    let name = "示例鼎盛食品有限公司";
    assert_eq!(verdict((name, here), (name, here)), Verdict::Same);
    assert_eq!(verdict((name, there), (name, here)), Verdict::Review);
    let like = verdict(("示例鼎盛食品加工有限公司", here), (name, here));
    assert_eq!(like, Verdict::Review, "a sister at the same address");
    let form = verdict(("示例鼎盛食品合作社", here), (name, here));
    assert_ne!(form, Verdict::Same, "another legal form");
    let branch = verdict(("示例鼎盛食品有限公司第二分公司", here), (name, here));
    assert!(matches!(branch, Verdict::Different(Some(_))), "{branch:?}");
}
