//! What somebody is asked to mend in what they wrote.

use domain::text::Text;

use crate::error::Error;

/// Names the field at fault, and says how to mend it.
pub(crate) fn question(name: &'static str, zh: &str, en: &str) -> Error {
    Error::Question { name, text: Text::new(zh, en) }
}

/// Turns a text away that holds the number of a person: free words are shown to others than the
/// person they name.
pub(crate) fn impersonal(name: &'static str, text: &str) -> Result<(), Error> {
    let Some(personal) = intake::screen::personal_data(text) else { return Ok(()) };
    let found = personal.label();
    let zh = format!("内容里有{}，请删去后再提交", found.zh);
    let en = format!("the text holds {}: take it out and send it again", found.en);
    Err(question(name, &zh, &en))
}
