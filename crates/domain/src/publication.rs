//! Publication (公示): to whom a record is shown, from when, until when, and why.
//!
//! Decided anew each time from the record, its item, the rules of its date and the day; never
//! stored. The clock starts at the date of the document, so late reporting never lengthens it,
//! and the last day is included; the day of removal is not. Periods and classes come from `policy/parameters/publication/`.
//!
//! Legal basis: 《信用修复管理办法》（国家发展改革委令第36号） for 失信信息 decided since
//! 2026-04-01, its predecessors for older documents; for the rest the basis of each item.

mod show;
mod term;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::{
    catalogue::{Field, FieldKind, Item, Openness, Polarity},
    disclosure::{self, Audience, Disclosed, Verdict},
    parameter::Reference,
    payload::Payload,
    policy::Policy,
    standing::Held,
    subject,
    text::{Lang, Text},
};

/// A generation of publication rules, chosen by the date of the document.
#[derive(Clone, Debug)]
pub struct Generation {
    pub id: String,
    pub label: Text,
    pub from: Date,
    pub until: Option<Date>,
    pub reference: Reference,
    /// Lightest first.
    pub classes: Vec<Class>,
    /// Penalty kind to its class.
    pub kinds: BTreeMap<String, Classification>,
    /// How penalties by simplified procedure (简易程序) are classed.
    pub simplified: Option<Simplified>,
}

/// The class of penalties by simplified procedure, and the kinds such a procedure can impose.
///
/// A flag beside any other kind contradicts the document: a person must look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simplified {
    pub class: usize,
    pub kinds: BTreeSet<String>,
}

/// A degree of seriousness with its periods.
#[derive(Clone, Debug)]
pub struct Class {
    pub id: String,
    pub label: Text,
    /// False where such records are in principle not published.
    pub published: bool,
    /// 最短公示期: before it has run, nobody may apply for repair.
    pub minimum_months: i64,
    /// False where repair before the end is barred (2019: 特定严重).
    pub repairable: bool,
    /// 最长公示期: at its end publication stops by itself.
    pub maximum_months: i64,
    pub reference: Reference,
}

/// Where a penalty kind stands among the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Classification {
    Class {
        position: usize,
        reference: Reference,
    },
    /// Several kinds in one word (暂扣或者吊销), of different classes: a person must say which.
    /// None of them is heavier than the class at this position.
    Unclassifiable {
        heaviest: usize,
    },
}

/// What the decision looks at.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub item: &'a Item,
    pub payload: &'a Payload,
    pub subject_kind: subject::Kind,
    /// The subject has been struck off or dissolved.
    pub subject_ended: bool,
    pub decided_on: Option<Date>,
    pub effective_until: Option<Date>,
    /// Day on which the platform accepted the record.
    pub known_from: Date,
    pub withdrawn: bool,
    /// What cases have done to it, the weightiest first.
    pub standings: Vec<Held>,
}

/// The decision, with everything the record page says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Publication {
    Public(Published),
    Withheld(Withheld),
}

/// Shown to the public on the day asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub from: Date,
    /// Last day, included; none while the record stands.
    pub until: Option<Date>,
    /// For classified records: how serious, by which generation.
    pub severity: Option<Severity>,
    /// Why until that day.
    pub term: Text,
    /// Basis of the item and of the term.
    pub references: Vec<Reference>,
    /// The day since which it is shown with the mark 异议中.
    pub disputed: Option<Date>,
}

/// The class a penalty fell into. The same word means different things in different generations
/// (一般 of 2019, of 2026), so the ids of both travel with the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severity {
    pub class_id: String,
    pub class: Text,
    pub generation_id: String,
    pub generation: Text,
    /// First day on which repair may be applied for; none where repair is barred.
    pub repair_from: Option<Date>,
}

/// Not shown to the public on the day asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The item is shared or authorised only.
    ItemNotPublic(Openness),
    /// Records about natural persons are not published here.
    NaturalPerson,
    /// No legal basis of the item is in force.
    BasisLapsed,
    NotYet {
        from: Date,
    },
    /// The last day has passed.
    Ended {
        until: Date,
    },
    /// Taken off the list (移出) on this day or before.
    Removed {
        on: Date,
    },
    /// 轻微: in principle not published.
    Slight {
        class: Text,
        reference: Reference,
    },
    /// The rules of that date do not say how long.
    NoRule {
        on: Option<Date>,
    },
    /// The kinds do not tell the class: a person must.
    Unclassified,
    /// The item publishes only some records (A级 …).
    ConditionNotMet,
    Withdrawn,
    /// A case ended it: repaired, annulled, shielded, left unanswered.
    Case(Held),
    /// A struck-off subject's negative records stay in the archive.
    SubjectEnded,
}

impl Withheld {
    #[must_use]
    pub fn reason(&self) -> Text {
        match self {
            Withheld::ItemNotPublic(openness) => {
                let label = openness.label();
                Text::new(
                    format!("此项不向社会公示（{}）", label.zh),
                    format!("not public ({})", label.en),
                )
            }
            Withheld::NaturalPerson => Text::new(
                "自然人的记录不在此公示",
                "records about natural persons are not published",
            ),
            Withheld::BasisLapsed => {
                Text::new("信息项的依据已失效", "the legal basis of the item has lapsed")
            }
            Withheld::NotYet { from } => {
                Text::new(format!("{from} 起公示"), format!("published from {from}"))
            }
            Withheld::Ended { until } => Text::new(
                format!("公示期已于 {until} 届满"),
                format!("publication ended on {until}"),
            ),
            Withheld::Removed { on } => {
                Text::new(format!("已于 {on} 移出"), format!("removed on {on}"))
            }
            Withheld::Slight { class, .. } => Text::new(
                format!("{}：原则上不公示", class.zh),
                format!("{}: in principle not published", class.en),
            ),
            Withheld::NoRule { .. } => Text::new(
                "文书日期没有对应的公示规则",
                "no publication rule for the date of the document",
            ),
            Withheld::Unclassified => Text::new(
                "处罚类别不能归类，待认定",
                "penalty kind cannot be classified; waiting for a person",
            ),
            Withheld::ConditionNotMet => {
                Text::new("不属于此项公示的范围", "outside what this item publishes")
            }
            Withheld::Withdrawn => Text::new("已撤回", "withdrawn"),
            Withheld::Case(held) => {
                let (label, since) = (held.standing.label(), held.since);
                Text::new(
                    format!("{}（{since} 起）", label.zh),
                    format!("{} since {since}", label.en),
                )
            }
            Withheld::SubjectEnded => {
                Text::new("主体已注销，转入存档", "the subject has ended; archived")
            }
        }
    }
}

/// Decides whether the public sees a record on `today`.
#[must_use]
pub fn decide(policy: &Policy, facts: &Facts<'_>, today: Date) -> Publication {
    match published(policy, facts, today) {
        Ok(published) => Publication::Public(published),
        Err(withheld) => Publication::Withheld(withheld),
    }
}

/// Whether a record is over: ended, repaired, removed or taken back.
///
/// Such a record is not shared with or acted upon by anybody, whoever they are, beside the subject
/// itself, the department that answers for it, and auditors. Records that are never published,
/// of natural persons or of items shared between public bodies, are judged as if they were.
#[must_use]
pub fn is_over(policy: &Policy, facts: &Facts<'_>, today: Date) -> bool {
    let facts = Facts { subject_kind: subject::Kind::Organisation, ..facts.clone() };
    match decide(policy, &facts, today) {
        Publication::Public(_) => false,
        Publication::Withheld(withheld) => match withheld {
            Withheld::BasisLapsed
            | Withheld::Ended { .. }
            | Withheld::Removed { .. }
            | Withheld::Withdrawn
            | Withheld::Case(_)
            | Withheld::SubjectEnded => true,
            Withheld::ItemNotPublic(_) => {
                let removed = role_date(&facts, facts.item.roles.removed_on);
                removed.is_some_and(|on| on <= today) || facts.item.basis_on(today).is_none()
            }
            Withheld::NaturalPerson
            | Withheld::NotYet { .. }
            | Withheld::Slight { .. }
            | Withheld::NoRule { .. }
            | Withheld::Unclassified
            | Withheld::ConditionNotMet => false,
        },
    }
}

/// The last day on which a record counts by its term or by its removal, whatever became of it
/// otherwise; none where it has no end, or none that the law as loaded can tell.
#[must_use]
pub fn counts_until(policy: &Policy, facts: &Facts<'_>) -> Option<Date> {
    let term = term::of(policy, facts).ok().and_then(|term| term.until);
    [term, last_before_removal(facts)].into_iter().flatten().min()
}

fn published(policy: &Policy, facts: &Facts<'_>, today: Date) -> Result<Published, Withheld> {
    let basis = admitted(facts, today)?;
    let term = term::of(policy, facts)?;
    let from = facts.decided_on.map_or(facts.known_from, |decided| decided.max(facts.known_from));
    let removed = role_date(facts, facts.item.roles.removed_on);
    if let Some(on) = removed.filter(|on| *on <= today) {
        return Err(Withheld::Removed { on });
    }
    if today < from {
        return Err(Withheld::NotYet { from });
    }
    let until = [term.until, last_before_removal(facts)].into_iter().flatten().min();
    if let Some(until) = until.filter(|until| *until < today) {
        return Err(Withheld::Ended { until });
    }
    let mut references = vec![basis];
    for reference in term.references {
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    let disputed = facts.standings.iter().find(|held| !held.standing.ends());
    Ok(Published {
        from,
        until,
        severity: term.severity,
        term: term.words,
        references,
        disputed: disputed.map(|held| held.since),
    })
}

/// The basis in force, where neither item nor subject nor record keeps it from the public.
fn admitted(facts: &Facts<'_>, today: Date) -> Result<Reference, Withheld> {
    let item = facts.item;
    if facts.withdrawn {
        return Err(Withheld::Withdrawn);
    }
    if let Some(held) = facts.standings.iter().find(|held| held.standing.ends()) {
        return Err(Withheld::Case(*held));
    }
    if !item.openness.admits(Audience::Public) {
        return Err(Withheld::ItemNotPublic(item.openness));
    }
    if facts.subject_kind == subject::Kind::NaturalPerson {
        return Err(Withheld::NaturalPerson);
    }
    let basis = item.basis_on(today).ok_or(Withheld::BasisLapsed)?;
    if facts.subject_ended && item.polarity == Polarity::Negative {
        return Err(Withheld::SubjectEnded);
    }
    Ok(basis.clone())
}

fn last_before_removal(facts: &Facts<'_>) -> Option<Date> {
    let removed = role_date(facts, facts.item.roles.removed_on)?;
    Some(removed.yesterday().unwrap_or(removed))
}

/// The day in the field of a role, where the item has one and something is written.
fn role_date(facts: &Facts<'_>, role: Option<usize>) -> Option<Date> {
    facts.payload.date(&facts.item.fields.get(role?)?.name)
}

/// One field as a reader gets it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DisclosedField {
    pub name: String,
    pub code: String,
    pub label: Text,
    /// Formatted for reading: money with two decimals in 元, codes by their labels.
    pub value: String,
    /// Canonical value for machines.
    pub data: serde_json::Value,
    pub masked: bool,
}

/// What `audience` may read of a payload, field by field, in the order of the catalogue.
///
/// Nothing of an item that is not open to the audience as a whole.
#[must_use]
pub fn disclose(
    policy: &Policy,
    item: &Item,
    payload: &Payload,
    audience: Audience,
    lang: Lang,
) -> Disclosed<Vec<DisclosedField>> {
    disclose_by(policy, item, payload, (audience, false), lang)
}

/// The same to an audience that gets masked whatever the public would not see.
#[must_use]
pub fn disclose_masked(
    policy: &Policy,
    item: &Item,
    payload: &Payload,
    audience: Audience,
    lang: Lang,
) -> Disclosed<Vec<DisclosedField>> {
    disclose_by(policy, item, payload, (audience, true), lang)
}

fn disclose_by(
    policy: &Policy,
    item: &Item,
    payload: &Payload,
    (audience, masked): (Audience, bool),
    lang: Lang,
) -> Disclosed<Vec<DisclosedField>> {
    let open = item.openness.admits(audience);
    let public = |field: &Field| {
        item.openness.admits(Audience::Public)
            && field.disclosure.verdict(Audience::Public) == Verdict::Show
    };
    let fields = item.fields.iter().filter(|_| open).filter_map(|field| {
        let value = payload.0.get(&field.name)?;
        let verdict = match field.disclosure.verdict(audience) {
            Verdict::Show if masked && !public(field) => Verdict::Mask,
            verdict => verdict,
        };
        let (value, data, masked) = match verdict {
            Verdict::Withhold => return None,
            // A sealed value has no text to show, whatever a class may say.
            Verdict::Show if !value.is_object() => {
                (show::text(policy, field, value, lang), value.clone(), false)
            }
            Verdict::Mask if field.kind == FieldKind::Text && !value.is_object() => {
                let masked = disclosure::mask(&show::text(policy, field, value, lang));
                (masked.clone(), masked.into(), true)
            }
            // First and last character of a label, a figure or a date would tell what it says.
            Verdict::Show | Verdict::Mask => {
                (disclosure::STARS.to_owned(), disclosure::STARS.into(), true)
            }
        };
        let (name, code, label) = (field.name.clone(), field.code.clone(), label(field));
        Some(DisclosedField { name, code, label, value, data, masked })
    });
    Disclosed::new(fields.collect())
}

/// The label as it stands beside the value: an amount exchanged in 万元 is shown in 元.
fn label(field: &Field) -> Text {
    let bare = |label: &str| {
        let units = ["(万元)", "（万元）", " (10,000 yuan)"];
        units.iter().find_map(|unit| label.strip_suffix(unit)).unwrap_or(label).to_owned()
    };
    match field.kind {
        FieldKind::MoneyWan => Text::new(bare(&field.label.zh), bare(&field.label.en)),
        _ => field.label.clone(),
    }
}
