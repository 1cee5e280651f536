//! The world a template is compiled in: its source, one file of data, the fonts, and no clock.

use std::sync::LazyLock;

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult, SourceDiagnostic},
    ecow::EcoVec,
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_pdf::PdfOptions;

use crate::{error::RenderError, fonts::Fonts};

/// Sets the data in the report's template and exports it.
///
/// What the compiler remembers of a report is forgotten two reports later: its cache is one for
/// the process and would otherwise keep every report ever made.
pub(crate) fn typeset(
    fonts: &Fonts,
    data: Vec<u8>,
    options: &PdfOptions,
) -> Result<Vec<u8>, RenderError> {
    let pdf = compile(fonts, data, options);
    typst::comemo::evict(REMEMBERED);
    pdf.map_err(|faults| RenderError::Typesetting(sentence(&faults)))
}

const REMEMBERED: usize = 2;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// Ids of files are interned for good, so there are two of them in the life of a process.
static DATA: LazyLock<FileId> = LazyLock::new(|| file_id("/view.json"));
static TEMPLATE: LazyLock<Source> =
    LazyLock::new(|| Source::new(file_id("/report.typ"), include_str!("report.typ").to_owned()));

struct ReportWorld<'a> {
    fonts: &'a Fonts,
    data: Bytes,
}

fn compile(
    fonts: &Fonts,
    data: Vec<u8>,
    options: &PdfOptions,
) -> Result<Vec<u8>, EcoVec<SourceDiagnostic>> {
    let world = ReportWorld { fonts, data: Bytes::new(data) };
    let document = typst::compile(&world).output?;
    typst_pdf::pdf(&document, options)
}

fn file_id(path: &str) -> FileId {
    #[expect(clippy::expect_used, reason = "the two paths are constants above")]
    let path = VirtualPath::new(path).expect("a constant path is well formed");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

fn sentence(faults: &[SourceDiagnostic]) -> String {
    let mut parts = Vec::new();
    for fault in faults {
        parts.push(fault.message.to_string());
        parts.extend(fault.hints.iter().map(|hint| hint.v.to_string()));
    }
    parts.join("; ")
}

impl World for ReportWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        TEMPLATE.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == TEMPLATE.id() { Ok(TEMPLATE.clone()) } else { Err(FileError::NotSource) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == *DATA { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.faces.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
