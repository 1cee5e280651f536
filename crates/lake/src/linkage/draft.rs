//! Records on their way in: texts of the fields, before frequencies are known.

use domain::linkage::veto::Marks;

/// One record as it arrives: the texts of each field, several where there are several names.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub marks: Marks,
    text: String,
    /// Field and end in `text` of each value.
    values: Vec<(u8, u32)>,
}

impl Draft {
    /// A record of which only its marks are known yet.
    #[must_use]
    pub fn of(marks: Marks) -> Draft {
        Draft { marks, ..Draft::default() }
    }

    /// Adds a value of a field; an empty or repeated one adds nothing.
    pub fn add(&mut self, field: usize, value: &str) {
        let Ok(field) = u8::try_from(field) else { return };
        if value.is_empty() || self.values(usize::from(field)).any(|own| own == value) {
            return;
        }
        self.text.push_str(value);
        if let Ok(end) = u32::try_from(self.text.len()) {
            self.values.push((field, end));
        }
    }

    /// The values of a field.
    pub fn values(&self, field: usize) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.values.iter().map(|(_, end)| *end));
        let values = starts.zip(&self.values);
        values.filter_map(move |(start, (own, end))| {
            let of = usize::from(*own) == field;
            of.then(|| self.text.get(start as usize..*end as usize))?
        })
    }
}
