use std::{
    io::Write,
    process::{Command, Stdio},
    sync::LazyLock,
};

use super::*;
use crate::fonts::default_font_paths;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::load(&default_font_paths()).unwrap());

fn sample() -> ReportView {
    serde_json::from_str(include_str!("../../examples/sample.json")).unwrap()
}

/// The text of a report without spaces and breaks, or none where poppler is not installed.
fn text_of(pdf: &[u8]) -> Option<String> {
    let mut reader = Command::new("pdftotext")
        .args(["-raw", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    reader.stdin.take()?.write_all(pdf).ok()?;
    let output = reader.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let is_ink = |letter: &char| !letter.is_whitespace() && *letter != '\u{200b}';
    Some(text.chars().filter(is_ink).collect())
}

fn check_says(pdf: &[u8], expected: &[&str]) {
    let Some(text) = text_of(pdf) else {
        eprintln!("skipped: pdftotext is not installed");
        return;
    };
    for part in expected {
        let part: String = part.chars().filter(|letter| !letter.is_whitespace()).collect();
        assert!(text.contains(&part), "the report lacks “{part}”");
    }
}

#[test]
fn the_same_view_gives_the_same_bytes() {
    let first = report(&FONTS, &sample()).unwrap();
    let mut other = sample();
    other.subject.name = "示例另一家有限公司".to_owned();
    report(&FONTS, &other).unwrap();
    assert_eq!(first, report(&FONTS, &sample()).unwrap());
    assert!(first.starts_with(b"%PDF-1.7"));
}

#[test]
fn says_what_the_view_says() {
    let view = sample();
    let pdf = report(&FONTS, &view).unwrap();
    let code = "7K3M 9QXD 2V8R T4HW BN6C YPFJ 5A";
    let penalty = &view.sections[1].records[0];
    check_says(
        &pdf,
        &[
            "公共信用信息报告",
            &view.subject.name,
            &view.number,
            code,
            &view.digest,
            "二、行政许可",
            &penalty.title,
            &penalty.fields[4].1,
            view.sections[4].empty.as_deref().unwrap(),
            "示例数据：主体、代码与文书均为虚构",
            "第1页共5页",
            "（以下无正文）",
        ],
    );
}

#[test]
fn text_is_never_markup() {
    let hostile =
        r##"#panic("x") $1/0$ *粗* _斜_ \u{0} [#sys] `raw` <label> @ref // = 题 "引" 'q'"##;
    let mut view = sample();
    view.subject.name = hostile.to_owned();
    view.place = hostile.to_owned();
    view.statements = vec![hostile.to_owned()];
    view.subject.facts = vec![(hostile.to_owned(), hostile.to_owned())];
    view.sections[0].label = hostile.to_owned();
    view.sections[0].note = hostile.to_owned();
    view.sections[0].records[0].title = hostile.to_owned();
    view.sections[0].records[0].tags = vec![hostile.to_owned()];
    view.verify_url = "https://credit.example/?q=#panic()&b=\"\\".to_owned();
    let pdf = report(&FONTS, &view).unwrap();
    check_says(&pdf, &[hostile, "#panic()&b="]);
}

#[test]
fn a_character_without_a_glyph_does_not_cost_the_report() {
    let mut view = sample();
    view.subject.name = "示例\u{e863}\u{1f600}\u{202e}\u{0}有限公司".to_owned();
    let pdf = report(&FONTS, &view).unwrap();
    check_says(&pdf, &["示例〓〓有限公司", "U+E863、U+1F600"]);
}

#[test]
fn very_long_and_very_short_views_are_set() {
    let mut view = sample();
    let long = "经营范围很长".repeat(800);
    view.subject.name = "示例很长的名称".repeat(20);
    view.subject.facts = vec![("经营范围".to_owned(), long.clone())];
    view.sections[0].records[0].fields = vec![("许可内容".to_owned(), long)];
    let record = view.sections[0].records[1].clone();
    view.sections[0].records.extend(vec![record; 60]);
    check_says(&report(&FONTS, &view).unwrap(), &[&view.subject.name]);

    view.summary.clear();
    view.sections.clear();
    view.statements.clear();
    view.subject.facts.clear();
    view.fictional = false;
    assert!(report(&FONTS, &view).unwrap().starts_with(b"%PDF"));
}

#[test]
fn refuses_an_issue_time_that_is_none() {
    let mut view = sample();
    view.issued_at = "昨天".to_owned();
    let error = report(&FONTS, &view).unwrap_err().to_string();
    assert_eq!(error, "issue time “昨天” is not of the form 2026-11-22 10:31:05 +08:00");
}
