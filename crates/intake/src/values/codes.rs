//! Codes of the code lists.

use domain::{code_list::CodeList, fault::Rule, text::Text};

use super::{Column, Typed, Typing};

impl Typing<'_, '_, '_> {
    pub(super) fn codes(&mut self, column: &Column<'_>) -> Typed {
        let mut codes = Vec::with_capacity(column.text.len());
        let list = self.plan.fields[self.position].codes.as_deref();
        let lenient = self.plan.key_only || self.may_be_unknown(list);
        let mut last: (&str, Option<u32>) = ("", None);
        for (row, text) in column.text.iter().enumerate() {
            if text.is_empty() {
                codes.push(None);
                continue;
            }
            if *text != last.0 {
                let found = list.and_then(|list| list.position(text));
                if found.is_none() {
                    if !lenient {
                        self.fault(row, Rule::Code, text, label(list));
                    } else if !self.plan.key_only {
                        self.warn(row, Rule::Code, text, label(list));
                    }
                    codes.push(None);
                    continue;
                }
                last = (text, found);
            }
            codes.push(last.1);
        }
        Typed::Codes(codes)
    }

    /// A list that is known to be incomplete costs no row, unless the record hangs on the code.
    fn may_be_unknown(&self, list: Option<&CodeList>) -> bool {
        list.is_some_and(|list| list.open)
            && self.plan().is_optional()
            && !self.plan.natural_key.contains(&self.position)
    }

    pub(super) fn code_sets(&mut self, column: &Column<'_>) -> Typed {
        let mut sets = Vec::with_capacity(column.text.len());
        let list = self.plan.fields[self.position].codes.as_deref();
        let mut last: (&str, u64) = ("", 0);
        for (row, text) in column.text.iter().enumerate() {
            if text.is_empty() {
                sets.push(0);
                continue;
            }
            if *text != last.0 {
                match code_set(text, list) {
                    Ok(set) => last = (text, set),
                    Err(word) => {
                        self.fault(row, Rule::Code, &word, label(list));
                        sets.push(0);
                        continue;
                    }
                }
            }
            sets.push(last.1);
        }
        Typed::CodeSets(sets)
    }
}

fn label(list: Option<&CodeList>) -> Text {
    list.map(|list| list.label.clone()).unwrap_or_default()
}

fn code_set(text: &str, list: Option<&CodeList>) -> Result<u64, String> {
    let Some(list) = list else { return Ok(0) };
    let bit = |word: &str| {
        list.position(word).filter(|position| *position < 64).map(|position| 1 << position)
    };
    // A word may itself hold 、 (没收违法所得、没收非法财物): the whole text first, then by ; and only then by 、.
    if let Some(set) = bit(text) {
        return Ok(set);
    }
    let mut set = 0;
    for part in
        text.split([';', '；', ',', '，', '|']).map(str::trim).filter(|part| !part.is_empty())
    {
        match bit(part) {
            Some(one) => set |= one,
            None => {
                for word in part.split('、').map(str::trim) {
                    set |= bit(word).ok_or_else(|| word.to_owned())?;
                }
            }
        }
    }
    Ok(set)
}
