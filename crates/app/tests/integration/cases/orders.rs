//! Steps in orders nobody thought of: whatever is done, by whom and when, what the public sees is what
//! the cases say, and no clock is started twice or left running.

use domain::case::CaseKind;
use registry::session::{self, Browser};
use store::case::{Case, CaseQuery};

use super::*;

/// Numbers in an order that a seed settles (the generator of Park and Miller).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0 * 48_271 % 2_147_483_647;
        usize::try_from(self.0).unwrap() % most
    }

    fn one<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.below(choices.len())]
    }
}

const ACTS: &[&str] = &[
    "act=accept",
    "act=complete&reason=请补充凭证",
    "act=grant&reason=查明属实",
    "act=refuse&reason=不符合条件",
    "act=extend&reason=情况复杂",
    "act=restore&reason=计划未能执行",
    "act=fulfil&reason=执行完毕",
    "act=revoke&reason=材料虚假",
    "act=forward",
    "act=not_accept&reason=不属于本平台",
    "act=corrected&reason=已更正",
    "act=removed&reason=应当撤下",
    "act=upheld&reason=信息无误",
    "act=transfer&organ=scjg",
    "act=tell",
    "act=notice_served&on=TODAY&reason=直接送达",
    "act=stated&reason=已经改正",
    "act=stated_hearing&reason=已经改正",
    "act=waived",
    "act=hearing_held&reason=已举行",
    "act=list&reason=理由不能成立",
    "act=decision_served&on=TODAY&reason=邮寄送达",
    "act=publish",
    "act=drop&reason=不再列入",
    "act=check&reason=已核查",
    "act=fulfil&reason=全部履行",
    "act=void&reason=事项终止",
    "act=tell_breached&number=示1号&reason=没有补齐材料",
    "act=find&reason=理由不能成立",
    "act=clear&reason=已经履行",
    "act=uphold&reason=理由不能成立",
    "act=reply&reason=已核查",
];

const PAPERS: &[&str] =
    &["notice_receipt", "statement", "hearing_record", "decision_receipt", "answer", "finding"];

impl Desk {
    async fn cases(&self) -> Vec<Case> {
        let mut all = Vec::new();
        for closed in [false, true] {
            let query = CaseQuery { closed, limit: 1_000, ..CaseQuery::default() };
            all.extend(store::case::queue(&self.site.platform.register, &query).await.unwrap());
        }
        all
    }

    /// People whose sessions are of the day.
    async fn people(&self) -> [Person; 4] {
        let site = &self.site;
        let officer = site.person(Role::DepartmentClerk).await;
        let organisation = site.signed_in(&officer).await.acting.unwrap().id;
        let account = site.account("tongshi").await;
        site.grant(account, organisation, Role::DepartmentClerk).await;
        let browser = Browser::default();
        let open = session::open(&site.platform, account, Some(organisation), true, &browser);
        let second = Person { token: open.await.unwrap() };
        [
            officer,
            second,
            site.person(Role::CentreClerk).await,
            site.person(Role::Representative).await,
        ]
    }

    async fn something(&self, chance: &mut Chance, people: &[Person; 4]) {
        let [officer, second, centre, subject] = people;
        let cases = self.cases().await;
        let number = if cases.is_empty() { 0 } else { chance.one(&cases).id.0 };
        let (console, own) =
            (format!("/console/cases/{number}"), format!("/centre/cases/{number}"));
        let today = self.site.platform.today().to_string();
        match chance.below(14) {
            0 => {
                let path = format!("/centre/records/{}/repair", self.record);
                let way = *chance.one(&["performed", "bankruptcy"]);
                let fields = [("path", way), ("note", "已经改正"), ("committed", "1")];
                self.hand_in(subject, &path, &fields, "%PDF-1.7 proof").await;
            }
            1 => {
                let path = format!("/centre/records/{}/objection", self.record);
                let fields = [("against", "fact"), ("note", "金额有误")];
                self.hand_in(subject, &path, &fields, "%PDF-1.7").await;
            }
            2 => {
                let code = business(2).code;
                let fields = listing::proposal(&code, "market_serious", listing::AWARDS);
                self.hand_in(officer, listing::PROPOSE, &fields, "%PDF-1.7").await;
            }
            3 => {
                let kind = *chance.one(PAPERS);
                let path = format!("{console}/papers");
                self.hand_in(officer, &path, &[("kind", kind)], "%PDF-1.7 paper").await;
            }
            4 => {
                let said = *chance.one(&["text=已改正", "text=已改正&hearing=1", "waives=1"]);
                self.site.send(subject, &format!("{own}/answer"), said).await;
            }
            5 => {
                self.site.send(subject, &format!("{own}/withdraw"), "").await;
            }
            6 => {
                let made = "template=missing_material&organ=scjg&representative=示例甲&agreed=1";
                self.site.send(subject, "/centre/commitments", made).await;
            }
            7 => {
                let told = format!("kind=breach&text=没有明码标价&about={}", business(2).code);
                self.site.ask(None, "POST", "/complaints", &told).await;
            }
            _ => {
                let who = *chance.one(&[officer, second, second, centre]);
                let form = chance.one(ACTS).replace("TODAY", &today);
                let seen = self.act(who, &console, &form).await;
                assert!(seen.status.as_u16() < 500, "{form}: {}", seen.body);
            }
        }
    }

    /// What the public sees is what the cases say.
    async fn holds(&self, told: &str) {
        let register = &self.site.platform.register;
        let cases = self.cases().await;
        let about = |case: &&Case| case.record.0 == self.record;
        let hides = |case: &Case| {
            matches!(
                (case.kind, case.state.as_str()),
                (CaseKind::Repair, "granted" | "shielded")
                    | (CaseKind::Objection, "lapsed" | "removed")
            )
        };
        let hidden = cases.iter().filter(about).any(hides);
        let shown = self.portal().await.status == StatusCode::OK;
        assert_eq!(shown, !hidden, "{told}: {cases:?}");
        let listed = self.is_listed().await;
        let published =
            cases.iter().any(|case| case.kind == CaseKind::Listing && case.state == "published");
        assert_eq!(listed, published, "{told}");
        let subject = self.site.subject(&business(2).code).await;
        let known_at = jiff::Timestamp::MAX;
        let versions = store::record::of_subject(register, subject, known_at).await.unwrap();
        let breached = |state: &str| {
            let found = versions.iter().filter(|one| one.payload.text("state") == Some(state));
            found.count()
        };
        let ended = |state: &str| {
            let of_kind = cases.iter().filter(|case| case.kind == CaseKind::Commitment);
            of_kind.filter(|case| case.state == state).count()
        };
        assert_eq!(breached("breached"), ended("broken"), "{told}");
        assert_eq!(breached("fulfilled"), ended("fulfilled"), "{told}");
        let (_, lacking) = registry::commitment::found::replay(register).await.unwrap();
        assert!(lacking.is_empty(), "{told}: {lacking:?}");
        let (_, lacking) = registry::listing::found::replay(register).await.unwrap();
        assert!(lacking.is_empty(), "{told}: {lacking:?}");
        let (_, otherwise) = registry::repair::replay(register).await.unwrap();
        assert!(otherwise.is_empty(), "{told}: {otherwise:?}");
        for case in &cases {
            let clocks = store::case::deadline::of(register, case.id).await.unwrap();
            let running = clocks.iter().filter(|one| one.deadline.ended_on.is_none());
            let mut rules: Vec<&str> = running.map(|one| one.deadline.rule.as_str()).collect();
            let count = rules.len();
            rules.sort_unstable();
            rules.dedup();
            assert_eq!(rules.len(), count, "{told}: a clock runs twice in {}", case.number);
            assert!(case.closed_at.is_none() || rules.is_empty(), "{told}: {}", case.number);
        }
    }
}

#[tokio::test]
async fn whatever_is_done_in_whatever_order_the_public_sees_what_the_cases_say() {
    for seed in [7, 20_261_127] {
        let desk = Desk::open().await;
        let mut chance = Chance(seed);
        for step in 0..25 {
            // Sessions end with the days that pass.
            let people = desk.people().await;
            for _ in 0..4 {
                desk.something(&mut chance, &people).await;
            }
            if chance.below(4) == 0 {
                desk.site.later(3 * 24 * 3600);
                registry::reconcile::run(&desk.site.platform).await.unwrap();
            }
            desk.holds(&format!("seed {seed}, step {step}")).await;
        }
    }
}
