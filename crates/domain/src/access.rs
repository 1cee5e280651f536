//! Who asks, for what, on what ground (数据访问): every operation on what is not public takes one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    disclosure::Audience,
    ids::{AccountId, ConsentId, KeyId, MatterId, OrganisationId, SubjectId},
    role::{OrganisationKind, Role},
    text::Lang,
};

/// Whoever acts, as logs name them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Anybody, without signing in.
    Public,
    Account(AccountId),
    /// A system with a key of its own.
    Key(KeyId),
    /// Somebody at the machine itself, by the name of their user there.
    Operator(String),
    /// The platform by itself: jobs.
    Platform,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Public => f.write_str("public"),
            Actor::Account(id) => write!(f, "account:{id}"),
            Actor::Key(id) => write!(f, "key:{id}"),
            Actor::Operator(user) => write!(f, "operator:{user}"),
            Actor::Platform => f.write_str("platform"),
        }
    }
}

/// Why somebody may see what is not public; kept with every read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Nothing beyond what everybody may see.
    Public,
    /// It is the reader's own.
    Own(SubjectId),
    /// The reader's department handed it in.
    Submitted,
    /// A matter registered with the platform.
    Matter(MatterId),
    /// The subject consented.
    Consent(ConsentId),
    /// Duty of the office itself: looking after the platform, or overseeing those who do.
    Office,
}

/// Who asks, for what, on what ground.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub actor: Actor,
    /// The organisation acted for.
    pub organisation: Option<Acting>,
    /// Roles held in it.
    pub roles: Vec<Role>,
    /// Both factors were shown, or a key that counts as much.
    pub second_factor: bool,
    /// What it is for, in the words the subject will read.
    pub purpose: String,
    pub ground: Ground,
}

/// The organisation somebody acts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    pub name: String,
    /// The department of the place it is, for a department.
    pub department: Option<String>,
    /// The subject it is, for a company.
    pub subject: Option<SubjectId>,
}

impl Access {
    /// Anybody, who sees what everybody may see.
    #[must_use]
    pub fn public() -> Access {
        Access {
            actor: Actor::Public,
            organisation: None,
            roles: Vec::new(),
            second_factor: false,
            purpose: String::new(),
            ground: Ground::Public,
        }
    }

    /// Somebody at the machine itself.
    #[must_use]
    pub fn operator(user: &str) -> Access {
        let actor = Actor::Operator(user.to_owned());
        Access { actor, ground: Ground::Office, ..Access::public() }
    }

    /// The same person on another ground.
    #[must_use]
    pub fn on(self, ground: Ground, purpose: impl Into<String>) -> Access {
        Access { ground, purpose: purpose.into(), ..self }
    }

    /// The department acted for.
    #[must_use]
    pub fn department(&self) -> Option<&str> {
        self.organisation.as_ref()?.department.as_deref()
    }

    #[must_use]
    pub fn organisation_id(&self) -> Option<OrganisationId> {
        self.organisation.as_ref().map(|acting| acting.id)
    }

    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What somebody wants to do; the policies of `policy/access/` say who may.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            pub const ALL: &[Action] = &[$(Action::$name,)*];

            /// Word in the policies of access.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Action::$name => $code,)*
                }
            }
        }
    };
}

actions! {
    /// What everybody may: the portal, the open API, signing in.
    ReadPublic = "read_public";
    /// Being signed in at all: one's own account, sign-out, choosing whom to act for.
    UseOwnAccount = "use_own_account";
    OpenConsole = "open_console";
    OpenSubjectCentre = "open_subject_centre";
    /// Hand in a file, mend it, send it again.
    Deliver = "deliver";
    ReadSubmission = "read_submission";
    /// Figures of collection: one's own, or all for the centre.
    ReadCollection = "read_collection";
    /// Records that a department handed in.
    ReadDepartmentRecord = "read_department_record";
    ReadCatalogue = "read_catalogue";
    RegisterMatter = "register_matter";
    /// A subject's file for a registered matter.
    ReadForMatter = "read_for_matter";
    /// Ask for the result of a check, for a matter.
    Check = "check";
    /// Say how far the change feed was carried out.
    FollowFeed = "follow_feed";
    /// A subject's file on its consent.
    ReadOnConsent = "read_on_consent";
    /// One's own file, log, consents and reports.
    ReadOwn = "read_own";
    GrantConsent = "grant_consent";
    FileClaim = "file_claim";
    /// Confirm that somebody acts for one's own company.
    ConfirmAgent = "confirm_agent";
    /// Apply for repair, object, and follow one's own cases.
    FileCase = "file_case";
    /// Go on with a case of one's office.
    HandleCase = "handle_case";
    /// Where a record came from and where it went.
    ReadLineage = "read_lineage";
    /// What subjects come to under the scorecards.
    ReadScore = "read_score";
    /// Trying a policy before it binds, reading what that came to, adopting it.
    ReplayPolicy = "replay_policy";
    /// Judge whether two descriptions are of one subject, merge, and end a merge.
    JudgeIdentity = "judge_identity";
    /// Decide a claim at the centre.
    DecideClaim = "decide_claim";
    /// Open and close accounts and organisations.
    ManageAccounts = "manage_accounts";
    /// Give and take roles.
    ManageRoles = "manage_roles";
    ManageKeys = "manage_keys";
    /// Open, pause and resume channels.
    ManageChannels = "manage_channels";
    ReadAudit = "read_audit";
    /// Records as an auditor samples them, persons masked.
    ReadAsAuditor = "read_as_auditor";
}

/// Who asks, to the policies of access: a role, or one of those who hold none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// Anybody, without signing in.
    Public,
    /// Somebody signed in who acts for nobody else.
    Person,
    Role(Role),
    /// Somebody at the machine itself.
    Operator,
}

/// One question to the policies of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    pub principal: Principal,
    pub action: Action,
    pub ground: GroundKind,
    /// Whether the ground was looked at and holds: the matter is open, the consent valid, the
    /// subject one's own.
    pub holds: bool,
    pub second_factor: bool,
}

/// What goes with a permission and must be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obligation {
    /// What the public would not see leaves masked.
    Mask,
    /// What is read is written to the log its subject reads, before it is answered.
    Log,
    /// Pages and documents bear who looked and when.
    Watermark,
}

impl Obligation {
    pub const ALL: [Obligation; 3] = [Obligation::Mask, Obligation::Log, Obligation::Watermark];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Obligation::Mask => "mask",
            Obligation::Log => "log",
            Obligation::Watermark => "watermark",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Obligation> {
        Obligation::ALL.into_iter().find(|obligation| obligation.code() == code)
    }
}

/// What the policies of access said to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Whose verdicts of the catalogue apply.
    pub audience: Audience,
    pub obligations: Vec<Obligation>,
    /// The policy that permitted it, and the article it rests on.
    pub policy: String,
    pub basis: String,
}

impl Permission {
    #[must_use]
    pub fn obliges(&self, obligation: Obligation) -> bool {
        self.obligations.contains(&obligation)
    }
}

/// A ground without what it points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroundKind {
    Public,
    Own,
    Submitted,
    Matter,
    Consent,
    Office,
}

impl Ground {
    #[must_use]
    pub fn kind(self) -> GroundKind {
        match self {
            Ground::Public => GroundKind::Public,
            Ground::Own(_) => GroundKind::Own,
            Ground::Submitted => GroundKind::Submitted,
            Ground::Matter(_) => GroundKind::Matter,
            Ground::Consent(_) => GroundKind::Consent,
            Ground::Office => GroundKind::Office,
        }
    }
}

impl GroundKind {
    pub const ALL: [GroundKind; 6] = [
        GroundKind::Public,
        GroundKind::Own,
        GroundKind::Submitted,
        GroundKind::Matter,
        GroundKind::Consent,
        GroundKind::Office,
    ];

    /// Word in the policies of access and in the log.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            GroundKind::Public => "public",
            GroundKind::Own => "own",
            GroundKind::Submitted => "submitted",
            GroundKind::Matter => "matter",
            GroundKind::Consent => "consent",
            GroundKind::Office => "office",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<GroundKind> {
        GroundKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            GroundKind::Public => lang.t("公开信息", "public"),
            GroundKind::Own => lang.t("本主体查询", "the subject itself"),
            GroundKind::Submitted => lang.t("本单位报送", "handed in by the same department"),
            GroundKind::Matter => lang.t("登记的办理事项", "a registered matter"),
            GroundKind::Consent => lang.t("主体授权", "the subject’s consent"),
            GroundKind::Office => lang.t("平台管理职责", "duty of the office"),
        }
    }
}

impl Principal {
    /// Everybody there can be.
    pub fn all() -> impl Iterator<Item = Principal> {
        let roles = Role::ALL.into_iter().map(Principal::Role);
        [Principal::Public, Principal::Person].into_iter().chain(roles).chain([Principal::Operator])
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Principal::Public => "public",
            Principal::Person => "person",
            Principal::Role(role) => role.code(),
            Principal::Operator => "operator",
        }
    }
}

impl Access {
    /// As whom the policies of access may be asked for this reader, the weightiest first.
    #[must_use]
    pub fn principals(&self) -> Vec<Principal> {
        let mut principals: Vec<Principal> =
            self.roles.iter().copied().map(Principal::Role).collect();
        match self.actor {
            Actor::Operator(_) | Actor::Platform => principals.push(Principal::Operator),
            // Whoever acts for an organisation has what their roles in it give, and no more.
            Actor::Account(_) if self.organisation.is_none() => principals.push(Principal::Person),
            Actor::Account(_) | Actor::Key(_) | Actor::Public => {}
        }
        principals.push(Principal::Public);
        principals
    }
}
