//! The lake beside the register: fed step by step or made anew it holds the same, killed half-way it goes
//! on, and what a card counts is the same over its files and over one subject's records.

use std::fs;

use lake::lake::Lake;
use registry::{
    lake::{check, open, sync},
    score,
};

use crate::{
    cases::Desk,
    site::{self, Site, business, penalty, with},
};

impl Site {
    async fn subject_of(&self, business: &site::Business) -> domain::ids::SubjectId {
        let register = &self.platform.register;
        let found = store::subject::find(register, "uscc", &business.code).await;
        found.unwrap().expect("a known subject")
    }
}

/// What every table holds, bucket by bucket.
async fn held(lake: &Lake) -> Vec<(String, lake::lake::Sums)> {
    let mut held = Vec::new();
    for name in lake.names() {
        held.push((name.to_owned(), lake.sums(name).await.unwrap()));
    }
    held
}

async fn feed(site: &Site, lake: &mut Lake) -> i64 {
    sync(&site.platform, lake, |_| {}).await.unwrap()
}

/// A city that something happened to: a correction, a withdrawal, a repair.
async fn lived_in() -> (Desk, Lake) {
    let desk = Desk::open().await;
    let site = &desk.site;
    let mut lake = open(&site.platform).await.unwrap();
    assert!(feed(site, &mut lake).await > 0);
    let number = "示市监罚〔2026〕21号";
    site.accept("penalty", &[penalty(&business(1), number, "2026-04-02")]).await;
    feed(site, &mut lake).await;
    let corrected = with(penalty(&business(1), number, "2026-04-02"), "CF_NR_FK", "0.35");
    site.accept("penalty", &[corrected]).await;
    feed(site, &mut lake).await;
    site.withdraw("abnormal", site::abnormal(&business(3), "示市监异〔2026〕3号", "2026-07-08"))
        .await;
    let case = desk.apply().await;
    desk.done(&desk.officer, &case, "act=accept").await;
    desk.done(&desk.officer, &case, "act=grant").await;
    feed(site, &mut lake).await;
    (desk, lake)
}

#[tokio::test]
async fn made_anew_it_holds_what_it_holds_fed_step_by_step() {
    let (desk, mut lake) = lived_in().await;
    let site = &desk.site;
    assert_eq!(feed(site, &mut lake).await, 0, "fed again it takes nothing");
    assert_eq!(check(&site.platform, &lake, |_| {}).await.unwrap(), []);
    let stepwise = held(&lake).await;
    assert!(stepwise.iter().map(|(_, sums)| sums.len()).sum::<usize>() > 4, "{stepwise:?}");
    lake.empty((site.platform.clock)()).await.unwrap();
    assert_eq!(lake.position(), 0);
    assert!(!check(&site.platform, &lake, |_| {}).await.unwrap().is_empty());
    feed(site, &mut lake).await;
    assert_eq!(held(&lake).await, stepwise);
    let (folded, _) = lake.tidy((site.platform.clock)(), 0).await.unwrap();
    assert_eq!(folded, 0, "made anew there is one file a bucket");
    assert_eq!(held(&open(&site.platform).await.unwrap()).await, stepwise, "opened again");
}

#[tokio::test]
async fn killed_between_its_tables_it_takes_nothing_twice() {
    let (desk, lake) = lived_in().await;
    let site = &desk.site;
    let whole = held(&lake).await;
    drop(lake);
    // The last commits of subjects never happened: those of the records did.
    let log = site.dir.path().join("lake/subject/_delta_log");
    let mut commits: Vec<_> =
        fs::read_dir(&log).unwrap().map(|file| file.unwrap().path()).collect();
    commits.sort();
    for lost in &commits[2..] {
        fs::remove_file(lost).unwrap();
    }
    let mut lake = open(&site.platform).await.unwrap();
    assert!(feed(site, &mut lake).await > 0, "it goes on from where the subjects are");
    assert_eq!(held(&lake).await, whole);
    assert_eq!(check(&site.platform, &lake, |_| {}).await.unwrap(), []);
}

#[tokio::test]
async fn an_earlier_position_is_read_as_it_was() {
    let site = site::site().await;
    let mut lake = open(&site.platform).await.unwrap();
    feed(&site, &mut lake).await;
    let (position, before) = (lake.position(), held(&lake).await);
    site.accept("penalty", &[penalty(&business(1), "示市监罚〔2026〕22号", "2026-04-03")]).await;
    feed(&site, &mut lake).await;
    assert_ne!(held(&lake).await, before);
    let then = lake.at(position).await.unwrap();
    assert_eq!((then.position(), held(&then).await), (position, before));
}

#[tokio::test]
async fn a_file_that_was_tampered_with_is_told() {
    let site = site::site().await;
    let mut lake = open(&site.platform).await.unwrap();
    feed(&site, &mut lake).await;
    let folder = site.dir.path().join("lake/penalty/b000000");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let other =
        fs::read_dir(site.dir.path().join("lake/abnormal/b000000")).unwrap().next().unwrap();
    fs::copy(other.unwrap().path(), &file).unwrap();
    let told = check(&site.platform, &lake, |_| {}).await;
    assert!(told.is_err() || !told.unwrap().is_empty());
}

#[tokio::test]
async fn a_card_comes_to_the_same_over_the_lake_and_over_one_subject() {
    let (desk, lake) = lived_in().await;
    let platform = &desk.site.platform;
    let today = platform.today();
    let card = platform.policy.card("comprehensive@1").unwrap().clone();
    let told = score::run(platform, &lake, &card, today, None, |_, _| {}).await.unwrap();
    assert_eq!((told.subjects, told.before), (3, 0));
    let again = score::run(platform, &lake, &card, today, None, |_, _| {}).await.unwrap();
    assert_eq!((again.subjects, again.before, &again.grades), (3, 1, &told.grades), "kept");
    for number in 1..=3 {
        let subject = desk.site.subject_of(&business(number)).await;
        let kept = score::history(platform, subject).await.unwrap();
        let [kept] = kept.as_slice() else { panic!("{kept:?}") };
        let live = score::of_subject(platform, &card, subject, today).await.unwrap();
        assert_eq!((kept.total, &kept.dimensions), (live.total, &live.dimensions));
        assert_eq!(kept.grade, card.grades[live.grade].id);
        let points: Vec<_> = live
            .points
            .iter()
            .map(|one| (card.indicators[one.indicator].id.as_str(), one.value, &one.records))
            .collect();
        let stored: Vec<_> =
            kept.points.iter().map(|one| (&*one.indicator, one.value, &one.records)).collect();
        assert_eq!(points, stored);
        assert!(!points.is_empty(), "a registration counts at least");
    }
}

#[test]
fn a_card_whose_sql_names_what_it_may_not_is_refused_with_its_line() {
    use std::sync::Arc;
    let law = crate::site::LAW.0.as_ref();
    assert_eq!(score::faults(law), []);
    for (filter, expected) in [
        ("repaired_on is null", "repaired, annulled, shielded, unanswered and disputed"),
        ("representative = '示例甲'", "name no natural person"),
        ("person_id is not null", "name no natural person"),
        ("subject_name = '示例'", "nobody is counted by name"),
        ("petitions > 3", "has no field `petitions`"),
        ("fine", "`count(*)` over `fine`"),
        ("decided_on > $tomorrow", "$tomorrow is unknown"),
    ] {
        let mut law = law.clone();
        let place = law.cards.iter().position(|card| card.id == "comprehensive").unwrap();
        let card = Arc::make_mut(&mut law.cards[place]);
        let indicator = card.indicators.iter_mut().find(|one| one.id == "penalties").unwrap();
        filter.clone_into(&mut indicator.filter);
        let line = indicator.line;
        let found = score::faults(&law);
        let [fault] = found.as_slice() else { panic!("{filter}: {found:?}") };
        assert_eq!((&*fault.file, fault.line), ("scorecards/comprehensive@1.toml", line));
        assert!(fault.message.contains(expected), "{}", fault.message);
    }
}

#[tokio::test]
async fn a_replay_moves_exactly_those_whom_the_change_concerns() {
    use std::sync::Arc;
    let mut site = site::site().await;
    let mut law = site.platform.policy.as_ref().clone();
    let live = law.card("comprehensive@1").unwrap().clone();
    let mut draft = live.as_ref().clone();
    (draft.no, draft.from) = (2, None);
    // Two penalties weigh more; nobody else has two.
    let penalties = draft.indicators.iter_mut().find(|one| one.id == "penalties").unwrap();
    penalties.bands[1].points -= 40;
    law.cards.push(Arc::new(draft));
    site.platform.policy = Arc::new(law);
    let mut lake = open(&site.platform).await.unwrap();
    feed(&site, &mut lake).await;
    let trial = registry::replay::Trial {
        live: "comprehensive@1".to_owned(),
        candidate: "comprehensive@2".to_owned(),
        as_of: site.platform.today(),
        by: "示例".to_owned(),
    };
    let id = registry::replay::run(&site.platform, &lake, &trial, None, |_, _| {}).await.unwrap();
    let movers =
        lake::replay::Movers::open(&site.platform.lake).await.unwrap().of(id).await.unwrap();
    let [mover] = movers.as_slice() else { panic!("{movers:?}") };
    assert_eq!(mover.uscc.as_deref(), Some(business(2).code.as_str()));
    assert_eq!(mover.mover.why.len(), 1);
    assert_eq!(mover.mover.why[0].indicator, "penalties");
    let kept = store::replay::get(&site.platform.register, id).await.unwrap().unwrap();
    let summary: domain::replay::Summary = serde_json::from_str(&kept.summary).unwrap();
    assert_eq!((summary.subjects, summary.moved), (3, 1));

    // The same card under a law in which nothing is published for more than a day: what the penalties were
    // worth is gone, and with it the mover of an hour ago moves the other way.
    let mut short = site.platform.policy.as_ref().clone();
    for generation in &mut short.generations {
        generation.classes.iter_mut().for_each(|class| class.maximum_months = 0);
    }
    let trial = registry::replay::Trial { candidate: "comprehensive@1".to_owned(), ..trial };
    let short = Arc::new(short);
    let run = registry::replay::run(&site.platform, &lake, &trial, Some(&short), |_, _| {});
    let id = run.await.unwrap();
    let movers =
        lake::replay::Movers::open(&site.platform.lake).await.unwrap().of(id).await.unwrap();
    let codes: Vec<_> = movers.iter().filter_map(|mover| mover.uscc.clone()).collect();
    assert_eq!(codes, [business(2).code]);
    let (before, after) = (&movers[0].mover.before, &movers[0].mover.after);
    assert!(before.as_ref().unwrap().total < after.as_ref().unwrap().total, "{movers:?}");
}

#[tokio::test]
async fn what_was_repaired_or_is_disputed_counts_no_more() {
    let desk = Desk::open().await;
    let platform = &desk.site.platform;
    let card = platform.policy.card("comprehensive@1").unwrap().clone();
    let subject = desk.site.subject_of(&business(2)).await;
    let of = async || score::of_subject(platform, &card, subject, platform.today()).await.unwrap();
    let penalties = |score: &domain::scorecard::Score| {
        let named = |at: usize| card.indicators[at].id == "penalties";
        score.points.iter().find(|one| named(one.indicator)).map(|one| one.value)
    };
    let before = of().await;
    assert_eq!(penalties(&before), Some(2));
    let case = desk.apply().await;
    desk.done(&desk.officer, &case, "act=accept").await;
    desk.done(&desk.officer, &case, "act=grant").await;
    let after = of().await;
    assert_eq!(penalties(&after), Some(1));
    assert!(after.total > before.total, "{} {}", before.total, after.total);
}
