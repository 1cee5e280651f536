//! The form a department fills in (填报模板): one workbook for a catalogue item.
//!
//! 填报 has the exchanged codes as its heading, which is what intake reads, and all its cells are
//! text. 说明 explains every field; 代码 has the code lists, which the fields offer to choose from.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    catalogue::{Field, FieldKind, Item, Required},
    code_list::{CodeList, Entry},
    condition::{Condition, Test},
    disclosure::{Audience, Verdict},
    text::Lang,
};
use rust_xlsxwriter::{
    DataValidation, DataValidationRule, Formula, Note, Workbook, Worksheet, XlsxError,
    utility::cell_range_absolute,
};

use crate::{
    error::RenderError,
    workbook::{
        column_width, heading_format, marked, text_format, workbook, wrapped_format, write_text,
    },
};

/// The workbook for an item; a list the item names and the map lacks is left to free text.
pub fn template(
    item: &Item,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> Result<Vec<u8>, RenderError> {
    let mut book = workbook(&format!("{}填报模板", item.label.zh))?;
    fill(&mut book, item, &Lists::of(item, codes)).map_err(RenderError::Workbook)?;
    book.save_to_buffer().map_err(RenderError::Workbook)
}

/// Entries of a list that a workbook carries; the rest is on the catalogue's page.
const MOST_ENTRIES: usize = 2_000;

/// Characters that a list written into a cell's own rule may have, commas included.
const LONGEST_RULE: usize = 255;

const LAST_ROW: u32 = 1_048_575;

/// First row of entries on the sheet 代码, under the list's name and the two headings.
const LISTS_BEGIN: u32 = 2;

const EXPLANATION: [(&str, f64); 8] = [
    ("交换代码", 18.0),
    ("名称", 30.0),
    ("English", 34.0),
    ("类型", 24.0),
    ("最长（字）", 12.0),
    ("是否必填", 44.0),
    ("代码集", 26.0),
    ("向社会", 10.0),
];

/// The code lists an item uses, in the order of its fields.
struct Lists<'a>(Vec<&'a CodeList>);

impl<'a> Lists<'a> {
    fn of(item: &Item, codes: &'a BTreeMap<String, Arc<CodeList>>) -> Self {
        let mut lists: Vec<&CodeList> = Vec::new();
        for field in &item.fields {
            let list = list_id(&field.kind).and_then(|id| codes.get(id));
            let known = |list: &CodeList| lists.iter().any(|known| known.id == list.id);
            if let Some(list) = list.filter(|list| !known(list)) {
                lists.push(list);
            }
        }
        Lists(lists)
    }

    /// The list of a field and its place on the sheet 代码.
    fn find(&self, kind: &FieldKind) -> Option<(u16, &'a CodeList)> {
        let id = list_id(kind)?;
        (0u16..).zip(self.0.iter().copied()).find(|(_, list)| list.id == id)
    }
}

fn list_id(kind: &FieldKind) -> Option<&str> {
    match kind {
        FieldKind::Code { list } | FieldKind::Codes { list } => Some(list),
        _ => None,
    }
}

fn fill(book: &mut Workbook, item: &Item, lists: &Lists<'_>) -> Result<(), XlsxError> {
    fill_form(book.add_worksheet(), item, lists)?;
    fill_explanation(book.add_worksheet(), item, lists)?;
    if lists.0.is_empty() { Ok(()) } else { fill_codes(book.add_worksheet(), lists) }
}

fn fill_form(sheet: &mut Worksheet, item: &Item, lists: &Lists<'_>) -> Result<(), XlsxError> {
    let (heading, required) = (heading_format(), marked(heading_format()));
    sheet.set_name("填报")?.set_freeze_panes(1, 0)?;
    for (column, field) in (0u16..).zip(&item.fields) {
        let always = field.required == Required::Always;
        let format = if always { &required } else { &heading };
        write_text(sheet, 0, column, &field.code, format)?;
        let texts = [field.code.as_str(), field.label.zh.as_str()];
        sheet
            .set_column_format(column, &text_format())?
            .set_column_width(column, column_width(texts.into_iter()))?
            .insert_note(0, column, &note(item, field, lists))?;
        if let Some(rule) = validation(field, lists)? {
            sheet.add_data_validation(1, column, LAST_ROW, column, &rule)?;
        }
    }
    Ok(())
}

fn note(item: &Item, field: &Field, lists: &Lists<'_>) -> Note {
    let mut lines = vec![field.label.zh.clone(), format!("类型：{}", field.kind.label().zh)];
    lines.extend(field.max.map(|max| format!("最长：{max} 字")));
    lines.push(format!("必填：{}", required(item, field, lists)));
    lines.extend(hint(&field.kind).map(str::to_owned));
    let height = u32::try_from(lines.len()).unwrap_or(u32::MAX).saturating_mul(24).min(400);
    Note::new(lines.join("\n")).add_author_prefix(false).set_width(300).set_height(height + 24)
}

/// How a value is written, where its type does not say.
fn hint(kind: &FieldKind) -> Option<&'static str> {
    match kind {
        FieldKind::Date => Some("写成 2026-01-31"),
        FieldKind::DateOpen => Some("写成 2026-01-31；长期有效写 2099-12-31"),
        FieldKind::MoneyWan => Some("单位是万元，只写数字"),
        FieldKind::MoneyYuan => Some("单位是元，只写数字"),
        FieldKind::Flag => Some("写 是 或 否"),
        FieldKind::Codes { .. } => Some("多个值用“；”隔开"),
        _ => None,
    }
}

fn validation(field: &Field, lists: &Lists<'_>) -> Result<Option<DataValidation>, XlsxError> {
    if field.kind == FieldKind::Flag {
        return DataValidation::new().allow_list_strings(&["是", "否"]).map(Some);
    }
    if let Some((place, list)) = lists.find(&field.kind) {
        let rule = offer(place, list)?;
        let open =
            matches!(field.kind, FieldKind::Codes { .. }) || MOST_ENTRIES < list.entries.len();
        return Ok(Some(rule.show_error_message(!open)));
    }
    let Some(max) = field.max else { return Ok(None) };
    let rule = DataValidation::new()
        .allow_text_length(DataValidationRule::LessThanOrEqualTo(max))
        .set_error_title("太长")?
        .set_error_message(format!("最多 {max} 个字"))?;
    Ok(Some(rule))
}

/// A list to choose from, written into the rule or, where it is too long, on the sheet 代码.
fn offer(place: u16, list: &CodeList) -> Result<DataValidation, XlsxError> {
    let labels = offers_labels(list);
    let word = |entry: &'_ Entry| if labels { entry.label.zh.clone() } else { entry.code.clone() };
    let words: Vec<String> = entries(list).iter().map(word).collect();
    let length: usize = words.iter().map(|word| word.encode_utf16().count() + 1).sum();
    let plain = !words.iter().any(|word| word.contains([',', '"']));
    if plain && length <= LONGEST_RULE {
        return DataValidation::new().allow_list_strings(&words);
    }
    let column = place * 2 + u16::from(labels);
    let last = LISTS_BEGIN + u32::try_from(words.len()).unwrap_or(u32::MAX).saturating_sub(1);
    let cells = cell_range_absolute(LISTS_BEGIN, column, last, column);
    Ok(DataValidation::new().allow_list_formula(Formula::new(format!("='代码'!{cells}"))))
}

/// Whether the labels can stand for the codes: each leads back to its own entry.
fn offers_labels(list: &CodeList) -> bool {
    let leads_back =
        |entry: &Entry| list.find(&entry.label.zh).is_some_and(|found| found.code == entry.code);
    entries(list).iter().all(leads_back)
}

fn entries(list: &CodeList) -> &[Entry] {
    &list.entries[..list.entries.len().min(MOST_ENTRIES)]
}

fn fill_explanation(
    sheet: &mut Worksheet,
    item: &Item,
    lists: &Lists<'_>,
) -> Result<(), XlsxError> {
    let (heading, text) = (heading_format(), wrapped_format());
    sheet.set_name("说明")?.set_freeze_panes(1, 0)?;
    for (column, (label, width)) in (0u16..).zip(EXPLANATION) {
        write_text(sheet, 0, column, label, &heading)?;
        sheet.set_column_width(column, width)?;
    }
    for (row, field) in (1u32..).zip(&item.fields) {
        let list = lists.find(&field.kind).map(|(_, list)| list.label.zh.clone());
        let cells = [
            field.code.clone(),
            field.label.zh.clone(),
            field.label.en.clone(),
            field.kind.label().zh,
            field.max.map(|max| max.to_string()).unwrap_or_default(),
            required(item, field, lists),
            list.or_else(|| list_id(&field.kind).map(str::to_owned)).unwrap_or_default(),
            disclosed(field).to_owned(),
        ];
        for (column, cell) in (0u16..).zip(&cells) {
            write_text(sheet, row, column, cell, &text)?;
        }
    }
    Ok(())
}

fn disclosed(field: &Field) -> &'static str {
    match field.disclosure.verdict(Audience::Public) {
        Verdict::Show => "公示",
        Verdict::Mask => "遮盖",
        Verdict::Withhold => "不公示",
    }
}

/// When a field must be filled in and when it must be empty, as a clerk would say it.
fn required(item: &Item, field: &Field, lists: &Lists<'_>) -> String {
    let all = |conditions: &[Condition]| {
        let parts: Vec<String> =
            conditions.iter().map(|condition| sentence(item, condition, lists)).collect();
        parts.join("且")
    };
    let mut text = match &field.required {
        Required::Always => "必填".to_owned(),
        Required::Never => "选填".to_owned(),
        Required::When(groups) => {
            let groups: Vec<String> = groups.iter().map(|group| all(group)).collect();
            format!("{}时必填", groups.join("，或者"))
        }
    };
    if !field.empty_when.is_empty() {
        text.push_str(&format!("；{}时不得填写", all(&field.empty_when)));
    }
    text
}

fn sentence(item: &Item, condition: &Condition, lists: &Lists<'_>) -> String {
    let Some(field) = item.fields.get(condition.field) else { return String::new() };
    let words = |codes: &[String]| {
        let list = lists.find(&field.kind).map(|(_, list)| list);
        let word = |code: &String| {
            format!("“{}”", list.map_or(code.as_str(), |list| list.label(code, Lang::Zh)))
        };
        codes.iter().map(word).collect::<Vec<String>>().join("或")
    };
    let label = &field.label.zh;
    match &condition.test {
        Test::Is(codes) => format!("“{label}”是{}", words(codes)),
        Test::IsNot(codes) => format!("“{label}”不是{}", words(codes)),
        Test::Has(codes) => format!("“{label}”含{}", words(codes)),
        Test::Filled => format!("“{label}”已填写"),
        Test::Empty => format!("“{label}”没有填写"),
    }
}

fn fill_codes(sheet: &mut Worksheet, lists: &Lists<'_>) -> Result<(), XlsxError> {
    let (heading, text) = (heading_format(), text_format());
    sheet.set_name("代码")?.set_freeze_panes(LISTS_BEGIN, 0)?;
    for (place, list) in (0u16..).zip(&lists.0) {
        let (code, label) = (place * 2, place * 2 + 1);
        sheet.merge_range(0, code, 0, label, &title(list), &heading)?;
        write_text(sheet, 1, code, "代码", &heading)?;
        write_text(sheet, 1, label, "名称", &heading)?;
        for (row, entry) in (LISTS_BEGIN..).zip(entries(list)) {
            write_text(sheet, row, code, &entry.code, &text)?;
            write_text(sheet, row, label, &entry.label.zh, &text)?;
        }
        let codes = entries(list).iter().map(|entry| entry.code.as_str());
        let labels = entries(list).iter().map(|entry| entry.label.zh.as_str());
        sheet
            .set_column_width(code, column_width(codes))?
            .set_column_width(label, column_width(labels))?;
    }
    Ok(())
}

fn title(list: &CodeList) -> String {
    let total = list.entries.len();
    if total <= MOST_ENTRIES {
        return list.label.zh.clone();
    }
    format!("{}（共 {total} 项，只列前 {MOST_ENTRIES} 项）", list.label.zh)
}

#[cfg(test)]
mod tests;
