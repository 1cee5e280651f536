//! Parameters without labels: chance agreement from all pairs, the rest by expectation and maximisation.
//!
//! The pairs that keys bring together stand for all pairs: one that no key brings together is taken
//! for a pair of two subjects. So the share of pairs of one subject is a share of all pairs and no
//! field has to be left out for having made the key.

use std::collections::{BTreeMap, HashMap};

use domain::linkage::{
    model::{Field, Level, Model, Odds},
    plan::{FieldPlan, Plan},
    score::{MISSING, Pattern, Scorer},
};

use super::{
    blocking::{Index, Skipped},
    population::Frequencies,
    scan::Sides,
};

/// Agreement among pairs of one subject from which the rounds begin; they move it to what the data says.
const FIRST_GUESS: f64 = 0.9;

/// Change of the share between rounds at which they end, as a part of it.
const SETTLED: f64 = 1e-5;

/// The part of agreements that is taken for chance at least, where nothing else in the data tells.
const LEAST_CHANCE: f64 = 0.01;

/// A draw that gives the same numbers on every machine.
#[derive(Debug)]
struct Draw(u64);

impl Draw {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(count.max(1)).unwrap_or(1)).unwrap_or_default()
    }
}

/// How often each pattern occurs among candidates, and of how many pairs they stand for.
///
/// A vetoed pair is decided without the model and tells it nothing.
#[derive(Debug)]
struct Sample {
    patterns: BTreeMap<Pattern, f64>,
    vetoed: BTreeMap<Pattern, f64>,
    pairs: f64,
}

/// Estimates the parameters of a plan from the data.
#[must_use]
pub fn estimate(plan: &Plan, frequencies: &Frequencies, sides: Sides<'_>, index: &Index) -> Model {
    let mut model = Model {
        id: plan.id.clone(),
        share: 1.0 / real(sides.left.records.len().max(sides.other().records.len()).max(2)),
        fields: plan.fields.iter().map(first_guess).collect(),
    };
    let sampled = match Scorer::new(&model) {
        Ok(scorer) => Some((
            chance(plan, frequencies, sides, &scorer),
            candidates(plan, sides, index, &scorer),
        )),
        Err(_) => None,
    };
    if let Some((mut chance, sample)) = sampled {
        leave_out(&mut chance, &sample);
        for _ in 0..plan.limits.most_rounds {
            let before = model.share;
            round(&mut model, &chance, &sample);
            if (model.share - before).abs() <= SETTLED * before {
                break;
            }
        }
        for (at, field) in model.fields.iter_mut().enumerate() {
            let chance = field.levels.first().map_or(1.0, |level| level.odds.u);
            let single = 0.5 / f64::from(frequencies.filled(at).max(1));
            field.rarest = field.rarest.map(|_| chance.min(single));
        }
    }
    model
}

fn first_guess(field: &FieldPlan) -> Field {
    let mut left = 1.0;
    let mut next = || {
        let m = left * FIRST_GUESS;
        left -= m;
        Odds { m, u: 1.0 - FIRST_GUESS }
    };
    Field {
        name: field.name.clone(),
        measure: field.measure,
        rarest: field.by_frequency.then_some(1.0),
        levels: field.levels.iter().map(|least| Level { at_least: *least, odds: next() }).collect(),
        unlike: Odds { m: left, u: FIRST_GUESS },
    }
}

/// The share of all pairs on each level of each field, unlike values last.
fn chance(
    plan: &Plan,
    frequencies: &Frequencies,
    sides: Sides<'_>,
    scorer: &Scorer<'_>,
) -> Vec<Vec<f64>> {
    let mut draw = Draw(1);
    let mut counts: Vec<Vec<f64>> =
        plan.fields.iter().map(|field| vec![0.5; field.levels.len() + 1]).collect();
    for _ in 0..plan.limits.random_pairs {
        let left = draw.below(sides.left.records.len());
        let right = draw.below(sides.other().records.len());
        if sides.right.is_none() && left == right {
            continue;
        }
        let (Some(one), Some(other)) =
            (sides.left.records.get(left), sides.other().records.get(right))
        else {
            continue;
        };
        let pattern = scorer.pattern(one, other);
        for (field, counts) in counts.iter_mut().enumerate() {
            if let Some(count) = counts.get_mut(usize::from(pattern.level(field))) {
                *count += 1.0;
            }
        }
    }
    for (at, (counts, field)) in counts.iter_mut().zip(&plan.fields).enumerate() {
        let total: f64 = counts.iter().sum();
        counts.iter_mut().for_each(|count| *count /= total);
        // Equal values can be counted instead of sampled.
        if field.levels.first().is_some_and(|least| 1.0 <= *least) {
            let equal = frequencies.agreement(at, sides.right.is_none());
            counts[0] = equal.max(counts[0].min(0.5 / total));
        }
    }
    counts
}

/// Patterns of the candidates of records drawn at random, all of them where they are few.
fn candidates(plan: &Plan, sides: Sides<'_>, index: &Index, scorer: &Scorer<'_>) -> Sample {
    let count = sides.left.records.len();
    let mut order: Vec<usize> = (0..count).collect();
    let mut draw = Draw(2);
    let mut sample = Sample { patterns: BTreeMap::new(), vetoed: BTreeMap::new(), pairs: 0.0 };
    let (mut found, mut compared) = (Vec::new(), 0);
    let mut patterns: HashMap<Pattern, f64> = HashMap::new();
    let mut skipped = Skipped::default();
    for place in 0..count {
        if plan.limits.learning_pairs <= compared {
            break;
        }
        let chosen = place + draw.below(count - place);
        order.swap(place, chosen);
        let record = order[place];
        sides.candidates(index, record, plan.limits.most_in_block, &mut found, &mut skipped);
        let own = &sides.left.records[record];
        for right in &found {
            if sides.right.is_none() && *right as usize == record {
                continue;
            }
            let other = &sides.other().records[*right as usize];
            compared += 1;
            let pattern = scorer.pattern(own, other);
            match own.marks.veto(&other.marks) {
                Some(_) => *sample.vetoed.entry(pattern).or_default() += 1.0,
                None => *patterns.entry(pattern).or_default() += 1.0,
            }
        }
        sample.pairs += real(sides.other().records.len() - usize::from(sides.right.is_none()));
    }
    sample.patterns.extend(patterns);
    sample
}

/// Takes agreement of vetoed pairs off the chance of agreement.
fn leave_out(chance: &mut [Vec<f64>], sample: &Sample) {
    for (at, levels) in chance.iter_mut().enumerate() {
        for (pattern, count) in &sample.vetoed {
            let level = usize::from(pattern.level(at));
            if let Some(share) = levels.get_mut(level) {
                *share = (*share - count / sample.pairs.max(1.0)).max(f64::MIN_POSITIVE);
            }
        }
    }
}

/// One round: who is of one subject under the parameters, and the parameters under that.
fn round(model: &mut Model, chance: &[Vec<f64>], sample: &Sample) {
    let mut same = 0.0;
    let mut sums: Vec<Vec<f64>> = chance.iter().map(|levels| vec![1e-3; levels.len()]).collect();
    let mut others: Vec<Vec<f64>> = chance.iter().map(|levels| vec![0.0; levels.len()]).collect();
    for (pattern, count) in &sample.patterns {
        let expected = count * posterior(model, *pattern);
        same += expected;
        for (field, sums) in sums.iter_mut().enumerate() {
            let level = pattern.level(field);
            if let Some(sum) = sums.get_mut(usize::from(level)).filter(|_| level != MISSING) {
                *sum += expected;
                others[field][usize::from(level)] += count - expected;
            }
        }
    }
    model.share = (same / sample.pairs.max(1.0)).clamp(f64::MIN_POSITIVE, 0.5);
    let rows = model.fields.iter_mut().zip(&sums).zip(chance).zip(&others);
    for (((field, sums), chance), others) in rows {
        let total: f64 = sums.iter().sum();
        let odds = field.levels.iter_mut().map(|level| &mut level.odds).chain([&mut field.unlike]);
        for (((odds, sum), all), other) in odds.zip(sums).zip(chance).zip(others) {
            odds.m = sum / total;
            // Pairs of one subject are among all pairs: what they bring is no chance. What candidates
            // bring is chance at least, and so is a part of all agreement.
            let own = model.share * odds.m;
            let rest = ((all - own) / (1.0 - model.share)).max(other / sample.pairs.max(1.0));
            odds.u = rest.max(own * LEAST_CHANCE).clamp(f64::MIN_POSITIVE, 1.0);
        }
    }
}

/// How likely a pattern is one of a pair of one subject.
fn posterior(model: &Model, pattern: Pattern) -> f64 {
    let mut bits = (model.share / (1.0 - model.share)).log2();
    for (at, field) in model.fields.iter().enumerate() {
        let level = pattern.level(at);
        if level != MISSING {
            let level = field.levels.get(usize::from(level));
            bits += level.map_or(field.unlike, |level| level.odds).bits();
        }
    }
    1.0 / (1.0 + (-bits).exp2())
}

#[expect(clippy::cast_precision_loss, reason = "counts of records are far below 2^52")]
fn real(count: usize) -> f64 {
    count as f64
}
