//! The public credit report of an organisation (公共信用信息报告), as PDF/A.
//!
//! A report is a snapshot: it can be made again byte for byte from its view, so the date in the
//! document is the issue time and its identifier is the report's number. It is PDF/A-2a, to be
//! kept for good, and PDF/UA-1, to be read aloud.

use jiff::fmt::strtime;
use serde::{Deserialize, Serialize};
use typst::foundations::{Datetime, Smart};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::{
    error::RenderError,
    fonts::Fonts,
    sheet::Sheet,
    world::{self, Template},
};

/// Everything one report says, already limited to what its reader may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportView {
    /// 报告编号.
    pub number: String,
    /// 核验码, without spaces; printed in groups of four.
    pub verification_code: String,
    /// Address that answers for this report; it is what the QR code says.
    pub verify_url: String,
    /// 2026-11-22 10:31:05 +08:00.
    pub issued_at: String,
    /// 数据截至.
    pub data_until: String,
    pub place: String,
    /// 出具单位, the author of the document.
    pub operator: String,
    /// Subject, codes and documents are invented, which every page then says.
    pub fictional: bool,
    pub subject: SubjectHead,
    /// 概况: a section's label and how many records it has.
    pub summary: Vec<(String, u64)>,
    pub sections: Vec<ReportSection>,
    /// 声明, in the order of their numbers.
    pub statements: Vec<String>,
    pub policy_version: String,
    /// SM3 of the canonical data, as sm3:748d87…
    pub digest: String,
}

/// Whom the report is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubjectHead {
    pub name: String,
    /// In its four parts: 91 419900 XXXX00012 8.
    pub code: String,
    /// What the code is, such as 统一社会信用代码.
    pub scheme_label: String,
    /// What the subject is, such as 法人及非法人组织.
    pub kind_label: String,
    /// 登记注册基础信息 as label and value.
    pub facts: Vec<(String, String)>,
}

/// One section of the report; every section is printed, an empty one with its sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportSection {
    pub label: String,
    /// What the section holds and for how long, in a line.
    pub note: String,
    pub records: Vec<ReportRecord>,
    /// The answer where there is no record: 未列入任何严重失信主体名单（截至…）.
    pub empty: Option<String>,
}

/// One published record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportRecord {
    pub title: String,
    pub tags: Vec<String>,
    /// Label and value, in the order of the catalogue.
    pub fields: Vec<(String, String)>,
    /// 公示至 …
    pub until: String,
    /// 信源单位, batch and row.
    pub source: String,
    /// Instruments with article.
    pub basis: Vec<String>,
    /// 异议中, or the subject's own declaration.
    pub mark: Option<String>,
}

/// Sets the report; the same view and fonts give the same bytes.
pub fn report(fonts: &Fonts, view: &ReportView) -> Result<Vec<u8>, RenderError> {
    let options = archival(&view.number, &view.issued_at)?;
    let sheet = Sheet::new(fonts, view)?;
    let data = serde_json::to_vec(&sheet).map_err(RenderError::View)?;
    world::typeset(fonts, Template::Report, data, &options)
}

/// PDF to be kept for good and read aloud, dated with its issue and named by its number.
pub(crate) fn archival(number: &str, issued_at: &str) -> Result<PdfOptions, RenderError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|fault| RenderError::Typesetting(fault.message().to_string()))?;
    Ok(PdfOptions {
        ident: Smart::Custom(number.to_owned()),
        creator: Smart::Custom(Some("Xinheng".to_owned())),
        timestamp: timestamp(issued_at)?,
        standards,
        ..PdfOptions::default()
    })
}

/// The issue time as the date of the document; none where it lies outside what PDF can say.
fn timestamp(written: &str) -> Result<Option<Timestamp>, RenderError> {
    let parse = || {
        let time = strtime::parse("%Y-%m-%d %H:%M:%S %:z", written)?;
        Ok((time.to_datetime()?, time.offset()))
    };
    let (time, offset) =
        parse().map_err(|source| RenderError::IssuedAt { written: written.to_owned(), source })?;
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let datetime = Datetime::from_ymd_hms(
        i32::from(time.year()),
        part(time.month()),
        part(time.day()),
        part(time.hour()),
        part(time.minute()),
        part(time.second()),
    );
    let minutes = offset.map_or(0, |offset| offset.seconds() / 60);
    Ok(datetime.and_then(|datetime| Timestamp::new_local(datetime, minutes)))
}

#[cfg(test)]
mod tests;
