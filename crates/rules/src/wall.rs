//! Walls: matter that may never be recorded, whatever a catalogue says.
//!
//! `walls.toml` names the words with their law. The words of [`NEVER`] must be among them, so
//! that editing the file can raise a wall but not take one down.

use domain::parameter::Reference;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    disclosure::Nothing,
    raw::{RawReference, Words},
    source::Page,
};

/// Words that no edition of `walls.toml` may leave out: 国办发〔2020〕49号 and
/// 《征信业管理条例》第十四条第一款 are enforced here, not offered.
const NEVER: [&str; 16] = [
    "信访",
    "投诉",
    "献血",
    "闯红灯",
    "垃圾分类",
    "舆情",
    "社交",
    "浏览记录",
    "家庭成员",
    "亲属",
    "宗教",
    "基因",
    "指纹",
    "血型",
    "疾病",
    "病史",
];

/// One kind of matter that may not be recorded.
#[derive(Debug)]
pub(crate) struct Wall {
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
pub(crate) fn read(page: &mut Page<'_>) -> Option<Vec<Wall>> {
    let before = page.count();
    let mut document = page.document()?;
    let mut walls = Vec::new();
    for wall in document.each::<RawWall>(page, "wall") {
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
        walls.push(Wall { words, reference });
    }
    let at = document.span();
    document.rest::<Nothing>(page)?;
    for word in NEVER {
        if !walls.iter().any(|wall| wall.words.iter().any(|own| own == word)) {
            page.fault(at.clone(), format!("`{word}` must be among the words"));
        }
    }
    (before == page.count()).then_some(walls)
}

/// Why `written` may not stand in a catalogue, or none where it may.
pub(crate) fn refuse(walls: &[Wall], written: &str) -> Option<String> {
    let wall_word = |wall: &Wall| wall.words.iter().find(|word| holds(written, word)).cloned();
    walls.iter().find_map(|wall| {
        let word = wall_word(wall)?;
        let Reference { instrument, article, .. } = &wall.reference;
        Some(format!(
            "`{written}` holds `{word}`, which may never be recorded: {instrument}{article}"
        ))
    })
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
