//! Who acts on the platform: kinds of organisation, and the roles their people hold.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, OrganisationId},
    text::Lang,
};

/// What kind of body an account acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// 信源单位.
    Department,
    /// 信用中心, which runs the platform.
    Centre,
    /// 办事大厅: takes applications and asks for checks.
    Hall,
    /// 金融机构: asks under consent.
    Bank,
    /// A subject that is no natural person, acting through its people.
    Company,
}

/// What a person may do for an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Hands in, mends and looks up for a department.
    DepartmentClerk,
    /// Works at the centre: claims, questions of identity, cases.
    CentreClerk,
    /// Asks for checks at a hall's window.
    HallClerk,
    /// Asks under a subject's consent.
    BankOfficer,
    /// 系统管理员: organisations and accounts; grants no role and reads no record.
    SystemAdministrator,
    /// 安全管理员: roles, keys and sealing; opens no account and reads no record.
    SecurityAdministrator,
    /// 审计管理员: reads what was done, and does nothing.
    AuditAdministrator,
    /// Legal representative, or whoever stands for a company with the same powers.
    Representative,
    /// Acts for a company within what its representative let it.
    Agent,
}

/// One role that an account holds for one organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    pub account: AccountId,
    pub organisation: OrganisationId,
    pub role: Role,
}

impl OrganisationKind {
    pub const ALL: [OrganisationKind; 5] = [
        OrganisationKind::Department,
        OrganisationKind::Centre,
        OrganisationKind::Hall,
        OrganisationKind::Bank,
        OrganisationKind::Company,
    ];

    /// Word in the register, in addresses and in the policies of access.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            OrganisationKind::Department => "department",
            OrganisationKind::Centre => "centre",
            OrganisationKind::Hall => "hall",
            OrganisationKind::Bank => "bank",
            OrganisationKind::Company => "company",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<OrganisationKind> {
        OrganisationKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            OrganisationKind::Department => lang.t("信源单位", "Department"),
            OrganisationKind::Centre => lang.t("信用中心", "Credit centre"),
            OrganisationKind::Hall => lang.t("办事大厅", "Service hall"),
            OrganisationKind::Bank => lang.t("金融机构", "Bank"),
            OrganisationKind::Company => lang.t("经营主体", "Company"),
        }
    }

    /// The roles somebody may hold in such an organisation.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            OrganisationKind::Department => &[Role::DepartmentClerk],
            OrganisationKind::Centre => &[
                Role::CentreClerk,
                Role::SystemAdministrator,
                Role::SecurityAdministrator,
                Role::AuditAdministrator,
            ],
            OrganisationKind::Hall => &[Role::HallClerk],
            OrganisationKind::Bank => &[Role::BankOfficer],
            OrganisationKind::Company => &[Role::Representative, Role::Agent],
        }
    }
}

impl Role {
    pub const ALL: [Role; 9] = [
        Role::DepartmentClerk,
        Role::CentreClerk,
        Role::HallClerk,
        Role::BankOfficer,
        Role::SystemAdministrator,
        Role::SecurityAdministrator,
        Role::AuditAdministrator,
        Role::Representative,
        Role::Agent,
    ];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Role::DepartmentClerk => "department_clerk",
            Role::CentreClerk => "centre_clerk",
            Role::HallClerk => "hall_clerk",
            Role::BankOfficer => "bank_officer",
            Role::SystemAdministrator => "system_administrator",
            Role::SecurityAdministrator => "security_administrator",
            Role::AuditAdministrator => "audit_administrator",
            Role::Representative => "representative",
            Role::Agent => "agent",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }

    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Role::DepartmentClerk => lang.t("信源单位经办人", "Department clerk"),
            Role::CentreClerk => lang.t("信用中心经办人", "Centre clerk"),
            Role::HallClerk => lang.t("窗口经办人", "Hall clerk"),
            Role::BankOfficer => lang.t("金融机构查询员", "Bank officer"),
            Role::SystemAdministrator => lang.t("系统管理员", "System administrator"),
            Role::SecurityAdministrator => lang.t("安全管理员", "Security administrator"),
            Role::AuditAdministrator => lang.t("审计管理员", "Audit administrator"),
            Role::Representative => lang.t("法定代表人（负责人）", "Legal representative"),
            Role::Agent => lang.t("经办人", "Agent"),
        }
    }

    /// Whether a system of the organisation may act in the role: none of an administrator does.
    #[must_use]
    pub fn acts_by_system(self) -> bool {
        matches!(
            self,
            Role::DepartmentClerk | Role::CentreClerk | Role::HallClerk | Role::BankOfficer
        )
    }

    /// Whether the role opens the console, which asks for a second factor of everybody.
    #[must_use]
    pub fn is_console(self) -> bool {
        !matches!(self, Role::Representative | Role::Agent)
    }

    /// Whether it is one of the three administrators (三员).
    #[must_use]
    pub fn is_administrator(self) -> bool {
        matches!(
            self,
            Role::SystemAdministrator | Role::SecurityAdministrator | Role::AuditAdministrator
        )
    }

    /// Whether one account may hold both roles, in any organisations.
    ///
    /// System, security and audit administrators exclude each other (三员分立), and exclude every
    /// other role of the console: who opens the doors does not walk through them.
    #[must_use]
    pub fn goes_with(self, other: Role) -> bool {
        self == other
            || !(self.is_administrator() || other.is_administrator())
            || !(self.is_console() && other.is_console())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_administrators_exclude_each_other_and_every_clerk() {
        let apart = |one: Role, other: Role| {
            assert!(!one.goes_with(other) && !other.goes_with(one), "{one:?} {other:?}");
        };
        apart(Role::SystemAdministrator, Role::SecurityAdministrator);
        apart(Role::SystemAdministrator, Role::AuditAdministrator);
        apart(Role::SecurityAdministrator, Role::AuditAdministrator);
        apart(Role::AuditAdministrator, Role::CentreClerk);
        apart(Role::SecurityAdministrator, Role::DepartmentClerk);
        assert!(Role::DepartmentClerk.goes_with(Role::HallClerk));
        assert!(Role::SystemAdministrator.goes_with(Role::Representative));
    }

    #[test]
    fn every_role_belongs_to_one_kind_of_organisation() {
        for role in Role::ALL {
            let kinds = OrganisationKind::ALL.into_iter();
            assert_eq!(kinds.filter(|kind| kind.roles().contains(&role)).count(), 1, "{role:?}");
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        for kind in OrganisationKind::ALL {
            assert_eq!(OrganisationKind::from_code(kind.code()), Some(kind));
        }
    }
}
