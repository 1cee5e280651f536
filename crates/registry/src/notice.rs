//! Notices (文书): made with every step that somebody must be told of, numbered, and kept with the case.

use domain::{
    case::CaseKind,
    ids::DocumentId,
    text::{Lang, Text},
};
use render::notice::NoticeView;
use store::case::Case;

use crate::{
    case::{Paper, going::Going},
    error::Error,
    matter, objection,
    platform::Platform,
    repair,
};

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 信用承诺书, made by the subject.
    Commitment,
    RepairAccepted,
    RepairCompletion,
    RepairNotAccepted,
    RepairExtended,
    RepairGranted,
    RepairShielded,
    RepairRestored,
    RepairRefused,
    RepairRevoked,
    ObjectionForwarded,
    ObjectionNotAccepted,
    ObjectionAnswered,
    ObjectionLapsed,
}

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Kind::Commitment => "信用承诺书",
            Kind::RepairAccepted => "信用修复受理通知书",
            Kind::RepairCompletion => "信用修复补正告知书",
            Kind::RepairNotAccepted => "信用修复不予受理通知书",
            Kind::RepairExtended => "信用修复延长期限告知书",
            Kind::RepairGranted => "准予信用修复决定书",
            Kind::RepairShielded => "失信信息暂时屏蔽决定书",
            Kind::RepairRestored => "恢复公示决定书",
            Kind::RepairRefused => "不予信用修复决定书",
            Kind::RepairRevoked => "撤销信用修复决定书",
            Kind::ObjectionForwarded => "异议核实函",
            Kind::ObjectionNotAccepted => "异议不予受理通知书",
            Kind::ObjectionAnswered => "异议处理结果告知书",
            Kind::ObjectionLapsed => "异议逾期停止公示告知书",
        }
    }

    fn body(self) -> &'static str {
        match self {
            Kind::Commitment => "",
            Kind::RepairAccepted => "经审查，申请材料齐全、符合规定，现予受理。",
            Kind::RepairCompletion => {
                "申请材料不齐全或者不符合规定。请一次性补正下列内容，补正期间不计入办理期限："
            }
            Kind::RepairNotAccepted => "经审查，该申请不符合受理条件，决定不予受理。理由如下：",
            Kind::RepairExtended => "因情况复杂需要进一步核实，办理期限延长一次。理由如下：",
            Kind::RepairGranted => {
                "经审查，符合信用修复条件，准予修复：自本决定作出之日起终止公示该信息，停止共享和使用，同步解除据此采取的惩戒措施，并更新公共信用评价。"
            }
            Kind::RepairShielded => {
                "根据人民法院的裁定，在重整计划或者和解协议执行期间暂时屏蔽该信息，暂时解除据此采取的惩戒措施；执行完毕后终止公示，未能执行的恢复公示。"
            }
            Kind::RepairRestored => {
                "重整计划或者和解协议未能执行，自本决定作出之日起恢复公示该信息。理由如下："
            }
            Kind::RepairRefused => "经审查，不符合信用修复条件，决定不予修复。理由如下：",
            Kind::RepairRevoked => {
                "经核实，此前的信用修复应予撤销，自本决定作出之日起恢复公示至期限届满。理由如下："
            }
            Kind::ObjectionForwarded => {
                "现将异议申请转请贵单位核实，请在期限内答复并附证明文件；逾期未答复的，该信息停止公示，直至答复。异议内容如下："
            }
            Kind::ObjectionNotAccepted => "经核查，该异议不予受理。理由如下：",
            Kind::ObjectionAnswered => "异议已经处理，结果如下：",
            Kind::ObjectionLapsed => {
                "信源单位在期限内没有答复异议，该信息自今日起停止公示和使用，直至信源单位答复。"
            }
        }
    }

    /// Whether it decides something against which its addressee may go.
    fn has_remedy(self) -> bool {
        matches!(
            self,
            Kind::RepairNotAccepted
                | Kind::RepairRefused
                | Kind::RepairRestored
                | Kind::RepairRevoked
                | Kind::ObjectionNotAccepted
                | Kind::ObjectionAnswered
        )
    }
}

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
    let organ = match going.case.organ.as_str() {
        "" => place.operator.zh.clone(),
        organ => platform.department_name(organ).zh,
    };
    let count = store::case::document::of_case(&platform.register, going.case.id).await?.len() + 1;
    let number = format!("{}-{count:02}", going.case.number);
    let body = match kind {
        Kind::Commitment => repair::commitment().zh,
        kind => kind.body().to_owned(),
    };
    let to_organ = matches!(kind, Kind::Commitment | Kind::ObjectionForwarded);
    let (addressee, signed) = match kind {
        Kind::Commitment => (organ, subject),
        Kind::ObjectionForwarded => (organ, place.operator.zh.clone()),
        Kind::ObjectionLapsed => (subject, place.operator.zh.clone()),
        _ => (subject, organ),
    };
    let view = NoticeView {
        title: kind.title().to_owned(),
        number: number.clone(),
        addressee,
        paragraphs: [about].into_iter().chain(basis(going, kind)).chain([body]).collect(),
        grounds: grounds.iter().map(|ground| ground.zh.clone()).collect(),
        remedies: if kind.has_remedy() { remedies(going) } else { Vec::new() },
        organ: signed,
        date: going.today.strftime("%Y年%-m月%-d日").to_string(),
        issued_at: platform.second(platform.now()),
        fictional: place.fictional,
    };
    let fonts = platform.clone();
    let content = tokio::task::spawn_blocking(move || {
        let fonts = fonts.fonts()?;
        Ok::<_, Error>(render::notice::notice(fonts, &view)?)
    });
    let paper = Paper {
        kind: if kind == Kind::Commitment { COMMITMENT } else { NOTICE },
        file_name: format!("{}.pdf", kind.title()),
        content: content.await??,
    };
    let document = going.keep_paper(&paper, "application/pdf", &number).await?;
    // What its subject finds in the subject centre is served there; the organ finds its own in the console.
    if !to_organ {
        let (case, today) = (going.case.id, going.today);
        let how = "主体服务中心（电子送达）";
        store::case::document::serve(&mut going.write, case, document, today, how).await?;
    }
    Ok(document)
}

/// What the case is about, in a sentence.
async fn about(platform: &Platform, case: &Case) -> Result<String, Error> {
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
        CaseKind::Repair => "申请信用修复",
        CaseKind::Objection => "提出异议",
    };
    let opened = platform.day(case.opened_at).strftime("%Y年%-m月%-d日");
    let dated = dated.unwrap_or_default();
    let why = match case.kind {
        CaseKind::Objection => format!("（{}）", objection::against_label(case)?.zh),
        CaseKind::Repair => String::new(),
    };
    Ok(format!("{opened}就{}{document}{dated}{asked}{why}，编号 {}。", item.label.zh, case.number))
}

/// The instrument a decision on repair rests on, with what of it nobody has compared with the text.
fn basis(going: &Going<'_>, kind: Kind) -> Option<String> {
    if going.case.kind != CaseKind::Repair || kind == Kind::Commitment {
        return None;
    }
    let reference = &going.platform.policy.parameter("repair.result", going.today)?.reference;
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
