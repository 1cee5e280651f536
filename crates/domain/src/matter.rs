//! Matters (办理事项): why an organisation may read a subject's file, and whether it still may.
//!
//! A matter is registered before anything is read for it: what it is, its case number, the subject.
//! It opens the sections its kind names in `policy/matters.toml`, to the organisation that
//! registered it, until it is closed or its time has run out.

use jiff::Timestamp;

use crate::{
    catalogue::Section,
    ids::{MatterId, OrganisationId, SubjectId},
    parameter::Reference,
    text::Text,
};

/// A kind of matter, and what it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterKind {
    pub id: String,
    pub label: Text,
    pub sections: Vec<Section>,
    pub reference: Reference,
}

/// A matter as it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter {
    pub id: MatterId,
    /// Kind of `policy/matters.toml`.
    pub kind: String,
    /// 办件编号, as the organisation numbers its cases.
    pub number: String,
    pub organisation: OrganisationId,
    pub subject: SubjectId,
    pub opened_by: String,
    pub opened_at: Timestamp,
    pub until: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// What the register holds about a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub organisation: OrganisationId,
    pub subject: SubjectId,
    pub until: Timestamp,
    pub closed: bool,
}

/// Why a matter does not open a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// Another organisation registered it.
    OtherOrganisation,
    OtherSubject,
    /// 已办结.
    Closed,
    /// Its time has run out.
    Expired,
}

/// Every reason why the matter does not open the file of `subject` to `organisation`; none where it
/// does.
#[must_use]
pub fn shut(
    facts: &Facts,
    organisation: Option<OrganisationId>,
    subject: SubjectId,
    now: Timestamp,
) -> Vec<Shut> {
    let reasons = [
        (Some(facts.organisation) != organisation, Shut::OtherOrganisation),
        (facts.subject != subject, Shut::OtherSubject),
        (facts.closed, Shut::Closed),
        (facts.until <= now, Shut::Expired),
    ];
    reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            organisation: OrganisationId(1),
            subject: SubjectId(5),
            until: "2026-12-01T00:00:00Z".parse().unwrap(),
            closed: false,
        }
    }

    fn on(day: &str) -> Timestamp {
        format!("{day}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_matter_opens_one_file_to_one_organisation_until_its_last_instant() {
        let asks = |organisation, subject, day| {
            shut(&facts(), Some(OrganisationId(organisation)), SubjectId(subject), on(day))
        };
        assert_eq!(asks(1, 5, "2026-11-30"), []);
        assert_eq!(asks(1, 5, "2026-12-01"), [Shut::Expired]);
        assert_eq!(asks(2, 6, "2026-11-30"), [Shut::OtherOrganisation, Shut::OtherSubject]);
        assert_eq!(shut(&facts(), None, SubjectId(5), on("2026-11-30")), [Shut::OtherOrganisation]);
        let closed = Facts { closed: true, ..facts() };
        let whose = Some(OrganisationId(1));
        assert_eq!(shut(&closed, whose, SubjectId(5), on("2026-11-30")), [Shut::Closed]);
    }
}
