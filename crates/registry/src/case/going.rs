//! Going on with a case: held from the first look to the last word, in one transaction, so that what it
//! does to the record, to its deadlines and to its papers happens together or not at all.

use domain::{
    access::{Access, Action, Ground},
    audit::Event,
    case::{CaseKind, Step, Turn},
    deadline::Deadline,
    ids::{CaseId, DocumentId, RecordId, SubjectId},
    sealed::sm3_hex,
    standing::{Change, Standing},
};
use jiff::{Timestamp, civil::Date};
use store::{
    case::{Case, Happened, NewCase, deadline::Running, document::NewDocument},
    register::Write,
    standing::Place,
};

use super::{Hand, Paper, admit, is_told};
use crate::{error::Error, platform::Platform, question::question};

/// Papers of one case.
const PAPERS_MAX: usize = 30;

/// A case as somebody opens it now.
pub(crate) struct Opening<'o> {
    pub kind: CaseKind,
    /// Word of the first state of its kind, and whose turn it is.
    pub state: (&'static str, Turn),
    pub subject: SubjectId,
    pub item: &'o str,
    pub record: RecordId,
    /// Department that decides; empty where the centre does.
    pub organ: &'o str,
    pub data: String,
    /// Last day of publication of the record, where the case ends with it.
    pub ends_on: Option<Date>,
}

/// Stands in a case that is about no record, or not yet.
pub(crate) const NO_RECORD: RecordId = RecordId(0);

/// A case that somebody goes on with, held until it is finished.
pub(crate) struct Going<'p> {
    pub platform: &'p Platform,
    pub write: Write,
    pub case: Case,
    pub hand: Option<Hand>,
    pub today: Date,
    now: Timestamp,
    actor: String,
    deadlines: Vec<Running>,
}

impl<'p> Going<'p> {
    /// Opens a case, or refuses where one of its kind is open about the record.
    pub async fn file(
        platform: &'p Platform,
        actor: &str,
        opening: Opening<'_>,
    ) -> Result<Going<'p>, Error> {
        let (state, turn) = opening.state;
        let new = NewCase {
            kind: opening.kind,
            state,
            turn,
            subject: opening.subject,
            item: opening.item,
            record: opening.record,
            organ: opening.organ,
            opened_by: actor,
            at: platform.now(),
            day: platform.today(),
            policy_version: &platform.policy.version,
            data: &opening.data,
            ends_on: opening.ends_on,
        };
        let mut write = platform.register.write().await?;
        let Some((id, _)) = store::case::open(&mut write, &new).await? else {
            return Err(question(
                "record",
                "这条信息已有同类办件在办，请到“我的办件”查看",
                "a case of this kind is open about the record already: see your cases",
            ));
        };
        let case = store::case::held(&mut write, id).await?.ok_or(Error::NotFound)?;
        let hand = Some(Hand::Subject);
        Ok(Going::new(platform, write, case, hand, actor.to_owned(), Vec::new()))
    }

    /// Goes on with a case as whoever asks may.
    pub async fn begin(
        platform: &'p Platform,
        access: &Access,
        id: CaseId,
    ) -> Result<Going<'p>, Error> {
        let seen = store::case::get(&platform.register, id).await?.ok_or(Error::NotFound)?;
        let action = match access.ground {
            Ground::Own(_) => Action::FileCase,
            _ => Action::HandleCase,
        };
        let (hand, _) = admit(platform, access, &seen, action).await?;
        let actor = access.actor.to_string();
        let going = Going::resume(platform, id, Some(hand), actor).await?;
        // It may have been passed on before it was held.
        admit(platform, access, &going.case, action).await?;
        Ok(going)
    }

    /// The same with a case of a kind; another kind is not there.
    pub async fn begin_of(
        platform: &'p Platform,
        access: &Access,
        id: CaseId,
        kind: CaseKind,
    ) -> Result<Going<'p>, Error> {
        let going = Going::begin(platform, access, id).await?;
        if going.case.kind == kind { Ok(going) } else { Err(Error::NotFound) }
    }

    /// Goes on with a case as the platform itself: what follows from a deadline.
    pub async fn by_platform(platform: &'p Platform, id: CaseId) -> Result<Going<'p>, Error> {
        Going::resume(platform, id, None, "platform".to_owned()).await
    }

    async fn resume(
        platform: &'p Platform,
        id: CaseId,
        hand: Option<Hand>,
        actor: String,
    ) -> Result<Going<'p>, Error> {
        let mut write = platform.register.write().await?;
        let case = store::case::held(&mut write, id).await?.ok_or(Error::NotFound)?;
        let deadlines = store::case::deadline::held(&mut write, id).await?;
        Ok(Going::new(platform, write, case, hand, actor, deadlines))
    }

    fn new(
        platform: &'p Platform,
        write: Write,
        case: Case,
        hand: Option<Hand>,
        actor: String,
        deadlines: Vec<Running>,
    ) -> Going<'p> {
        let now = platform.now();
        let today = platform.day(now);
        Going { platform, write, case, hand, today, now, actor, deadlines }
    }

    /// Refuses whoever has another hand in the case.
    pub fn only(&self, hands: &[Hand]) -> Result<(), Error> {
        let may = self.hand.is_none_or(|hand| hands.contains(&hand));
        if may { Ok(()) } else { Err(Error::Forbidden(Action::HandleCase)) }
    }

    /// Writes a step into the history of the case and into the audit, where its subject reads it.
    pub async fn tell(&mut self, step: Step, note: &str, detail: &str) -> Result<(), Error> {
        let happened = Happened {
            at: self.now,
            actor: self.actor.clone(),
            step,
            note: note.to_owned(),
            detail: detail.to_owned(),
        };
        store::case::tell(&mut self.write, self.case.id, &happened).await?;
        let (number, subject) = (self.case.number.clone(), self.case.subject);
        let (now, actor, event) = (self.now, self.actor.clone(), Event::CaseMoved);
        let code = step.code();
        // What its subject is not told of, only the audit is.
        if !is_told(&self.case) {
            store::audit::append(&mut self.write, now, &actor, event, &number, code).await?;
            return Ok(());
        }
        store::audit::append_about(&mut self.write, now, &actor, event, &number, code, subject)
            .await?;
        Ok(())
    }

    /// Moves the case to a state of its kind.
    pub fn put(&mut self, state: &str, turn: Turn) {
        state.clone_into(&mut self.case.state);
        self.case.turn = turn;
        if turn == Turn::Nobody {
            self.case.closed_at = Some(self.now);
        }
    }

    /// Starts a deadline by its rule; nothing where no law of the day sets one.
    pub async fn start(&mut self, rule: &str) -> Result<(), Error> {
        self.start_on(rule, self.today).await
    }

    /// Starts a deadline with an event that was on a day.
    pub async fn start_on(&mut self, rule: &str, event: Date) -> Result<(), Error> {
        let policy = &self.platform.policy;
        let Some(rule) = policy.deadline(rule) else { return Ok(()) };
        // A deadline is started once, however often a step is told.
        let running =
            |one: &Running| one.deadline.rule == rule.id && one.deadline.ended_on.is_none();
        if self.deadlines.iter().any(running) {
            return Ok(());
        }
        let Some(deadline) = Deadline::start(policy, rule, event) else { return Ok(()) };
        store::case::deadline::start(&mut self.write, self.case.id, &deadline).await?;
        let held = store::case::deadline::held(&mut self.write, self.case.id).await?;
        self.deadlines = held;
        Ok(())
    }

    /// Ends a deadline: what it waited for was done.
    pub async fn end(&mut self, rule: &str) -> Result<(), Error> {
        let today = self.today;
        self.change(|one| one.rule == rule && one.ended_on.is_none(), |one| one.end(today)).await
    }

    /// Ends every deadline.
    pub async fn end_all(&mut self) -> Result<(), Error> {
        let today = self.today;
        self.change(|one| one.ended_on.is_none(), |one| one.end(today)).await
    }

    /// Deadlines that stand still while the applicant completes the application.
    pub async fn pause(&mut self) -> Result<(), Error> {
        let (policy, today) = (&self.platform.policy, self.today);
        self.change(
            |one| one.ended_on.is_none(),
            |one| {
                if let Some(rule) = policy.deadline(&one.rule) {
                    one.pause(rule, today);
                }
            },
        )
        .await
    }

    pub async fn go_on(&mut self) -> Result<(), Error> {
        let (policy, today) = (&self.platform.policy, self.today);
        self.change(
            |one| one.paused_on.is_some(),
            |one| {
                if let Some(rule) = policy.deadline(&one.rule) {
                    one.resume(policy, rule, today);
                }
            },
        )
        .await
    }

    /// Extends deadlines, each once and before it has run out; the first must be extendable, the
    /// others follow it where they can.
    pub async fn extend(&mut self, rules: &[&str]) -> Result<(), Error> {
        let (policy, today) = (self.platform.policy.clone(), self.today);
        for (position, id) in rules.iter().enumerate() {
            let rule = policy.deadline(id).ok_or(Error::NotFound)?;
            let running =
                |one: &Running| one.deadline.rule == *id && one.deadline.ended_on.is_none();
            let found = self.deadlines.iter().position(running);
            let Some(found) = found else { continue };
            match self.deadlines[found].deadline.extend(&policy, rule, today) {
                Ok(()) => {
                    store::case::deadline::keep(&mut self.write, &self.deadlines[found]).await?
                }
                Err(why) if position == 0 => return Err(Error::Refused(why.sentence())),
                Err(_) => {}
            }
        }
        Ok(())
    }

    async fn change(
        &mut self,
        which: impl Fn(&Deadline) -> bool,
        how: impl Fn(&mut Deadline),
    ) -> Result<(), Error> {
        for running in &mut self.deadlines {
            if which(&running.deadline) {
                how(&mut running.deadline);
                store::case::deadline::keep(&mut self.write, running).await?;
            }
        }
        Ok(())
    }

    /// Notes that a deadline ran out and what follows from it was done; false where it did not.
    pub async fn lapse(&mut self, rule: &str) -> Result<bool, Error> {
        let today = self.today;
        for running in &mut self.deadlines {
            let ran_out = running.deadline.rule == rule && running.deadline.has_lapsed(today);
            if ran_out && !running.lapsed {
                running.lapsed = true;
                store::case::deadline::keep(&mut self.write, running).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Works the last days out anew where the calendar was missing.
    pub async fn recompute(&mut self) -> Result<(), Error> {
        let policy = self.platform.policy.clone();
        for running in &mut self.deadlines {
            let rule = policy.deadline(&running.deadline.rule);
            if let Some(rule) = rule.filter(|_| running.deadline.due_on.is_none()) {
                running.deadline.recompute(&policy, rule);
                store::case::deadline::keep(&mut self.write, running).await?;
            }
        }
        Ok(())
    }

    /// Begins or ends a state of the record, from today on; whoever follows the feed is told.
    pub async fn stand(&mut self, standing: Standing, begins: bool) -> Result<(), Error> {
        let Case { id, subject, record, item, .. } = &self.case;
        let place = Place { subject: *subject, record: *record, item };
        let change = Change { standing, begins, on: self.today, at: self.now, case: *id };
        let feed = store::standing::append(&mut self.write, place, &change).await?;
        if begins && standing.ends() {
            // Whoever acted on the record lifts what it took.
            let why = standing.label().zh;
            store::joint::lift(&mut self.write, (*record, None), &why, self.now).await?;
        } else if standing.ends() {
            store::joint::ask_again(&mut self.write, *record).await?;
        }
        store::job::enqueue(&mut self.write, crate::figures::JOB, item, self.now).await?;
        let word = if begins { "begins" } else { "ends" };
        let detail = format!("{} {word} record={record} feed={feed}", standing.code());
        let (number, event) = (self.case.number.clone(), Event::StandingChanged);
        let (now, actor, subject) = (self.now, self.actor.clone(), self.case.subject);
        store::audit::append_about(&mut self.write, now, &actor, event, &number, &detail, subject)
            .await?;
        Ok(())
    }

    /// Keeps a paper somebody handed in; what is no paper is refused.
    pub async fn attach(&mut self, paper: Paper) -> Result<(), Error> {
        let media_type = media_type(&paper.content).ok_or_else(|| {
            question(
                "file",
                "只收 PDF、PNG 或 JPEG 文件，请转换后再上传",
                "a paper is a PDF, PNG or JPEG file: convert it and send it again",
            )
        })?;
        let there = store::case::document::of_case(&self.platform.register, self.case.id).await?;
        if PAPERS_MAX <= there.len() {
            return Err(question("file", "材料份数已达上限", "the case has too many papers"));
        }
        self.keep_paper(&paper, media_type, "").await?;
        Ok(())
    }

    /// Keeps a paper as it is.
    pub async fn keep_paper(
        &mut self,
        paper: &Paper,
        media_type: &str,
        number: &str,
    ) -> Result<DocumentId, Error> {
        let digest = format!("sm3:{}", sm3_hex(&paper.content));
        let new = NewDocument {
            case: self.case.id,
            kind: paper.kind,
            number,
            file_name: &paper.file_name,
            media_type,
            digest: &digest,
            content: &paper.content,
            by: &self.actor,
            at: self.now,
        };
        Ok(store::case::document::add(&mut self.write, &new).await?)
    }

    /// Keeps what was changed and lets the case go.
    pub async fn finish(mut self) -> Result<(), Error> {
        if self.case.closed_at.is_some() {
            self.end_all().await?;
        }
        let running = self.deadlines.iter().map(|one| &one.deadline);
        let running = running.filter(|one| one.ended_on.is_none() && one.paused_on.is_none());
        self.case.due_on = running.filter_map(|one| one.due_on).min();
        store::case::update(&mut self.write, &self.case).await?;
        self.write.commit().await?;
        Ok(())
    }
}

/// The kind of a file by how it begins; none where it is no paper.
fn media_type(content: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 3] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
    ];
    KINDS.iter().find(|(start, _)| content.starts_with(start)).map(|(_, kind)| *kind)
}
