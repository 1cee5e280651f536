//! What can go wrong between a view and its bytes.

use std::path::PathBuf;

/// A document that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The issue time of a report is the date of the document, so it must be one.
    #[error("issue time “{written}” is not of the form 2026-11-22 10:31:05 +08:00")]
    IssuedAt { written: String, source: jiff::Error },
    /// The address for verification does not fit into a QR code.
    #[error("the verification address is too long for a QR code")]
    QrCode(#[source] qrcode::types::QrError),
    #[error("the view cannot be handed to the template")]
    View(#[source] serde_json::Error),
    /// The template itself is at fault, never the text of a view: that is data to it.
    #[error("typesetting failed: {0}")]
    Typesetting(String),
    #[error("the workbook cannot be written")]
    Workbook(#[source] rust_xlsxwriter::XlsxError),
    #[error("{rows} rows are more than one sheet of a workbook holds")]
    TooManyRows { rows: usize },
}

/// Fonts without which no report can be set.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    #[error("font file {} cannot be read", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error(
        "no font file has {family}, weight {weight}; install Debian's fonts-noto-cjk or name its folder"
    )]
    Missing { family: &'static str, weight: u16 },
}
