//! Codes of organisations and numbers of persons: checked, and brought into their one writing.

use std::borrow::Cow;

use domain::{
    fault::{Level, Rule},
    identifier::{
        self, Scheme,
        org_code::{InvalidOrgCode, OrgCode},
        reg_no::{self, InvalidRegNo, RegNo},
        resident_id::ResidentId,
        uscc::{InvalidCode, UnifiedCode},
    },
    text::Text,
};

use super::{Column, Typed, Typing};
use crate::{faults::Faults, plan::Plan, screen};

impl Typing<'_, '_, '_> {
    pub(super) fn usccs(&mut self, column: &mut Column<'_>) -> Typed {
        let mut codes = Vec::with_capacity(column.text.len());
        // Codes of organs stand in runs; one found good is not looked at again.
        let mut good: Option<usize> = None;
        for row in 0..column.text.len() {
            let text = &column.text[row];
            if text.is_empty() {
                codes.push(None);
            } else if good.is_some_and(|good| column.text[good] == *text) {
                codes.push(Some(true));
            } else if is_beyond_doubt(text) {
                good = Some(row);
                codes.push(Some(true));
            } else {
                codes.push(self.uscc(row, column));
            }
        }
        Typed::Usccs(codes)
    }

    /// Checks one code and writes it canonically; false where it stands by an override alone.
    fn uscc(&mut self, row: usize, column: &mut Column<'_>) -> Option<bool> {
        let tidy = identifier::tidy(&column.text[row]).into_owned();
        let parsed = UnifiedCode::parse(&tidy);
        if parsed == Err(InvalidCode::Placeholder) {
            column.blank(row);
            return None;
        }
        let text = std::mem::replace(&mut column.text[row], Cow::Owned(tidy));
        let tidy = column.text[row].as_ref();
        if self.plan.key_only && UnifiedCode::parse_overridden(tidy).is_ok() {
            // Whatever stands in the register can be taken back.
            return Some(true);
        }
        let overridden = self.faults.overrides.contains(tidy);
        let person = tidy.len() == 18 && ResidentId::parse(tidy).is_ok();
        match parsed {
            Ok(code) if person && identifier::is_rather_a_person(&code) => {
                self.ambiguous(row, &text, overridden).then_some(false)
            }
            Ok(code) => {
                self.doubt(row, &text, &code);
                Some(true)
            }
            Err(InvalidCode::CheckDigit { .. }) if person => {
                self.ambiguous(row, &text, overridden).then_some(false)
            }
            Err(invalid) => self.invalid_uscc(row, &text, &invalid, overridden).then_some(false),
        }
    }

    /// A number of a person where an organisation's code belongs, unless somebody answers for it.
    fn ambiguous(&mut self, row: usize, text: &str, overridden: bool) -> bool {
        if !overridden {
            self.fault(row, Rule::AmbiguousId, text, "");
        }
        overridden
    }

    fn doubt(&mut self, row: usize, text: &str, code: &UnifiedCode) {
        let doubts = code.doubts();
        if doubts.unknown_authority_class {
            self.warn(row, Rule::UsccAuthority, text, code.as_str()[..2].to_owned());
        } else if doubts.org_code_check_fails {
            self.warn(row, Rule::UsccOrgCode, text, "");
        }
    }

    /// Whether the code stands all the same, because somebody answers for it.
    fn invalid_uscc(
        &mut self,
        row: usize,
        text: &str,
        invalid: &InvalidCode,
        overridden: bool,
    ) -> bool {
        match invalid {
            InvalidCode::Length(length) => {
                self.fault(row, Rule::UsccLength, text, length.to_string())
            }
            InvalidCode::Alphabet(c) => self.fault(row, Rule::UsccAlphabet, text, c.to_string()),
            InvalidCode::CheckDigit { expected } if overridden => {
                self.warn(row, Rule::UsccCheckDigit, text, expected.to_string());
                return true;
            }
            InvalidCode::CheckDigit { expected } => {
                self.fault(row, Rule::UsccCheckDigit, text, expected.to_string())
            }
            InvalidCode::Placeholder => {}
        }
        false
    }

    pub(super) fn org_codes(&mut self, column: &mut Column<'_>) -> Typed {
        for row in 0..column.text.len() {
            if !column.filled(row) {
                continue;
            }
            let parsed = OrgCode::parse(&identifier::tidy(&column.text[row]));
            match parsed {
                Ok(code) => set(column, row, code.as_str()),
                Err(InvalidOrgCode::Placeholder) => column.blank(row),
                Err(why) => self.fault(row, Rule::OrgCode, &column.text[row], why.reason()),
            }
        }
        Typed::Text
    }

    pub(super) fn reg_nos(&mut self, column: &mut Column<'_>) -> Typed {
        for row in 0..column.text.len() {
            let text = &column.text[row];
            if text.is_empty() {
                continue;
            }
            let parsed = RegNo::parse(&identifier::tidy(text));
            match parsed {
                Ok(number) => set(column, row, number.as_str()),
                Err(InvalidRegNo::Placeholder) => column.blank(row),
                Err(why) if self.keeps_older_form(text) => {
                    let Text { zh, en } = why.reason();
                    let why = Text::new(
                        format!("{zh}；按旧式注册号原样收下，不用来认定主体"),
                        format!(
                            "{en}; kept as a number of an older form, no subject is found by it"
                        ),
                    );
                    self.warn(row, Rule::RegNo, text, why);
                }
                Err(why) => self.fault(row, Rule::RegNo, text, why.reason()),
            }
        }
        Typed::Text
    }

    fn keeps_older_form(&self, text: &str) -> bool {
        !self.plan().required_always
            && reg_no::is_older_form(text)
            && screen::personal_data(text).is_none()
    }
}

/// Whether a code is written canonically and has nothing odd about it: nearly every one is.
fn is_beyond_doubt(text: &str) -> bool {
    UnifiedCode::parse(text).is_ok_and(|code| {
        let doubts = code.doubts();
        text == code.as_str() && !doubts.unknown_authority_class && !doubts.org_code_check_fails
    })
}

/// Puts the one writing of a code in place of what was written.
fn set(column: &mut Column<'_>, row: usize, canonical: &str) {
    if column.text[row] != canonical {
        column.text[row] = Cow::Owned(canonical.to_owned());
    }
}

/// Reads the numbers of one field together with the field that says of which document they are.
pub(super) fn persons(
    plan: &Plan,
    position: usize,
    columns: &mut [Column<'_>],
    faults: &mut Faults<'_>,
) {
    let mut schemes = Vec::with_capacity(columns[position].text.len());
    for row in 0..columns[position].text.len() {
        if !columns[position].filled(row) {
            schemes.push(None);
            continue;
        }
        if identifier::is_placeholder_code(&columns[position].text[row]) {
            columns[position].blank(row);
            schemes.push(None);
            continue;
        }
        let scheme = document_scheme(plan, position, columns, row);
        schemes.push(person(plan, position, scheme, &mut columns[position], row, faults));
    }
    columns[position].typed = Typed::Persons(schemes);
}

/// The scheme of the document named beside a number; none where none is named.
fn document_scheme(
    plan: &Plan,
    position: usize,
    columns: &[Column<'_>],
    row: usize,
) -> Option<&'static Scheme> {
    let field = plan.fields[position].document?;
    let list = plan.fields[field].codes.as_ref()?;
    let entry = list.entries.get(columns[field].code(row)? as usize)?;
    identifier::document_scheme(&entry.code)
}

fn person(
    plan: &Plan,
    position: usize,
    named: Option<&'static Scheme>,
    column: &mut Column<'_>,
    row: usize,
    faults: &mut Faults<'_>,
) -> Option<&'static str> {
    let text = &column.text[row];
    let mut fault = |rule, why| faults.add(row, position, rule, Level::Error, text, why);
    let resident = identifier::document_scheme("id_card")?;
    let scheme = named.unwrap_or(resident);
    if named.is_some_and(|named| named.id == resident.id)
        && ResidentId::parse(text).is_ok_and(|number| *text == number.as_str())
    {
        return Some(scheme.id);
    }
    match scheme.accept(text) {
        // Without a word on the document, a code of an organisation may have slipped in.
        Ok(number) if named.is_none() && !plan.key_only && is_organisations(&number) => {
            fault(Rule::AmbiguousId, Text::default());
            None
        }
        Ok(number) => {
            set(column, row, &number);
            Some(scheme.id)
        }
        Err(why) => {
            let Text { zh, en } = scheme.label();
            let why = Text::new(format!("{zh}{}", why.zh), format!("{en}: {}", why.en));
            fault(Rule::PersonId, why);
            None
        }
    }
}

fn is_organisations(number: &str) -> bool {
    UnifiedCode::parse(number).is_ok_and(|code| !identifier::is_rather_a_person(&code))
}
