//! Commitments: made by the subject, accepted, kept or found broken; nothing of a breach is recorded
//! before its subject was heard and could appeal.

use std::time::Duration;

use domain::ids::CaseId;
use registry::commitment;

use super::*;

const MAKE: &str = "/centre/commitments";
/// What a commitment in place of a licence says.
const LICENCE: &str =
    "template=product_licence&organ=scjg&about=示许〔2026〕1号&representative=示例甲&agreed=1";
const OPEN: &str = "template=open_commitment&organ=xinyong&representative=示例甲&agreed=1";
const BREACH: &str =
    "act=tell_breached&number=示市监撤〔2026〕1号&reason=经核查，生产条件不符合告知的标准";

impl Desk {
    /// Makes a commitment that is accepted, and answers the address of its case.
    async fn commit(&self) -> String {
        let seen = self.site.send(&self.subject, MAKE, LICENCE).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
        let case = seen.location.replace("/centre/", "/console/");
        self.done(&self.officer, &case, "act=accept").await;
        case
    }

    /// The same, of which a breach is told.
    async fn told(&self) -> String {
        let case = self.commit().await;
        self.refused(&self.officer, &case, BREACH, "缺认定违诺所依据的生效文书").await;
        self.add(&case, "finding").await;
        self.done(&self.officer, &case, BREACH).await;
        case
    }

    /// The same, found by another officer, while its subject says nothing.
    async fn found(&self, other: &Person) -> String {
        let case = self.told().await;
        self.answers(&case, "waives=1").await;
        self.done(other, &case, "act=find").await;
        case
    }

    async fn answers(&self, case: &str, form: &str) {
        let own = case.replace("/console/", "/centre/");
        let seen = self.site.send(&self.subject, &format!("{own}/answer"), form).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{form}: {}", seen.body);
    }

    /// What the public reads of the subject.
    async fn public(&self) -> String {
        self.site.look(None, &format!("/subjects/{}", business(2).code)).await.body
    }

    /// Everybody signs in anew, after days in which nobody did anything.
    async fn later(self, days: i64) -> Desk {
        self.site.later(days * 24 * 3600);
        let subject = self.site.person(Role::Representative).await;
        let officer = self.site.person(Role::DepartmentClerk).await;
        Desk { subject, officer, ..self }
    }
}

#[tokio::test]
async fn a_breach_is_told_answered_found_by_another_appealed_and_only_then_recorded() {
    let desk = Desk::open().await;
    let other = desk.colleague().await;
    let case = desk.told().await;
    let public = desk.public().await;
    assert!(public.contains("工业产品生产许可"), "the commitment is published: {public}");
    let own = case.replace("/console/", "/centre/");
    let page = desk.site.look(Some(&desk.subject), &own).await.body;
    assert!(page.contains("拟认定违诺告知书.pdf") && page.contains("2026-11-27"), "{page}");
    desk.refused(&other, &case, "act=find", "不在这一步").await;
    desk.answers(&case, "text=条件已经整改").await;
    desk.refused(&desk.officer, &case, "act=find&reason=不成立", "另一名人员").await;
    desk.refused(&other, &case, "act=find&reason=不成立", "可以陈述申辩").await;
    let desk = desk.later(6).await;
    let other = desk.colleague().await;
    desk.refused(&other, &case, "act=find", "复核意见").await;
    desk.done(&other, &case, "act=find&reason=整改在核查之后，不影响认定").await;
    desk.refused(&desk.officer, &case, "act=publish", "不在这一步").await;
    desk.answers(&case, "text=核查时设备在检修").await;
    desk.refused(&other, &case, "act=uphold&reason=不成立", "另一名人员").await;
    assert!(!desk.public().await.contains("未履行"), "nothing is recorded while it is appealed");
    desk.done(&desk.officer, &case, "act=uphold&reason=检修不能免除承诺的条件").await;
    desk.done(&desk.officer, &case, "act=publish").await;
    assert!(desk.public().await.contains("未履行"));

    // Until it is repaired, the matter takes its ordinary way; what is voluntary stays open.
    let seen = desk.site.send(&desk.subject, MAKE, &LICENCE.replace("1号", "2号")).await;
    assert!(seen.body.contains("修复前不适用告知承诺制"), "{}", seen.body);
    let seen = desk.site.send(&desk.subject, MAKE, OPEN).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.body);
    let opened = "kind=licence&number=示许〔2026〕9号&code=";
    let code = business(2).code;
    let matter =
        desk.site.send(&desk.officer, "/console/matters", &format!("{opened}{code}")).await;
    let check = format!("{}/check", matter.location);
    let checked = desk.site.send(&desk.officer, &check, "name=").await.body;
    assert!(checked.contains("修复前不适用"), "a later matter is told: {checked}");
    let again = commitment::found::replay(&desk.site.platform.register).await.unwrap();
    assert_eq!(again, (2, vec![]), "found and recorded again alike");
}

#[tokio::test]
async fn who_neither_answers_nor_appeals_is_waited_for_to_the_end_of_the_last_day() {
    let desk = Desk::open().await;
    let case = desk.told().await;
    let desk = desk.later(5).await;
    assert_eq!(registry::reconcile::run(&desk.site.platform).await.unwrap().lapsed, 0);
    let desk = desk.later(1).await;
    assert_eq!(registry::reconcile::run(&desk.site.platform).await.unwrap().lapsed, 1);
    let other = desk.colleague().await;
    desk.done(&other, &case, "act=find").await;
    // Found on Saturday, 28 November: the tenth working day is 11 December.
    let desk = desk.later(13).await;
    assert_eq!(registry::reconcile::run(&desk.site.platform).await.unwrap().lapsed, 0);
    desk.refused(&desk.officer, &case, "act=publish", "不在这一步").await;
    let desk = desk.later(1).await;
    assert_eq!(registry::reconcile::run(&desk.site.platform).await.unwrap().lapsed, 1);
    desk.done(&desk.officer, &case, "act=publish").await;
    assert!(desk.public().await.contains("未履行"));
}

#[tokio::test]
async fn an_appeal_that_is_right_takes_the_finding_back_and_what_is_kept_is_said_to_be() {
    let desk = Desk::open().await;
    let other = desk.colleague().await;
    let case = desk.found(&other).await;
    desk.answers(&case, "text=文书已被撤销").await;
    desk.done(&desk.officer, &case, "act=clear&reason=文书已被撤销").await;
    let own = case.replace("/console/", "/centre/");
    let page = desk.site.look(Some(&desk.subject), &own).await.body;
    assert!(page.contains("履行中") && page.contains("不认定违诺告知书.pdf"), "{page}");
    desk.done(&desk.officer, &case, "act=check&reason=现场核查，符合条件").await;
    desk.done(&desk.officer, &case, "act=fulfil&reason=有效期内持续符合条件").await;
    let public = desk.public().await;
    assert!(public.contains("全部履行") && !public.contains("未履行"), "{public}");
    let seen = desk.site.send(&desk.subject, MAKE, &LICENCE.replace("1号", "2号")).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "nothing stands against it: {}", seen.body);
}

#[tokio::test]
async fn only_who_signs_makes_a_commitment_and_only_its_department_receives_it() {
    let desk = Desk::open().await;
    let agent = desk.site.person(Role::Agent).await;
    let seen = desk.site.send(&agent, MAKE, LICENCE).await;
    assert!(seen.body.contains("法定代表人"), "{}: {}", seen.status, seen.body);
    for (form, why) in [
        (LICENCE.replace("&agreed=1", ""), "阅读承诺内容"),
        (LICENCE.replace("organ=scjg", "organ=fagai"), "受理单位"),
        (LICENCE.replace("product_licence", "nothing"), "承诺事项"),
        (LICENCE.replace("示例甲", ""), "负责人"),
        (LICENCE.replace("示许〔2026〕1号", site::PERSON), "删去"),
    ] {
        let seen = desk.site.send(&desk.subject, MAKE, &form).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{form}: {}", seen.body);
        assert!(seen.body.contains(why), "{form}: {}", seen.body);
    }
    let made = desk.site.send(&desk.subject, MAKE, LICENCE).await.location;
    let twice = desk.site.send(&desk.subject, MAKE, LICENCE).await;
    assert!(twice.body.contains("已经作出"), "{}", twice.body);
    let taken = desk.site.send(&desk.subject, &format!("{made}/withdraw"), "").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let case = made.replace("/centre/", "/console/");
    desk.refused(&desk.officer, &case, "act=accept", "不在这一步").await;
    assert!(!desk.public().await.contains("工业产品生产许可"), "taken back, it is no record");
    let listed = desk.site.look(None, "/commitments").await.body;
    assert!(listed.contains("告知承诺制") && listed.contains("示例市市场监督管理局"), "{listed}");
}

#[tokio::test]
async fn an_acceptance_that_is_cut_off_anywhere_is_taken_again_and_makes_one_record() {
    let desk = Desk::open().await;
    let seen = desk.site.send(&desk.subject, MAKE, LICENCE).await;
    let id = CaseId(seen.location.rsplit('/').next().unwrap().parse().unwrap());
    let access = desk.site.signed_in(&desk.officer).await.access();
    let (platform, register) = (&desk.site.platform, &desk.site.platform.register);
    let case = async || store::case::get(register, id).await.unwrap().unwrap();
    let (mut cut, mut marked) = (0, 0);
    for wait in 0.. {
        let accept = commitment::act(platform, &access, id, commitment::Act::Accept);
        match tokio::time::timeout(Duration::from_millis(wait), accept).await {
            Ok(Ok(_)) => break,
            // A last step that was asked for goes on to its end by itself.
            Ok(Err(why)) => {
                assert_eq!(case().await.state, "performing", "{why}");
                break;
            }
            Err(_) => cut += 1,
        }
        if !case().await.data.contains("\"handing\":\"") {
            continue;
        }
        // While its record is being handed in nothing else happens to it.
        let taken = desk.site.send(&desk.subject, &format!("{}/withdraw", seen.location), "").await;
        if case().await.state != "performing" {
            marked += 1;
            assert!(taken.body.contains("正在入库"), "{}", taken.body);
        }
    }
    assert!(0 < cut && 0 < marked, "{cut} cut off, {marked} while it was handed in");
    let case = case().await;
    assert_eq!((case.state.as_str(), case.data.contains("\"handing\":null")), ("performing", true));
    let versions = store::record::of_subject(register, case.subject, jiff::Timestamp::MAX).await;
    let versions = versions.unwrap();
    let made: Vec<_> = versions.iter().filter(|one| one.item == commitment::ITEM).collect();
    assert_eq!(made.len(), 1, "handed in again, it is found unchanged");
    assert_eq!(made[0].record, case.record);
}

#[tokio::test]
async fn a_finding_that_is_cleared_leaves_nothing_and_the_next_one_needs_a_document_of_its_own() {
    let desk = Desk::open().await;
    let other = desk.colleague().await;
    let case = desk.found(&other).await;
    desk.refused(&other, &case, "act=clear&reason=x", "另一名人员").await;
    desk.answers(&case, "text=文书已被撤销").await;
    desk.done(&desk.officer, &case, "act=uphold&reason=尚未收到撤销决定").await;
    // Settled, and still not recorded: the document may be annulled now.
    desk.done(&desk.officer, &case, "act=clear&reason=文书已被复议机关撤销").await;
    desk.refused(&desk.officer, &case, BREACH, "缺认定违诺所依据的生效文书").await;
    let page = desk.site.look(Some(&desk.officer), &case).await.body;
    assert!(page.contains("核查承诺履行情况") && page.contains("进行中"), "its clock runs on");
    desk.add(&case, "finding").await;
    desk.done(&desk.officer, &case, BREACH).await;
}

#[tokio::test]
async fn a_breach_that_was_corrected_or_repaired_bars_nobody() {
    let desk = Desk::open().await;
    let other = desk.colleague().await;
    let case = desk.found(&other).await;
    desk.answers(&case, "text=已经整改").await;
    desk.done(&desk.officer, &case, "act=uphold&reason=不影响认定").await;
    desk.done(&desk.officer, &case, "act=publish").await;
    let platform = &desk.site.platform;
    let subject = desk.site.subject(&business(2).code).await;
    assert!(commitment::found::broke_one(platform, subject).await.unwrap());

    let id = CaseId(case.rsplit('/').next().unwrap().parse().unwrap());
    let RecordId(record) = store::case::get(&platform.register, id).await.unwrap().unwrap().record;
    let own = format!("/centre/records/{record}");
    let page = desk.site.look(Some(&desk.subject), &own).await.body;
    assert!(page.contains("申请修复"), "a breach is repaired like what speaks against one: {page}");
    let fields = [("against", "fact"), ("note", "已经履行")];
    let path = format!("{own}/objection");
    let seen = desk.hand_in(&desk.subject, &path, &fields, "%PDF-1.7 evidence").await;
    let objection = seen.location.replace("/centre/", "/console/");
    let centre = desk.site.person(Role::CentreClerk).await;
    desk.done(&centre, &objection, "act=removed&reason=平台差错").await;
    assert!(!commitment::found::broke_one(platform, subject).await.unwrap());
}
