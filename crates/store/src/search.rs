//! The index of names for the portal: finds an organisation or an individual business by its name,
//! a part of the name, or the name with one character wrong, missing or too many.
//!
//! Derived from the change feed and never the truth: a lost or outdated index is built again.
//! Natural persons are never in it, and a name leaves it when no record that stands bears it.

mod build;
mod gather;
mod gram;
mod near;
mod sound;

use std::{collections::HashSet, fs, io, path::Path};

use domain::{ids::SubjectId, name, record::Version, subject::Kind};
use jiff::Timestamp;
use tantivy::{
    DocAddress, Index, IndexReader, IndexSettings, ReloadPolicy, Searcher, TantivyDocument,
    TantivyError,
    directory::{MmapDirectory, error::LockError},
    schema::{
        FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
        Value as _,
    },
};

use crate::{
    error::Error,
    feed, record,
    register::Register,
    search::{build::Build, gram::Grams, sound::Sounds},
};

/// How a name answers a question, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    Exact,
    Prefix,
    Part,
    /// It is read so (拼音).
    Sound,
    /// All but one character fit.
    Misspelt,
}

/// A subject found, under the name that fits best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The one that holds a record of the name, which may stand in another.
    pub subject: SubjectId,
    pub name: String,
    pub how: Match,
}

/// The open index; several processes may read it while one of them writes.
pub struct NameIndex {
    index: Index,
    reader: IndexReader,
    fields: Fields,
}

#[derive(Clone, Copy)]
struct Fields {
    subject: Field,
    /// As written; found by the pairs of characters of its matching key.
    name: Field,
    /// The same, found by the pairs of its sounds.
    sound: Field,
    /// Characters of the matching key, so that short names come first.
    length: Field,
}

/// Folder of the index. Its number goes up with any change of the schema or of the pairs, and
/// folders of other numbers are removed.
const FOLDER: &str = "names-2";
const TOKENIZER: &str = "name_grams";
const SOUNDS: &str = "name_sounds";

/// Changes read at a time.
const PAGE: i64 = 2_000;
/// Subjects touched between commits, which bounds memory.
const SUBJECTS_MAX: usize = 100_000;
/// A longer question is no name.
const QUERY_MAX: usize = 200;
/// Candidates looked at one by one beyond the limit: some have the pairs scattered, some are other
/// names of a subject already found.
const SPARE: usize = 60;
/// Shorter questions say too little to be matched with a character wrong.
const MISSPELT_MIN: usize = 4;

impl NameIndex {
    /// Opens the index in a folder of its own; one that cannot be read is begun afresh.
    pub fn open(folder: &Path) -> Result<NameIndex, Error> {
        remove_outdated(folder)?;
        let folder = folder.join(FOLDER);
        let index = match open_or_create(&folder) {
            Err(
                error @ (TantivyError::DataCorruption(_)
                | TantivyError::IncompatibleIndex(_)
                | TantivyError::SchemaError(_)),
            ) => {
                tracing::warn!(error = %error, "the index of names cannot be read and is built again");
                fs::remove_dir_all(&folder)?;
                open_or_create(&folder)?
            }
            opened => opened?,
        };
        index.tokenizers().register(TOKENIZER, Grams);
        index.tokenizers().register(SOUNDS, Sounds);
        let schema = index.schema();
        let fields = Fields {
            subject: schema.get_field("subject")?,
            name: schema.get_field("name")?,
            sound: schema.get_field("sound")?,
            length: schema.get_field("length")?,
        };
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(NameIndex { index, reader, fields })
    }

    /// The position of the change feed up to which the index is built; 0 where it is empty.
    #[must_use]
    pub fn position(&self) -> i64 {
        let metas = self.index.load_metas().ok();
        metas.and_then(|metas| metas.payload?.parse().ok()).unwrap_or(0)
    }

    /// How many names there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Takes in up to `limit` changes that the index does not have yet and says how many it read.
    ///
    /// Where another process is writing, what that one has finished is shown and nothing is read.
    pub async fn follow(&self, register: &Register, limit: i64) -> Result<i64, Error> {
        if feed::last(register).await? == self.position() {
            self.reader.reload()?;
            return Ok(0);
        }
        let mut build = match Build::begin(&self.index, self.fields) {
            Err(Error::Search(TantivyError::LockFailure(LockError::LockBusy, _))) => {
                self.reader.reload()?;
                return Ok(0);
            }
            begun => begun?,
        };
        self.reader.reload()?;
        let mut position = self.position();
        if feed::last(register).await? < position {
            tracing::warn!(
                position,
                "the register is behind the index of names, which is built again"
            );
            build = blocking(build, Build::clear).await?;
            self.reader.reload()?;
            position = 0;
        }
        let mut read = 0;
        while read < limit {
            let changes = feed::read(register, position + 1, PAGE.min(limit - read)).await?;
            let Some(last) = changes.last() else { break };
            position = last.position;
            read += i64::try_from(changes.len()).unwrap_or(PAGE);
            let mut steps = Vec::with_capacity(changes.len());
            for change in changes {
                steps.extend(step(register, change.version).await?);
            }
            let searcher = self.reader.searcher();
            build = blocking(build, move |build| build.take(&searcher, steps)).await?;
            if SUBJECTS_MAX < build.touched() {
                build = blocking(build, move |build| build.commit(position)).await?;
                self.reader.reload()?;
            }
        }
        tokio::task::spawn_blocking(move || build.finish(position)).await??;
        self.reader.reload()?;
        Ok(read)
    }

    /// The subjects whose names fit, best first: exact before prefix before part, short names
    /// before long, and then by how they are read. Names with a character wrong are looked for only
    /// where nothing else fits.
    pub fn search(&self, text: &str, limit: usize) -> Result<Vec<Hit>, Error> {
        let query: Vec<char> = name::normalise(text).chars().collect();
        if query.is_empty() || QUERY_MAX < query.len() || limit == 0 {
            return Ok(Vec::new());
        }
        let searcher = self.reader.searcher();
        let inner = gram::inner(&query);
        let (start, end) = (gram::start(&query), gram::end(&query));
        let prefix: Vec<String> = inner.iter().cloned().chain(start).collect();
        let exact: Vec<String> = prefix.iter().cloned().chain(end).collect();
        let mut found = Vec::new();
        for grams in [&exact, &prefix, &inner] {
            let keep = limit.saturating_add(SPARE);
            let candidates = gather::candidates(&searcher, self.fields.name, grams, keep)?;
            let fit = |key: &[char]| near::compare(&query, key).filter(|how| *how <= Match::Part);
            self.add_hits(&searcher, candidates, &fit, limit, &mut found)?;
            if limit <= found.len() {
                return Ok(found);
            }
        }
        for way in sound::meant(text) {
            let keep = limit.saturating_add(SPARE);
            let pairs = sound::pairs(&way);
            let candidates = gather::candidates(&searcher, self.fields.sound, &pairs, keep)?;
            let fit = |key: &[char]| sound::compare(&way, key);
            self.add_hits(&searcher, candidates, &fit, limit, &mut found)?;
        }
        if found.is_empty() && MISSPELT_MIN <= query.len() {
            let mut candidates = HashSet::new();
            for place in 0..query.len() {
                let grams = gram::without(&query, place);
                candidates.extend(gather::candidates(&searcher, self.fields.name, &grams, SPARE)?);
            }
            let fit = |key: &[char]| near::compare(&query, key);
            self.add_hits(&searcher, candidates, &fit, limit, &mut found)?;
        }
        Ok(found)
    }

    /// Looks at the candidates one by one and keeps those whose name fits.
    fn add_hits(
        &self,
        searcher: &Searcher,
        candidates: impl IntoIterator<Item = DocAddress>,
        fit: &dyn Fn(&[char]) -> Option<Match>,
        limit: usize,
        found: &mut Vec<Hit>,
    ) -> Result<(), Error> {
        let mut hits = Vec::new();
        for address in candidates {
            let document: TantivyDocument = searcher.doc(address)?;
            let (subject, name) = read(&document, self.fields)?;
            let key: Vec<char> = name::normalise(&name).chars().collect();
            if let Some(how) = fit(&key) {
                hits.push((how, key.len(), Hit { subject, name, how }));
            }
        }
        hits.sort_by(|(a_how, a_length, a), (b_how, b_length, b)| {
            (a_how, a_length, &a.name, a.subject).cmp(&(b_how, b_length, &b.name, b.subject))
        });
        let mut met: HashSet<SubjectId> = found.iter().map(|hit| hit.subject).collect();
        for (_, _, hit) in hits {
            if limit <= found.len() {
                break;
            }
            if met.insert(hit.subject) {
                found.push(hit);
            }
        }
        Ok(())
    }
}

/// What a change means for the index.
enum Step {
    /// The subject is known by this name too.
    Name(SubjectId, String),
    /// A record was taken back: the subject is known by these names and no other.
    Only(SubjectId, Vec<String>),
}

async fn step(register: &Register, version: Version) -> Result<Option<Step>, Error> {
    if version.subject_kind == Kind::NaturalPerson || version.subject_name.is_empty() {
        return Ok(None);
    }
    // A name is the holder's, so that merges leave the index as it is.
    let holder = version.held_by;
    if !version.withdrawn {
        return Ok(Some(Step::Name(holder, version.subject_name)));
    }
    let versions = record::of_subject(register, holder, Timestamp::MAX).await?;
    let own = record::current(versions).into_iter().filter(|version| version.held_by == holder);
    let standing = own.filter(|version| !version.withdrawn);
    let names = standing.map(|version| version.subject_name).filter(|name| !name.is_empty());
    Ok(Some(Step::Only(holder, names.collect())))
}

/// Runs a step of building away from the runtime's threads.
async fn blocking(
    mut build: Build,
    work: impl FnOnce(&mut Build) -> Result<(), Error> + Send + 'static,
) -> Result<Build, Error> {
    tokio::task::spawn_blocking(move || work(&mut build).map(|()| build)).await?
}

fn read(document: &TantivyDocument, fields: Fields) -> Result<(SubjectId, String), Error> {
    let subject = document.get_first(fields.subject).and_then(|value| value.as_i64());
    let name = document.get_first(fields.name).and_then(|value| value.as_str());
    let corrupt = || Error::Corrupt("an entry of the index of names".to_owned());
    Ok((subject.map(SubjectId).ok_or_else(corrupt)?, name.ok_or_else(corrupt)?.to_owned()))
}

fn open_or_create(folder: &Path) -> Result<Index, TantivyError> {
    fs::create_dir_all(folder)?;
    let grams = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let mut schema = Schema::builder();
    schema.add_i64_field("subject", INDEXED | STORED);
    let sounds = grams.clone().set_tokenizer(SOUNDS);
    schema.add_text_field("name", TextOptions::default().set_stored().set_indexing_options(grams));
    schema.add_text_field("sound", TextOptions::default().set_indexing_options(sounds));
    schema.add_u64_field("length", FAST);
    let builder = Index::builder().schema(schema.build()).settings(IndexSettings::default());
    builder.open_or_create(MmapDirectory::open(folder)?)
}

fn remove_outdated(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("names-") && name != FOLDER && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
