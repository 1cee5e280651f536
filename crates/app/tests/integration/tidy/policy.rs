//! The law as data: all of it loads, and every field has a verdict for every reader.

use std::sync::Arc;

use domain::{
    catalogue::{FieldKind, Item},
    disclosure::{Audience, Verdict},
    policy::Policy,
};

use super::{none, root};

/// The policy of the repository, which every test here needs whole.
fn policy() -> Policy {
    let loaded = rules::load(&root().join("policy"));
    let faults: Vec<String> = loaded.faults.iter().map(|fault| format!("policy/{fault}")).collect();
    none(&faults, "Mend the files; docs/policy-format.md says how they are written.");
    loaded.policy.expect("a policy without faults")
}

#[test]
fn every_policy_file_loads() {
    let policy = policy();
    assert!(!policy.items.is_empty() && !policy.places.is_empty(), "an empty law");
}

#[test]
fn every_field_has_a_verdict_for_every_audience() {
    let policy = policy();
    let mut findings = Vec::new();
    for (item, field) in fields(&policy) {
        let known = policy.disclosures.contains(&field.disclosure);
        if !known {
            findings.push(format!("policy/catalogue/{}.toml: {}: no verdict", item.id, field.name));
        }
    }
    none(&findings, "Write `disclose = …` with a class of policy/disclosure.toml.");
}

#[test]
fn identity_numbers_are_shown_to_nobody() {
    let policy = policy();
    let mut findings = Vec::new();
    for (item, field) in fields(&policy) {
        if field.kind != FieldKind::PersonId {
            continue;
        }
        let public = field.disclosure.verdict(Audience::Public) != Verdict::Withhold;
        let shown = Audience::ALL
            .into_iter()
            .any(|audience| field.disclosure.verdict(audience) == Verdict::Show);
        if public || shown {
            findings.push(format!("policy/catalogue/{}.toml: {}", item.id, field.name));
        }
    }
    none(&findings, "An identity number of a person is withheld from the public, masked at most.");
}

#[test]
fn identity_numbers_belong_to_no_role_that_is_printed() {
    let policy = policy();
    let mut findings = Vec::new();
    for item in policy.items.values() {
        let roles = &item.roles;
        let printed = [roles.title, roles.subject_name, roles.document_number, roles.organ];
        for position in printed.into_iter().flatten() {
            if item.fields[position].kind == FieldKind::PersonId {
                let name = &item.fields[position].name;
                findings.push(format!("policy/catalogue/{}.toml: {name}", item.id));
            }
        }
    }
    none(&findings, "What is printed as a title or a name must not be an identity number.");
}

#[test]
fn golden_cases_are_read_without_fault() {
    let policy = policy();
    let (cases, faults) = rules::cases(&root().join("policy"), &policy);
    let faults: Vec<String> = faults.iter().map(|fault| format!("policy/{fault}")).collect();
    none(&faults, "Mend the case, or the law it is about.");
    assert!(!cases.is_empty(), "policy/cases holds no case");
}

fn fields(policy: &Policy) -> impl Iterator<Item = (&Arc<Item>, &domain::catalogue::Field)> {
    policy.items.values().flat_map(|item| item.fields.iter().map(move |field| (item, field)))
}
