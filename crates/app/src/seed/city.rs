//! The city while it is written: open files, planted defects and the truth about both.

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
};

use jiff::civil::Date;

use super::{
    Delivery, Options,
    draw::{Draw, plus_days},
    files::{self, FileSpec},
    ledger::{Late, Nameless, Sample, Truth},
    plant::{How, Plant},
    plants,
    row::{Cell, Row},
    sink::{Damage, Sink},
    subject::Subject,
};

/// Who hands in what: together with the wave it names a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    pub department: &'static str,
    pub item: &'static str,
}

/// The deliveries, in the order in which they are imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wave {
    /// Old decisions in the columns of 2016.
    Edition2016,
    /// Everything up to a week before the newest day.
    History,
    /// The newest week: new rows, unchanged rows again, changed rows, corrections.
    Current,
    /// Keys of rows taken back.
    Withdrawal,
}

/// What became of a row at the gate.
enum Taken {
    AsGiven,
    /// Taken with a warning, with these cells.
    Spoilt(Row),
    No,
}

/// All files of one run.
pub struct City {
    pub as_of: Date,
    pub plain: bool,
    /// Rows spoilt of a thousand.
    defects: u64,
    /// Defects still to be planted in each item's files, next first.
    due: BTreeMap<&'static str, VecDeque<&'static Plant>>,
    /// True while a subject renamed this week is written: nothing else of it is handed in again.
    pub quiet: bool,
    pub truth: Truth,
    out: PathBuf,
    specs: Vec<FileSpec>,
    places: BTreeMap<(Source, Wave), usize>,
    sinks: Vec<Option<Sink>>,
    chance: Draw,
    numbers: BTreeMap<(&'static str, i16), u64>,
    /// Records of the subject at hand.
    records: u64,
    foreign_lines: u64,
}

impl City {
    pub fn new(options: &Options) -> anyhow::Result<City> {
        std::fs::create_dir_all(&options.out)?;
        let specs = files::all(options.as_of, options.subjects);
        let places = specs
            .iter()
            .enumerate()
            .map(|(place, spec)| ((spec.source, spec.wave), place))
            .collect();
        Ok(City {
            as_of: options.as_of,
            plain: options.plain,
            defects: options.defects,
            due: plants::ITEMS
                .iter()
                .map(|(item, plants)| (*item, plants.iter().collect()))
                .collect(),
            quiet: false,
            truth: Truth {
                seed: options.seed,
                subjects: options.subjects,
                as_of: options.as_of.to_string(),
                kinds: if options.plain { Vec::new() } else { plants::kinds() },
                ..Truth::default()
            },
            out: options.out.clone(),
            sinks: specs.iter().map(|_| None).collect(),
            specs,
            places,
            chance: Draw::of(options.seed, u64::MAX),
            numbers: BTreeMap::new(),
            records: 0,
            foreign_lines: 0,
        })
    }

    /// The last day whose decisions the first deliveries hold.
    #[must_use]
    pub fn history_end(&self) -> Date {
        plus_days(self.as_of, -8)
    }

    /// The next document number of a department in a year.
    pub fn next_number(&mut self, department: &'static str, year: i16) -> u64 {
        let number = self.numbers.entry((department, year)).or_default();
        *number += 1;
        *number
    }

    /// Hands in a row; `held` is what the register holds of the record already.
    pub fn put(
        &mut self,
        source: Source,
        wave: Wave,
        row: &Row,
        held: Option<&Row>,
    ) -> anyhow::Result<Option<Row>> {
        let place = self.place(source, wave)?;
        let taken = match self.plant(place, row, held.is_none()) {
            Some((plant, spoilt)) => self.put_spoilt(place, row, spoilt, plant)?,
            None => {
                self.line(place, row, Damage::None)?;
                Taken::AsGiven
            }
        };
        let taken = match taken {
            Taken::AsGiven => Some(row.clone()),
            Taken::Spoilt(spoilt) => Some(spoilt),
            Taken::No => None,
        };
        self.count(source.item, taken.as_ref(), held);
        Ok(taken)
    }

    /// Hands in a row of the past, which may come again, changed or not, or be taken back.
    pub fn keep(
        &mut self,
        source: Source,
        row: &Row,
        change: fn(&mut Row, &mut Draw),
        draw: &mut Draw,
    ) -> anyhow::Result<()> {
        let fate = draw.below(1000);
        let held = self.put(source, Wave::History, row, None)?;
        if self.quiet || 36 <= fate {
            return Ok(());
        }
        if fate < 2 {
            return self.withdraw(source, row, held.is_some());
        }
        let mut again = row.clone();
        if fate < 16 {
            change(&mut again, draw);
        }
        if held.is_some() {
            self.put(source, Wave::Current, &again, held.as_ref())?;
            return Ok(());
        }
        // The row was returned the first time: mended, it comes late where lateness counts.
        match files::decided_on(row) {
            Some(day) if plus_days(self.as_of, -25) < day => Ok(()),
            Some(_) => self.put_late(source, &again),
            None => self.put(source, Wave::Current, &again, None).map(drop),
        }
    }

    /// Hands in a row that should have come weeks before, without a defect.
    pub fn put_late(&mut self, source: Source, row: &Row) -> anyhow::Result<()> {
        let place = self.place(source, Wave::Current)?;
        let line = self.line(place, row, Damage::None)?;
        self.count(source.item, Some(row), None);
        let file = self.specs[place].file_name();
        self.truth.late.push(Late { file, row: line, item: source.item });
        Ok(())
    }

    fn withdraw(&mut self, source: Source, row: &Row, held: bool) -> anyhow::Result<()> {
        if !held {
            return Ok(());
        }
        let place = self.place(source, Wave::Withdrawal)?;
        let keys = row.under(self.specs[place].columns);
        self.line(place, &keys, Damage::None)?;
        self.truth.counts(source.item).withdrawn += 1;
        Ok(())
    }

    /// Remembers the first subject that shows something.
    pub fn note(&mut self, reason: &'static str, subject: &Subject) {
        self.truth.samples.entry(reason).or_insert_with(|| sample(subject, 0));
    }

    /// Ends the subject at hand: its records count towards the fullest file.
    pub fn end_subject(&mut self, subject: &Subject) {
        let records = std::mem::take(&mut self.records);
        let fullest = self.truth.samples.get("many_records").map_or(0, |sample| sample.records);
        if fullest < records && subject.ended.is_none() {
            self.truth.samples.insert("many_records", sample(subject, records));
        }
        let shown = self.truth.samples.values_mut().filter(|sample| sample.code == subject.uscc);
        for sample in shown {
            sample.records = records;
        }
    }

    /// Closes every file and lists them in the order of import.
    pub fn finish(&mut self) -> anyhow::Result<Vec<Delivery>> {
        let mut list = Vec::new();
        for (spec, sink) in self.specs.iter().zip(&mut self.sinks) {
            let Some(sink) = sink else { continue };
            sink.finish()?;
            list.push(spec.delivery(sink, self.as_of));
        }
        Ok(list)
    }

    fn place(&self, source: Source, wave: Wave) -> anyhow::Result<usize> {
        let place = self.places.get(&(source, wave)).copied();
        place.ok_or_else(|| anyhow::anyhow!("no file for {source:?} in {wave:?}"))
    }

    fn lines(&self, place: usize) -> u64 {
        self.sinks[place].as_ref().map_or(0, Sink::lines)
    }

    /// Writes one line and tells its number.
    fn line(&mut self, place: usize, row: &Row, damage: Damage) -> anyhow::Result<u64> {
        if self.sinks[place].is_none() {
            self.sinks[place] = Some(self.specs[place].open(&self.out)?);
        }
        match &mut self.sinks[place] {
            Some(sink) => sink.row(row, damage),
            None => Ok(0),
        }
    }

    /// Whether the next row of a file is spoilt, by which defect, and what it is then.
    ///
    /// The item's defects take turns; one that this row or file cannot have waits for the next. A row
    /// without a code must be new and come no more: with the code it would be another record.
    fn plant(&mut self, place: usize, row: &Row, new: bool) -> Option<(&'static Plant, Row)> {
        if self.plain || !self.chance.per_mille(self.defects) {
            return None;
        }
        let spec = &self.specs[place];
        if matches!(spec.wave, Wave::Edition2016 | Wave::Withdrawal) {
            return None;
        }
        let (shape, once) = (spec.shape, new && spec.wave == Wave::Current);
        let foreign_may = 100 <= self.lines(place) && self.foreign_lines < 3;
        let due = self.due.get_mut(spec.source.item)?;
        let found = due.iter().enumerate().find_map(|(turn, plant)| {
            if !plant.how.fits(shape) || (plant.how == How::OtherEncoding && !foreign_may) {
                return None;
            }
            if plant.how == How::NoCode && !once {
                return None;
            }
            let mut spoilt = row.clone();
            plant.how.apply(&mut spoilt, plant.column, self.as_of).then_some((turn, spoilt))
        });
        let (turn, spoilt) = found?;
        let plant = due.remove(turn)?;
        due.push_back(plant);
        self.foreign_lines += u64::from(plant.how == How::OtherEncoding);
        Some((plant, spoilt))
    }

    fn put_spoilt(
        &mut self,
        place: usize,
        row: &Row,
        spoilt: Row,
        plant: &Plant,
    ) -> anyhow::Result<Taken> {
        let twice = plant.how == How::Twice;
        if twice {
            self.line(place, row, Damage::None)?;
            self.truth.counts(self.specs[place].source.item).rows += 1;
            self.truth.counts(self.specs[place].source.item).returned += 1;
        }
        let line = self.line(place, &spoilt, plant.how.damage())?;
        let file = self.specs[place].file_name();
        self.truth.defect(&file, line, plant);
        if let (How::NoCode, Some(Cell::Text(code))) = (plant.how, row.get("GY_XDR_SHXYM")) {
            self.truth.nameless.push(Nameless { file, row: line, code: code.clone().into_owned() });
        }
        Ok(match plant.level {
            _ if twice => Taken::AsGiven,
            domain::fault::Level::Warning => {
                self.truth.counts(self.specs[place].source.item).warned += 1;
                Taken::Spoilt(spoilt)
            }
            domain::fault::Level::Error => Taken::No,
        })
    }

    fn count(&mut self, item: &'static str, taken: Option<&Row>, held: Option<&Row>) {
        let counts = self.truth.counts(item);
        counts.rows += 1;
        let Some(taken) = taken else {
            counts.returned += 1;
            return;
        };
        counts.accepted += 1;
        match held {
            None => {
                counts.records += 1;
                counts.versions += 1;
                // Whose file a record without a code stands in is found later.
                self.records += u64::from(taken.get("GY_XDR_SHXYM") != Some(&Cell::Empty));
            }
            Some(held) if held.cells != taken.cells => counts.versions += 1,
            Some(_) => {}
        }
    }
}

fn sample(subject: &Subject, records: u64) -> Sample {
    Sample { code: subject.uscc.clone(), name: subject.name.clone(), records }
}
