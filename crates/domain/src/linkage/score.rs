//! The score of a pair, and its explanation, which is made only when somebody asks.

use std::fmt;

use super::{
    compare::likeness,
    model::{Field, Measure, Model, Unusable},
    value::{Prepared, Value},
};

/// Bits of a pattern that hold the level of one field.
const NIBBLE: u32 = 4;

/// What sums of bits may differ by for being added in another order.
const ROUNDING: f32 = 0.01;

/// The level of a field that is missing on a side.
pub const MISSING: u8 = 15;

/// How the fields of a pair agree: the number of each field's level, four bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern(pub u64);

impl Pattern {
    /// The level of a field; [`MISSING`], or the count of levels where the values are unlike.
    #[must_use]
    pub fn level(self, field: usize) -> u8 {
        let shift = NIBBLE * u32::try_from(field).unwrap_or(NIBBLE * NIBBLE);
        u8::try_from(self.0.checked_shr(shift).unwrap_or_default() & 0xF).unwrap_or(MISSING)
    }

    fn set(&mut self, field: u32, level: u8) {
        self.0 |= u64::from(level) << (NIBBLE * field);
    }
}

/// What the model says of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The logarithm of the odds that the pair is of one subject.
    pub bits: f32,
    pub pattern: Pattern,
}

/// A model made ready for many pairs.
#[derive(Clone, Debug)]
pub struct Scorer<'m> {
    model: &'m Model,
    prior: f32,
    fields: Vec<Ready>,
    /// The most that each field and all after it can speak for one subject.
    hope: Vec<f32>,
}

#[derive(Clone, Debug)]
struct Ready {
    measure: Measure,
    rarest: Option<f32>,
    /// Least likeness of each level.
    least: Vec<f32>,
    /// What each level speaks, and last what unlike values do.
    bits: Vec<f32>,
    /// Surprise of agreement on the first level.
    usual: f32,
}

impl<'m> Scorer<'m> {
    /// Makes a model ready, or says why it cannot be used.
    pub fn new(model: &'m Model) -> Result<Self, Vec<Unusable>> {
        let faults = model.check();
        if !faults.is_empty() {
            return Err(faults);
        }
        let share = model.share.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON);
        let prior = narrow((share / (1.0 - share)).log2());
        let fields: Vec<Ready> = model.fields.iter().map(ready).collect();
        let mut hope = vec![0.0; fields.len() + 1];
        for (at, field) in fields.iter().enumerate().rev() {
            hope[at] = hope[at + 1] + field.most();
        }
        Ok(Scorer { model, prior, fields, hope })
    }

    /// How the fields agree, without weighing them.
    #[must_use]
    pub fn pattern(&self, one: &Prepared, other: &Prepared) -> Pattern {
        self.score(one, other).pattern
    }

    /// The score of a pair; the same both ways round.
    #[must_use]
    pub fn score(&self, one: &Prepared, other: &Prepared) -> Score {
        self.weigh(one, other, f32::NEG_INFINITY).unwrap_or_else(|score| score)
    }

    /// The score of a pair that has at least so many bits; it stops where what is left cannot reach them.
    #[must_use]
    pub fn at_least(&self, one: &Prepared, other: &Prepared, least: f32) -> Option<Score> {
        self.weigh(one, other, least).ok().filter(|score| least <= score.bits)
    }

    /// The score, or as much of it as was looked at where `least` is out of reach.
    fn weigh(&self, one: &Prepared, other: &Prepared, least: f32) -> Result<Score, Score> {
        let mut score = Score { bits: self.prior, pattern: Pattern::default() };
        for (place, (field, hope)) in (0u32..).zip(self.fields.iter().zip(&self.hope)) {
            if score.bits + hope + ROUNDING < least {
                return Err(score);
            }
            let at = place as usize;
            let values = one.fields.get(at).zip(other.fields.get(at));
            let (level, bits) = values.map_or((MISSING, 0.0), |(a, b)| field.weigh(a, b));
            score.bits += bits;
            score.pattern.set(place, level);
        }
        Ok(score)
    }

    /// What speaks for and against, the weightiest first.
    #[must_use]
    pub fn explain(&self, one: &Prepared, other: &Prepared) -> Explanation<'m> {
        let mut reasons = Vec::new();
        for (at, (field, ready)) in self.model.fields.iter().zip(&self.fields).enumerate() {
            let values = one.fields.get(at).zip(other.fields.get(at));
            let (level, bits) = values.map_or((MISSING, 0.0), |(a, b)| ready.weigh(a, b));
            reasons.push(Reason { field, level, bits });
        }
        reasons.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
        Explanation { prior: self.prior, reasons }
    }
}

fn ready(field: &Field) -> Ready {
    let odds = field.levels.iter().map(|level| level.odds).chain([field.unlike]);
    Ready {
        measure: field.measure,
        rarest: field.rarest.map(narrow),
        least: field.levels.iter().map(|level| narrow(level.at_least)).collect(),
        bits: odds.map(|odds| narrow(odds.bits())).collect(),
        usual: field.levels.first().map_or(0.0, |level| narrow(-level.odds.u.log2())),
    }
}

impl Ready {
    /// The most the field can speak for one subject; nothing where it is missing.
    fn most(&self) -> f32 {
        let rare = self.rarest.map_or(0.0, |rarest| (-rarest.log2() - self.usual).max(0.0));
        let levels = self.bits.iter().copied().fold(0.0, f32::max);
        levels + rare
    }

    /// The best agreement among the values of both sides.
    fn weigh(&self, one: &[Value], other: &[Value]) -> (u8, f32) {
        let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
        let weighed = pairs.map(|(a, b)| self.weigh_pair(a, b));
        weighed.max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap_or((MISSING, 0.0))
    }

    fn weigh_pair(&self, a: &Value, b: &Value) -> (u8, f32) {
        let likeness = likeness(self.measure, a, b);
        let level = self.least.iter().position(|least| *least <= likeness);
        let level = level.unwrap_or(self.least.len());
        let mut bits = self.bits[level];
        if let Some(rarest) = self.rarest.filter(|_| level == 0 && a.hash == b.hash) {
            bits += -(a.others.max(b.others) + rarest).log2() - self.usual;
            // Equal values never speak less than values that are nearly alike.
            bits = bits.max(self.bits[1]);
        }
        (u8::try_from(level).unwrap_or(MISSING), bits)
    }
}

/// Why a pair scored what it did.
#[derive(Clone, Debug)]
pub struct Explanation<'m> {
    /// What speaks before anything is compared: that most pairs are of two subjects.
    pub prior: f32,
    pub reasons: Vec<Reason<'m>>,
}

/// What one field speaks.
#[derive(Clone, Copy, Debug)]
pub struct Reason<'m> {
    pub field: &'m Field,
    pub level: u8,
    /// For one subject where positive, against it where negative.
    pub bits: f32,
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for reason in &self.reasons {
            writeln!(f, "{:+7.2}  {}", reason.bits, reason)?;
        }
        write!(f, "{:+7.2}  any pair", self.prior)
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.field.name;
        match self.field.levels.get(usize::from(self.level)) {
            Some(level) if level.at_least < 1.0 => write!(f, "{name}: alike, {}", level.at_least),
            Some(_) => write!(f, "{name}: equal"),
            None if self.level == MISSING => write!(f, "{name}: missing"),
            None => write!(f, "{name}: unlike"),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bits need no more digits")]
fn narrow(bits: f64) -> f32 {
    bits as f32
}
