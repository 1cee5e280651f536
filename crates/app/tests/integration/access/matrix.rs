//! Two tables that are made and held: which role may go where, and which audience sees what.

use std::{collections::BTreeSet, fmt::Write as _};

use domain::{
    access::{Action, GroundKind, Principal, Question},
    disclosure::{Audience, Verdict},
    text::Lang,
};
use web::routes::ROUTES;

use crate::home::{root, setting};

/// Compares a generated page with the one of the repository; `XINHENG_BLESS=1` writes it.
#[track_caller]
fn hold(path: &str, made: &str) {
    let file = root().join(path);
    if setting("XINHENG_BLESS").is_some() {
        std::fs::write(&file, made).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    if kept == made {
        return;
    }
    let new: Vec<&str> =
        made.lines().filter(|line| !kept.lines().any(|one| one == *line)).collect();
    panic!(
        "{path} is not what the program does now; look at the lines below, and if they are meant, \
         make it anew with XINHENG_BLESS=1\n{}",
        new.join("\n")
    );
}

fn gate() -> std::sync::Arc<rules::access::Gate> {
    rules::load(&root().join("policy")).gate.expect("policies of access without faults")
}

/// Everybody who may come to a route; whoever has the machine comes to none.
fn principals() -> Vec<Principal> {
    Principal::all().filter(|principal| *principal != Principal::Operator).collect()
}

/// Whether somebody gets past the guard.
fn passes(gate: &rules::access::Gate, principal: Principal, action: Action) -> bool {
    let open = action == Action::ReadPublic;
    open || (principal != Principal::Public && gate.ever(principal, action, true))
}

#[test]
fn every_route_says_which_role_may_go_there() {
    let gate = gate();
    let mut page = String::from(
        "# Routes and roles\n\nMade from `web::routes` and `policy/access/` by `access::matrix`; ● may go there, on some \
         ground that is looked at there. Every role of the console has shown two factors. A key of a system goes where the role of \
         its organisation goes, within the scopes of the key.\n\n| method | route | action |",
    );
    for principal in principals() {
        write!(page, " {} |", principal.code()).unwrap();
    }
    page.push_str("\n|---|---|---|");
    page.push_str(&"---|".repeat(principals().len()));
    page.push('\n');
    for (method, path, action) in ROUTES {
        write!(page, "| {method} | `{path}` | {} |", action.code()).unwrap();
        for principal in principals() {
            page.push_str(if passes(&gate, principal, *action) { " ● |" } else { " |" });
        }
        page.push('\n');
    }
    page.push_str("\n## What each rests on\n\n| action | policy | basis |\n|---|---|---|\n");
    for action in Action::ALL {
        for (policy, basis) in permissions(&gate, *action) {
            writeln!(page, "| {} | `{policy}` | {basis} |", action.code()).unwrap();
        }
    }
    hold("docs/access-matrix.md", &page);
}

/// The policies that permit an action to somebody, each with the article it rests on.
fn permissions(gate: &rules::access::Gate, action: Action) -> BTreeSet<(String, String)> {
    let questions = Principal::all().flat_map(|principal| {
        let asked =
            move |ground| Question { principal, action, ground, holds: true, second_factor: true };
        GroundKind::ALL.map(asked)
    });
    let permitted = questions.filter_map(|question| gate.decide(question));
    permitted.map(|permission| (permission.policy, permission.basis)).collect()
}

#[test]
fn every_field_says_which_audience_sees_it() {
    let policy = rules::load(&root().join("policy")).policy.expect("a policy without faults");
    let mut page = String::from(
        "# Fields and audiences\n\nMade from `policy/` by `access::matrix`: what each audience gets of each field of each catalogue \
         item. ● shown, ◐ masked, empty withheld.\n",
    );
    for (id, item) in &policy.items {
        write!(page, "\n## `{id}` {}\n\n| field | label |", item.label.get(Lang::Zh)).unwrap();
        for audience in Audience::ALL {
            write!(page, " {} |", audience.code()).unwrap();
        }
        page.push_str("\n|---|---|---|---|---|---|---|\n");
        for field in &item.fields {
            write!(page, "| `{}` | {} |", field.name, field.label.get(Lang::Zh)).unwrap();
            for audience in Audience::ALL {
                let verdict = field.disclosure.verdict(audience);
                let open = item.openness.admits(audience);
                page.push_str(match verdict {
                    Verdict::Show if open => " ● |",
                    Verdict::Mask if open => " ◐ |",
                    _ => " |",
                });
            }
            page.push('\n');
        }
    }
    hold("docs/disclosure-matrix.md", &page);
}

#[test]
fn nothing_is_permitted_to_an_administrator_that_another_may_do() {
    let gate = gate();
    let may = |role, action| gate.ever(Principal::Role(role), action, true);
    use domain::role::Role::{AuditAdministrator, SecurityAdministrator, SystemAdministrator};
    for action in [Action::ManageAccounts, Action::ManageRoles, Action::ReadAudit] {
        let holders = [SystemAdministrator, SecurityAdministrator, AuditAdministrator];
        let count = holders.into_iter().filter(|role| may(*role, action)).count();
        assert_eq!(count, 1, "{action:?}");
    }
    let reading = [
        Action::Deliver,
        Action::ReadDepartmentRecord,
        Action::ReadForMatter,
        Action::ReadOnConsent,
        Action::Check,
    ];
    for action in reading {
        for role in [SystemAdministrator, SecurityAdministrator, AuditAdministrator] {
            assert!(!may(role, action), "{role:?} {action:?}");
        }
    }
}

#[test]
fn no_role_of_the_console_gets_in_with_one_factor() {
    let gate = gate();
    for principal in principals() {
        let Principal::Role(role) = principal else { continue };
        // What is everybody's own: the account, and the way to a subject of one's own.
        let own = [
            Action::ReadPublic,
            Action::UseOwnAccount,
            Action::OpenSubjectCentre,
            Action::FileClaim,
        ];
        for action in Action::ALL.iter().filter(|action| !own.contains(action)) {
            let alone = gate.ever(principal, *action, false);
            assert!(!(role.is_console() && alone), "{role:?} {action:?}");
        }
    }
}
