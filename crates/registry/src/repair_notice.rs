//! The repair notice (信用修复告知书), which goes with the decision (两书同达): that it is published and until
//! when, from when repair may be applied for, what it needs and where. Made for a record by the
//! department that decided it, served with the decision, and read by the subject.

use domain::{
    access::{Access, Action},
    audit::Event,
    ids::{RecordId, SubjectId},
    notice::NoticeKind as Kind,
    repair::Terms,
    sealed::sm3_hex,
    subject::Kind as SubjectKind,
    text::Lang,
};
use jiff::civil::Date;
use render::notice::NoticeView;
use store::repair_notice::{NewRepairNotice, RepairNotice};

use crate::{
    case::{self, Hand, OpenedPaper},
    error::Error,
    matter, notice,
    platform::Platform,
    question::question,
    repair,
};

/// What the page of a record says of its notice.
#[derive(Clone, Debug)]
pub struct NoticeState {
    pub notice: Option<RepairNotice>,
    /// Whether the record is one that is published and repaired.
    pub due: bool,
}

/// The notice of a record of the department acted for.
pub async fn state(
    platform: &Platform,
    access: &Access,
    subject: SubjectId,
    record: RecordId,
) -> Result<NoticeState, Error> {
    let terms = terms(platform, access, subject, record).await?;
    let found = store::repair_notice::get(&platform.register, record).await?;
    let notice = found.map(|(notice, _)| notice).filter(|notice| notice.subject == subject);
    Ok(NoticeState { notice, due: terms.is_some() })
}

/// Makes the notice of a record; the one that is there stays.
pub async fn make(
    platform: &Platform,
    access: &Access,
    subject: SubjectId,
    record: RecordId,
) -> Result<(), Error> {
    let terms = terms(platform, access, subject, record).await?.ok_or_else(|| {
        question(
            "record",
            "这条信息不在公示期内，或者不是失信信息，不需要告知信用修复",
            "this record is not published, or does not speak against its subject",
        )
    })?;
    let (now, today, by) = (platform.now(), platform.today(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    let number = store::repair_notice::number(&mut write, today).await?;
    let view = view(platform, (subject, record), &terms, &number).await?;
    let content = notice::set(platform, view).await?;
    let new = NewRepairNotice {
        record,
        subject,
        number: &number,
        digest: &format!("sm3:{}", sm3_hex(&content)),
        content: &content,
        by: &by,
        at: now,
    };
    if !store::repair_notice::keep(&mut write, &new).await? {
        return Err(question("record", "这条信息已有告知书", "the record has its notice"));
    }
    let (event, object) = (Event::RepairInformed, record.to_string());
    store::audit::append_about(&mut write, now, &by, event, &object, &number, subject).await?;
    write.commit().await?;
    Ok(())
}

/// Notes how the notice was served: on a day that is past, and not before it was made.
pub async fn serve(
    platform: &Platform,
    access: &Access,
    (subject, record): (SubjectId, RecordId),
    on: Option<Date>,
    how: &str,
) -> Result<(), Error> {
    let notice = state(platform, access, subject, record).await?.notice.ok_or(Error::NotFound)?;
    let how = case::note(how, "how")?;
    let (earliest, today) = (platform.day(notice.made_at), platform.today());
    let on = on.filter(|on| earliest <= *on && *on <= today).ok_or_else(|| {
        question(
            "on",
            &format!("送达日期应在告知书日期 {earliest} 和今天之间"),
            &format!("the day of service lies between {earliest} and today"),
        )
    })?;
    let (now, by) = (platform.now(), access.actor.to_string());
    let mut write = platform.register.write().await?;
    if !store::repair_notice::serve(&mut write, record, (on, &how), &by, now).await? {
        return Err(question("on", "送达已经登记过", "its service is noted already"));
    }
    let (event, object) = (Event::RepairNoticeServed, record.to_string());
    let detail = format!("{} {on}", notice.number);
    store::audit::append_about(&mut write, now, &by, event, &object, &detail, subject).await?;
    write.commit().await?;
    Ok(())
}

/// The document, for the department that made it.
pub async fn document(
    platform: &Platform,
    access: &Access,
    subject: SubjectId,
    record: RecordId,
) -> Result<OpenedPaper, Error> {
    terms(platform, access, subject, record).await?;
    case::note_record_look(platform, access, subject, record).await?;
    paper(platform, subject, record).await?
}

/// The document, for its own subject; none where there is none.
pub async fn own(
    platform: &Platform,
    access: &Access,
    record: RecordId,
) -> Result<OpenedPaper, Error> {
    let subject = case::own_subject(platform, access, Action::ReadOwn).await?;
    paper(platform, subject, record).await?
}

/// Whether a record of one's own has a notice.
pub async fn has_own(
    platform: &Platform,
    access: &Access,
    record: RecordId,
) -> Result<bool, Error> {
    match own(platform, access, record).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(why) => Err(why),
    }
}

async fn paper(
    platform: &Platform,
    subject: SubjectId,
    record: RecordId,
) -> Result<Result<OpenedPaper, Error>, Error> {
    let found = store::repair_notice::get(&platform.register, record).await?;
    let found = found.filter(|(notice, _)| notice.subject == subject);
    Ok(found.ok_or(Error::NotFound).map(|(notice, content)| OpenedPaper {
        file_name: format!("{}.pdf", notice.number),
        media_type: "application/pdf".to_owned(),
        content,
    }))
}

/// From when until when a record of the department acted for is repaired and published; none where it
/// is not.
async fn terms(
    platform: &Platform,
    access: &Access,
    subject: SubjectId,
    record: RecordId,
) -> Result<Option<Terms>, Error> {
    if case::officer(platform, access)? != Hand::Organ {
        return Err(Error::NotFound);
    }
    let versions = case::versions(platform, subject).await?;
    let life = case::life(&versions, record)?;
    let last = life.versions().last().ok_or(Error::NotFound)?;
    if access.department() != Some(last.department.as_str()) {
        return Err(Error::NotFound);
    }
    // Those of natural persons are not published.
    if last.subject_kind == SubjectKind::NaturalPerson {
        return Ok(None);
    }
    repair::terms(platform, &versions, record, platform.today())
}

async fn view(
    platform: &Platform,
    (subject, record): (SubjectId, RecordId),
    terms: &Terms,
    number: &str,
) -> Result<NoticeView, Error> {
    let words = platform.policy.notice(Kind::RepairInformed).ok_or(Error::NotFound)?;
    let versions = case::versions(platform, subject).await?;
    let life = case::life(&versions, record)?;
    let last = life.versions().last().ok_or(Error::NotFound)?;
    let item = platform.policy.item(&last.item).ok_or(Error::NotFound)?;
    let value = |role: Option<usize>| {
        let field = item.fields.get(role?)?;
        last.payload.text(&field.name).map(str::to_owned)
    };
    let document = value(item.roles.document_number).unwrap_or_default();
    let decided = last.decided_on.map(|day| format!("，{day} 作出")).unwrap_or_default();
    let until = match terms.published_until {
        Some(day) => format!("公示到 {day}，届满自动停止，不需要申请。"),
        None => "公示期限按规定执行，届满自动停止，不需要申请。".to_owned(),
    };
    let from = match terms.repair_from {
        Some(day) => format!("自 {day} 起可以申请提前停止公示。"),
        None => "公示期届满前不予修复。".to_owned(),
    };
    let address = &platform.public_url;
    let grounds = vec![
        format!("信息：{}{document}{decided}。", item.label.zh),
        until,
        from,
        "条件：纠正失信行为、履行规定的义务，公开作出信用承诺，符合法律、法规和规章的其他规定。"
            .to_owned(),
        "材料：义务履行证明和信用承诺书；不收费，不要求培训证明和第三方报告。".to_owned(),
        format!("渠道：{address} 主体服务，或者本单位、信用中心的窗口。"),
    ];
    Ok(NoticeView {
        title: words.title.clone(),
        number: number.to_owned(),
        addressee: matter::name(platform, subject, Lang::Zh).await?,
        paragraphs: notice::basis(platform, words)
            .into_iter()
            .chain([words.body.clone()])
            .collect(),
        grounds,
        remedies: Vec::new(),
        organ: platform.department_name(&last.department).zh,
        date: platform.today().strftime("%Y年%-m月%-d日").to_string(),
        issued_at: platform.second(platform.now()),
        fictional: platform.place.fictional,
    })
}
