//! One description by itself, outside any population: made ready by the parameters of the policy, and
//! decided by all its candidates together.

use super::{
    Verdict, decide,
    derive::Derive,
    model::Field,
    plan::{Drawn, Linkage, Written},
    score::Score,
    value::{Prepared, Value},
    veto::{Marks, Veto},
};
use crate::name::{forms::Forms, parts::Parts};

/// What becomes of a description, by the places of its candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Joined with the only one that comes into question.
    Join(usize),
    /// A person judges each of these.
    Ask(Vec<usize>),
    /// None comes into question.
    Leave,
}

/// Chooses among candidates: a second one that may be it too leaves both to a person, however much
/// speaks for the first.
#[must_use]
pub fn choose(verdicts: &[Verdict]) -> Choice {
    let asked = |verdict: &Verdict| !matches!(verdict, Verdict::Different(_));
    let places: Vec<usize> =
        verdicts.iter().enumerate().filter(|(_, one)| asked(one)).map(|(at, _)| at).collect();
    match places[..] {
        [] => Choice::Leave,
        [only] if verdicts[only] == Verdict::Same => Choice::Join(only),
        _ => Choice::Ask(places),
    }
}

impl Linkage {
    /// Decides on a pair: one that is not equal in what must be is put before a person.
    #[must_use]
    pub fn verdict(&self, score: Score, veto: Option<Veto>) -> Verdict {
        let equal = |field: &usize| score.pattern.level(*field) == 0;
        match decide(score, veto, self.thresholds) {
            Verdict::Same if !self.exact.iter().all(equal) => Verdict::Review,
            verdict => verdict,
        }
    }

    /// Makes a description ready; `others` gives the share of subjects that have a value of a field too.
    ///
    /// A former name and the name it trades under count as names beside the written one.
    #[must_use]
    pub fn prepare(
        &self,
        forms: &Forms,
        written: &[(Written, &str)],
        marks: Marks,
        others: &dyn Fn(usize, &str) -> f32,
    ) -> Prepared {
        let named = |of: Written| written.iter().filter(move |(what, _)| *what == of);
        let names: Vec<Parts> = named(Written::Name)
            .flat_map(|(_, name)| {
                let parts = forms.parts(name);
                let beside: Vec<Parts> = parts
                    .former
                    .iter()
                    .chain(&parts.trading)
                    .map(|name| forms.parts(name))
                    .collect();
                std::iter::once(parts).chain(beside)
            })
            .collect();
        let field = |(at, (field, drawn)): (usize, (&Field, &Drawn))| {
            let texts: Vec<String> = match drawn.derive.is_of_name() && drawn.of == Written::Name {
                true => {
                    names.iter().map(|parts| drawn.derive.of_name(forms, parts).into()).collect()
                }
                false => {
                    named(drawn.of).map(|(_, text)| of_text(drawn.derive, forms, text)).collect()
                }
            };
            let mut values: Vec<Value> = Vec::new();
            for text in texts {
                let rare = if field.rarest.is_some() { others(at, &text) } else { 0.0 };
                let value = Value::new(field.measure, &text, rare, &mut |_| 1.0);
                let known = |value: &Value| values.iter().any(|one| one.hash == value.hash);
                values.extend(value.filter(|value| !known(value)));
            }
            values.into_boxed_slice()
        };
        let fields = self.model.fields.iter().zip(&self.drawn).enumerate().map(field);
        Prepared { fields: fields.collect(), marks }
    }
}

fn of_text(derive: Derive, forms: &Forms, text: &str) -> String {
    match derive.is_of_name() {
        true => derive.of_name(forms, &forms.parts(text)).to_owned(),
        false => derive.of_text(forms, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_candidate_leaves_the_choice_to_a_person() {
        let vetoed = Verdict::Different(Some(Veto::OtherCode));
        for (verdicts, choice) in [
            (vec![], Choice::Leave),
            (vec![vetoed, Verdict::Different(None)], Choice::Leave),
            (vec![vetoed, Verdict::Same], Choice::Join(1)),
            (vec![Verdict::Review], Choice::Ask(vec![0])),
            (vec![Verdict::Same, Verdict::Review], Choice::Ask(vec![0, 1])),
            (vec![Verdict::Same, vetoed, Verdict::Same], Choice::Ask(vec![0, 2])),
        ] {
            assert_eq!(choose(&verdicts), choice, "{verdicts:?}");
        }
    }
}
