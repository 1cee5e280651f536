//! Vetoes (一票否决): reasons for which two descriptions are never of one subject, whatever the score.

use crate::{identifier::uscc::UnifiedCode, name::parts::Parts};

use super::value::hash;

/// Why a pair may never be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Veto {
    /// Two valid codes that differ.
    OtherCode,
    /// A natural person and an organisation.
    PersonAndOrganisation,
    /// A branch and its parent.
    BranchAndParent,
    /// Branches of two divisions.
    OtherBranch,
    /// 一店 and 二店.
    OtherNumber,
    /// Two accounts of one register of licences.
    OtherAccount,
    /// Two entries of a register that holds each subject once.
    OneRegister,
}

impl Veto {
    /// The sentence put before whoever asks.
    #[must_use]
    pub fn reason(self) -> (&'static str, &'static str) {
        match self {
            Veto::OtherCode => ("两个有效代码不同", "two valid codes differ"),
            Veto::PersonAndOrganisation => ("自然人不是组织", "a person is no organisation"),
            Veto::BranchAndParent => ("分支机构不是其设立主体", "a branch is not its parent"),
            Veto::OtherBranch => ("分支机构所在地不同", "branches of two places"),
            Veto::OtherNumber => ("分店序号不同", "shops of two numbers"),
            Veto::OtherAccount => ("许可账户不同", "accounts of two licensees"),
            Veto::OneRegister => {
                ("同一登记簿中的两个主体", "two entries of a register without duplicates")
            }
        }
    }
}

/// What vetoes are told by. None means that nothing is known, which vetoes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Hash of a valid code; see [`Marks::set_code`].
    pub(super) code: Option<u64>,
    pub(super) account: Option<u64>,
    pub number: Option<u32>,
    /// Hash of the division a branch is named after.
    pub(super) place: Option<u64>,
    pub is_person: Option<bool>,
    /// How many branches deep a name is, 0 for an organisation itself; none where there is no name.
    pub depth: Option<u8>,
    /// A register that holds each subject once, by any number.
    pub register: Option<u8>,
}

impl Marks {
    /// What a name tells.
    #[must_use]
    pub fn of(parts: &Parts) -> Marks {
        let branch = parts.branch.as_ref();
        let place = branch.filter(|branch| branch.divided).map(|branch| hash(&branch.place));
        let depth = branch.map_or(0, |branch| branch.depth);
        let depth = (!parts.key.is_empty()).then_some(depth);
        Marks { number: parts.number, place, depth, ..Marks::default() }
    }

    /// A code that passed its check digit; one that did not is no ground for a veto.
    pub fn set_code(&mut self, code: &UnifiedCode) {
        self.code = Some(hash(code.as_str()));
    }

    /// The account under which a licensee is kept in one register.
    pub fn set_account(&mut self, account: &str) {
        self.account = (!account.is_empty()).then(|| hash(account));
    }

    /// The first reason for which the two may never be joined.
    #[must_use]
    pub fn veto(&self, other: &Marks) -> Option<Veto> {
        let rows = [
            (differ(self.code, other.code), Veto::OtherCode),
            (differ(self.is_person, other.is_person), Veto::PersonAndOrganisation),
            (differ(self.depth, other.depth), Veto::BranchAndParent),
            (differ(self.place, other.place), Veto::OtherBranch),
            (differ(self.number, other.number), Veto::OtherNumber),
            (differ(self.account, other.account), Veto::OtherAccount),
            (self.register.is_some() && self.register == other.register, Veto::OneRegister),
        ];
        rows.into_iter().find_map(|(holds, veto)| holds.then_some(veto))
    }
}

/// Whether both are known and not the same.
fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}
