//! Lineage (数据血缘): where each value of a record came from, and where the record went.
//!
//! No value is shown: what is told is file, row, column and rule, and which pages, reports, answers,
//! cases and recipients it reached.

use domain::{
    access::{Access, Action, Ground},
    catalogue::{Field, Required},
    fault::Fault,
    ids::RecordId,
    record::Version,
    role::OrganisationKind,
    subject::Kind,
    text::{Lang, Text},
};
use intake::plan::{FieldPlan, From, Plan};
use jiff::Timestamp;

use crate::{
    delivery,
    error::Error,
    gate,
    platform::Platform,
    reached::{self, Reached, Sought, TouchedRecipient},
    receipt, record, subject,
    version::{Clocks, Life},
};

/// Where a record came from and where it went.
#[derive(Clone, Debug)]
pub struct Lineage {
    pub record: i64,
    pub item: String,
    pub department: String,
    /// Name and address of its subject, where there is a public page of it.
    pub subject: Option<(String, String)>,
    pub versions: Vec<VersionOrigin>,
    /// Fields with the columns of the newest version's file that they came from.
    pub fields: Vec<FieldOrigin>,
    /// The address of its public page, where it has one.
    pub page: Option<String>,
    pub reached: Reached,
}

/// One version: which row of which file, under which law, in which place of the feed.
#[derive(Clone, Debug)]
pub struct VersionOrigin {
    pub no: i64,
    pub known_from: String,
    pub withdrawn: bool,
    pub receipt: String,
    pub file_name: String,
    pub file_digest: String,
    pub row: u64,
    pub pack: Option<String>,
    pub policy_version: String,
    /// What was said of the row when it was checked.
    pub doubts: Vec<String>,
    pub handed_in_by: String,
}

#[derive(Clone, Debug)]
pub struct FieldOrigin {
    pub label: String,
    pub code: String,
    /// The columns, or a constant of the pack.
    pub from: Text,
    /// What the value went through.
    pub through: Text,
}

/// Faults of one row, at most.
const DOUBTS: i64 = 20;

/// The lineage of a record, for the centre, for its own department, and for those who oversee.
pub async fn open(
    platform: &Platform,
    access: &Access,
    record: RecordId,
    lang: Lang,
) -> Result<Lineage, Error> {
    let register = &platform.register;
    let subject = store::record::subject_of(register, record).await?.ok_or(Error::NotFound)?;
    let all = store::record::of_subject(register, subject, Timestamp::MAX).await?;
    let life = Life::of(&all, record).ok_or(Error::NotFound)?;
    let newest = life.versions().last().ok_or(Error::NotFound)?;
    admit(platform, access, newest)?;
    let mut versions = Vec::new();
    for version in life.versions() {
        versions.push(origin(platform, version, lang).await?);
    }
    let known_from = life.versions().first().map_or(Timestamp::MIN, |first| first.known_from);
    let ended = subject::has_ended(platform, &all, Clocks::present(platform));
    let public = record::is_public(platform, &life, ended, platform.today());
    let found = store::subject::get(register, subject).await?.ok_or(Error::NotFound)?;
    let head = subject::head(platform, &found, &all, Clocks::present(platform), lang)
        .filter(|head| head.kind != Kind::NaturalPerson);
    // Whoever it stood with told of it, now and before.
    let sought = Sought {
        stood: &store::merge::ever_in(register, newest.held_by).await?,
        beside: &[],
        with_whom: false,
        span: (known_from, platform.now()),
        records: &[record],
    };
    Ok(Lineage {
        record: record.0,
        item: delivery::item_label(platform, &newest.item, lang),
        department: platform.department_label(&newest.department, lang),
        page: head
            .as_ref()
            .filter(|_| public)
            .map(|head| format!("/subjects/{}/records/{record}", head.code.slug())),
        subject: head.map(|head| (head.name, head.code.slug())),
        fields: fields(platform, newest, lang).await?,
        reached: reached::of(platform, &sought, recipients(platform, newest).await?, lang).await?,
        versions,
    })
}

fn admit(platform: &Platform, access: &Access, newest: &Version) -> Result<(), Error> {
    let kind = access.organisation.as_ref().map(|acting| acting.kind);
    let own = access.department() == Some(newest.department.as_str());
    let (ground, holds) = match kind {
        Some(OrganisationKind::Department) => (Ground::Submitted, own),
        _ => (Ground::Office, true),
    };
    let access = access.clone().on(ground, "数据血缘");
    gate::admit(platform, &access, Action::ReadLineage, holds)
        .map_err(|why| if holds { why } else { Error::NotFound })?;
    Ok(())
}

async fn origin(
    platform: &Platform,
    version: &Version,
    lang: Lang,
) -> Result<VersionOrigin, Error> {
    let submission = platform.submission(version.submission).await?;
    let row = i64::try_from(version.row).unwrap_or(i64::MAX);
    let faults = receipt::faults(platform, version.submission, row, DOUBTS).await?;
    let own = faults.iter().filter(|fault| fault.row == version.row);
    Ok(VersionOrigin {
        no: version.no,
        known_from: platform.minute(version.known_from),
        withdrawn: version.withdrawn,
        receipt: submission.receipt.clone(),
        file_name: submission.file_name.clone(),
        file_digest: submission.file_digest.clone(),
        row: version.row,
        pack: submission.pack.clone(),
        policy_version: version.policy_version.chars().take(8).collect(),
        doubts: own.map(fault_line).collect(),
        handed_in_by: crate::identity::who(platform, &submission.actor, lang).await?,
    })
}

/// The rule and the column; what was written there is not shown.
fn fault_line(fault: &Fault) -> String {
    format!("{} · {}", fault.column, fault.rule.id())
}

/// The columns each field came from, by the heading of the file and the reading plan of today.
async fn fields(
    platform: &Platform,
    version: &Version,
    lang: Lang,
) -> Result<Vec<FieldOrigin>, Error> {
    let submission = platform.submission(version.submission).await?;
    let Some(item) = platform.policy.item(&version.item) else { return Ok(Vec::new()) };
    let pack = submission.pack.as_ref().and_then(|pack| platform.policy.packs.get(pack));
    let heading = &submission.heading;
    // A heading that fits no longer tells nothing: the law has changed since.
    let Ok(plan) = Plan::new(&platform.policy, item, pack, heading, false) else {
        return Ok(Vec::new());
    };
    let column = |at: &usize| heading.get(*at).cloned().unwrap_or_default();
    let several = |columns: &[usize], between: &str| {
        columns.iter().map(column).collect::<Vec<_>>().join(between)
    };
    let said = |name: &str| version.payload.0.contains_key(name);
    let origin = |(field, planned): (&Field, &FieldPlan)| {
        let from = match &planned.from {
            From::Nothing => return None,
            From::Column(at) => Text::new(column(at), column(at)),
            From::FirstOf(columns) => Text::new(
                format!("{}（取先有的）", several(columns, "、")),
                format!("the first of {}", several(columns, ", ")),
            ),
            From::Join(columns, _) => Text::new(
                format!("{}（连写）", several(columns, "、")),
                format!("{} joined", several(columns, ", ")),
            ),
            From::Constant(text) => {
                Text::new(format!("映射包写定“{text}”"), format!("“{text}”, said by the pack"))
            }
        };
        Some(FieldOrigin {
            label: field.label.get(lang).to_owned(),
            code: field.code.clone(),
            from,
            through: through(field, planned),
        })
    };
    let pairs = item.fields.iter().zip(&plan.fields);
    Ok(pairs.filter(|(field, _)| said(&field.name)).filter_map(origin).collect())
}

/// What the value of a field went through.
fn through(field: &Field, planned: &FieldPlan) -> Text {
    let mut through = vec![field.kind.label()];
    if !planned.map.is_empty() {
        through.push(Text::new("按映射包对照", "mapped by the pack"));
    }
    if let Some(codes) = &planned.codes {
        let label = &codes.label;
        through.push(Text::new(format!("代码集“{}”", label.zh), format!("code list {}", label.en)));
    }
    if field.required == Required::Always {
        through.push(Text::new("必填", "required"));
    }
    let words = |lang: Lang| {
        through.iter().map(|text| text.get(lang)).collect::<Vec<_>>().join(lang.t("，", ", "))
    };
    Text::new(words(Lang::Zh), words(Lang::En))
}

/// Recipients that carried out the change that brought its newest version.
async fn recipients(platform: &Platform, newest: &Version) -> Result<Vec<TouchedRecipient>, Error> {
    if !subject::is_open(platform, &newest.item) {
        return Ok(Vec::new());
    }
    let submission = platform.submission(newest.submission).await?;
    let Some(first) = submission.feed_first else { return Ok(Vec::new()) };
    let last = first + submission.feed_count - 1;
    reached::told(platform, last, Some(last)).await
}
