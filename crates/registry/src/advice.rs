//! The check of a subject in the course of a matter: advice to an officer, never a refusal.

use domain::{catalogue::Section, disclosure::Audience, name, text::Lang};
use serde::Serialize;

use crate::{
    error::Error,
    file::{self, Asked},
    platform::Platform,
};

/// A check as a business system asks for it.
#[derive(Clone, Debug)]
pub struct Question {
    pub code: String,
    /// Name of the applicant, compared with the name the code stands for.
    pub name: Option<String>,
    /// The matter (事项) the applicant came for.
    pub matter: String,
    pub lang: Lang,
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
    /// Nothing public speaks against the subject.
    None,
    /// There are records an officer should read; the decision stays with the officer.
    Hint,
    /// The name does not fit the code, or the code is not known here.
    Uncertain,
}

/// One record the officer should read, with its basis.
#[derive(Clone, Debug, Serialize)]
pub struct AdviceItem {
    pub record: i64,
    pub item: String,
    pub title: String,
    pub document_number: Option<String>,
    pub organ: Option<String>,
    pub until: Option<jiff::civil::Date>,
    pub basis: Vec<domain::parameter::Reference>,
}

/// Sections in which a record is worth an officer's look.
const TELLING: [Section; 3] = [Section::SeriousBreach, Section::Abnormal, Section::Judicial];

/// Answers a check from what is public; a hit is advice with its basis.
pub async fn check(platform: &Platform, question: &Question) -> Result<Advice, Error> {
    let lang = question.lang;
    let mut advice = Advice {
        result: AdviceKind::Uncertain,
        sentence: lang
            .t(
                "本平台没有这个代码的信息，请核对代码",
                "this code is not known here; check the code",
            )
            .to_owned(),
        matter: question.matter.clone(),
        subject_code: question.code.clone(),
        subject_name: None,
        items: Vec::new(),
        as_of: platform.second(platform.now()),
    };
    let asked = Asked {
        slug: question.code.clone(),
        audience: Audience::Public,
        lang,
        as_of: None,
        known_at: None,
    };
    let file = match file::file(platform, &asked).await {
        Ok(file) => file,
        Err(Error::NotFound) => return Ok(advice),
        Err(error) => return Err(error),
    };
    let head = &file.subject;
    let names: Vec<String> = std::iter::once(&head.name)
        .chain(&head.former_names)
        .map(|known| name::normalise(known))
        .collect();
    advice.subject_name = Some(head.name.clone());
    if question.name.as_ref().is_some_and(|asked| !names.contains(&name::normalise(asked))) {
        let sentence = lang.t(
            "名称与代码不符，请核对后再查",
            "the name does not fit the code; check both and ask again",
        );
        advice.sentence = sentence.to_owned();
        return Ok(advice);
    }
    advice.items = telling(&file);
    let count = advice.items.len();
    (advice.result, advice.sentence) = match (count, lang) {
        (0, _) => {
            let sentence = lang.t("没有需要提示的公示信息", "no public record calls for a hint");
            (AdviceKind::None, sentence.to_owned())
        }
        (_, Lang::Zh) => (
            AdviceKind::Hint,
            format!(
                "有 {count} 条公示信息供经办人参考；是否采取措施由经办人依法决定，不得据此自动拒绝"
            ),
        ),
        (_, Lang::En) => (
            AdviceKind::Hint,
            format!(
                "{count} public records for the officer to read; the officer decides under the law, nothing is refused automatically"
            ),
        ),
    };
    Ok(advice)
}

fn telling(file: &file::FileView) -> Vec<AdviceItem> {
    let codes = TELLING.map(Section::code);
    let sections = file.sections.iter().filter(|section| codes.contains(&section.section.as_str()));
    let item = |record: &crate::record::RecordView| AdviceItem {
        record: record.record,
        item: record.item_label.clone(),
        title: record.title.clone(),
        document_number: record.document_number.clone(),
        organ: record.organ.clone(),
        until: record.publication.until,
        basis: record.publication.references.clone(),
    };
    sections.flat_map(|section| &section.records).map(item).collect()
}
