//! Credit reports (公共信用信息报告): issued as a numbered snapshot, handed out again byte for byte,
//! and answered for when somebody asks whether one still holds.

use std::{collections::HashSet, time::Duration};

use domain::{
    access::{Access, Action},
    audit::Event,
    catalogue::Section,
    ids::SubjectId,
    sealed::sm3_hex,
    text::{Lang, Text},
};
use jiff::{Timestamp, civil::Date};
use render::report::{ReportRecord, ReportSection, ReportView, SubjectHead};
use serde::{Deserialize, Serialize};
use store::report::Report;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    error::Error,
    file::{self, Asked, FileView},
    gate,
    platform::Platform,
    record::RecordView,
    version::Clocks,
};

/// Whether a report still says what stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A report of this moment would assert the same.
    Valid,
    /// Issued here, but what it asserts has changed since.
    Superseded,
    /// Declared not to be relied on.
    Revoked,
}

/// The answer to a verification code: what stands on the report itself, and how it stands now.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    pub number: String,
    pub issued_at: String,
    pub subject_name: String,
    pub standing: Standing,
    /// 报告摘要, as the report prints it.
    pub data_digest: String,
    /// SM3 of every byte of the document.
    pub document_digest: String,
}

/// Which report is asked for; without a day and an instant, the one of now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub slug: String,
    pub as_of: Option<Date>,
    pub known_at: Option<Timestamp>,
}

/// What is kept of a report: what was asked, what it asserts, and the view it was set from.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    as_of: Option<Date>,
    known_at: Option<Timestamp>,
    facts: Facts,
    /// With its digest left empty: it is that of the whole.
    view: ReportView,
}

/// What a report asserts, free of wording and of how it came here.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Facts {
    name: String,
    code: String,
    records: Vec<RecordFacts>,
}

/// One record: what is disclosed of it, and its last day.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct RecordFacts {
    record: i64,
    until: Option<Date>,
    fields: Vec<(String, serde_json::Value)>,
}

/// Reports set at the same moment; setting one keeps a core busy.
static PRESSES: Semaphore = Semaphore::const_new(2);

/// How long somebody waits for a press.
const PATIENCE: Duration = Duration::from_secs(10);

/// Issues a report on a subject's public file, or hands out the one of today that says the same.
pub async fn issue(platform: &Platform, wanted: &Wanted, actor: &str) -> Result<Report, Error> {
    if platform.public_url.is_empty() {
        return Err(Error::Refused(Text::new(
            "报告上要印核验地址：请先在 public_url（XINHENG_PUBLIC_URL）写明门户的网址",
            "a report prints the address that answers for it: set public_url (XINHENG_PUBLIC_URL) to that of the portal first",
        )));
    }
    let _press = press().await?;
    let now = platform.now();
    let file = public_file(platform, wanted).await?;
    let facts = Facts::of(&file);
    if let Some(equal) = issued_today(platform, &file, wanted, &facts, now).await? {
        return Ok(equal);
    }
    // The number is taken first, so that nobody waits for the pen while a page is set.
    let mut write = platform.register.write().await?;
    let running = store::report::next_number(&mut write).await?;
    write.commit().await?;
    let day = platform.day(now).strftime("%Y%m%d");
    let number = format!("{}{day}{running:08}", platform.place.division);
    let code = verification_code()?;
    let mut view = view(platform, &file, now, number.clone(), code.clone());
    view.data_until = data_until(platform, &file, now);
    let (as_of, known_at) = (wanted.as_of, wanted.known_at);
    let kept = Kept { as_of, known_at, facts, view: view.clone() };
    let data = serde_json::to_string(&kept).map_err(|error| Error::Io(error.into()))?;
    view.digest = digest(data.as_bytes());
    let report = Report {
        number,
        verification_code: code,
        subject: file.subject.id,
        state: ISSUED.to_owned(),
        issued_at: now,
        policy_version: platform.policy.version.clone(),
        data_digest: view.digest.clone(),
        data,
        document_digest: String::new(),
        document: set(platform, view).await?,
    };
    let report = Report { document_digest: digest(&report.document), ..report };
    let mut write = platform.register.write().await?;
    store::report::insert(&mut write, &report).await?;
    let (number, id) = (&report.number, file.subject.id);
    let detail =
        format!("subject={} document={}", file.subject.code.slug(), report.document_digest);
    let event = Event::ReportIssued;
    store::audit::append_about(&mut write, now, actor, event, number, &detail, id).await?;
    write.commit().await?;
    Ok(report)
}

/// The reports on some subjects, issued in a span, that assert one of some records.
pub(crate) async fn asserting(
    platform: &Platform,
    subjects: &[SubjectId],
    span: (Timestamp, Timestamp),
    records: &HashSet<i64>,
) -> Result<Vec<Issued>, Error> {
    let mut found = Vec::new();
    for report in store::report::issued_between(&platform.register, subjects, span).await? {
        let facts = kept(&report)?.facts;
        if facts.records.iter().any(|record| records.contains(&record.record)) {
            found.push(Issued {
                revoked: is_revoked(&report),
                number: report.number,
                issued_at: platform.minute(report.issued_at),
                code: report.verification_code,
            });
        }
    }
    Ok(found)
}

/// A report on one's own subject, in a list.
#[derive(Clone, Debug)]
pub struct Issued {
    pub number: String,
    pub issued_at: String,
    pub code: String,
    pub revoked: bool,
}

/// The reports issued on one's own subject, newest first.
pub async fn of_own_subject(
    platform: &Platform,
    access: &Access,
    subject: SubjectId,
) -> Result<Vec<Issued>, Error> {
    let holds = crate::reading::holds(platform, access, subject).await?;
    gate::admit(platform, access, Action::ReadOwn, holds)?;
    let found = store::report::of_subject(&platform.register, subject).await?;
    let issued = found.into_iter().map(|report| Issued {
        revoked: report.state != ISSUED,
        number: report.number,
        issued_at: platform.minute(report.issued_at),
        code: report.verification_code,
    });
    Ok(issued.collect())
}

const ISSUED: &str = "issued";
const REVOKED: &str = "revoked";

async fn press() -> Result<SemaphorePermit<'static>, Error> {
    let waited = tokio::time::timeout(PATIENCE, PRESSES.acquire()).await;
    waited.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)
}

async fn set(platform: &Platform, view: ReportView) -> Result<Vec<u8>, Error> {
    let fonts = platform.clone();
    let rendered = tokio::task::spawn_blocking(move || -> Result<Vec<u8>, Error> {
        Ok(render::report::report(fonts.fonts()?, &view)?)
    });
    rendered.await?
}

/// A report of today on the same subject that was asked for alike and asserts the same.
async fn issued_today(
    platform: &Platform,
    file: &FileView,
    wanted: &Wanted,
    facts: &Facts,
    now: Timestamp,
) -> Result<Option<Report>, Error> {
    let midnight = platform.start_of(platform.day(now))?;
    let subject = file.subject.id;
    let newest = store::report::newest_of_subject(&platform.register, subject, midnight).await?;
    let Some(report) = newest else { return Ok(None) };
    let kept = kept(&report)?;
    let equal = (kept.as_of, kept.known_at) == (wanted.as_of, wanted.known_at)
        && kept.facts == *facts
        && report.policy_version == platform.policy.version;
    if equal { intact(report).map(Some) } else { Ok(None) }
}

/// The report of a number, as it was handed out.
pub async fn reproduce(platform: &Platform, number: &str) -> Result<Report, Error> {
    let report = store::report::by_number(&platform.register, number).await?;
    intact(report.ok_or(Error::NotFound)?)
}

/// The report, if its document still is what was handed out.
fn intact(report: Report) -> Result<Report, Error> {
    if digest(&report.document) == report.document_digest {
        return Ok(report);
    }
    Err(corrupt(&report))
}

fn corrupt(report: &Report) -> Error {
    Error::Store(store::error::Error::Corrupt(format!("report {}", report.number)))
}

/// Whether a report was declared not to be relied on.
#[must_use]
pub fn is_revoked(report: &Report) -> bool {
    report.state == REVOKED
}

/// Declares a report not to be relied on; false where that was done before.
pub async fn revoke(
    platform: &Platform,
    number: &str,
    reason: &str,
    actor: &str,
) -> Result<bool, Error> {
    let reason = reason.trim();
    if reason.is_empty() {
        let text = Text::new("请写明作废的理由", "say why it is revoked");
        return Err(Error::Question { name: "reason", text });
    }
    store::report::by_number(&platform.register, number).await?.ok_or(Error::NotFound)?;
    let mut write = platform.register.write().await?;
    let revoked = store::report::revoke(&mut write, number).await?;
    if revoked {
        let now = platform.now();
        store::audit::append(&mut write, now, actor, Event::ReportRevoked, number, reason).await?;
    }
    write.commit().await?;
    Ok(revoked)
}

/// Answers for a verification code: what the report says of itself, and how it stands.
pub async fn verify(platform: &Platform, code: &str) -> Result<Verified, Error> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let report = store::report::by_code(&platform.register, &code.to_uppercase()).await?;
    let report = report.ok_or(Error::NotFound)?;
    let kept = kept(&report)?;
    let standing = if is_revoked(&report) {
        Standing::Revoked
    } else if still_stands(platform, &kept, &report).await? {
        Standing::Valid
    } else {
        Standing::Superseded
    };
    Ok(Verified {
        number: report.number,
        issued_at: kept.view.issued_at,
        subject_name: kept.view.subject.name,
        standing,
        data_digest: report.data_digest,
        document_digest: report.document_digest,
    })
}

fn kept(report: &Report) -> Result<Kept, Error> {
    if digest(report.data.as_bytes()) != report.data_digest {
        return Err(corrupt(report));
    }
    serde_json::from_str(&report.data).map_err(|_| corrupt(report))
}

/// Whether the same question would be answered alike now.
async fn still_stands(platform: &Platform, kept: &Kept, report: &Report) -> Result<bool, Error> {
    let subject = store::subject::get(&platform.register, report.subject).await?;
    let Some(subject) = subject else { return Ok(false) };
    let slug = crate::subject::code(&subject, Lang::Zh).slug();
    let wanted = Wanted { slug, as_of: kept.as_of, known_at: kept.known_at };
    match public_file(platform, &wanted).await {
        Ok(file) => Ok(Facts::of(&file) == kept.facts),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn public_file(platform: &Platform, wanted: &Wanted) -> Result<FileView, Error> {
    let asked = Asked {
        slug: wanted.slug.clone(),
        lang: Lang::Zh,
        clocks: Clocks::set(platform, wanted.as_of, wanted.known_at).await?,
    };
    file::file(platform, &asked).await
}

impl Facts {
    fn of(file: &FileView) -> Facts {
        let fields = |record: &RecordView| {
            let fields = record.fields.get().iter();
            fields.map(|field| (field.name.clone(), field.data.clone())).collect()
        };
        let mut records: Vec<RecordFacts> = file
            .sections
            .iter()
            .flat_map(|section| &section.records)
            .map(|record| RecordFacts {
                record: record.record,
                until: record.publication.until,
                fields: fields(record),
            })
            .collect();
        records.sort_by_key(|record| record.record);
        let head = &file.subject;
        Facts { name: head.name.clone(), code: head.code.slug(), records }
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sm3:{}", sm3_hex(bytes))
}

/// 数据截至: the moment, or the day and the instant that were asked about.
fn data_until(platform: &Platform, file: &FileView, now: Timestamp) -> String {
    match file.is_past {
        false => platform.minute(now),
        true => format!("{} 当日，按平台 {} 所知", file.as_of, platform.minute(file.known_at)),
    }
}

/// 130 random bits in Crockford's letters, which hold no I, L, O or U.
fn verification_code() -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0u8; 26];
    getrandom::fill(&mut bytes).map_err(|_| Error::Io(std::io::Error::other("no random bytes")))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
}

fn view(
    platform: &Platform,
    file: &FileView,
    now: Timestamp,
    number: String,
    code: String,
) -> ReportView {
    let head = &file.subject;
    let registration = Section::Registration.code();
    let registration = file.sections.iter().find(|section| section.section == registration);
    let registration = registration.and_then(|section| section.records.first());
    // What the catalogue keeps from the public has no place here, not even an empty one.
    let is_listed = |section: &&file::SectionView| {
        section.is_public && section.section != Section::Registration.code()
    };
    let others = || file.sections.iter().filter(is_listed);
    ReportView {
        number,
        verify_url: format!("{}/verify/{code}", platform.public_url),
        verification_code: code,
        issued_at: platform.second(now),
        data_until: String::new(),
        place: platform.place.label.zh.clone(),
        operator: platform.place.operator.zh.clone(),
        fictional: platform.place.fictional,
        subject: SubjectHead {
            name: head.name.clone(),
            code: head.code.parts.join(" "),
            scheme_label: head.code.label.clone(),
            kind_label: head.type_label.clone(),
            facts: registration.map(fields).unwrap_or_default(),
        },
        summary: others()
            .map(|section| (section.label.clone(), section.records.len() as u64))
            .collect(),
        sections: others().map(|section| report_section(section, file.as_of)).collect(),
        statements: STATEMENTS.iter().map(|&statement| statement.to_owned()).collect(),
        policy_version: platform.policy.version.clone(),
        digest: String::new(),
    }
}

fn report_section(section: &file::SectionView, as_of: Date) -> ReportSection {
    let none = || format!("截至 {as_of}，没有公示中的此类记录。");
    let empty = section.records.is_empty().then(none);
    ReportSection {
        label: section.label.clone(),
        note: String::new(),
        records: section.records.iter().map(report_record).collect(),
        empty,
    }
}

fn report_record(record: &RecordView) -> ReportRecord {
    let publication = &record.publication;
    let until = publication
        .until
        .map_or_else(|| publication.term.clone(), |until| format!("公示至 {until}"));
    let why = &record.why;
    let references = publication.references.iter();
    let basis = references.map(|reference| {
        let open = if reference.verified { "" } else { "（条号待核）" };
        format!("{}{}{open}", reference.instrument, reference.article)
    });
    ReportRecord {
        title: record.title.clone(),
        tags: publication.severity.iter().cloned().collect(),
        fields: fields(record),
        until,
        source: format!("{}，批次 {}，第 {} 行", why.department, why.receipt, why.row),
        basis: basis.collect(),
        mark: marks(record),
    }
}

/// What is said beside a record: that it is disputed or was corrected, and its subject's own words.
fn marks(record: &RecordView) -> Option<String> {
    let disputed = record.publication.disputed.map(|day| format!("异议处理中（{day} 起）"));
    let corrected = record.corrected.then(|| "这一版后来更正过，更正了的内容不列出".to_owned());
    let own = record.statement.as_ref().map(|words| format!("本人声明：{words}"));
    let marks: Vec<String> = disputed.or(corrected).into_iter().chain(own).collect();
    (!marks.is_empty()).then(|| marks.join("；"))
}

fn fields(record: &RecordView) -> Vec<(String, String)> {
    record.fields.get().iter().map(|field| (field.label.zh.clone(), field.value.clone())).collect()
}

const STATEMENTS: &[&str] = &[
    "本报告是出具时公开档案的快照，只列目录内、向社会公示、有生效文书、仍在公示期内的信息；已修复、已到期、已撤销的信息，和依目录不公示的信息，都不列入。",
    "本报告不是信用评级，不对主体作出评价，不能单独作为拒绝办事、贷款或交易的理由。",
    "各条信息由所列信源单位提供并对其合法、真实、准确负责。主体认为有误的，可以向本平台或信源单位提出异议。",
    "持有人可扫描二维码或在门户输入核验码，查询本报告是否由本平台出具、现在是否仍然成立。",
];

#[cfg(test)]
mod tests {
    use domain::ids::SubjectId;

    use super::*;

    #[test]
    fn a_damaged_report_is_never_taken_for_one_that_was_not_issued() {
        let data = "{}".to_owned();
        let whole = Report {
            number: "4199002026112200000001".to_owned(),
            verification_code: String::new(),
            subject: SubjectId(1),
            state: ISSUED.to_owned(),
            issued_at: Timestamp::UNIX_EPOCH,
            policy_version: String::new(),
            data_digest: digest(data.as_bytes()),
            data,
            document_digest: digest(b"%PDF"),
            document: b"%PDF".to_vec(),
        };
        assert!(intact(whole.clone()).is_ok());
        let damaged = |error: Error| matches!(error, Error::Store(store::error::Error::Corrupt(_)));
        let document = Report { document: b"%PDX".to_vec(), ..whole.clone() };
        assert!(damaged(intact(document).unwrap_err()));
        assert!(damaged(kept(&whole).unwrap_err()), "data that cannot be read");
        let data = Report { data: "{ }".to_owned(), ..whole };
        assert!(damaged(kept(&data).unwrap_err()), "data of another digest");
    }
}
