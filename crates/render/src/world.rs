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

/// What is set.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Template {
    Report,
    Notice,
}

/// Sets the data in a template and exports it.
///
/// What the compiler remembers of a report is forgotten two reports later: its cache is one for
/// the process and would otherwise keep every report ever made.
pub(crate) fn typeset(
    fonts: &Fonts,
    template: Template,
    data: Vec<u8>,
    options: &PdfOptions,
) -> Result<Vec<u8>, RenderError> {
    let pdf = compile(fonts, template, data, options);
    typst::comemo::evict(REMEMBERED);
    pdf.map_err(|faults| RenderError::Typesetting(sentence(&faults)))
}

const REMEMBERED: usize = 2;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// Ids of files are interned for good, so there are three of them in the life of a process.
static DATA: LazyLock<FileId> = LazyLock::new(|| file_id("/view.json"));
static REPORT: LazyLock<Source> =
    LazyLock::new(|| Source::new(file_id("/report.typ"), include_str!("report.typ").to_owned()));
static NOTICE: LazyLock<Source> =
    LazyLock::new(|| Source::new(file_id("/notice.typ"), include_str!("notice.typ").to_owned()));

struct SheetWorld<'a> {
    fonts: &'a Fonts,
    template: &'static Source,
    data: Bytes,
}

fn compile(
    fonts: &Fonts,
    template: Template,
    data: Vec<u8>,
    options: &PdfOptions,
) -> Result<Vec<u8>, EcoVec<SourceDiagnostic>> {
    let template: &'static Source = match template {
        Template::Report => &REPORT,
        Template::Notice => &NOTICE,
    };
    let world = SheetWorld { fonts, template, data: Bytes::new(data) };
    let document = typst::compile(&world).output?;
    typst_pdf::pdf(&document, options)
}

fn file_id(path: &str) -> FileId {
    #[expect(clippy::expect_used, reason = "the paths are constants above")]
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

impl World for SheetWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::NotSource) }
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
