//! Roles: which field of an item is the date of the document, the code of the subject, the fine.

use std::collections::BTreeMap;

use domain::{
    catalogue::{FieldKind, Roles},
    subject,
};
use toml::Spanned;

use crate::{
    code_list::Codes,
    scope::{ANY_DATE, CODED, DATE, FLAG, Fit, MONEY, ONE_CODE, PERSON_ID, Scope, TEXT, USCC},
    source::Page,
};

/// Role to the name of its field, as written.
pub(crate) type RawRoles = BTreeMap<Spanned<String>, Spanned<String>>;

const CODED_OR_TEXT: Fit = (
    |kind| matches!(kind, FieldKind::Code { .. } | FieldKind::Codes { .. } | FieldKind::Text),
    "code, codes or text",
);
const NOT_SEALED: Fit = (|kind| !matches!(kind, FieldKind::PersonId), "anything but person_id");
const REG_NO: Fit = (|kind| matches!(kind, FieldKind::RegNo | FieldKind::Text), "reg_no or text");

/// Reads the roles; each field must be of a type the role can be.
pub(crate) fn read(page: &mut Page<'_>, scope: &Scope<'_>, raw: &RawRoles, codes: &Codes) -> Roles {
    let mut roles = Roles::default();
    for (role, name) in raw {
        match slot(&mut roles, role.get_ref()) {
            Some((slot, fit)) => *slot = scope.fitting(page, name, fit),
            None => page.fault(role.span(), format!("there is no role `{}`", role.get_ref())),
        }
    }
    if let Some(name) = raw.get("subject_kind") {
        check_kinds(page, scope, name, codes);
    }
    roles
}

fn slot<'r>(roles: &'r mut Roles, role: &str) -> Option<(&'r mut Option<usize>, Fit)> {
    Some(match role {
        "subject_name" => (&mut roles.subject_name, TEXT),
        "subject_kind" => (&mut roles.subject_kind, ONE_CODE),
        "subject_uscc" => (&mut roles.subject_uscc, USCC),
        "subject_reg_no" => (&mut roles.subject_reg_no, REG_NO),
        "subject_person_id" => (&mut roles.subject_person_id, PERSON_ID),
        "decided_on" => (&mut roles.decided_on, DATE),
        "effective_from" => (&mut roles.effective_from, DATE),
        "effective_until" => (&mut roles.effective_until, ANY_DATE),
        "removed_on" => (&mut roles.removed_on, DATE),
        "title" => (&mut roles.title, NOT_SEALED),
        "document_number" => (&mut roles.document_number, TEXT),
        "organ" => (&mut roles.organ, TEXT),
        "penalty_kinds" => (&mut roles.penalty_kinds, CODED),
        "simplified_procedure" => (&mut roles.simplified_procedure, FLAG),
        "fine" => (&mut roles.fine, MONEY),
        "address" => (&mut roles.address, TEXT),
        "district" => (&mut roles.district, CODED_OR_TEXT),
        "industry" => (&mut roles.industry, CODED_OR_TEXT),
        "subject_status" => (&mut roles.subject_status, ONE_CODE),
        _ => return None,
    })
}

/// The codes of a subject's category must be those the platform tells subjects apart by.
fn check_kinds(page: &mut Page<'_>, scope: &Scope<'_>, name: &Spanned<String>, codes: &Codes) {
    let Some(field) = scope.known(name.get_ref()) else { return };
    let FieldKind::Code { list } = &field.kind else { return };
    let Some(Some(list)) = codes.get(list) else { return };
    for entry in &list.entries {
        if !subject::Kind::ALL.iter().any(|kind| kind.code() == entry.code) {
            let message = format!(
                "codes/{} has `{}`, which is no category of subject; expected organisation, \
                 individual_business or natural_person",
                list.id, entry.code
            );
            page.fault(name.span(), message);
        }
    }
}
