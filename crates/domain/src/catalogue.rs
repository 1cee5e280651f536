//! Catalogue items (目录信息项): what may be recorded, by whom, and who may see it.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    check::Check,
    condition::Condition,
    disclosure::{Audience, Disclosure, Verdict},
    parameter::{Dated, Reference},
    subject,
    text::Text,
};

/// One catalogue item of `policy/catalogue/`.
#[derive(Clone, Debug)]
pub struct Item {
    /// File stem: `licence`, `penalty` …
    pub id: Arc<str>,
    pub label: Text,
    /// One sentence for the reader of the catalogue page.
    pub about: Text,
    pub section: Section,
    pub polarity: Polarity,
    pub openness: Openness,
    pub cycle: Cycle,
    /// How often a provider to which nothing happened says so (零报告), where that is asked: for items
    /// with a cycle the cycle itself.
    pub zero_report: Cycle,
    /// Kinds of body that may hand it in, such as `行政机关`.
    pub providers: Vec<String>,
    pub subject_kinds: Vec<subject::Kind>,
    pub fields: Vec<Field>,
    /// Fields that, with the subject, tell one record from another.
    pub natural_key: Vec<usize>,
    /// Whether an organisation may be named without any code; whom the row is about is then found by
    /// linkage, or by a person.
    pub without_code: bool,
    pub roles: Roles,
    pub checks: Vec<Check>,
    pub publication: PublicationRule,
    /// Legal bases; with none in force on a day the item cannot be used on that day.
    pub basis: Vec<Dated<()>>,
    /// The category of 全国公共信用信息基础目录 it belongs to.
    pub category: String,
    /// Key of the parameter that says how soon a record is due; none where no law says.
    pub timeliness: Option<String>,
    /// The coded field by which public lists of the item are filtered.
    pub filter: Option<usize>,
    /// Items it is compared with before anything of it is taken in (交叉比对): a subject of which the
    /// public reads a record of one of them gets none of this one.
    pub contrary: Vec<String>,
}

impl Item {
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|position| &self.fields[position])
    }

    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// Whether the public may ever read a field of the item.
    #[must_use]
    pub fn is_public(&self, field: &Field) -> bool {
        self.openness.admits(Audience::Public)
            && self.publication != PublicationRule::Never
            && field.disclosure.verdict(Audience::Public) != Verdict::Withhold
    }

    /// The basis on a day, or none where it has lapsed or not begun.
    #[must_use]
    pub fn basis_on(&self, day: Date) -> Option<&Reference> {
        crate::parameter::in_force(&self.basis, day).map(|basis| &basis.reference)
    }
}

/// One field of an item.
#[derive(Clone, Debug)]
pub struct Field {
    /// As exchanged: `CF_WSH`.
    pub code: String,
    /// Other codes and headings seen for it.
    pub aliases: Vec<String>,
    /// English name, the key in the payload: `document_number`.
    pub name: String,
    pub label: Text,
    pub kind: FieldKind,
    /// Longest text accepted, in characters.
    pub max: Option<u32>,
    pub required: Required,
    /// Where all hold, nothing may be written here.
    pub empty_when: Vec<Condition>,
    pub disclosure: Disclosure,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Required {
    Always,
    Never,
    /// Any one of the groups holds entirely.
    When(Vec<Vec<Condition>>),
}

/// What a field may hold; the canonical value is given in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// [text, trimmed]
    Text,
    /// [YYYY-MM-DD]
    Date,
    /// An end date in which 2099-12-31 and its kind mean none. [YYYY-MM-DD, or nothing]
    DateOpen,
    /// Amount exchanged in 万元 with up to six decimals. [fen]
    MoneyWan,
    /// Amount exchanged in 元 with up to two decimals. [fen]
    MoneyYuan,
    /// [integer]
    Integer,
    /// A decimal number kept as written. [text]
    Decimal,
    /// 是/否, 1/0, true/false. [true or false]
    Flag,
    /// One code of a list. [code]
    Code { list: String },
    /// Several codes of a list, separated by ; or 、 or ，. [codes]
    Codes { list: String },
    /// Unified social credit code. [18 characters]
    Uscc,
    /// Organisation code. [9 characters]
    OrgCode,
    /// Business registration number. [15 digits, or older forms as written]
    RegNo,
    /// Identity number of a natural person: sealed before it is stored. [sealed]
    PersonId,
}

impl FieldKind {
    #[must_use]
    pub fn label(&self) -> Text {
        let (zh, en) = match self {
            FieldKind::Text => ("文本", "text"),
            FieldKind::Date => ("日期", "date"),
            FieldKind::DateOpen => ("日期（可长期）", "date, may be open-ended"),
            FieldKind::MoneyWan => {
                ("金额（万元，六位小数）", "amount in 10,000 yuan, six decimals")
            }
            FieldKind::MoneyYuan => ("金额（元）", "amount in yuan"),
            FieldKind::Integer => ("整数", "integer"),
            FieldKind::Decimal => ("小数", "decimal"),
            FieldKind::Flag => ("是/否", "yes or no"),
            FieldKind::Code { .. } => ("代码", "code"),
            FieldKind::Codes { .. } => ("代码（可多值）", "codes, several allowed"),
            FieldKind::Uscc => ("统一社会信用代码", "unified social credit code"),
            FieldKind::OrgCode => ("组织机构代码", "organisation code"),
            FieldKind::RegNo => ("工商注册号", "registration number"),
            FieldKind::PersonId => {
                ("自然人证件号码（加密）", "identity number of a person, sealed")
            }
        };
        Text::new(zh, en)
    }
}

/// Fields with a meaning the platform acts on, by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Name of the subject as written in the document.
    pub subject_name: Option<usize>,
    /// 行政相对人类别; absent where the item concerns one kind only.
    pub subject_kind: Option<usize>,
    /// Unified social credit code of the subject.
    pub subject_uscc: Option<usize>,
    pub subject_reg_no: Option<usize>,
    pub subject_person_id: Option<usize>,
    /// Date of the document: the clock of publication starts here.
    pub decided_on: Option<usize>,
    pub effective_from: Option<usize>,
    /// Last day, included.
    pub effective_until: Option<usize>,
    /// Day of removal (移出): on that day the record is public no longer.
    pub removed_on: Option<usize>,
    /// The line a reader sees first.
    pub title: Option<usize>,
    pub document_number: Option<usize>,
    /// Who decided.
    pub organ: Option<usize>,
    /// Penalty kinds, which the classification reads.
    pub penalty_kinds: Option<usize>,
    /// Whether the penalty was given by simplified procedure (简易程序).
    pub simplified_procedure: Option<usize>,
    pub fine: Option<usize>,
    /// Where the subject is: what linkage compares beside the name.
    pub address: Option<usize>,
    /// Names of the subject in a registration record.
    pub district: Option<usize>,
    pub industry: Option<usize>,
    /// Registration status; a struck-off subject's negative records leave publication.
    pub subject_status: Option<usize>,
}

/// Where in a file an item stands, in the order of the page and the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Registration,
    Licences,
    Penalties,
    Inspections,
    Honours,
    SeriousBreach,
    Abnormal,
    Judicial,
    Commitments,
    Evaluations,
    Contracts,
    Payments,
}

impl Section {
    pub const ALL: [Section; 12] = [
        Section::Registration,
        Section::Licences,
        Section::Penalties,
        Section::Inspections,
        Section::Honours,
        Section::SeriousBreach,
        Section::Abnormal,
        Section::Judicial,
        Section::Commitments,
        Section::Evaluations,
        Section::Contracts,
        Section::Payments,
    ];

    /// The word used in addresses and page anchors.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Section::Registration => "registration",
            Section::Licences => "licences",
            Section::Penalties => "penalties",
            Section::Inspections => "inspections",
            Section::Honours => "honours",
            Section::SeriousBreach => "serious-breach",
            Section::Abnormal => "abnormal",
            Section::Judicial => "judicial",
            Section::Commitments => "commitments",
            Section::Evaluations => "evaluations",
            Section::Contracts => "contracts",
            Section::Payments => "payments",
        }
    }

    #[must_use]
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            Section::Registration => ("登记注册", "Registration"),
            Section::Licences => ("行政许可", "Licences"),
            Section::Penalties => ("行政处罚", "Penalties"),
            Section::Inspections => ("监督检查", "Inspections"),
            Section::Honours => ("诚实守信荣誉", "Honours"),
            Section::SeriousBreach => ("严重失信主体名单", "Serious-breach lists"),
            Section::Abnormal => ("经营异常名录", "Abnormal operations"),
            Section::Judicial => ("司法执行", "Judgment enforcement"),
            Section::Commitments => ("信用承诺", "Commitments"),
            Section::Evaluations => ("信用评价结果", "Evaluations"),
            Section::Contracts => ("合同履行", "Contract performance"),
            Section::Payments => ("缴纳信息", "Payments"),
        };
        Text::new(zh, en)
    }
}

/// Whether an item speaks for or against its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    Positive,
    Neutral,
    Negative,
}

/// 信息使用范围: to whom the item as a whole is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Openness {
    /// 公示
    Public,
    /// 政务共享
    Shared,
    /// 授权查询
    Authorised,
}

impl Openness {
    /// Whether a reader may see records of the item at all; the verdict on each field comes after.
    ///
    /// An officer is shown what public bodies share; what needs the subject's consent, only with it.
    #[must_use]
    pub fn admits(self, audience: Audience) -> bool {
        match self {
            Openness::Public => true,
            Openness::Shared => audience != Audience::Public,
            Openness::Authorised => !matches!(audience, Audience::Public | Audience::Officer),
        }
    }

    #[must_use]
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            Openness::Public => ("社会公示", "public"),
            Openness::Shared => ("政务共享", "shared between public bodies"),
            Openness::Authorised => ("授权查询", "on the subject's consent"),
        };
        Text::new(zh, en)
    }
}

/// How often a provider hands the item in (归集周期).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cycle {
    /// Within the statutory days of each decision.
    Event,
    Daily,
    Weekly,
    Monthly,
    Quarterly,
    HalfYearly,
    Yearly,
}

impl Cycle {
    #[must_use]
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            Cycle::Event => ("作出决定后", "on each decision"),
            Cycle::Daily => ("每日", "daily"),
            Cycle::Weekly => ("每周", "weekly"),
            Cycle::Monthly => ("每月", "monthly"),
            Cycle::Quarterly => ("每季", "quarterly"),
            Cycle::HalfYearly => ("每半年", "half-yearly"),
            Cycle::Yearly => ("每年", "yearly"),
        };
        Text::new(zh, en)
    }
}

/// How long the public sees a record of the item; the periods are in `policy/parameters/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicationRule {
    /// Never shown to the public.
    Never,
    /// As long as the record is current.
    Standing { when: Vec<Condition> },
    /// Until `effective_until`, its last day included; without one, as long as it is current.
    Validity { when: Vec<Condition> },
    /// A period from the document's date, or until `effective_until` if that is sooner; where the
    /// own end prevails, until `effective_until` even if that is later.
    Term { parameter: String, own_end_prevails: bool, when: Vec<Condition> },
    /// By severity and rule generation: penalties and their like.
    Classified { when: Vec<Condition> },
}
