//! Reading on a ground: what each opens, and that none opens what another would.

use std::{fs::File, time::Duration};

use domain::{
    access::{Access, Action, Ground},
    audit::Event,
    ids::{CaseId, MatterId, RecordId, SubjectId},
    role::Role,
    standing::{Change, Standing},
    text::Lang,
};
use registry::{
    access_log,
    error::Error,
    file::FileView,
    matter::{self, NewMatter},
    reading::{self, Asked, Opened},
    version::Clocks,
};
use store::standing::{self, Place};

use super::people::Person;
use crate::site::{self, Site, business};

async fn access(site: &Site, person: &Person) -> Access {
    site.signed_in(person).await.access()
}

/// A clerk, on the ground of what their department handed in.
async fn handed_in(site: &Site) -> Access {
    let clerk = site.person(Role::DepartmentClerk).await;
    access(site, &clerk).await.on(Ground::Submitted, "核对本单位报送")
}

async fn open(
    site: &Site,
    access: &Access,
    action: Action,
    subject: SubjectId,
) -> Result<Opened<FileView>, Error> {
    reading::file(&site.platform, Asked { access, action, subject, lang: Lang::Zh }).await
}

fn items(opened: &Opened<FileView>) -> Vec<String> {
    let records = opened.view.sections.iter().flat_map(|section| &section.records);
    let mut items: Vec<String> = records.map(|record| record.item.clone()).collect();
    items.sort();
    items
}

async fn entries(site: &Site, subject: SubjectId) -> usize {
    let all = store::access_log::of_subject(&site.platform.register, subject, None, 1000).await;
    all.unwrap().len()
}

#[tokio::test]
async fn a_department_opens_what_it_handed_in_and_it_is_logged() {
    let site = site::site().await;
    let subject = site.subject(&business(2).code).await;
    let access = handed_in(&site).await;
    let opened = open(&site, &access, Action::ReadDepartmentRecord, subject).await.unwrap();
    assert_eq!(items(&opened), ["penalty", "penalty", "registration"]);
    assert!(opened.watermark.is_some());
    assert_eq!(entries(&site, subject).await, 1);
    let other = Access {
        organisation: access.organisation.clone().map(|acting| domain::access::Acting {
            department: Some("other".to_owned()),
            ..acting
        }),
        ..access
    };
    let opened = open(&site, &other, Action::ReadDepartmentRecord, subject).await.unwrap();
    assert_eq!(items(&opened), Vec::<String>::new(), "another department's records");
}

#[tokio::test]
async fn a_matter_opens_its_sections_of_its_subject_until_it_is_closed() {
    let site = site::site().await;
    let (second, third) =
        (site.subject(&business(2).code).await, site.subject(&business(3).code).await);
    let clerk = site.person(Role::DepartmentClerk).await;
    let access = access(&site, &clerk).await;
    let new = NewMatter {
        kind: "licence".to_owned(),
        number: "示办〔2026〕1号".to_owned(),
        slug: business(2).code,
    };
    let matter = matter::register(&site.platform, &access, &new).await.unwrap();
    let again = matter::register(&site.platform, &access, &new).await.unwrap();
    assert_eq!(again.id, matter.id, "one case, one matter");
    let ground = access.clone().on(Ground::Matter(matter.id), "行政许可办理");
    let opened = open(&site, &ground, Action::ReadForMatter, second).await.unwrap();
    assert_eq!(items(&opened), ["penalty", "penalty", "registration"]);
    let shut = |why: Result<Opened<FileView>, Error>| matches!(why, Err(Error::NotFound));
    assert!(shut(open(&site, &ground, Action::ReadForMatter, third).await), "another subject");
    let unknown = access.clone().on(Ground::Matter(MatterId(999)), "x");
    assert!(shut(open(&site, &unknown, Action::ReadForMatter, second).await), "no such matter");
    let hall = site.person(Role::HallClerk).await;
    let hall = self::access(&site, &hall).await.on(Ground::Matter(matter.id), "x");
    assert!(open(&site, &hall, Action::ReadForMatter, second).await.is_err(), "a hall's clerk");
    let funds = NewMatter { kind: "funds".to_owned(), ..new.clone() };
    let why = matter::register(&site.platform, &access, &funds).await.unwrap_err();
    assert!(why.to_string().contains("another kind"), "{why}");
    matter::close(&site.platform, &access, matter.id).await.unwrap();
    assert!(shut(open(&site, &ground, Action::ReadForMatter, second).await), "closed");
    let why = matter::register(&site.platform, &access, &new).await.unwrap_err();
    assert!(why.to_string().contains("is closed"), "{why}");
    assert_eq!(entries(&site, second).await, 1, "what was refused was not read");
}

#[tokio::test]
async fn a_matter_runs_out_by_itself() {
    let site = site::site().await;
    let subject = site.subject(&business(2).code).await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let access = access(&site, &clerk).await;
    let new = NewMatter { kind: "funds".into(), number: "1".into(), slug: business(2).code };
    let matter = matter::register(&site.platform, &access, &new).await.unwrap();
    let ground = access.clone().on(Ground::Matter(matter.id), "x");
    site.later(matter.until.as_second() - site.platform.now().as_second() - 1);
    assert!(open(&site, &ground, Action::ReadForMatter, subject).await.is_ok());
    site.later(1);
    assert!(open(&site, &ground, Action::ReadForMatter, subject).await.is_err());
    let why = matter::register(&site.platform, &access, &new).await.unwrap_err();
    assert!(why.to_string().contains("is over"), "{why}");
}

#[tokio::test]
async fn a_company_reads_its_own_file_and_who_looked() {
    let site = site::site().await;
    let (own, other) =
        (site.subject(&business(2).code).await, site.subject(&business(3).code).await);
    let person = site.person(Role::Representative).await;
    let access = site.signed_in(&person).await.own_access();
    let opened = open(&site, &access, Action::ReadOwn, own).await.unwrap();
    assert_eq!(items(&opened), ["penalty", "penalty", "registration"]);
    assert!(open(&site, &access, Action::ReadOwn, other).await.is_err());
    let claimed = Access { ground: Ground::Own(other), ..access.clone() };
    assert!(open(&site, &claimed, Action::ReadOwn, other).await.is_err(), "not its own");
    let log = access_log::own(&site.platform, &access, None, 10, Lang::Zh).await.unwrap();
    assert_eq!(log.len(), 1);
    let items: Vec<(&str, usize)> =
        log[0].items.iter().map(|(label, count)| (label.as_str(), *count)).collect();
    assert_eq!(items, [("行政处罚", 2), ("登记注册基本信息", 1)]);
    assert!(access_log::own(&site.platform, &claimed, None, 10, Lang::Zh).await.is_err());
}

/// A hall asks for a check; the subject reads who asked and for which case.
#[tokio::test]
async fn a_check_for_a_matter_is_read_by_its_subject() {
    let site = site::site().await;
    let clerk = site.person(Role::HallClerk).await;
    let access = access(&site, &clerk).await;
    let new = NewMatter {
        kind: "licence".to_owned(),
        number: "示厅〔2026〕7号".to_owned(),
        slug: business(2).code,
    };
    let matter = matter::register(&site.platform, &access, &new).await.unwrap();
    let name = Some(business(2).name);
    let clocks = Clocks::present(&site.platform);
    let advice = matter::check(&site.platform, &access, &matter, name, clocks, Lang::Zh).await;
    let advice = advice.unwrap();
    assert_eq!(advice.subject_name, Some(business(2).name));
    let person = site.person(Role::Representative).await;
    let own = site.signed_in(&person).await.own_access();
    let log = access_log::own(&site.platform, &own, None, 10, Lang::Zh).await.unwrap();
    assert_eq!(log[0].event, "办事核查");
    assert_eq!(log[0].who, "示例办事大厅");
    assert_eq!(log[0].case_number.as_deref(), Some("示厅〔2026〕7号"));
}

/// Where the entry cannot be written, nothing is read.
#[tokio::test]
async fn no_log_no_data() {
    let site = site::site().await;
    let subject = site.subject(&business(2).code).await;
    let clerk = site.person(Role::DepartmentClerk).await;
    let access = access(&site, &clerk).await.on(Ground::Submitted, "x");
    let file = site.dir.path().join("register.db");
    let spoilt = rusqlite::Connection::open(&file).unwrap();
    let trigger = "create trigger full before insert on audit_event begin \
        select raise(abort, 'full'); end";
    spoilt.execute_batch(trigger).unwrap();
    assert!(open(&site, &access, Action::ReadDepartmentRecord, subject).await.is_err());
}

#[tokio::test]
async fn what_changes_while_somebody_reads_is_read_anew() {
    let site = site::site().await;
    let subject = site.subject(&business(2).code).await;
    let access = handed_in(&site).await;
    let action = Action::ReadDepartmentRecord;
    let before = open(&site, &access, action, subject).await.unwrap().view;
    let mut records = before.sections.iter().flat_map(|section| &section.records);
    let penalty = RecordId(records.find(|record| record.item == "penalty").unwrap().record);
    let is_public = |view: &FileView| {
        let mut records = view.sections.iter().flat_map(|section| &section.records);
        records.find(|one| one.record == penalty.0).unwrap().publication.public
    };
    assert!(is_public(&before));

    // Whoever reads comes to write their entry and waits for somebody who changes a record.
    let (now, today) = (site.platform.now(), site.platform.today());
    let mut write = site.platform.register.write().await.unwrap();
    store::audit::append(&mut write, now, "示例", Event::CaseMoved, "", "").await.unwrap();
    let place = Place { subject, record: penalty, item: "penalty" };
    let standing = Standing::Repaired;
    let change = Change { standing, begins: true, on: today, at: now, case: CaseId(1) };
    let next = site.platform.register.folder().unwrap().join("register.next");
    let change = async {
        // Who waits for the pen holds the place of the next one, and has read before.
        while File::open(&next).unwrap().try_lock().is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        standing::append(&mut write, place, &change).await.unwrap();
        write.commit().await.unwrap();
    };
    let (after, ()) = tokio::join!(open(&site, &access, action, subject), change);
    let after = after.unwrap().view;
    assert!(!is_public(&after), "repaired meanwhile");
    assert!(before.known_at < after.known_at);
    assert_eq!(entries(&site, subject).await, 2, "one entry for each look");
}
