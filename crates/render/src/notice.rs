//! A notice (文书) of a case, as PDF/A: title, number, whom it is for, what is told, remedies, organ and date.

use serde::{Deserialize, Serialize};

use crate::{
    error::RenderError,
    fonts::Fonts,
    printable::Printer,
    report,
    world::{self, Template},
};

/// Everything one notice says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeView {
    pub title: String,
    pub number: String,
    /// Whom it is for.
    pub addressee: String,
    pub paragraphs: Vec<String>,
    /// Numbered, where there are several reasons or things to do.
    pub grounds: Vec<String>,
    /// What may be done against it, and until when.
    pub remedies: Vec<String>,
    pub organ: String,
    /// 2026年11月27日.
    pub date: String,
    /// 2026-11-27 10:31:05 +08:00.
    pub issued_at: String,
    /// Subject and papers are invented, which every page then says.
    pub fictional: bool,
}

/// Sets the notice; the same view and fonts give the same bytes.
pub fn notice(fonts: &Fonts, view: &NoticeView) -> Result<Vec<u8>, RenderError> {
    let options = report::archival(&view.number, &view.issued_at)?;
    let mut printer = Printer::new(fonts);
    let mut print = |text: &String| printer.text(text);
    let printed = NoticeView {
        title: print(&view.title),
        number: print(&view.number),
        addressee: print(&view.addressee),
        paragraphs: view.paragraphs.iter().map(&mut print).collect(),
        grounds: view.grounds.iter().map(&mut print).collect(),
        remedies: view.remedies.iter().map(&mut print).collect(),
        organ: print(&view.organ),
        date: print(&view.date),
        ..view.clone()
    };
    let data = serde_json::to_vec(&printed).map_err(RenderError::View)?;
    world::typeset(fonts, Template::Notice, data, &options)
}
