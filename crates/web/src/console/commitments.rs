//! What an officer does with commitments and with reports from the public, as the page of a case offers it.

use domain::{
    commitment::{Breach, State},
    complaint::State as Reported,
    text::Text,
};
use registry::{
    case::{CaseView, Hand},
    commitment::{Act, Told, view::View},
    complaint,
};

use super::cases::{Choice, Done, NONE, REASON, choice};

/// What an officer sent to a commitment; none where there is no such act.
pub(super) fn act(sent: Done) -> Option<Act> {
    let told = |breach, sent: Done| Told { breach, facts: sent.reason, number: sent.number };
    Some(match sent.act.as_str() {
        "accept" => Act::Accept,
        "not_accept" => Act::NotAccept(sent.reason),
        "check" => Act::Check(sent.reason),
        "fulfil" => Act::Fulfil(sent.reason),
        "void" => Act::Void(sent.reason),
        "tell_partly" => Act::Tell(told(Breach::Partly, sent)),
        "tell_breached" => Act::Tell(told(Breach::Breached, sent)),
        "find" => Act::Find(sent.reason),
        "clear" => Act::Clear(sent.reason),
        "uphold" => Act::UpholdAppeal(sent.reason),
        "publish" => Act::Publish,
        _ => return None,
    })
}

/// What an officer of its department may do with a commitment as it stands.
pub(super) fn options(c: &CaseView, view: &View) -> Vec<Choice> {
    let clear = choice("clear", ("不认定违诺，继续履行", "Clear it: it goes on"), REASON);
    match State::from_code(&c.case.state) {
        Some(State::Made) => vec![
            choice("accept", ("受理", "Accept"), NONE),
            choice("not_accept", ("不予受理", "Do not accept"), REASON),
        ],
        Some(State::Performing) => performing(),
        Some(State::Told | State::Found) => vec![clear],
        Some(State::Answered) => deciding(view, clear),
        Some(State::Appealed) if view.took_last => Vec::new(),
        Some(State::Appealed) => vec![
            choice("uphold", ("申诉不成立，维持认定", "The appeal is not upheld"), REASON),
            clear,
        ],
        Some(State::Settled) => {
            let hint = ("按归集渠道入库并公示", "handed in as a record and published");
            vec![choice("publish", ("记入信用记录", "Record it"), hint), clear]
        }
        _ => Vec::new(),
    }
}

fn performing() -> Vec<Choice> {
    let breach = (
        "先上传生效文书，填文号；在下面写违诺事实",
        "add the effective document first and give its number; the facts go below",
    );
    vec![
        choice("check", ("登记核查情况", "Performance was looked at"), REASON),
        choice("fulfil", ("认定全部履行", "It was kept"), REASON),
        choice("tell_partly", ("告知拟认定：部分履行", "Tell: kept in part"), breach),
        choice("tell_breached", ("告知拟认定：未履行", "Tell: not kept"), breach),
        choice("void", ("承诺失效（事项已终止）", "Void: its matter has ended"), REASON),
    ]
}

fn deciding(view: &View, clear: Choice) -> Vec<Choice> {
    let mut options = Vec::new();
    if !view.took_last {
        let hint = (
            "写复核意见；当事人陈述申辩的必须写",
            "what was found of the statement; needed where one was made",
        );
        options.push(choice("find", ("签署：认定违诺", "Sign: it was broken"), hint));
    }
    options.push(clear);
    options
}

/// What an officer sent to a report from the public; none where there is no such act.
pub(super) fn act_on_report(sent: Done) -> Option<complaint::Act> {
    Some(match sent.act.as_str() {
        "transfer" => complaint::Act::Transfer(sent.organ),
        "not_accept" => complaint::Act::NotAccept(sent.reason),
        "extend" => complaint::Act::Extend(sent.reason),
        "reply" => complaint::Act::Reply(sent.reason),
        _ => return None,
    })
}

/// What the reader may do with a report from the public.
pub(super) fn report_options(c: &CaseView) -> Vec<Choice> {
    let reply = |hint| choice("reply", ("答复并办结", "Answer and close"), hint);
    let pass = choice(
        "transfer",
        ("转办", "Pass on"),
        ("转给有关单位核查答复", "to the department that looks into it and answers"),
    );
    let read = ("举报人凭查询码读到这段话", "whoever reported it reads this with the code");
    match (Reported::from_code(&c.case.state), c.hand == Hand::Centre) {
        (Some(Reported::Received), true) => {
            vec![pass, reply(read), choice("not_accept", ("不予受理", "Do not accept"), read)]
        }
        (Some(Reported::Assigned), true) => vec![pass],
        (Some(Reported::Assigned), false) => {
            vec![reply(read), choice("extend", ("延长答复期限一次", "Extend once"), REASON)]
        }
        _ => Vec::new(),
    }
}

/// Kinds of papers an officer adds to a commitment.
pub(super) fn papers() -> Vec<(&'static str, Text)> {
    let known = registry::commitment::PAPERS.iter();
    known.map(|(kind, zh, en)| (*kind, Text::new(*zh, *en))).collect()
}
