//! The frame of both workplaces: the console (工作台) of departments and centre, and the subject
//! centre (主体服务) of companies and persons.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{
    access::Action,
    text::{Lang, Text},
};
use registry::{gate, platform::Platform, session::SignedIn};

use crate::{error::Error, portal::Visit, signed::Signed, view::Frame};

/// One entry of the navigation: its place, address, label, and what one does there.
type Entry = (&'static str, &'static str, &'static str, &'static str, Action);

/// The console, in the order of a clerk's day.
const CONSOLE: &[Entry] = &[
    ("home", "/console", "今日", "Today", Action::OpenConsole),
    ("submissions", "/console/submissions", "归集", "Deliveries", Action::ReadSubmission),
    ("channels", "/console/channels", "归集通道", "Channels", Action::ReadCollection),
    ("collection", "/console/collection", "归集指标", "Collection", Action::ReadCollection),
    ("records", "/console/records", "本单位记录", "Our records", Action::ReadDepartmentRecord),
    ("identities", "/console/identities", "主体比对", "Identities", Action::JudgeIdentity),
    ("codes", "/console/codes", "重错码", "Codes", Action::JudgeIdentity),
    ("lineage", "/console/lineage", "数据血缘", "Lineage", Action::ReadLineage),
    ("scores", "/console/scores", "信用评价", "Scores", Action::ReadScore),
    ("replays", "/console/replays", "政策试算", "Replays", Action::ReplayPolicy),
    ("cases", "/console/cases", "办件", "Cases", Action::HandleCase),
    ("assessment", "/console/assessment", "考核", "Assessment", Action::HandleCase),
    ("joint", "/console/joint", "联合奖惩", "Joint action", Action::DecideClaim),
    ("recipients", "/console/recipients", "接收方", "Recipients", Action::DecideClaim),
    ("received", "/console/received", "接收回执", "Receipts", Action::FollowFeed),
    ("matters", "/console/matters", "事项查询", "Matters", Action::RegisterMatter),
    ("consents", "/console/consents", "授权查询", "Consents", Action::ReadOnConsent),
    ("claims", "/console/claims", "认领", "Claims", Action::DecideClaim),
    ("catalogue", "/console/catalogue", "目录", "Catalogue", Action::ReadCatalogue),
    ("accounts", "/console/accounts", "机构与账号", "Accounts", Action::ManageAccounts),
    ("roles", "/console/roles", "角色", "Roles", Action::ManageRoles),
    ("keys", "/console/keys", "密钥", "Keys", Action::ManageKeys),
    ("sample", "/console/sample", "抽查", "Sample", Action::ReadAsAuditor),
    ("audit", "/console/audit", "审计", "Audit", Action::ReadAudit),
];

/// The subject centre.
const CENTRE: &[Entry] = &[
    ("home", "/centre", "首页", "Home", Action::OpenSubjectCentre),
    ("file", "/centre/file", "我的档案", "My file", Action::ReadOwn),
    ("score", "/centre/score", "我的评价", "My score", Action::ReadOwn),
    ("cases", "/centre/cases", "我的办件", "My cases", Action::ReadOwn),
    ("commitments", "/centre/commitments", "承诺", "Commitments", Action::ReadOwn),
    ("log", "/centre/log", "谁查过我", "Who looked", Action::ReadOwn),
    ("consents", "/centre/consents", "授权", "Consents", Action::ReadOwn),
    ("reports", "/centre/reports", "信用报告", "Reports", Action::ReadOwn),
    ("claims", "/centre/claims", "认领单位", "Claim", Action::FileClaim),
];

/// Somebody at their workplace: the visit, and who is signed in.
pub struct Desk {
    pub visit: Visit,
    pub signed: SignedIn,
}

/// What the frame of a workplace says.
pub struct Bench {
    pub is_console: bool,
    pub name: String,
    /// Whom they act for, or nothing.
    pub organisation: String,
    pub roles: String,
    /// Every organisation they may act for: number, name, whether it is the one.
    pub organisations: Vec<(i64, String, bool)>,
    /// Hidden field of every form.
    pub form_token: String,
    pub links: Vec<Link>,
}

pub struct Link {
    pub href: &'static str,
    pub label: &'static str,
    pub current: bool,
}

impl Desk {
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.visit.platform
    }

    #[must_use]
    pub fn lang(&self) -> Lang {
        self.visit.lang
    }

    #[must_use]
    pub fn frame(&self) -> Frame {
        self.visit.frame_unsaid("")
    }

    /// The frame of a page of the console; `place` names the entry of the navigation.
    #[must_use]
    pub fn console(&self, place: &str) -> Bench {
        self.bench(CONSOLE, place)
    }

    /// The frame of a page of the subject centre.
    #[must_use]
    pub fn centre(&self, place: &str) -> Bench {
        self.bench(CENTRE, place)
    }

    /// The frame of a page of one's own account: that of the workplace one is at.
    #[must_use]
    pub fn own(&self) -> Bench {
        let console = self.signed.roles.iter().any(|role| role.is_console());
        if console { self.console("") } else { self.centre("") }
    }

    fn bench(&self, entries: &[Entry], place: &str) -> Bench {
        let (lang, signed) = (self.lang(), &self.signed);
        let access = signed.own_access();
        let open = entries.iter().filter(|entry| gate::may_ever(self.platform(), &access, entry.4));
        let links = open.map(|(name, href, zh, en, _)| Link {
            href,
            label: lang.t_static(zh, en),
            current: *name == place,
        });
        let roles: Vec<&str> = signed.roles.iter().map(|role| role.label(lang)).collect();
        let acting = signed.acting.as_ref();
        Bench {
            is_console: std::ptr::eq(entries, CONSOLE),
            name: signed.account.name.clone(),
            organisation: acting.map(|acting| acting.name.clone()).unwrap_or_default(),
            roles: roles.join(lang.t("、", ", ")),
            organisations: signed
                .organisations
                .iter()
                .map(|(one, _)| {
                    (one.id.0, one.name.clone(), acting.is_some_and(|acting| acting.id == one.id))
                })
                .collect(),
            form_token: signed.form_token.clone(),
            links: links.collect(),
        }
    }
}

/// The words for something that is not there, or not for this reader.
#[must_use]
pub fn missing() -> Text {
    Text::new("没有这一项，或者不归您查看。", "There is no such thing, or it is not yours to see.")
}

impl FromRequestParts<Platform> for Desk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Error> {
        let Signed(signed) = Signed::from_request_parts(parts, platform).await?;
        let visit: Result<Visit, Infallible> = Visit::from_request_parts(parts, platform).await;
        let Ok(visit) = visit;
        Ok(Desk { visit, signed })
    }
}
