//! The law as data: all of it loads, and every reader gets what it shows him and no more.

use std::sync::Arc;

use domain::{
    catalogue::{FieldKind, Item},
    disclosure::{Audience, Verdict},
    payload::Payload,
    policy::Policy,
    publication,
    text::Lang,
};
use serde_json::{Value, json};

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
fn every_class_of_disclosure_is_the_class_of_a_field() {
    let policy = policy();
    let unused = policy
        .disclosures
        .iter()
        .filter(|class| !fields(&policy).any(|(_, field)| field.disclosure.name == class.name));
    let findings: Vec<String> =
        unused.map(|class| format!("policy/disclosure.toml: {}", class.name)).collect();
    none(&findings, "Take the class out: what nobody uses nobody checks.");
}

/// Words in a label that tell a number or an address by which a person is found.
const PERSONAL: [&str; 10] = [
    "证件号",
    "身份证",
    "电话",
    "手机",
    "联系方式",
    "邮箱",
    "银行卡",
    "identity number",
    "telephone",
    "e-mail",
];

#[test]
fn what_finds_a_person_is_shown_to_nobody_in_public() {
    let policy = policy();
    let mut findings = Vec::new();
    for (item, field) in fields(&policy) {
        let labels = [&field.label.zh, &field.label.en].into_iter().chain(&field.aliases);
        let labels: Vec<String> = labels.map(|label| label.to_lowercase()).collect();
        let named = PERSONAL.iter().any(|word| labels.iter().any(|label| label.contains(word)));
        let verdict = |audience| field.disclosure.verdict(audience);
        let public = verdict(Audience::Public) != Verdict::Withhold;
        let shown = Audience::ALL.into_iter().any(|audience| verdict(audience) == Verdict::Show);
        let sealed = field.kind == FieldKind::PersonId;
        if (named && !sealed) || (sealed && (public || shown)) {
            findings.push(format!("policy/catalogue/{}.toml: {}", item.id, field.name));
        }
    }
    none(&findings, "It is sealed (type person_id), withheld from the public, masked at most.");
}

/// Every field of every item filled in, given to every audience: what comes out is what the
/// catalogue says, and nothing of what is sealed.
#[test]
fn every_audience_gets_the_fields_the_catalogue_shows_it_and_no_other() {
    let policy = policy();
    let mut findings = Vec::new();
    for item in policy.items.values() {
        let values = item.fields.iter().map(|field| (field.name.clone(), sample(&field.kind)));
        let payload = Payload(values.collect());
        for audience in Audience::ALL {
            let disclosed = publication::disclose(&policy, item, &payload, audience, Lang::Zh);
            let found: Vec<&str> = disclosed.get().iter().map(|field| &*field.name).collect();
            let open = item.openness.admits(audience);
            let expected = item
                .fields
                .iter()
                .filter(|field| open && field.disclosure.verdict(audience) != Verdict::Withhold);
            let expected: Vec<&str> = expected.map(|field| &*field.name).collect();
            let text = serde_json::to_string(&disclosed).expect("disclosed fields as JSON");
            if found != expected || text.contains(SEALED) {
                findings.push(format!("{}: {audience:?}: {found:?}", item.id));
            }
        }
    }
    none(&findings, "domain::publication::disclose does not follow the catalogue.");
}

/// What a sealed value must never let out.
const SEALED: &str = "5ea1ed";

fn sample(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::PersonId => json!({ "s": SEALED, "h": SEALED }),
        FieldKind::MoneyWan | FieldKind::MoneyYuan | FieldKind::Integer => json!(1),
        FieldKind::Flag => json!(true),
        FieldKind::Codes { .. } => json!(["1"]),
        _ => json!("示例"),
    }
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
