//! Until when a record is public, by the rule of its item, and why until then.

use jiff::civil::Date;

use super::{Class, Classification, Facts, Generation, Severity, Withheld};
use crate::{
    catalogue::PublicationRule, condition::Condition, date, parameter::Reference, policy::Policy,
    text::Text,
};

/// The end of publication with its ground.
pub(super) struct Term {
    /// Last day, included; none while the record stands.
    pub(super) until: Option<Date>,
    pub(super) severity: Option<Severity>,
    pub(super) words: Text,
    pub(super) references: Vec<Reference>,
}

/// The term of a record, or why the rule of its item does not publish it.
pub(super) fn of(policy: &Policy, facts: &Facts<'_>) -> Result<Term, Withheld> {
    let met = |when: &[Condition]| {
        let meets = facts.payload.meets(facts.item, when);
        if meets { Ok(()) } else { Err(Withheld::ConditionNotMet) }
    };
    match &facts.item.publication {
        PublicationRule::Never => Err(Withheld::ItemNotPublic(facts.item.openness)),
        PublicationRule::Standing { when } => {
            let words = Text::new("记录有效期间", "as long as the record stands");
            met(when).map(|()| plain(None, words))
        }
        PublicationRule::Validity { when } => met(when).map(|()| by_validity(facts)),
        PublicationRule::Term { parameter, own_end_prevails, when } => {
            met(when).and_then(|()| by_parameter(policy, facts, parameter, *own_end_prevails))
        }
        PublicationRule::Classified { when } => met(when).and_then(|()| by_class(policy, facts)),
    }
}

fn plain(until: Option<Date>, words: Text) -> Term {
    Term { until, severity: None, words, references: Vec::new() }
}

fn by_validity(facts: &Facts<'_>) -> Term {
    let words = match facts.effective_until {
        Some(_) => Text::new("有效期届满即停止公示", "stops with its validity"),
        None => Text::new("长期有效，记录有效期间公示", "open-ended, as long as the record stands"),
    };
    plain(facts.effective_until, words)
}

/// A period of `policy/parameters/`, counted from the document.
fn by_parameter(
    policy: &Policy,
    facts: &Facts<'_>,
    key: &str,
    own_end_prevails: bool,
) -> Result<Term, Withheld> {
    let decided = facts.decided_on.ok_or(Withheld::NoRule { on: None })?;
    let no_rule = Withheld::NoRule { on: Some(decided) };
    let parameter = policy.parameters.get(key).ok_or_else(|| no_rule.clone())?;
    let period = policy.parameter(key, decided).ok_or_else(|| no_rule.clone())?;
    let longest = parameter.unit.after(decided, period.value).ok_or(no_rule)?;
    let (until, words) = match facts.effective_until {
        Some(own) if own_end_prevails || own < longest => {
            (own, Text::new("文书载明的期限", "the term the document sets"))
        }
        _ => (longest, Text::new("自文书日期起算的期限", "a period from the date of the document")),
    };
    Ok(Term { references: vec![period.reference.clone()], ..plain(Some(until), words) })
}

/// The longest period of the class, counted from the document.
fn by_class(policy: &Policy, facts: &Facts<'_>) -> Result<Term, Withheld> {
    let decided = facts.decided_on.ok_or(Withheld::NoRule { on: None })?;
    let generation = generation(policy, decided)?;
    let (position, kind) = classify(generation, facts)?;
    let class = generation.classes.get(position).ok_or(Withheld::NoRule { on: Some(decided) })?;
    if !class.published {
        let (class, reference) = (class.label.clone(), class.reference.clone());
        return Err(Withheld::Slight { class, reference });
    }
    let longest = date::add_months(decided, class.maximum_months);
    let until = facts.effective_until.map_or(longest, |own| own.min(longest));
    let repair_from = date::add_months(decided, class.minimum_months);
    let severity = Severity {
        class_id: class.id.clone(),
        class: class.label.clone(),
        generation_id: generation.id.clone(),
        generation: generation.label.clone(),
        repair_from: class.repairable.then_some(repair_from),
    };
    let references = std::iter::once(class.reference.clone()).chain(kind.cloned()).collect();
    Ok(Term { until: Some(until), severity: Some(severity), words: words(class), references })
}

fn words(class: &Class) -> Text {
    let months = class.maximum_months;
    Text::new(
        format!("按“{}”，自决定之日起最长 {months} 个月", class.label.zh),
        format!("class “{}”: at most {months} months from the decision", class.label.en),
    )
}

/// The rules of the date of the document.
fn generation(policy: &Policy, decided: Date) -> Result<&Generation, Withheld> {
    let in_force =
        |one: &&Generation| one.from <= decided && one.until.is_none_or(|until| decided <= until);
    let generations = policy.generations.iter().filter(in_force);
    generations.max_by_key(|one| one.from).ok_or(Withheld::NoRule { on: Some(decided) })
}

/// Position of the class, and the reference of the kind of penalty that brought the record there.
fn classify<'g>(
    generation: &'g Generation,
    facts: &Facts<'_>,
) -> Result<(usize, Option<&'g Reference>), Withheld> {
    let name = |role: Option<usize>| facts.item.fields.get(role?).map(|field| &field.name);
    let kinds = name(facts.item.roles.penalty_kinds);
    let kinds = kinds.ok_or(Withheld::NoRule { on: facts.decided_on })?;
    let flag = name(facts.item.roles.simplified_procedure);
    let by_simplified_procedure = flag.is_some_and(|flag| facts.payload.flag(flag));
    if by_simplified_procedure && let Some(simplified) = &generation.simplified {
        let mut codes = facts.payload.codes(kinds).peekable();
        let fits = codes.peek().is_some() && codes.all(|code| simplified.kinds.contains(code));
        return if fits { Ok((simplified.class, None)) } else { Err(Withheld::Unclassified) };
    }
    heaviest(generation, facts.payload.codes(kinds))
}

/// The heaviest of several kinds decides. One that nobody can tell apart does no harm where it
/// cannot be heavier than another that is certain.
fn heaviest<'g, 'c>(
    generation: &'g Generation,
    codes: impl Iterator<Item = &'c str>,
) -> Result<(usize, Option<&'g Reference>), Withheld> {
    let mut certain: Option<(usize, &Reference)> = None;
    let mut doubtful: Option<usize> = None;
    for code in codes {
        match generation.kinds.get(code) {
            Some(Classification::Class { position, reference }) => {
                // Of two as heavy, the one nobody has compared with the text is told.
                let outweighs = certain.is_none_or(|(heaviest, told)| {
                    let doubted = told.verified && !reference.verified;
                    heaviest < *position || (heaviest == *position && doubted)
                });
                if outweighs {
                    certain = Some((*position, reference));
                }
            }
            Some(Classification::Unclassifiable { heaviest }) => {
                doubtful = doubtful.max(Some(*heaviest));
            }
            None => return Err(Withheld::Unclassified),
        }
    }
    match certain {
        Some((position, reference)) if doubtful <= Some(position) => {
            Ok((position, Some(reference)))
        }
        _ => Err(Withheld::Unclassified),
    }
}
