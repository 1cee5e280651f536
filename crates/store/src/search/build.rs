//! Writing the index; the writer and its memory are there only while changes are taken in.

use std::collections::HashMap;

use domain::{ids::SubjectId, name};
use tantivy::{
    DocAddress, DocSet as _, Index, IndexWriter, Searcher, TERMINATED, TantivyDocument, Term,
    schema::IndexRecordOption,
};

use super::{Fields, Step};
use crate::error::Error;

/// Memory of the writer in bytes.
const HEAP: usize = 30_000_000;

/// Holds the writer's lock, so that one process builds at a time.
pub struct Build {
    writer: IndexWriter,
    fields: Fields,
    /// Matching keys of the subjects met since the last commit, as the index will have them.
    names: HashMap<SubjectId, Vec<String>>,
}

impl Build {
    pub fn begin(index: &Index, fields: Fields) -> Result<Build, Error> {
        let writer = index.writer_with_num_threads(1, HEAP)?;
        Ok(Build { writer, fields, names: HashMap::new() })
    }

    /// Subjects met since the last commit.
    pub fn touched(&self) -> usize {
        self.names.len()
    }

    /// Forgets everything.
    pub fn clear(&mut self) -> Result<(), Error> {
        self.writer.delete_all_documents()?;
        self.commit(0)
    }

    pub fn take(&mut self, searcher: &Searcher, steps: Vec<Step>) -> Result<(), Error> {
        for step in steps {
            match step {
                Step::Name(subject, name) => {
                    if !self.names.contains_key(&subject) {
                        self.names.insert(subject, indexed(searcher, self.fields, subject)?);
                    }
                    self.add(subject, &name)?;
                }
                Step::Only(subject, names) => {
                    self.writer.delete_term(Term::from_field_i64(self.fields.subject, subject.0));
                    self.names.insert(subject, Vec::new());
                    for name in names {
                        self.add(subject, &name)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, subject: SubjectId, name: &str) -> Result<(), Error> {
        let key = name::normalise(name);
        let known = self.names.entry(subject).or_default();
        if key.is_empty() || known.contains(&key) {
            return Ok(());
        }
        let mut document = TantivyDocument::new();
        document.add_i64(self.fields.subject, subject.0);
        document.add_text(self.fields.name, name);
        document.add_text(self.fields.sound, name);
        document.add_u64(self.fields.length, key.chars().count() as u64);
        known.push(key);
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Puts what was taken in on disk, together with the position it reaches to.
    pub fn commit(&mut self, position: i64) -> Result<(), Error> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        self.names.clear();
        Ok(())
    }

    pub fn finish(mut self, position: i64) -> Result<(), Error> {
        self.commit(position)?;
        self.writer.wait_merging_threads()?;
        Ok(())
    }
}

/// Matching keys under which the index holds a subject.
fn indexed(searcher: &Searcher, fields: Fields, subject: SubjectId) -> Result<Vec<String>, Error> {
    let term = Term::from_field_i64(fields.subject, subject.0);
    let mut names = Vec::new();
    for (segment, reader) in (0..).zip(searcher.segment_readers()) {
        let index = reader.inverted_index(fields.subject)?;
        let Some(mut list) = index.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        while list.doc() != TERMINATED {
            if !reader.is_deleted(list.doc()) {
                let address = DocAddress::new(segment, list.doc());
                let document: TantivyDocument = searcher.doc(address)?;
                names.push(name::normalise(&super::read(&document, fields)?.1));
            }
            list.advance();
        }
    }
    Ok(names)
}
