//! Reports and records: whether a document is the one whose digest the log or the platform gave.

use serde_json::{Map, Value};
use sm3::{Digest as _, Sm3};

use crate::{Finding, hex, log::Log};

/// The SM3 digest as the platform writes it.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("sm3:{}", hex(&Sm3::digest(bytes)))
}

/// The number of the report whose document this is, by the event that told of its issue.
pub fn report(document: &[u8], log: &Log) -> Result<String, Finding> {
    let wanted = digest(document);
    for event in log.events.iter().flatten() {
        let Ok(Value::Array(event)) = serde_json::from_str::<Value>(event) else { continue };
        let text = |place: usize| event.get(place).and_then(Value::as_str).unwrap_or_default();
        let told = text(5).split(' ').any(|word| word.strip_prefix("document=") == Some(&wanted));
        if text(3) == "report_issued" && told {
            return Ok(text(4).to_owned());
        }
    }
    Err(Finding::new(
        wanted,
        "日志里没有出具过这份报告：内容被改过，或不是本平台出具的",
        "no report of this digest was issued by this log: it was altered, or is of another origin",
    ))
}

/// Recomputes the digest of a record as the API gives it (`fields`, `why.disclosed_digest`).
pub fn record(json: &[u8]) -> Result<String, Finding> {
    let unreadable = || Finding::new("record", "不是接口给出的记录", "is no record of the API");
    let value: Value = serde_json::from_slice(json).map_err(|_| unreadable())?;
    let record = value.get("record").filter(|one| one.is_object()).unwrap_or(&value);
    let fields = record["fields"].as_array().ok_or_else(unreadable)?;
    let mut object = Map::new();
    for field in fields {
        let name = field["name"].as_str().ok_or_else(unreadable)?;
        object.insert(name.to_owned(), field["data"].clone());
    }
    let made = digest(Value::Object(object).to_string().as_bytes());
    let told = record["why"]["disclosed_digest"].as_str().ok_or_else(unreadable)?;
    if made == told {
        return Ok(made);
    }
    Err(Finding::new(
        "disclosed_digest",
        format!("内容的摘要是 {made}，记录上写的是 {told}"),
        format!("the fields give {made}, the record says {told}"),
    ))
}
