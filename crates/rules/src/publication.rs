//! `[publication]` of a catalogue item: how long the public sees its records.

use domain::{catalogue::PublicationRule, parameter::Unit};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    condition::{self, RawCondition},
    parameter::Parameters,
    role::RawRoles,
    scope::Scope,
    source::Page,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPublication {
    rule: Spanned<RawRule>,
    parameter: Option<Spanned<String>>,
    /// The end the document gives prevails over the parameter, even where it is later.
    own_end_prevails: Option<Spanned<bool>>,
    #[serde(default)]
    when: Vec<RawCondition>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawRule {
    Never,
    Standing,
    Validity,
    Term,
    Classified,
}

/// Reads the rule, and reports one that the item's own fields cannot carry out.
pub(crate) fn read(
    page: &mut Page<'_>,
    scope: &Scope<'_>,
    raw: &RawPublication,
    roles: &RawRoles,
    parameters: &Parameters,
) -> Option<PublicationRule> {
    let when = condition::read_all(page, scope, &raw.when);
    let rule = *raw.rule.get_ref();
    let at = raw.rule.span();
    if !matches!(rule, RawRule::Term)
        && let Some(parameter) = &raw.parameter
    {
        page.fault(parameter.span(), "only the rule term has a parameter");
    }
    if let Some(prevails) = &raw.own_end_prevails
        && !(matches!(rule, RawRule::Term) && roles.contains_key("effective_until"))
    {
        let message = "own_end_prevails needs the rule term and the role effective_until";
        page.fault(prevails.span(), message);
    }
    // A role that names no fitting field is reported where the roles are read.
    let mut needs = |role: &str| {
        if !roles.contains_key(role) {
            page.fault(at.clone(), format!("this rule needs the role {role}"));
        }
    };
    match rule {
        RawRule::Never => {
            if !raw.when.is_empty() {
                page.fault(at, "the rule never has no conditions");
            }
            Some(PublicationRule::Never)
        }
        RawRule::Standing => Some(PublicationRule::Standing { when }),
        RawRule::Validity => {
            needs("effective_until");
            Some(PublicationRule::Validity { when })
        }
        RawRule::Term => {
            needs("decided_on");
            let Some(parameter) = &raw.parameter else {
                page.fault(at, "the rule term needs a parameter");
                return None;
            };
            check_parameter(page, parameter, parameters);
            let own_end_prevails = raw.own_end_prevails.as_ref().is_some_and(|own| *own.get_ref());
            let parameter = parameter.get_ref().clone();
            Some(PublicationRule::Term { parameter, own_end_prevails, when })
        }
        RawRule::Classified => {
            needs("decided_on");
            needs("penalty_kinds");
            Some(PublicationRule::Classified { when })
        }
    }
}

fn check_parameter(page: &mut Page<'_>, key: &Spanned<String>, parameters: &Parameters) {
    match parameters.get(key.get_ref()) {
        None => page.fault(key.span(), format!("there is no parameter `{}`", key.get_ref())),
        Some(Some(parameter))
            if !matches!(parameter.unit, Unit::Days | Unit::Months | Unit::Years) =>
        {
            let message = format!("expected `{}` to count days, months or years", parameter.key);
            page.fault(key.span(), message);
        }
        Some(_) => {}
    }
}
