//! Conditions of the catalogue with their words looked up.

use std::sync::Arc;

use domain::{
    catalogue::{Field, FieldKind, Item},
    code_list::CodeList,
    condition::{Condition, Test},
    policy::Policy,
    text::{Lang, Text},
};

/// A condition with its words looked up.
#[derive(Debug)]
pub struct Compiled {
    pub field: usize,
    pub test: CompiledTest,
    /// The condition as a clerk reads it: “行政相对人类别”为“自然人”.
    pub words: Text,
}

#[derive(Debug)]
pub enum CompiledTest {
    /// Positions in the field's code list, or words for a field without one.
    Is(Vec<u32>, Vec<String>),
    IsNot(Vec<u32>, Vec<String>),
    Has(u64),
    Filled,
    Empty,
}

/// Looks up the words of a condition in the code list of its field.
#[must_use]
pub fn compile(policy: &Policy, item: &Item, condition: &Condition) -> Compiled {
    let field = &item.fields[condition.field];
    let list = match &field.kind {
        FieldKind::Code { list } | FieldKind::Codes { list } => policy.codes.get(list),
        _ => None,
    };
    let position = |word: &String| {
        let list = list?;
        let found = list.find(word)?;
        list.entries.iter().position(|entry| entry.code == found.code)
    };
    let positions = |words: &[String]| -> Vec<u32> {
        words.iter().filter_map(position).filter_map(|p| u32::try_from(p).ok()).collect()
    };
    let test = match &condition.test {
        Test::Is(words) => CompiledTest::Is(positions(words), words.clone()),
        Test::IsNot(words) => CompiledTest::IsNot(positions(words), words.clone()),
        Test::Has(words) => {
            let mask =
                positions(words).into_iter().filter(|p| *p < 64).fold(0, |mask, p| mask | 1 << p);
            CompiledTest::Has(mask)
        }
        Test::Filled => CompiledTest::Filled,
        Test::Empty => CompiledTest::Empty,
    };
    Compiled { field: condition.field, test, words: words(field, list, &condition.test) }
}

fn words(field: &Field, list: Option<&Arc<CodeList>>, test: &Test) -> Text {
    let label = |words: &[String], lang: Lang| {
        let label = |word: &String| {
            let entry = list.and_then(|list| list.find(word));
            entry.map_or(word.clone(), |entry| entry.label.get(lang).to_owned())
        };
        words.iter().map(label).collect::<Vec<_>>().join(lang.t("、", ", "))
    };
    let (zh, en) = (&field.label.zh, &field.label.en);
    let among = |words: &[String], zh_verb: &str, en_verb: &str| {
        Text::new(
            format!("“{zh}”{zh_verb}“{}”", label(words, Lang::Zh)),
            format!("“{en}” {en_verb} “{}”", label(words, Lang::En)),
        )
    };
    match test {
        Test::Is(words) => among(words, "为", "is"),
        Test::IsNot(words) => among(words, "不是", "is not"),
        Test::Has(words) => among(words, "含", "holds"),
        Test::Filled => Text::new(format!("填写了“{zh}”"), format!("“{en}” is filled in")),
        Test::Empty => Text::new(format!("“{zh}”空缺"), format!("“{en}” is empty")),
    }
}
