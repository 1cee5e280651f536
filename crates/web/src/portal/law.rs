//! 公示多久: the periods of publication, generation by generation, and the numbers of the law.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use domain::{
    catalogue::FieldKind,
    code_list::CodeList,
    parameter::{Reference, Unit},
    policy::Policy,
    publication::{Class, Classification, Generation},
    text::Lang,
};
use jiff::civil::Date;
use registry::platform::Platform;

use super::{Visit, draw};
use crate::{
    error::Error,
    view::{Frame, count, months, per_cent},
};

pub fn router() -> Router<Platform> {
    Router::new().route("/law", get(law))
}

/// A generation of rules as a table with rulers.
pub struct GenerationView {
    pub id: String,
    pub label: String,
    pub from: Date,
    pub until: Option<Date>,
    pub in_force: bool,
    pub reference: Reference,
    pub classes: Vec<ClassView>,
    /// The whole length of the rulers.
    pub longest: String,
    pub kinds: Vec<KindView>,
}

/// One class with its periods in words and as a ruler.
pub struct ClassView {
    pub label: String,
    pub minimum: String,
    pub maximum: String,
    pub sentence: String,
    pub minimum_share: String,
    pub rest_share: String,
    pub ticks: Vec<String>,
    pub verified: bool,
}

/// Where a penalty kind stands.
pub struct KindView {
    pub label: String,
    pub class: String,
    pub verified: bool,
}

/// A number of the law with its values through time.
struct ParameterView {
    label: String,
    values: Vec<ValueView>,
}

struct ValueView {
    from: Date,
    until: Option<Date>,
    value: String,
    reference: Reference,
}

#[derive(Template)]
#[template(path = "law.html")]
struct Law {
    f: Frame,
    l: Lang,
    generations: Vec<GenerationView>,
    parameters: Vec<ParameterView>,
}

async fn law(visit: Visit) -> Result<Response, Error> {
    let policy = &visit.platform.policy;
    let today = visit.platform.today();
    let newest_first = policy.generations.iter().rev();
    let generations = newest_first.map(|one| generation(policy, one, today, visit.lang)).collect();
    let parameters = policy.parameters.values().map(|parameter| {
        let values = parameter.values.iter().rev().map(|value| ValueView {
            from: value.from,
            until: value.until,
            value: measured(value.value, parameter.unit, visit.lang),
            reference: value.reference.clone(),
        });
        let label = parameter.label.get(visit.lang).to_owned();
        ParameterView { label, values: values.collect() }
    });
    let parameters = parameters.collect();
    draw(&Law { f: visit.frame("law"), l: visit.lang, generations, parameters })
}

/// The newest generation that governs documents of the day.
pub fn in_force(policy: &Policy, today: Date, lang: Lang) -> Option<GenerationView> {
    let governing = policy.generations.iter().filter(|one| governs(one, today));
    let newest = governing.max_by_key(|one| one.from)?;
    Some(generation(policy, newest, today, lang))
}

fn governs(generation: &Generation, day: Date) -> bool {
    generation.from <= day && generation.until.is_none_or(|until| day <= until)
}

fn generation(policy: &Policy, one: &Generation, today: Date, lang: Lang) -> GenerationView {
    let longest = one.classes.iter().map(|class| class.maximum_months).max().unwrap_or(1).max(1);
    let mut ticks: Vec<i64> = one
        .classes
        .iter()
        .flat_map(|class| [class.minimum_months, class.maximum_months])
        .filter(|months| 0 < *months && *months < longest)
        .collect();
    ticks.sort_unstable();
    ticks.dedup();
    let classes = one.classes.iter().map(|class| class_view(class, longest, &ticks, lang));
    let list = kinds_list(policy);
    let mut kinds: Vec<(String, KindView)> = one
        .kinds
        .iter()
        .map(|(code, kind)| (format!("{code:0>8}"), kind_view(one, list, code, kind, lang)))
        .collect();
    kinds.sort_by(|(a, _), (b, _)| a.cmp(b));
    GenerationView {
        id: one.id.clone(),
        label: one.label.get(lang).to_owned(),
        from: one.from,
        until: one.until,
        in_force: governs(one, today),
        reference: one.reference.clone(),
        classes: classes.collect(),
        longest: months(longest, lang),
        kinds: kinds.into_iter().map(|(_, kind)| kind).collect(),
    }
}

fn class_view(class: &Class, longest: i64, ticks: &[i64], lang: Lang) -> ClassView {
    let share = |months: i64| months * 10_000 / longest;
    let minimum = months(class.minimum_months, lang);
    let maximum = months(class.maximum_months, lang);
    let sentence = sentence(class, &minimum, &maximum, lang);
    ClassView {
        label: class.label.get(lang).to_owned(),
        sentence,
        minimum_share: per_cent(share(class.minimum_months)),
        rest_share: per_cent(share(class.maximum_months) - share(class.minimum_months)),
        ticks: ticks.iter().map(|tick| per_cent(share(*tick))).collect(),
        verified: class.reference.verified,
        minimum,
        maximum,
    }
}

/// The periods of a class as one would say them over the counter.
fn sentence(class: &Class, minimum: &str, maximum: &str, lang: Lang) -> String {
    let (shortest, longest) = (class.minimum_months, class.maximum_months);
    match (class.published, lang) {
        (false, Lang::Zh) if longest == 0 => "不公示。".to_owned(),
        (false, Lang::En) if longest == 0 => "Not published.".to_owned(),
        (false, Lang::Zh) => "原则上不公示。确需公示的，履行完义务就可以申请修复。".to_owned(),
        (false, Lang::En) => {
            "Not published in principle. Where it must be, repair may be applied for \
            once every duty is met."
                .to_owned()
        }
        (true, Lang::Zh) if shortest == longest => {
            format!("不能提前修复；满 {maximum}自动停止公示。")
        }
        (true, Lang::En) if shortest == longest => {
            format!("No repair before the end; publication stops by itself after {maximum}.")
        }
        (true, Lang::Zh) if shortest == 0 => {
            format!("改正后可以申请修复；满 {maximum}自动停止公示。")
        }
        (true, Lang::En) if shortest == 0 => {
            format!("Repair once put right; publication stops by itself after {maximum}.")
        }
        (true, Lang::Zh) => {
            format!("满 {minimum}、已改正，可以申请修复；满 {maximum}自动停止公示。")
        }
        (true, Lang::En) => format!(
            "Repair after {minimum}, once put right; publication stops by itself after {maximum}."
        ),
    }
}

fn kind_view(
    generation: &Generation,
    list: Option<&CodeList>,
    code: &str,
    kind: &Classification,
    lang: Lang,
) -> KindView {
    let label = list.map_or(code, |list| list.label(code, lang)).to_owned();
    match kind {
        Classification::Class { position, reference } => {
            let class = generation.classes.get(*position);
            let class = class.map(|class| class.label.get(lang).to_owned()).unwrap_or_default();
            KindView { label, class, verified: reference.verified }
        }
        Classification::Unclassifiable { .. } => KindView {
            label,
            class: lang.t("由人认定", "a person decides").to_owned(),
            verified: true,
        },
    }
}

/// The code list of penalty kinds, named by the item that has the role.
fn kinds_list(policy: &Policy) -> Option<&CodeList> {
    policy.items.values().find_map(|item| {
        let field = item.fields.get(item.roles.penalty_kinds?)?;
        match &field.kind {
            FieldKind::Codes { list } | FieldKind::Code { list } => {
                policy.codes.get(list).map(|list| &**list)
            }
            _ => None,
        }
    })
}

fn measured(value: i64, unit: Unit, lang: Lang) -> String {
    let (zh, en) = match unit {
        Unit::Seconds => ("秒", "seconds"),
        Unit::Minutes => ("分钟", "minutes"),
        Unit::WorkingDays => ("个工作日", "working days"),
        Unit::Days => ("日", "days"),
        Unit::Months => ("个月", "months"),
        Unit::Years => ("年", "years"),
        Unit::Fen => ("分", "fen"),
        Unit::PerMille => ("‰", "per mille"),
        Unit::Count => ("", ""),
    };
    format!("{} {}", count(value), lang.t(zh, en)).trim_end().to_owned()
}
