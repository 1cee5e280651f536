//! An entry in a serious-breach list: told, answered, decided by another officer, served, published; and
//! every way around that.

use store::load::Mode;

use super::*;

pub const PROPOSE: &str = "/console/cases/propose";

/// What a proposal says; the code comes with it.
pub fn proposal<'f>(code: &'f str, list: &'f str, measure: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("code", code),
        ("representative", "示例甲"),
        ("list", list),
        (measure, "1"),
        ("months", "36"),
        ("facts", "当事人销售不合格商品，受到较重行政处罚"),
        ("grounds", "示市监罚〔2026〕7号行政处罚决定书"),
    ]
}

pub const AWARDS: &str = "measure.market_serious.awards";

impl Desk {
    /// Proposes an entry and answers the address of its case.
    async fn propose(&self) -> String {
        let code = business(2).code;
        let fields = proposal(&code, "market_serious", AWARDS);
        let seen = self.hand_in(&self.officer, PROPOSE, &fields, "%PDF-1.7 decision").await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
        seen.location
    }

    /// Whether the public reads of the list at the subject.
    pub async fn is_listed(&self) -> bool {
        let path = format!("/subjects/{}", business(2).code);
        let page = self.site.look(None, &path).await.body;
        page.contains("严重违法失信名单（市场监管）")
    }
}

#[tokio::test]
async fn an_entry_is_told_heard_decided_by_another_served_and_only_then_published() {
    let desk = Desk::open().await;
    let (site, officer) = (&desk.site, &desk.officer);
    let other = desk.colleague().await;
    let case = desk.propose().await;
    let own = case.replace("/console/", "/centre/");
    let hidden = site.look(Some(&desk.subject), "/centre/cases").await.body;
    assert!(!hidden.contains("LR2026"), "nobody is told before the notice is served: {hidden}");
    assert_eq!(site.look(Some(&desk.subject), &own).await.status, StatusCode::NOT_FOUND);
    let log = site.look(Some(&desk.subject), "/centre/log").await.body;
    assert!(log.contains("还没有人查过"), "nor that somebody looked: {log}");

    desk.refused(&other, &case, "act=list&reason=x", "缺列入告知书").await;
    desk.done(officer, &case, "act=tell").await;
    let served = "act=notice_served&on=2026-11-22&reason=直接送达";
    desk.refused(officer, &case, served, "请先上传送达回证").await;
    desk.add(&case, "notice_receipt").await;
    desk.refused(officer, &case, "act=notice_served&reason=直接送达&on=2026-11-23", "送达日期")
        .await;
    desk.done(officer, &case, served).await;

    let page = site.look(Some(&desk.subject), &own).await.body;
    assert!(
        page.contains("听取陈述申辩") && page.contains("2026-11-27"),
        "five working days: {page}"
    );
    assert!(page.contains("列入告知书.pdf") && page.contains("限制参加评先评优"), "{page}");
    desk.refused(&other, &case, "act=list&reason=x", "可以陈述申辩").await;
    let answered =
        site.send(&desk.subject, &format!("{own}/answer"), "text=已经改正&hearing=1").await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.body);
    desk.refused(officer, &case, "act=list&reason=不成立", "另一名人员").await;
    desk.refused(&other, &case, "act=list&reason=不成立", "缺听证笔录").await;
    desk.refused(officer, &case, "act=hearing_held&reason=已举行听证", "缺听证笔录").await;
    desk.add(&case, "hearing_record").await;
    desk.done(officer, &case, "act=hearing_held&reason=已举行听证").await;
    desk.refused(&other, &case, "act=list", "复核意见").await;
    desk.done(&other, &case, "act=list&reason=理由不能成立").await;
    desk.refused(officer, &case, "act=publish", "缺决定书的送达凭证").await;
    desk.add(&case, "decision_receipt").await;
    desk.done(officer, &case, "act=decision_served&on=2026-11-22&reason=邮寄送达").await;
    assert!(!desk.is_listed().await, "served, and not yet published");
    desk.done(officer, &case, "act=publish").await;
    assert!(desk.is_listed().await);

    let page = site.look(Some(officer), &case).await.body;
    assert!(page.contains("已列入并公布"), "{page}");
    let number = "LR20261122-000001-05";
    let record = site.record_of(2, number).await;
    let path = format!("/subjects/{}/records/{record}", business(2).code);
    let public = site.look(None, &path).await.body;
    assert!(public.contains("2029-11-22") && public.contains(number), "{public}");
    let (decided, lacking) =
        registry::listing::found::replay(&site.platform.register).await.unwrap();
    assert_eq!((decided, lacking), (2, vec![]), "decided and published again alike");
}

#[tokio::test]
async fn who_does_not_answer_is_waited_for_to_the_end_of_the_last_day() {
    let desk = Desk::open().await;
    let case = desk.propose().await;
    desk.done(&desk.officer, &case, "act=tell").await;
    desk.add(&case, "notice_receipt").await;
    let served = "act=notice_served&on=2026-11-22&reason=直接送达";
    desk.done(&desk.officer, &case, served).await;
    desk.site.later(5 * 24 * 3600);
    assert_eq!(registry::reconcile::run(&desk.site.platform).await.unwrap().lapsed, 0);
    desk.site.later(24 * 3600);
    assert_eq!(registry::reconcile::run(&desk.site.platform).await.unwrap().lapsed, 1);
    let officer = desk.site.person(Role::DepartmentClerk).await;
    let desk = Desk { officer, ..desk };
    let other = desk.colleague().await;
    desk.done(&other, &case, "act=list").await;
    desk.add(&case, "decision_receipt").await;
    let served = "act=decision_served&on=2026-11-28&reason=留置送达";
    desk.done(&desk.officer, &case, served).await;
    // Annulled before it is published, it is published no more.
    desk.done(&desk.officer, &case, "act=drop&reason=行政复议撤销").await;
    desk.refused(&desk.officer, &case, "act=publish", "不在这一步").await;
    assert!(!desk.is_listed().await);
}

#[tokio::test]
async fn a_paper_of_the_subject_is_its_statement_and_nobody_else_hands_documents_in() {
    let desk = Desk::open().await;
    let case = desk.propose().await;
    let own = case.replace("/console/", "/centre/");
    let centre = desk.site.person(Role::CentreClerk).await;
    let path = format!("{case}/papers");
    let seen = desk.hand_in(&centre, &path, &[("kind", "notice_receipt")], "%PDF-1.7").await;
    assert_ne!(seen.status, StatusCode::SEE_OTHER, "not the centre");
    desk.add(&case, "notice_receipt").await;
    desk.done(&desk.officer, &case, "act=tell").await;
    let served = "act=notice_served&on=2026-11-22&reason=直接送达";
    desk.refused(&desk.officer, &case, served, "请先上传送达回证").await;
    desk.add(&case, "notice_receipt").await;
    desk.done(&desk.officer, &case, served).await;
    let path = format!("{own}/papers");
    let seen = desk.hand_in(&desk.subject, &path, &[("kind", "evidence")], "%PDF-1.7 plea").await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let page = desk.site.look(Some(&desk.subject), &own).await.body;
    assert!(page.contains("待决定") && page.contains("陈述申辩见材料"), "{page}");
    let other = desk.colleague().await;
    desk.refused(&other, &case, "act=list&reason=x", "可以陈述申辩").await;
    desk.refused(&other, &case, "act=waived", "放弃声明").await;
    desk.site.later(6 * 24 * 3600);
    let officer = desk.site.person(Role::DepartmentClerk).await;
    let desk = Desk { officer, ..desk };
    let other = desk.colleague().await;
    desk.refused(&other, &case, "act=list", "复核意见").await;
    let subject = desk.site.person(Role::Representative).await;
    let late = desk.site.send(&subject, &format!("{own}/answer"), "text=再补充&hearing=1").await;
    assert!(late.body.contains("期限已过"), "{}", late.body);
    desk.done(&other, &case, "act=list&reason=理由不能成立").await;
}

#[tokio::test]
async fn nothing_enters_a_list_another_way() {
    let desk = Desk::open().await;
    let (site, code) = (&desk.site, business(2).code);
    // What the law prescribes goes with it, and what would come back as a record is told at once.
    let walled = [
        ("code", code.as_str()),
        ("representative", "示例甲"),
        ("list", "market_serious"),
        ("months", "36"),
        ("facts", "当事人及其家庭成员多次非法上访"),
        ("grounds", "示例"),
    ];
    let seen = desk.hand_in(&desk.officer, PROPOSE, &walled, "%PDF-1.7").await;
    let page = site.look(Some(&desk.officer), &seen.location).await.body;
    assert!(page.contains("纳入重点监管范围"), "{page}");
    desk.refused(&desk.officer, &seen.location, "act=tell", "不得归集").await;
    desk.done(&desk.officer, &seen.location, "act=drop&reason=事实不当").await;
    // A list of another department, a measure it does not open, a term its rules do not know.
    for (list, measure, why) in [
        ("tax_major", "measure.tax_major.awards", "本单位依法认定的名单"),
        ("market_serious", "measure.market_serious.consumption", "不在这个名单的措施之内"),
    ] {
        let fields = proposal(&code, list, measure);
        let seen = desk.hand_in(&desk.officer, PROPOSE, &fields, "%PDF-1.7").await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{list}");
        assert!(seen.body.contains(why), "{}", seen.body);
    }
    let fields = proposal(&code, "market_serious", AWARDS);
    let seen = desk.hand_in(&desk.officer, PROPOSE, &fields, "").await;
    assert!(seen.body.contains("生效文书"), "no document: {}", seen.body);
    for role in [Role::CentreClerk, Role::HallClerk] {
        let person = site.person(role).await;
        let seen = desk.hand_in(&person, PROPOSE, &fields, "%PDF-1.7").await;
        assert_ne!(seen.status, StatusCode::SEE_OTHER, "{role:?}");
    }

    // A state that was written by hand is no document.
    let case = desk.propose().await;
    let seen = desk.hand_in(&desk.officer, PROPOSE, &fields, "%PDF-1.7").await;
    assert!(seen.body.contains("正在办理"), "one at a time: {}", seen.body);
    let register = &site.platform.register;
    for state in ["answered", "served"] {
        let id = domain::ids::CaseId(case.rsplit('/').next().unwrap().parse().unwrap());
        let mut write = register.write().await.unwrap();
        let held = store::case::held(&mut write, id).await.unwrap().unwrap();
        let forged = store::case::Case { state: state.to_owned(), ..held };
        store::case::update(&mut write, &forged).await.unwrap();
        write.commit().await.unwrap();
        let other = desk.colleague().await;
        let act = if state == "served" { "act=publish" } else { "act=list&reason=x" };
        desk.refused(&other, &case, act, "缺列入告知书").await;
    }
    assert!(!desk.is_listed().await);
}

#[tokio::test]
async fn a_row_without_the_documents_of_the_procedure_comes_back() {
    let desk = Desk::open().await;
    let site = &desk.site;
    // A row that lacks a document of the procedure comes back, whichever way it is handed in.
    for column in ["SX_GZWSH", "SX_GZRQ", "SX_SBQK", "SX_WSH", "SX_SDRQ", "SX_YCTJ"] {
        let row = site::with(site::listing(&business(2), "示市监列〔2026〕1号"), column, "");
        let content = site::csv(&[row]);
        let imported = site.import("serious_breach", "scjg", Mode::Changes, &content).await;
        let imported = imported.unwrap();
        assert_eq!((imported.passed, imported.counts.rejected), (0, 1), "{column}");
    }
    assert!(!desk.is_listed().await);
}

#[tokio::test]
async fn who_stands_in_a_list_is_not_honoured_until_it_has_left_it() {
    let desk = Desk::open().await;
    let (site, listed) = (&desk.site, "示市监列〔2026〕1号");
    site.accept("serious_breach", &[site::listing(&business(2), listed)]).await;
    let honours = site::csv(&[
        site::honour(&business(1), "示诚〔2026〕1号"),
        site::honour(&business(2), "示诚〔2026〕1号"),
    ]);
    let imported = site.import("honour", "scjg", Mode::Changes, &honours).await.unwrap();
    assert_eq!((imported.passed, imported.counts.rejected), (1, 1), "{:?}", imported.faults);
    let why = imported.faults[0].message(domain::text::Lang::Zh);
    assert!(why.contains("交叉比对不通过") && why.contains(&business(2).name), "{why}");
    let honoured = async |number: u8| {
        let page = site.look(None, &format!("/subjects/{}", business(number).code)).await.body;
        page.contains("示例诚信单位")
    };
    assert!(honoured(1).await && !honoured(2).await);
    site.withdraw("serious_breach", site::listing(&business(2), listed)).await;
    let imported = site.import("honour", "scjg", Mode::Changes, &honours).await.unwrap();
    assert_eq!(imported.counts.rejected, 0, "{:?}", imported.faults);
    assert!(honoured(2).await);
}
