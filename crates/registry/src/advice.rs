//! The check of a subject in the course of a matter: advice to an officer, never a refusal.

use domain::{
    catalogue::Section,
    name::normalise,
    text::{Lang, Text},
};
use serde::Serialize;

use crate::{
    error::Error,
    file::{self, Asked},
    joint,
    platform::Platform,
    subject,
    version::Clocks,
};

/// A check as a business system asks for it.
#[derive(Clone, Debug)]
pub struct Question {
    pub code: String,
    /// Name of the applicant, compared with the name the code stands for.
    pub name: Option<String>,
    pub matter: Matter,
    /// Kind of the matter; without one no measure is told.
    pub kind: Option<String>,
    pub clocks: Clocks,
    pub lang: Lang,
}

/// The matter (事项) the applicant came for, by its code or its name; no check is made without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter(String);

impl Matter {
    /// Reads a code of 6 to 40 letters and figures, or a name of 2 to 100 characters.
    pub fn parse(text: &str) -> Result<Matter, Error> {
        let text = text.trim();
        let length = text.chars().count();
        let code = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let is_code = text.chars().all(code)
            && text.chars().any(|letter| letter.is_ascii_digit())
            && (6..=40).contains(&length);
        let is_name = (2..=100).contains(&length)
            && !text.chars().any(char::is_control)
            && text.chars().filter(|letter| letter.is_alphabetic()).count() * 2 >= length;
        if is_code || is_name {
            return Ok(Matter(text.to_owned()));
        }
        let text = Text::new(
            "事项请写事项编码（6 到 40 位字母数字）或事项名称（2 到 100 字）",
            "the matter is its code (6 to 40 letters and figures) or its name (2 to 100 characters)",
        );
        Err(Error::Question { name: "matter", text })
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// What is advised.
#[derive(Clone, Debug, Serialize)]
pub struct Advice {
    pub result: AdviceKind,
    pub sentence: String,
    pub matter: String,
    pub subject_code: String,
    pub subject_name: Option<String>,
    pub items: Vec<AdviceItem>,
    pub as_of: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceKind {
    /// No public list holds the subject.
    None,
    /// There are entries an officer should read; the decision stays with the officer.
    Hint,
    /// Among them is one whose basis leaves the officer no choice; the officer looks at it and decides
    /// all the same.
    Mandatory,
    /// The name does not fit the code, or the code is not known here.
    Uncertain,
}

/// One record the officer should read, with its basis.
#[derive(Clone, Debug, Serialize)]
pub struct AdviceItem {
    pub record: i64,
    pub item: String,
    pub item_label: String,
    pub title: String,
    pub document_number: Option<String>,
    pub organ: Option<String>,
    pub until: Option<jiff::civil::Date>,
    pub basis: Vec<domain::parameter::Reference>,
    /// What it asks for in this kind of matter.
    pub measures: Vec<AdviceMeasure>,
}

/// A measure an entry asks for.
#[derive(Clone, Debug, Serialize)]
pub struct AdviceMeasure {
    pub measure: String,
    pub label: String,
    pub mandatory: bool,
    pub basis: domain::parameter::Reference,
}

/// Sections of the lists an officer is hinted at. A penalty is no list entry and calls for no hint.
const TELLING: [Section; 3] = [Section::SeriousBreach, Section::Abnormal, Section::Judicial];

/// Answers a check from what is public; a hit is advice with its basis.
///
/// What may follow from an entry for a matter is said by the lists of measures alone: every other
/// entry is a hint for the officer and nothing more.
pub async fn check(platform: &Platform, question: &Question) -> Result<Advice, Error> {
    let lang = question.lang;
    let asked = Asked { slug: question.code.clone(), lang, clocks: question.clocks };
    let file = match file::file(platform, &asked).await {
        Ok(file) => file,
        Err(Error::NotFound) => {
            let (zh, en) = (
                "本平台没有这个代码的信息，请核对代码",
                "this code is not known here; check the code",
            );
            return Ok(uncertain(platform, question, lang.t(zh, en)));
        }
        Err(error) => return Err(error),
    };
    let head = &file.subject;
    let mut names = std::iter::once(&head.name).chain(&head.former_names);
    let fits = |asked: &String| names.any(|known| normalise(known) == normalise(asked));
    let name_fits = question.name.as_ref().is_none_or(fits);
    let mut items = if name_fits { telling(&file) } else { Vec::new() };
    if let Some(kind) = question.kind.as_deref().filter(|_| !items.is_empty()) {
        let subject = subject::find(platform, &question.code).await?;
        joint::measures(platform, subject.id, &mut items, kind, question.clocks, lang).await?;
    }
    let mut asked = items.iter().flat_map(|item| &item.measures);
    let mandatory = asked.any(|measure| measure.mandatory);
    let (result, sentence) = match (name_fits, items.len()) {
        (false, _) => {
            let (zh, en) = (
                "名称与代码不符，请核对后再查",
                "the name does not fit the code; check both and ask again",
            );
            (AdviceKind::Uncertain, lang.t(zh, en).to_owned())
        }
        (true, 0) => {
            let sentence = lang.t("没有需要提示的公示信息", "no public record calls for a hint");
            (AdviceKind::None, sentence.to_owned())
        }
        (true, count) if mandatory => (AdviceKind::Mandatory, must(count, lang)),
        (true, count) => (AdviceKind::Hint, hint(count, lang)),
    };
    Ok(Advice {
        result,
        sentence,
        subject_name: Some(head.name.clone()),
        items,
        ..uncertain(platform, question, "")
    })
}

/// The advice where nothing can be said for certain.
#[must_use]
pub fn uncertain(platform: &Platform, question: &Question, sentence: &str) -> Advice {
    Advice {
        result: AdviceKind::Uncertain,
        sentence: sentence.to_owned(),
        matter: question.matter.text().to_owned(),
        subject_code: question.code.clone(),
        subject_name: None,
        items: Vec::new(),
        as_of: platform.second(platform.now()),
    }
}

fn hint(count: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!(
            "有 {count} 条名单信息供经办人参考；对这类事项没有规定必须采取的措施，是否采取措施由经办人依法决定，不得据此自动拒绝"
        ),
        Lang::En => format!(
            "{count} list entries for the officer to read; no measure is prescribed for this kind of matter: the officer decides under the law, nothing is refused automatically"
        ),
    }
}

fn must(count: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!(
            "有 {count} 条名单信息，其中有依规定应当采取的措施；由经办人核对依据后办理并反馈，不得据此自动拒绝"
        ),
        Lang::En => format!(
            "{count} list entries, some with a measure their basis prescribes: the officer compares the basis, acts and tells back; nothing is refused automatically"
        ),
    }
}

fn telling(file: &file::FileView) -> Vec<AdviceItem> {
    let codes = TELLING.map(Section::code);
    let sections = file.sections.iter().filter(|section| codes.contains(&section.section.as_str()));
    let item = |record: &crate::record::RecordView| AdviceItem {
        record: record.record,
        item: record.item.clone(),
        item_label: record.item_label.clone(),
        title: record.title.clone(),
        document_number: record.document_number.clone(),
        organ: record.organ.clone(),
        until: record.publication.until,
        basis: record.publication.references.clone(),
        measures: Vec::new(),
    };
    sections.flat_map(|section| &section.records).map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matter_is_a_code_or_a_name() {
        for text in
            ["食品经营许可新办", "11419900419900016T4000131001000", "XK-0012", "Food licence"]
        {
            assert!(Matter::parse(text).is_ok(), "{text}");
        }
        for text in ["", " ", "食", "12345", "——————", "食品\u{0}许可", &"长".repeat(101)]
        {
            assert!(Matter::parse(text).is_err(), "{text}");
        }
    }
}
