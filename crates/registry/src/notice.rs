//! Notices (文书): made with every step that somebody must be told of, numbered, and kept with the case.

use domain::{
    case::CaseKind,
    ids::DocumentId,
    notice::{NoticeKind as Kind, NoticeText},
    text::{Lang, Text},
};

use render::notice::NoticeView;
use store::case::Case;

use crate::{
    case::{self, Paper, going::Going},
    commitment,
    error::Error,
    listing, matter, objection,
    platform::Platform,
};

/// The kind of document under which notices of the platform are kept.
pub const NOTICE: &str = "notice";
const COMMITMENT: &str = "commitment";

/// Makes a notice of a case and keeps it there; what the case is about is said in its first line.
pub(crate) async fn issue(
    going: &mut Going<'_>,
    kind: Kind,
    grounds: &[Text],
) -> Result<DocumentId, Error> {
    let platform = going.platform;
    let subject = matter::name(platform, going.case.subject, Lang::Zh).await?;
    let about = about(platform, &going.case).await?;
    let place = &platform.place;
    let organ = case::label::organ_name(platform, &going.case);
    let count = store::case::document::of_case(&platform.register, going.case.id).await?.len() + 1;
    let number = format!("{}-{count:02}", going.case.number);
    let words = platform.policy.notice(kind).ok_or(Error::NotFound)?.clone();
    let made = matches!(kind, Kind::Commitment | Kind::CommitmentMade);
    let to_organ = made || kind == Kind::ObjectionForwarded;
    let (addressee, signed) = match kind {
        Kind::Commitment | Kind::CommitmentMade => (organ, subject),
        Kind::ObjectionForwarded => (organ, place.operator.zh.clone()),
        Kind::ObjectionLapsed => (subject, place.operator.zh.clone()),
        _ => (subject, organ),
    };
    let view = NoticeView {
        title: words.title.clone(),
        number: number.clone(),
        addressee,
        paragraphs: [about]
            .into_iter()
            .chain(basis(platform, &words))
            .chain([filled(going, &words.body)])
            .collect(),
        grounds: grounds.iter().map(|ground| ground.zh.clone()).collect(),
        remedies: if words.remedies { remedies(going) } else { Vec::new() },
        organ: signed,
        date: going.today.strftime("%Y年%-m月%-d日").to_string(),
        issued_at: platform.second(platform.now()),
        fictional: place.fictional,
    };
    let paper = Paper {
        kind: kept_as(kind),
        file_name: format!("{}.pdf", words.title),
        content: set(platform, view).await?,
    };
    let document = going.keep_paper(&paper, "application/pdf", &number).await?;
    // What its subject finds in the subject centre is served there; the organ finds its own in the console.
    // An entry in a list is told and decided on paper, whose receipt the case keeps.
    let on_paper = matches!(kind, Kind::ListingNotice | Kind::ListingDecided);
    if !to_organ && !on_paper {
        let (case, today) = (going.case.id, going.today);
        let how = "主体服务中心（电子送达）";
        store::case::document::serve(&mut going.write, case, document, today, how).await?;
    }
    Ok(document)
}

/// Sets a notice, away from the threads that answer.
pub(crate) async fn set(platform: &Platform, view: NoticeView) -> Result<Vec<u8>, Error> {
    let platform = platform.clone();
    let content = tokio::task::spawn_blocking(move || {
        let fonts = platform.fonts()?;
        Ok::<_, Error>(render::notice::notice(fonts, &view)?)
    });
    content.await?
}

/// What the case is about, in a sentence.
async fn about(platform: &Platform, case: &Case) -> Result<String, Error> {
    if case.kind == CaseKind::Listing {
        let list = listing::list_label(platform, case)?.zh;
        return Ok(format!("关于列入{list}一案，编号 {}。", case.number));
    }
    if case.kind == CaseKind::Commitment {
        let matter = commitment::matter_label(platform, case)?.zh;
        return Ok(format!("关于{matter}的信用承诺，编号 {}。", case.number));
    }
    let versions = crate::case::versions(platform, case.subject).await?;
    let life = crate::case::life(&versions, case.record)?;
    let item = platform.policy.item(&case.item).ok_or(Error::NotFound)?;
    let last = life.versions().last().ok_or(Error::NotFound)?;
    let value = |role: Option<usize>| {
        let field = item.fields.get(role?)?;
        last.payload.text(&field.name).map(str::to_owned)
    };
    let document = value(item.roles.document_number).unwrap_or_default();
    let dated = last.decided_on.map(|day| day.strftime("（%Y年%-m月%-d日）").to_string());
    let asked = match case.kind {
        CaseKind::Objection => "提出异议",
        _ => "申请信用修复",
    };
    let opened = platform.day(case.opened_at).strftime("%Y年%-m月%-d日");
    let dated = dated.unwrap_or_default();
    let why = match case.kind {
        CaseKind::Objection => format!("（{}）", objection::against_label(case)?.zh),
        _ => String::new(),
    };
    Ok(format!("{opened}就{}{document}{dated}{asked}{why}，编号 {}。", item.label.zh, case.number))
}

/// The kind of document under which a notice is kept.
fn kept_as(kind: Kind) -> &'static str {
    match kind {
        Kind::Commitment | Kind::CommitmentMade => COMMITMENT,
        Kind::ListingNotice => listing::NOTICE,
        Kind::ListingDecided => listing::DECISION,
        _ => NOTICE,
    }
}

/// The body with the figures of the day in it.
fn filled(going: &Going<'_>, body: &str) -> String {
    let policy = &going.platform.policy;
    let mut filled = String::new();
    let mut rest = body;
    while let Some((before, behind)) = rest.split_once('{') {
        let (key, after) = behind.split_once('}').unwrap_or((behind, ""));
        let figure = policy.parameter(key, going.today).map(|one| one.value.to_string());
        filled += before;
        filled += &figure.unwrap_or_default();
        rest = after;
    }
    filled + rest
}

/// The instrument a notice rests on, with what of it nobody has compared with the text.
pub(crate) fn basis(platform: &Platform, words: &NoticeText) -> Option<String> {
    let key = words.basis.as_ref()?;
    let reference = &platform.policy.parameter(key, platform.today())?.reference;
    let open = if reference.verified { "" } else { "（条号待核）" };
    Some(format!("依据：{}{}{open}。", reference.instrument, reference.article))
}

/// What may be done against a decision, and until when, by the laws in force today.
fn remedies(going: &Going<'_>) -> Vec<String> {
    let policy = &going.platform.policy;
    let number = |key: &str| policy.parameter(key, going.today).map(|value| value.value);
    let known = number("remedy.reconsideration").zip(number("remedy.litigation"));
    let Some((days, months)) = known else { return Vec::new() };
    vec![format!(
        "如不服，可以自收到之日起{days}日内依法申请行政复议，或者自收到之日起{months}个月内依法向人民法院提起行政诉讼。"
    )]
}
