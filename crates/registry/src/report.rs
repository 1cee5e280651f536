//! Credit reports (公共信用信息报告): issued as a numbered snapshot, handed out again byte for byte,
//! and answered for when somebody asks whether one still holds.

use domain::{disclosure::Audience, sealed::sm3_hex, text::Lang};
use jiff::Timestamp;
use render::report::{ReportRecord, ReportSection, ReportView, SubjectHead};
use serde::Serialize;
use store::report::Report;

use crate::{
    error::Error,
    file::{self, Asked, FileView},
    platform::Platform,
    record::RecordView,
};

/// Whether a report still says what stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its content is what a report of this moment would say.
    Valid,
    /// Issued here, but the file has changed since.
    Superseded,
    /// Declared not to be relied on.
    Revoked,
}

/// The answer to a verification code.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    pub number: String,
    pub issued_at: String,
    pub subject_name: String,
    pub standing: Standing,
    pub document_digest: String,
}

/// Issues a report on a subject's public file.
pub async fn issue(platform: &Platform, slug: &str, actor: &str) -> Result<Report, Error> {
    let now = platform.now();
    let file = public_file(platform, slug).await?;
    // The number is taken first, so that nobody waits for the pen while a page is set.
    let mut write = platform.register.write().await?;
    let running = store::report::next_number(&mut write).await?;
    write.commit().await?;
    let number =
        format!("{}{}{running:08}", platform.place.division, platform.today().strftime("%Y%m%d"));
    let code = verification_code()?;
    let view = view(platform, &file, now, number.clone(), code.clone());
    let data = serde_json::to_string(&view).map_err(|_| Error::NotFound)?;
    let fonts = platform.clone();
    let rendered = tokio::task::spawn_blocking(move || -> Result<Vec<u8>, Error> {
        Ok(render::report::report(fonts.fonts()?, &view)?)
    });
    let document = rendered.await??;
    let report = Report {
        number,
        verification_code: code,
        subject: file.subject.id,
        state: "issued".to_owned(),
        issued_at: now,
        policy_version: platform.policy.version.clone(),
        data_digest: format!("sm3:{}", sm3_hex(data.as_bytes())),
        data,
        document_digest: format!("sm3:{}", sm3_hex(&document)),
        document,
    };
    let mut write = platform.register.write().await?;
    store::report::insert(&mut write, &report).await?;
    store::audit::append(
        &mut write,
        now,
        actor,
        "report_issued",
        &report.number,
        &file.subject.code.slug(),
    )
    .await?;
    write.commit().await?;
    Ok(report)
}

/// The report of a number, as it was handed out.
pub async fn reproduce(platform: &Platform, number: &str) -> Result<Report, Error> {
    store::report::by_number(&platform.register, number).await?.ok_or(Error::NotFound)
}

/// Declares a report not to be relied on.
pub async fn revoke(platform: &Platform, number: &str, actor: &str) -> Result<(), Error> {
    let mut write = platform.register.write().await?;
    if !store::report::revoke(&mut write, number).await? {
        return Err(Error::NotFound);
    }
    store::audit::append(&mut write, platform.now(), actor, "report_revoked", number, "").await?;
    write.commit().await?;
    Ok(())
}

/// Answers for a verification code: no more than whether, when, for whom, and how it stands.
pub async fn verify(platform: &Platform, code: &str) -> Result<Verified, Error> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let report = store::report::by_code(&platform.register, &code.to_uppercase()).await?;
    let report = report.ok_or(Error::NotFound)?;
    let issued: ReportView = serde_json::from_str(&report.data).map_err(|_| Error::NotFound)?;
    let standing = match report.state.as_str() {
        "revoked" => Standing::Revoked,
        _ if still_stands(platform, &report, &issued).await? => Standing::Valid,
        _ => Standing::Superseded,
    };
    Ok(Verified {
        number: report.number,
        issued_at: platform.second(report.issued_at),
        subject_name: issued.subject.name,
        standing,
        document_digest: report.document_digest,
    })
}

async fn still_stands(
    platform: &Platform,
    report: &Report,
    issued: &ReportView,
) -> Result<bool, Error> {
    let Some(subject) = store::subject::get(&platform.register, report.subject).await? else {
        return Ok(false);
    };
    let slug = crate::subject::code(&subject, Lang::Zh).slug();
    let now = platform.now();
    let file = public_file(platform, &slug).await?;
    let present = view(platform, &file, now, String::new(), String::new());
    Ok(present.subject == issued.subject && present.sections == issued.sections)
}

async fn public_file(platform: &Platform, slug: &str) -> Result<FileView, Error> {
    let asked = Asked {
        slug: slug.to_owned(),
        audience: Audience::Public,
        lang: Lang::Zh,
        as_of: None,
        known_at: None,
    };
    file::file(platform, &asked).await
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
    let registration = file.sections.iter().find(|section| section.section == "registration");
    let registration = registration.and_then(|section| section.records.first());
    let facts = registration.map(fields).unwrap_or_default();
    let others = || file.sections.iter().filter(|section| section.section != "registration");
    let mut view = ReportView {
        number,
        verify_url: format!("{}/verify/{code}", platform.public_url),
        verification_code: code,
        issued_at: platform.second(now),
        data_until: platform.minute(now),
        place: platform.place.label.zh.clone(),
        operator: platform.place.operator.zh.clone(),
        fictional: platform.place.fictional,
        subject: SubjectHead {
            name: head.name.clone(),
            code: head.code.parts.join(" "),
            scheme_label: head.code.label.clone(),
            kind_label: head.type_label.clone(),
            facts,
        },
        summary: others()
            .map(|section| (section.label.clone(), section.records.len() as u64))
            .collect(),
        sections: others().map(|section| report_section(section, platform, now)).collect(),
        statements: STATEMENTS.iter().map(|&statement| statement.to_owned()).collect(),
        policy_version: platform.policy.version.clone(),
        digest: String::new(),
    };
    let content = serde_json::to_string(&(&view.subject, &view.sections)).unwrap_or_default();
    view.digest = format!("sm3:{}", sm3_hex(content.as_bytes()));
    view
}

fn report_section(
    section: &file::SectionView,
    platform: &Platform,
    now: Timestamp,
) -> ReportSection {
    let empty = section
        .records
        .is_empty()
        .then(|| format!("截至{}，没有公示中的此类记录。", platform.day(now)));
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
        mark: None,
    }
}

fn fields(record: &RecordView) -> Vec<(String, String)> {
    record.fields.get().iter().map(|field| (field.label.zh.clone(), field.value.clone())).collect()
}

const STATEMENTS: &[&str] = &[
    "本报告是出具时公开档案的快照，只列目录内、有生效文书、仍在公示期内的信息；已修复、已到期、已撤销的信息不列入。",
    "本报告不是信用评级，不对主体作出评价，不能单独作为拒绝办事、贷款或交易的理由。",
    "各条信息由所列信源单位提供并对其合法、真实、准确负责。主体认为有误的，可以向本平台或信源单位提出异议。",
    "持有人可扫描二维码或在门户输入核验码，查询本报告是否由本平台出具、现在是否仍然成立。",
];
