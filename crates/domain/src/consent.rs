//! Consents (授权): what a subject lets a named organisation see, for what, and until when.
//!
//! Basis: 《征信业管理条例》第十八条; 《个人信息保护法》第十四条, 第十五条, 第二十三条. A consent names
//! one organisation, one purpose, the items and the term; it can be taken back at any moment, and
//! then opens nothing from that moment on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrganisationId, SubjectId},
    sealed::sm3_hex,
    text::Text,
};

/// What a consent says, as its subject granted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub subject: SubjectId,
    pub organisation: OrganisationId,
    /// Code of `policy/codes/query_purposes.toml`.
    pub purpose: String,
    /// Catalogue items it opens, in the order of their ids.
    pub items: Vec<String>,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Good for one look.
    pub single_use: bool,
}

/// What became of it since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// One reason why a consent opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Void {
    OtherOrganisation,
    OtherSubject,
    NotYet,
    Expired,
    /// Good for one look, which was taken.
    Used,
    Revoked,
}

/// Every reason why the consent opens nothing to the organisation now; none where it opens.
#[must_use]
pub fn void(
    terms: &Terms,
    state: State,
    organisation: Option<OrganisationId>,
    subject: SubjectId,
    now: Timestamp,
) -> Vec<Void> {
    let reasons = [
        (organisation != Some(terms.organisation), Void::OtherOrganisation),
        (subject != terms.subject, Void::OtherSubject),
        (now < terms.from, Void::NotYet),
        (terms.until <= now, Void::Expired),
        (terms.single_use && state.used_at.is_some(), Void::Used),
        (state.revoked_at.is_some(), Void::Revoked),
    ];
    reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

impl Terms {
    /// SM3 of the terms in one canonical line of JSON, which both sides keep.
    #[must_use]
    pub fn digest(&self) -> String {
        let line = serde_json::to_string(self).unwrap_or_default();
        format!("sm3:{}", sm3_hex(line.as_bytes()))
    }
}

impl Void {
    #[must_use]
    pub fn sentence(self) -> Text {
        let (zh, en) = match self {
            Void::OtherOrganisation => ("不是授权给本单位的", "not granted to this organisation"),
            Void::OtherSubject => ("不是这个主体的授权", "not of this subject"),
            Void::NotYet => ("还没有开始", "not begun yet"),
            Void::Expired => ("已到期", "expired"),
            Void::Used => ("一次性授权已使用", "good for one look, which was taken"),
            Void::Revoked => ("主体已撤回", "taken back by the subject"),
        };
        Text::new(zh, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms {
            subject: SubjectId(5),
            organisation: OrganisationId(1),
            purpose: "loan".to_owned(),
            items: vec!["utility_payment".to_owned()],
            from: at("2026-11-01"),
            until: at("2026-12-01"),
            single_use: true,
        }
    }

    fn at(day: &str) -> Timestamp {
        format!("{day}T00:00:00Z").parse().unwrap()
    }

    fn reasons(state: State, organisation: i64, subject: i64, day: &str) -> Vec<Void> {
        let organisation = Some(OrganisationId(organisation));
        void(&terms(), state, organisation, SubjectId(subject), at(day))
    }

    #[test]
    fn a_consent_opens_for_whom_when_and_as_often_as_it_says() {
        let fresh = State::default();
        assert_eq!(reasons(fresh, 1, 5, "2026-11-01"), []);
        assert_eq!(reasons(fresh, 1, 5, "2026-12-01"), [Void::Expired]);
        assert_eq!(reasons(fresh, 1, 5, "2026-10-31"), [Void::NotYet]);
        assert_eq!(
            reasons(fresh, 2, 6, "2026-11-02"),
            [Void::OtherOrganisation, Void::OtherSubject]
        );
        let used = State { used_at: Some(at("2026-11-02")), ..fresh };
        assert_eq!(reasons(used, 1, 5, "2026-11-03"), [Void::Used]);
        let revoked = State { revoked_at: Some(at("2026-11-02")), ..used };
        assert_eq!(reasons(revoked, 1, 5, "2026-11-03"), [Void::Used, Void::Revoked]);
    }

    #[test]
    fn every_word_of_a_consent_is_in_its_digest() {
        let digest = terms().digest();
        assert_eq!(digest, terms().digest());
        let others = [
            Terms { purpose: "bidding".to_owned(), ..terms() },
            Terms { single_use: false, ..terms() },
            Terms { items: Vec::new(), ..terms() },
            Terms { until: at("2026-12-02"), ..terms() },
        ];
        assert!(others.iter().all(|other| other.digest() != digest));
    }
}
