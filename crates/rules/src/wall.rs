//! Walls: matter that may never be recorded, whatever a catalogue says.
//!
//! `walls.toml` names the words with their law. The words of [`NEVER`] must be among them, so
//! that editing the file can raise a wall but not take one down. The file also holds the phrases
//! by which the texts of a delivery are searched for such matter.

use std::{collections::BTreeMap, ops::Range};

use domain::{catalogue::Item, parameter::Reference};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    disclosure::Nothing,
    document::Table,
    raw::{RawReference, Words},
    scope,
    source::Page,
};

/// Words that no edition of `walls.toml` may leave out: 国办发〔2020〕49号,
/// 《征信业管理条例》第十四条第一款 and the sensitive matter of 《个人信息保护法》第二十八条 are
/// enforced here, not offered.
const NEVER: &[&str] = &[
    "信访",
    "上访",
    "投诉",
    "举报",
    "献血",
    "闯红灯",
    "垃圾分类",
    "文明养犬",
    "舆情",
    "社交",
    "浏览记录",
    "上网记录",
    "通话记录",
    "购物记录",
    "家庭",
    "亲属",
    "配偶",
    "婚姻",
    "子女",
    "宗教",
    "基因",
    "指纹",
    "血型",
    "疾病",
    "病史",
    "健康",
    "医疗记录",
    "生物识别",
    "人脸",
    "虹膜",
    "声纹",
    "位置",
    "行踪",
    "性格",
    "petition",
    "petitions",
    "complaint",
    "complaints",
    "blood donation",
    "jaywalking",
    "social media",
    "browsing",
    "family",
    "relatives",
    "spouse",
    "marriage",
    "children",
    "religion",
    "religious",
    "gene",
    "genes",
    "genetic",
    "fingerprint",
    "blood type",
    "disease",
    "medical history",
    "health",
    "biometric",
    "face",
    "iris",
    "voiceprint",
    "location",
    "geolocation",
    "whereabouts",
    "personality",
];

/// Everything `walls.toml` says.
#[derive(Debug)]
pub(crate) struct Walls {
    walls: Vec<Wall>,
    /// Phrases that tell such matter in the text of a record, by name.
    pub(crate) phrases: BTreeMap<String, Vec<String>>,
}

/// One kind of matter that may not be recorded.
#[derive(Debug)]
struct Wall {
    words: Vec<String>,
    reference: Reference,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWall {
    words: Vec<Spanned<Words>>,
    instrument: Spanned<Words>,
    article: Option<String>,
    #[serde(default)]
    verified: bool,
}

/// Reads the walls; none where the file is faulty.
pub(crate) fn read(page: &mut Page<'_>) -> Option<Walls> {
    let before = page.count();
    let mut document = page.document()?;
    let mut walls = Vec::new();
    for wall in document.each::<RawWall>(page, "wall") {
        walls.push(read_wall(page, wall));
    }
    let phrases = read_phrases(page, &mut document);
    let at = document.span();
    document.rest::<Nothing>(page)?;
    for word in NEVER {
        if !walls.iter().any(|wall| wall.words.iter().any(|own| own == word)) {
            page.fault(at.clone(), format!("`{word}` must be among the words"));
        }
    }
    (before == page.count()).then_some(Walls { walls, phrases })
}

/// `[[phrases]]`: the same keys as a wall and a name.
fn read_phrases(page: &mut Page<'_>, document: &mut Table<'_>) -> BTreeMap<String, Vec<String>> {
    let mut phrases = BTreeMap::new();
    for mut table in document.tables(page, "phrases") {
        let span = table.span();
        let Some(name) = table.take::<Words>(page, "name") else {
            page.fault(span, "expected name = \"…\"");
            continue;
        };
        let Some(raw) = table.rest(page) else { continue };
        let Wall { words, .. } = read_wall(page, Spanned::new(span, raw));
        if phrases.insert(name.get_ref().0.clone(), words).is_some() {
            page.fault(name.span(), format!("phrases `{}` stand twice", name.get_ref().0));
        }
    }
    phrases
}

fn read_wall(page: &mut Page<'_>, wall: Spanned<RawWall>) -> Wall {
    let span = wall.span();
    let wall = wall.into_inner();
    if wall.words.is_empty() {
        page.fault(span, "expected at least one word");
    }
    let words: Vec<String> =
        wall.words.into_iter().map(|word| word.into_inner().0.to_lowercase()).collect();
    let reference = RawReference {
        span: wall.instrument.span(),
        instrument: &wall.instrument.get_ref().0,
        article: wall.article.as_deref(),
        verified: wall.verified,
    };
    let reference = reference.read(page, &words.join("、"));
    Wall { words, reference }
}

impl Walls {
    /// Why `written` may not stand in a catalogue, or none where it may.
    fn refuse(&self, written: &str) -> Option<String> {
        self.walls.iter().find_map(|wall| {
            let word = wall.words.iter().find(|word| holds(written, word))?;
            let Reference { instrument, article, .. } = &wall.reference;
            Some(format!(
                "`{written}` holds `{word}`, which may never be recorded: {instrument}{article}"
            ))
        })
    }

    /// Reports the first passage that may not be recorded: one matter, one fault.
    pub(crate) fn refuse_any<'w>(
        &self,
        page: &mut Page<'_>,
        span: Range<usize>,
        written: impl IntoIterator<Item = &'w str>,
    ) {
        if let Some(reason) = written.into_iter().find_map(|one| self.refuse(one)) {
            page.fault(span, reason);
        }
    }

    /// Reports words that may not be recorded among the codes an item can say.
    ///
    /// What an item calls its industry or district is a name of the world, not matter recorded of
    /// the subject: 家庭服务 is a trade.
    pub(crate) fn refuse_codes(
        &self,
        page: &mut Page<'_>,
        span: &Range<usize>,
        item: &Item,
        codes: &crate::code_list::Codes,
    ) {
        let names = [item.roles.industry, item.roles.district];
        for (position, field) in item.fields.iter().enumerate() {
            let list = scope::list_of(&field.kind).and_then(|list| codes.get(list)?.as_deref());
            let Some(list) = list.filter(|_| !names.contains(&Some(position))) else { continue };
            for entry in &list.entries {
                let own = [&entry.code, &entry.label.zh, &entry.label.en];
                let words = own.into_iter().chain(&entry.aliases).chain(&entry.prefix);
                self.refuse_any(page, span.clone(), words.map(String::as_str));
            }
        }
    }
}

/// Chinese words are found anywhere; English ones as whole words, `_` standing for a space.
fn holds(written: &str, word: &str) -> bool {
    if !word.is_ascii() {
        return written.contains(word);
    }
    let spaced: String = written
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { ' ' })
        .collect();
    format!(" {spaced} ").contains(&format!(" {word} "))
}
