//! Publication (公示): to whom a record is shown, from when, until when, and why.
//!
//! Decided anew each time from the record, its item, the rules of its date and the day; never
//! stored. The clock starts at the date of the document, so late reporting never lengthens it,
//! and the last day is included. Periods and classes come from `policy/parameters/publication/`.
//!
//! Legal basis: 《信用修复管理办法》（国家发展改革委令第36号） for 失信信息 decided since
//! 2026-04-01, its predecessors for older documents; for the rest the basis of each item.

use std::collections::BTreeMap;

use jiff::{Span, ToSpan, civil::Date};

use crate::{
    catalogue::{Field, FieldKind, Item, Openness, Polarity, PublicationRule},
    disclosure::{self, Audience, Disclosed, Verdict},
    parameter::{Dated, Reference},
    payload::Payload,
    policy::Policy,
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
    /// Class of a penalty by simplified procedure (简易程序), whatever its kinds.
    pub simplified: Option<usize>,
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
    /// Two kinds in one word (暂扣或者吊销): a person must say which.
    Unclassifiable,
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
}

/// The class a penalty fell into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severity {
    pub class: Text,
    pub generation: Text,
    /// First day on which repair may be applied for.
    pub repair_from: Date,
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
            Withheld::SubjectEnded => {
                Text::new("主体已注销，转入存档", "the subject has ended; archived")
            }
        }
    }
}

/// Decides whether the public sees a record on `today`.
#[must_use]
pub fn decide(policy: &Policy, facts: &Facts<'_>, today: Date) -> Publication {
    match decide_term(policy, facts, today) {
        Ok(published) if today < published.from => {
            Publication::Withheld(Withheld::NotYet { from: published.from })
        }
        Ok(published) => match published.until {
            Some(until) if until < today => Publication::Withheld(Withheld::Ended { until }),
            _ => Publication::Public(published),
        },
        Err(withheld) => Publication::Withheld(withheld),
    }
}

fn decide_term(policy: &Policy, facts: &Facts<'_>, today: Date) -> Result<Published, Withheld> {
    let item = facts.item;
    if facts.withdrawn {
        return Err(Withheld::Withdrawn);
    }
    if item.openness != Openness::Public {
        return Err(Withheld::ItemNotPublic(item.openness));
    }
    if facts.subject_kind == subject::Kind::NaturalPerson {
        return Err(Withheld::NaturalPerson);
    }
    let basis = item.basis_on(today).ok_or(Withheld::BasisLapsed)?.clone();
    if facts.subject_ended && item.polarity == Polarity::Negative {
        return Err(Withheld::SubjectEnded);
    }
    let from = facts.decided_on.map_or(facts.known_from, |decided| decided.max(facts.known_from));
    let open = |until: Option<Date>, term: Text, more: Option<Reference>| Published {
        from,
        until,
        severity: None,
        term,
        references: std::iter::once(basis.clone()).chain(more).collect(),
    };
    let conditions = match &item.publication {
        PublicationRule::Never => return Err(Withheld::ItemNotPublic(item.openness)),
        PublicationRule::Standing { when }
        | PublicationRule::Validity { when }
        | PublicationRule::Term { when, .. }
        | PublicationRule::Classified { when } => when,
    };
    if !facts.payload.meets(item, conditions) {
        return Err(Withheld::ConditionNotMet);
    }
    match &item.publication {
        PublicationRule::Never => Err(Withheld::ItemNotPublic(item.openness)),
        PublicationRule::Standing { .. } => {
            Ok(open(None, Text::new("记录有效期间", "as long as the record stands"), None))
        }
        PublicationRule::Validity { .. } => Ok(match facts.effective_until {
            Some(until) => open(
                Some(until),
                Text::new("有效期届满即停止公示", "stops with its validity"),
                None,
            ),
            None => {
                let term = Text::new(
                    "长期有效，记录有效期间公示",
                    "open-ended, as long as the record stands",
                );
                open(None, term, None)
            }
        }),
        PublicationRule::Term { parameter, .. } => {
            let (until, reference) = term_end(policy, facts, parameter)?;
            let term = Text::new("自文书日期起算的期限", "a period from the date of the document");
            Ok(open(Some(until), term, Some(reference)))
        }
        PublicationRule::Classified { .. } => {
            let (severity, until, term, reference) = classified(policy, facts)?;
            Ok(Published { severity: Some(severity), ..open(Some(until), term, Some(reference)) })
        }
    }
}

/// The last day by a period of `policy/parameters/`, counted from the document.
fn term_end(
    policy: &Policy,
    facts: &Facts<'_>,
    parameter: &str,
) -> Result<(Date, Reference), Withheld> {
    let decided = facts.decided_on.ok_or(Withheld::NoRule { on: None })?;
    let period =
        policy.parameter(parameter, decided).ok_or(Withheld::NoRule { on: Some(decided) })?;
    let unit = policy.parameters.get(parameter).map(|parameter| parameter.unit);
    let end = decided.saturating_add(span(unit, period));
    Ok((facts.effective_until.map_or(end, |until| until.min(end)), period.reference.clone()))
}

/// Class, last day and their ground for a record published by its severity.
fn classified(
    policy: &Policy,
    facts: &Facts<'_>,
) -> Result<(Severity, Date, Text, Reference), Withheld> {
    let (generation, class) = classify(policy, facts)?;
    let decided = facts.decided_on.ok_or(Withheld::NoRule { on: None })?;
    let until = decided.saturating_add(class.maximum_months.months());
    let severity = Severity {
        class: class.label.clone(),
        generation: generation.label.clone(),
        repair_from: decided.saturating_add(class.minimum_months.months()),
    };
    let months = class.maximum_months;
    let term = Text::new(
        format!("按“{}”，自决定之日起最长 {months} 个月", class.label.zh),
        format!("class “{}”: at most {months} months from the decision", class.label.en),
    );
    let until = facts.effective_until.map_or(until, |end| end.min(until));
    Ok((severity, until, term, class.reference.clone()))
}

fn span(unit: Option<crate::parameter::Unit>, period: &Dated<i64>) -> Span {
    match unit {
        Some(crate::parameter::Unit::Years) => period.value.years(),
        Some(crate::parameter::Unit::Days) => period.value.days(),
        _ => period.value.months(),
    }
}

/// The class of a penalty by the generation of its date; the heaviest of several kinds decides.
fn classify<'p>(
    policy: &'p Policy,
    facts: &Facts<'_>,
) -> Result<(&'p Generation, &'p Class), Withheld> {
    let decided = facts.decided_on.ok_or(Withheld::NoRule { on: None })?;
    let generation = policy
        .generations
        .iter()
        .filter(|generation| generation.from <= decided)
        .filter(|generation| generation.until.is_none_or(|until| decided <= until))
        .max_by_key(|generation| generation.from)
        .ok_or(Withheld::NoRule { on: Some(decided) })?;
    let simplified = facts.payload.flag("simplified_procedure");
    let position = match generation.simplified {
        Some(position) if simplified => position,
        _ => heaviest(generation, facts)?,
    };
    let class = generation.classes.get(position).ok_or(Withheld::NoRule { on: Some(decided) })?;
    if class.published {
        return Ok((generation, class));
    }
    Err(Withheld::Slight { class: class.label.clone(), reference: class.reference.clone() })
}

fn heaviest(generation: &Generation, facts: &Facts<'_>) -> Result<usize, Withheld> {
    let field = facts.item.roles.penalty_kinds.and_then(|position| facts.item.fields.get(position));
    let field = field.ok_or(Withheld::NoRule { on: facts.decided_on })?;
    let mut heaviest = None;
    for code in facts.payload.codes(&field.name) {
        match generation.kinds.get(code) {
            Some(Classification::Class { position, .. }) => {
                heaviest = heaviest.max(Some(*position))
            }
            Some(Classification::Unclassifiable) | None => return Err(Withheld::Unclassified),
        }
    }
    heaviest.ok_or(Withheld::Unclassified)
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
#[must_use]
pub fn disclose(
    policy: &Policy,
    item: &Item,
    payload: &Payload,
    audience: Audience,
    lang: Lang,
) -> Disclosed<Vec<DisclosedField>> {
    let fields = item.fields.iter().filter_map(|field| {
        let value = payload.0.get(&field.name)?;
        let verdict = field.disclosure.verdict(audience);
        let sealed = value.is_object();
        let shown = show(policy, field, value, lang);
        let (value, data, masked) = match verdict {
            Verdict::Withhold => return None,
            Verdict::Show | Verdict::Mask if sealed => {
                let stars = "******".to_owned();
                (stars.clone(), stars.into(), true)
            }
            Verdict::Show => (shown, value.clone(), false),
            Verdict::Mask => {
                let masked = disclosure::mask(&shown);
                (masked.clone(), masked.into(), true)
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

fn show(policy: &Policy, field: &Field, value: &serde_json::Value, lang: Lang) -> String {
    let code_label = |list: &str, code: &str| {
        policy
            .codes
            .get(list)
            .map_or_else(|| code.to_owned(), |list| list.label(code, lang).to_owned())
    };
    match (&field.kind, value) {
        (FieldKind::MoneyWan | FieldKind::MoneyYuan, value) => value
            .as_i64()
            .map_or_else(|| value.to_string(), |fen| crate::money::Fen(fen).yuan_text(lang)),
        (FieldKind::Code { list }, serde_json::Value::String(code)) => code_label(list, code),
        (FieldKind::Codes { list }, serde_json::Value::Array(codes)) => {
            let labels =
                codes.iter().filter_map(|code| code.as_str()).map(|code| code_label(list, code));
            labels.collect::<Vec<_>>().join(lang.t("；", "; "))
        }
        (FieldKind::Flag, serde_json::Value::Bool(flag)) => {
            if *flag { lang.t("是", "yes") } else { lang.t("否", "no") }.to_owned()
        }
        (_, serde_json::Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}
