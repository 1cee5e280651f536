//! The files of a policy folder: their text, their lines, their digest, and what is reported on them.

use std::{collections::BTreeMap, fs, io, ops::Range, path::Path};

use sm3::{Digest, Sm3};

use crate::{PolicyFault, Unverified};

/// Extensions of the files that are law; anything else (a README, a picture) is passed over.
const EXTENSIONS: [&str; 3] = ["toml", "csv", "cedar"];

/// Everything reported while a folder is read.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) faults: Vec<PolicyFault>,
    pub(crate) unverified: Vec<Unverified>,
}

impl Report {
    /// Reports a fault of a folder as a whole.
    pub(crate) fn fault(&mut self, place: &str, message: &str) {
        self.fault_in_file(place, message.to_owned());
    }

    fn fault_in_file(&mut self, file: &str, message: String) {
        self.faults.push(PolicyFault { file: file.to_owned(), line: 0, message });
    }
}

/// All law files of a folder, by relative path.
#[derive(Debug)]
pub(crate) struct Folder {
    sources: BTreeMap<String, Source>,
    version: String,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    /// Byte offset at which each line begins.
    lines: Vec<usize>,
}

/// One file while it is read, and the report on it.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) source: &'a Source,
    pub(crate) report: &'a mut Report,
}

impl Folder {
    pub(crate) fn read(root: &Path, report: &mut Report) -> Self {
        let mut files = BTreeMap::new();
        if let Err(error) = collect(root, "", &mut files) {
            report.fault_in_file(".", format!("the folder cannot be read: {error}"));
        }
        let mut digest = Sm3::new();
        let mut sources = BTreeMap::new();
        for (path, bytes) in files {
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(error) => {
                    report.fault_in_file(&path, format!("the file cannot be read: {error}"));
                    continue;
                }
            };
            digest.update(path.as_bytes());
            digest.update([0]);
            digest.update(&bytes);
            digest.update([0]);
            match String::from_utf8(bytes) {
                Ok(text) => {
                    sources.insert(path.clone(), Source::new(path, text));
                }
                Err(_) => report.fault_in_file(&path, "the file is not UTF-8 text".to_owned()),
            }
        }
        let version = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Folder { sources, version }
    }

    /// SM3 over every file: path, 0, bytes, 0, in the order of the paths; in hexadecimal.
    pub(crate) fn version(&self) -> String {
        self.version.clone()
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Source> {
        self.sources.get(path)
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// The TOML files directly in a sub-folder, each with its stem.
    pub(crate) fn stems<'f>(&'f self, under: &str) -> impl Iterator<Item = (&'f str, &'f Source)> {
        self.sources.values().filter_map(move |source| {
            let name = source.path.strip_prefix(under)?.strip_prefix('/')?;
            let stem = name.strip_suffix(".toml")?;
            (!stem.contains('/')).then_some((stem, source))
        })
    }

    /// Reads each TOML file of a sub-folder; a file that has a fault gives nothing under its stem.
    pub(crate) fn each<T>(
        &self,
        under: &str,
        report: &mut Report,
        mut read: impl FnMut(&mut Page<'_>, &str) -> Option<T>,
    ) -> BTreeMap<String, Option<T>> {
        let mut all = BTreeMap::new();
        for (stem, source) in self.stems(under) {
            all.insert(stem.to_owned(), read(&mut Page { source, report }, stem));
        }
        all
    }

    /// Reads a file that no policy may do without.
    pub(crate) fn required<T>(
        &self,
        path: &str,
        report: &mut Report,
        read: impl FnOnce(&mut Page<'_>) -> Option<T>,
    ) -> Option<T> {
        let Some(source) = self.get(path) else {
            report.fault_in_file(path, "the file is missing".to_owned());
            return None;
        };
        read(&mut Page { source, report })
    }

    /// Reports files in places where nothing reads them: a misplaced law must not pass for law.
    pub(crate) fn report_strays(&self, report: &mut Report) {
        for path in self.paths().filter(|path| is_stray(path)) {
            report
                .fault_in_file(path, "nothing reads a file of this name in this place".to_owned());
        }
    }
}

impl Source {
    pub(crate) fn new(path: String, text: String) -> Self {
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect();
        Source { path, text, lines }
    }

    /// The line, counted from 1, that holds a byte.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset)
    }
}

impl Page<'_> {
    /// Reports a fault where `span` begins.
    pub(crate) fn fault(&mut self, span: Range<usize>, message: impl Into<String>) {
        let line = self.source.line(span.start);
        self.fault_on(line, message);
    }

    /// Reports a fault on a line that was counted by somebody else.
    pub(crate) fn fault_on(&mut self, line: usize, message: impl Into<String>) {
        let file = self.source.path.clone();
        self.report.faults.push(PolicyFault { file, line, message: message.into() });
    }

    pub(crate) fn unverified(&mut self, span: Range<usize>, what: String) {
        let line = self.source.line(span.start);
        let file = self.source.path.clone();
        self.report.unverified.push(Unverified { file, line, what });
    }

    pub(crate) fn unverified_on(&mut self, line: usize, what: String) {
        let file = self.source.path.clone();
        self.report.unverified.push(Unverified { file, line, what });
    }

    /// How many faults there are so far; two counts tell whether what lies between was clean.
    pub(crate) fn count(&self) -> usize {
        self.report.faults.len()
    }
}

fn is_stray(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let toml = path.ends_with(".toml");
    match parts[..] {
        [
            "commitments.toml" | "deadlines.toml" | "disclosure.toml" | "linkage.toml"
            | "lists.toml" | "matters.toml" | "measures.toml" | "names.toml" | "notices.toml"
            | "passwords.toml" | "placeholders.toml" | "walls.toml",
        ] => false,
        ["catalogue" | "calendar" | "packs" | "cases" | "parameters" | "scorecards", _] => !toml,
        ["parameters", "publication", _] => !toml,
        ["access", _] => !path.ends_with(".cedar"),
        ["codes", _] => !toml && !path.ends_with(".csv"),
        ["places", _, "place.toml" | "districts.toml" | "departments.toml" | "checks.toml"] => {
            false
        }
        _ => true,
    }
}

/// Reads the law files below a folder into `files`.
fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, io::Result<Vec<u8>>>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files)?;
            continue;
        }
        if EXTENSIONS.iter().any(|extension| path.extension().is_some_and(|own| own == *extension))
        {
            files.insert(format!("{prefix}{name}"), fs::read(&path));
        }
    }
    Ok(())
}
