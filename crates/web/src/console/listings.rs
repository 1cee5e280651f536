//! Entry in a serious-breach list at the console: proposed on a page of its own, then carried on as a
//! case.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use domain::{
    listing::State,
    text::{Lang, Text},
};
use registry::{
    case::CaseView,
    listing::{
        Act, EVIDENCE, Said,
        proposing::{self, Proposal},
        view::View,
    },
    platform::Platform,
};

use super::cases::{Choice, Done, NONE, REASON, choice};
use crate::{
    desk::{Bench, Desk},
    error::Error,
    paper::{self, Brought},
    portal::draw,
    view::Frame,
};

pub fn router() -> Router<Platform> {
    Router::new().route("/console/cases/propose", get(page))
}

/// The address that takes the proposal with its paper; its body has a limit of its own.
pub fn upload() -> Router<Platform> {
    Router::new().route("/console/cases/propose", post(propose)).layer(DefaultBodyLimit::disable())
}

#[derive(Template)]
#[template(path = "console/propose.html")]
struct Page {
    f: Frame,
    l: Lang,
    d: Bench,
    lists: Vec<ListLine>,
    given: Given,
    wrong: Option<Text>,
}

/// A list the department decides on, as the form offers it.
struct ListLine {
    id: String,
    label: String,
    basis: String,
    verified: bool,
    shortest: i64,
    longest: i64,
    /// Id and label of each measure, and whether it leaves a choice.
    measures: Vec<(String, String, bool)>,
}

/// What was written, for a form that comes back.
#[derive(Clone, Debug, Default)]
struct Given {
    code: String,
    representative: String,
    facts: String,
    grounds: String,
    months: String,
}

async fn page(desk: Desk) -> Result<Response, Error> {
    shown(&desk, Given::default(), None)
}

async fn propose(desk: Desk, request: Request) -> Result<Response, Error> {
    let (platform, access) = (desk.platform(), desk.signed.access());
    let brought = paper::bring(platform, &desk.signed, request, EVIDENCE).await?;
    let given = Given {
        code: brought.field("code").to_owned(),
        representative: brought.field("representative").to_owned(),
        facts: brought.field("facts").to_owned(),
        grounds: brought.field("grounds").to_owned(),
        months: brought.field("months").to_owned(),
    };
    let proposal = proposal(&given, brought);
    match proposing::propose(platform, &access, proposal).await {
        Ok(id) => Ok(Redirect::to(&format!("/console/cases/{id}")).into_response()),
        Err(why) => {
            let page = shown(&desk, given, Some(paper::told(why)?))?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// Measures are ticked under their list; those of another list are not meant.
fn proposal(given: &Given, brought: Brought) -> Proposal {
    let list = brought.field("list").to_owned();
    let prefix = format!("measure.{list}.");
    let ticked = brought.names().filter_map(|name| name.strip_prefix(&prefix));
    let measures = ticked.map(str::to_owned).collect();
    Proposal {
        code: given.code.clone(),
        list,
        representative: given.representative.clone(),
        facts: given.facts.clone(),
        grounds: given.grounds.clone(),
        measures,
        months: given.months.trim().parse().unwrap_or_default(),
        paper: brought.paper,
    }
}

fn shown(desk: &Desk, given: Given, wrong: Option<Text>) -> Result<Response, Error> {
    let (platform, lang) = (desk.platform(), desk.lang());
    let today = platform.today();
    let policy = &platform.policy;
    let mut lists = Vec::new();
    for list in proposing::open_lists(platform, &desk.signed.access())? {
        let (Some(term), Some(basis)) = (list.term(policy, today), list.basis_on(today)) else {
            continue;
        };
        let measure = |one: &domain::list::ListMeasure| {
            let known = policy.measure(&one.id)?;
            Some((one.id.clone(), known.label.get(lang).to_owned(), one.mandatory))
        };
        lists.push(ListLine {
            id: list.id.clone(),
            label: list.label.get(lang).to_owned(),
            basis: format!("{}{}", basis.instrument, basis.article),
            verified: basis.verified,
            shortest: term.shortest,
            longest: term.longest,
            measures: list.measures.iter().filter_map(measure).collect(),
        });
    }
    draw(&Page { f: desk.frame(), l: lang, d: desk.console("cases"), lists, given, wrong })
}

/// What an officer sent to an entry; none where there is no such act.
pub(super) fn act(sent: Done) -> Option<Act> {
    let on = sent.on.parse().ok();
    let said = |waives, hearing| Said { text: sent.reason.clone(), waives, hearing };
    Some(match sent.act.as_str() {
        "tell" => Act::Tell,
        "notice_served" => Act::NoticeServed(on, sent.reason),
        "stated" => Act::Answer(said(false, false)),
        "stated_hearing" => Act::Answer(said(false, true)),
        "waived" => Act::Answer(said(true, false)),
        "hearing_held" => Act::HearingHeld(sent.reason),
        "list" => Act::Decide(sent.reason),
        "decision_served" => Act::DecisionServed(on, sent.reason),
        "publish" => Act::Publish,
        "drop" => Act::Drop(sent.reason),
        _ => return None,
    })
}

/// What an officer may do with an entry as it stands.
pub(super) fn options(c: &CaseView, view: &View) -> Vec<Choice> {
    let how = (
        "先上传送达回证；写明送达方式，填送达日期",
        "add the receipt first; say how it was served, and on which day",
    );
    let drop =
        choice("drop", ("不予列入或者撤销决定", "Do not enter, or annul the decision"), REASON);
    let mut options = match State::from_code(&c.case.state) {
        Some(State::Proposed) => vec![choice("tell", ("制作列入告知书", "Make the notice"), NONE)],
        Some(State::Noticed) => {
            vec![choice("notice_served", ("登记告知书送达", "The notice was served"), how)]
        }
        Some(State::Heard) => answers(),
        Some(State::Answered) => deciding(view),
        Some(State::Decided) => {
            vec![choice("decision_served", ("登记决定书送达", "The decision was served"), how)]
        }
        Some(State::Served) => {
            let hint = (
                "按归集渠道入库并公示，满期自动移出",
                "handed in as a record and published to the end of its term",
            );
            vec![choice("publish", ("公布", "Publish"), hint)]
        }
        _ => return Vec::new(),
    };
    options.push(drop);
    options
}

fn answers() -> Vec<Choice> {
    let paper = ("先上传当事人的书面材料", "add the paper the subject handed in first");
    vec![
        choice("stated", ("登记陈述申辩", "A statement came in"), paper),
        choice(
            "stated_hearing",
            ("登记陈述申辩，要求听证", "A statement came in, and a hearing is asked for"),
            paper,
        ),
        choice("waived", ("登记放弃陈述申辩", "The subject waives it"), paper),
    ]
}

fn deciding(view: &View) -> Vec<Choice> {
    let paper = ("先上传当事人的书面材料", "add the paper the subject handed in first");
    let mut options =
        vec![choice("stated", ("登记补充陈述申辩", "A further statement came in"), paper)];
    if view.hearing_asked {
        let hint = ("先上传听证笔录", "add its record first");
        options.push(choice("hearing_held", ("登记听证", "The hearing was held"), hint));
    }
    if !view.is_proposer {
        let hint = (
            "写复核意见；当事人陈述申辩的必须写",
            "what was found of the statement; needed where one was made",
        );
        options.push(choice("list", ("签署：列入", "Sign: enter"), hint));
    }
    options
}

/// Kinds of papers an officer adds to an entry.
pub(super) fn papers() -> Vec<(&'static str, Text)> {
    registry::listing::PAPERS.iter().map(|(kind, zh, en)| (*kind, Text::new(*zh, *en))).collect()
}
