//! `access/*.cedar`: who may do what, on which ground, and what goes with it.
//!
//! Each policy is a `permit` with annotations: `@id`, `@basis` (instrument and article),
//! `@audience` (whose verdicts of the catalogue apply) and `@obligations`. Cedar answers which
//! policy permits; the annotations of that policy are what the permission carries.

use std::{
    collections::{BTreeSet, HashMap},
    str::FromStr as _,
    sync::RwLock,
};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, Policy, PolicyId,
    PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use domain::{
    access::{Action, GroundKind, Obligation, Permission, Principal, Question},
    disclosure::Audience,
};

use crate::source::{Folder, Page, Report};

/// The policies of access, ready to be asked.
pub struct Gate {
    policies: PolicySet,
    permissions: HashMap<PolicyId, Permission>,
    /// Questions are made of few words, so that each is put to Cedar once.
    answered: RwLock<HashMap<Question, Option<Permission>>>,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gate({} policies)", self.permissions.len())
    }
}

impl Gate {
    /// What the policies say; none where nothing permits it.
    #[must_use]
    pub fn decide(&self, question: Question) -> Option<Permission> {
        if let Some(known) = self.answered.read().ok().and_then(|all| all.get(&question).cloned()) {
            return known;
        }
        let answer = self.ask(question);
        if let Ok(mut answered) = self.answered.write() {
            answered.insert(question, answer.clone());
        }
        answer
    }

    /// Whether there is any ground on which the principal may do it.
    #[must_use]
    pub fn ever(&self, principal: Principal, action: Action, second_factor: bool) -> bool {
        GroundKind::ALL.into_iter().any(|ground| {
            self.decide(Question { principal, action, ground, holds: true, second_factor })
                .is_some()
        })
    }

    /// Puts the question to Cedar; where several policies permit it, the first by its id counts.
    #[must_use]
    pub fn ask(&self, question: Question) -> Option<Permission> {
        let Question { principal, action, ground, holds, second_factor } = question;
        let context = Context::from_pairs([
            ("ground".to_owned(), RestrictedExpression::new_string(ground.code().to_owned())),
            ("holds".to_owned(), RestrictedExpression::new_bool(holds)),
            ("second_factor".to_owned(), RestrictedExpression::new_bool(second_factor)),
        ])
        .ok()?;
        let request = Request::new(
            uid("Role", principal.code())?,
            uid("Action", action.code())?,
            uid("Register", "register")?,
            context,
            None,
        )
        .ok()?;
        let answer = Authorizer::new().is_authorized(&request, &self.policies, &Entities::empty());
        if answer.decision() != Decision::Allow {
            return None;
        }
        let permitting = answer.diagnostics().reason().filter_map(|id| self.permissions.get(id));
        permitting.min_by(|one, other| one.policy.cmp(&other.policy)).cloned()
    }
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    Some(EntityUid::from_type_name_and_id(EntityTypeName::from_str(kind).ok()?, EntityId::new(id)))
}

/// What a policy may speak of; made from the words of `domain`, so that none is misspelt.
fn schema() -> String {
    let actions: Vec<String> =
        Action::ALL.iter().map(|action| format!("\"{}\"", action.code())).collect();
    format!(
        "entity Role;\nentity Register;\naction {} appliesTo {{ principal: [Role], resource: \
         [Register], context: {{ ground: String, holds: Bool, second_factor: Bool }} }};\n",
        actions.join(", ")
    )
}

/// Reads every file of `access/`; none where there is a fault in one.
pub(crate) fn read_all(folder: &Folder, report: &mut Report) -> Option<Gate> {
    let files: Vec<&str> = folder.paths().filter(|path| path.starts_with("access/")).collect();
    if files.is_empty() {
        report.fault("access", "expected at least one file of policies, such as public.cedar");
        return None;
    }
    let before = report.faults.len();
    let (mut policies, mut permissions) = (PolicySet::new(), HashMap::new());
    for path in files {
        let Some(source) = folder.get(path) else { continue };
        let mut page = Page { source, report };
        read(&mut page, &mut policies, &mut permissions);
    }
    let gate = Gate { policies, permissions, answered: RwLock::default() };
    validate(&gate, report);
    for action in Action::ALL {
        if !Principal::all().any(|principal| gate.ever(principal, *action, true)) {
            let code = action.code();
            report.fault("access", &format!("nobody may ever do \"{code}\": a policy is missing"));
        }
    }
    (before == report.faults.len()).then_some(gate)
}

fn read(
    page: &mut Page<'_>,
    policies: &mut PolicySet,
    permissions: &mut HashMap<PolicyId, Permission>,
) {
    let set = match PolicySet::from_str(&page.source.text) {
        Ok(set) => set,
        Err(why) => return page.fault(0..0, format!("Cedar: {why}")),
    };
    for policy in set.policies() {
        let line = line_of(page, policy);
        let Some(id) = policy.annotation("id") else {
            page.fault_on(line, "expected @id(\"…\") before the policy");
            continue;
        };
        let id = PolicyId::new(id);
        match permission(policy) {
            Ok(permission) => {
                permissions.insert(id.clone(), permission);
            }
            Err(why) => {
                page.fault_on(line, why);
                continue;
            }
        }
        if policies.add(policy.new_id(id.clone())).is_err() {
            page.fault_on(line, format!("there are two policies of the id \"{id}\""));
        }
        let basis = policy.annotation("basis").unwrap_or_default();
        if policy.annotation("verified") != Some("true") {
            page.unverified_on(line, format!("{id}：{basis}"));
        }
    }
}

/// The line on which a policy begins: that of its id.
fn line_of(page: &Page<'_>, policy: &Policy) -> usize {
    let id = policy.annotation("id").unwrap_or_default();
    let at = page.source.text.find(&format!("@id(\"{id}\")")).unwrap_or_default();
    page.source.line(at)
}

/// What a policy grants, by its annotations.
fn permission(policy: &Policy) -> Result<Permission, String> {
    const KNOWN: [&str; 5] = ["id", "basis", "audience", "obligations", "verified"];
    if policy.effect() != cedar_policy::Effect::Permit {
        return Err("expected permit: what nothing permits is forbidden already".to_owned());
    }
    if let Some((other, _)) = policy.annotations().find(|(name, _)| !KNOWN.contains(name)) {
        return Err(format!("unknown annotation @{other}; known are {}", KNOWN.join(", ")));
    }
    let basis = policy.annotation("basis").filter(|basis| !basis.trim().is_empty());
    let basis = basis.ok_or("expected @basis(\"instrument and article\")")?;
    let audience = policy.annotation("audience").unwrap_or("public");
    let audience = Audience::from_code(audience)
        .ok_or_else(|| format!("audience is \"{audience}\", expected one of disclosure.toml"))?;
    let words = policy.annotation("obligations").unwrap_or_default();
    let words: BTreeSet<&str> =
        words.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    let mut obligations = Vec::new();
    for word in words {
        let known = Obligation::from_code(word);
        obligations.push(
            known.ok_or_else(|| {
                format!("obligation is \"{word}\", expected mask, log or watermark")
            })?,
        );
    }
    let policy = policy.annotation("id").unwrap_or_default().to_owned();
    Ok(Permission { audience, obligations, policy, basis: basis.to_owned() })
}

/// Holds the policies to the schema: a word nobody knows would permit nothing, in silence.
fn validate(gate: &Gate, report: &mut Report) {
    let schema = match Schema::from_str(&schema()) {
        Ok(schema) => schema,
        Err(why) => return report.fault("access", &format!("schema: {why}")),
    };
    let result = Validator::new(schema).validate(&gate.policies, ValidationMode::default());
    for error in result.validation_errors() {
        report.fault("access", &format!("{error}"));
    }
    for policy in gate.policies.policies() {
        let text = policy.to_string();
        for role in text.split("Role::\"").skip(1) {
            let role = role.split('"').next().unwrap_or_default();
            if !Principal::all().any(|principal| principal.code() == role) {
                report.fault("access", &format!("{}: no role is called \"{role}\"", policy.id()));
            }
        }
    }
}
