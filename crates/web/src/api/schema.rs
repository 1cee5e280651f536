//! The schema of an answer, read off its examples: an example and its schema cannot drift apart.
//!
//! What examples cannot show is written down here: which values may be absent, and which words a
//! value may be.

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};

/// Values that may be null, by the end of their path, each with what it is otherwise.
const NULLABLE: &[(&str, &str)] = &[
    ("document_number", "string"),
    ("organ", "string"),
    ("decided_on", "string"),
    ("effective_from", "string"),
    ("effective_until", "string"),
    ("publication.from", "string"),
    ("until", "string"),
    ("severity", "string"),
    ("generation", "string"),
    ("repair_from", "string"),
    ("disputed", "string"),
    ("statement", "string"),
    ("timeliness", "object"),
    ("working_days", "integer"),
    ("missing_year", "integer"),
    ("basis", "object"),
    ("status", "string"),
    ("district", "string"),
    ("industry", "string"),
    ("industry_code", "string"),
    ("matched", "string"),
    ("total", "integer"),
    ("next", "string"),
    ("subject_name", "string"),
    ("purpose", "string"),
    ("case", "string"),
    ("code_list", "string"),
    ("max_length", "integer"),
    ("pack", "string"),
    ("accepted_at", "string"),
    ("next_row", "integer"),
    ("outcome", "string"),
    ("outcome_label", "string"),
    ("lifted_at", "string"),
    ("lifted_why", "string"),
    ("lift_told_at", "string"),
];

/// Values of several kinds, of which the examples show some.
const MIXED: &[(&str, &[&str])] = &[("fields.data", &["string", "integer", "boolean", "array"])];

/// The words a value may be, by the end of its path; the first that fits counts.
const WORDS: &[(&str, &[&str])] = &[
    ("standing", &["valid", "superseded", "revoked"]),
    ("result", &["none", "hint", "mandatory", "uncertain"]),
    ("outcome", &["taken", "hinted", "not_applicable", "not_taken"]),
    ("action", &["publish", "remove", "none"]),
    ("polarity", &["positive", "neutral", "negative"]),
    ("openness", &["public", "shared", "authorised"]),
    ("cycle", &["event", "daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly"]),
    ("required", &["always", "never", "when"]),
    ("fields.public", &["show", "mask", "withhold"]),
    (
        "fields.kind",
        &[
            "text",
            "date",
            "date_open",
            "money_wan",
            "money_yuan",
            "integer",
            "decimal",
            "flag",
            "code",
            "codes",
            "uscc",
            "org_code",
            "reg_no",
            "person_id",
        ],
    ),
    ("kind", KINDS),
    ("subject_kinds", KINDS),
    ("level", &["error", "warning"]),
    ("faults.state", &["open", "mended", "explained", "given_up"]),
    ("mode", &["changes", "full", "withdraw"]),
];

const KINDS: &[&str] = &["organisation", "individual_business", "natural_person"];

/// The schema that all the examples fit.
#[must_use]
pub fn of(examples: &[&Value]) -> Value {
    at("", examples)
}

fn at(path: &str, examples: &[&Value]) -> Value {
    let mut types: Vec<&str> = Vec::new();
    for example in examples {
        let kind = type_of(example);
        if !types.contains(&kind) {
            types.push(kind);
        }
    }
    // A whole number is a number too.
    if types.contains(&"number") {
        types.retain(|kind| *kind != "integer");
    }
    let ends = |end: &str| path == end || path.ends_with(&format!(".{end}"));
    if let Some((_, kinds)) = MIXED.iter().find(|(end, _)| ends(end))
        && 1 < types.len()
        && types.iter().all(|found| kinds.contains(found))
    {
        types = kinds.to_vec();
    }
    if let Some((_, kind)) = NULLABLE.iter().find(|(end, _)| ends(end))
        && types.iter().all(|found| found == kind || *found == "null")
    {
        types = vec![kind, "null"];
    }
    let mut schema = Map::new();
    if let [only] = types[..] {
        schema.insert("type".to_owned(), json!(only));
    } else if !types.is_empty() {
        schema.insert("type".to_owned(), json!(types));
    }
    let objects: Vec<&Map<String, Value>> =
        examples.iter().filter_map(|example| example.as_object()).collect();
    if !objects.is_empty() {
        describe_objects(path, &mut schema, &objects);
    }
    if types.contains(&"array") {
        let arrays = examples.iter().filter_map(|example| example.as_array());
        schema.insert("items".to_owned(), at(path, &arrays.flatten().collect::<Vec<_>>()));
    }
    let texts: Vec<&str> = examples.iter().filter_map(|example| example.as_str()).collect();
    if let Some(format) = format_of(&texts) {
        schema.insert("format".to_owned(), json!(format));
    }
    if let (true, Some((_, words))) =
        (types.contains(&"string"), WORDS.iter().find(|(end, _)| ends(end)))
    {
        let null = types.contains(&"null").then_some(Value::Null);
        let words = words.iter().map(|&word| json!(word)).chain(null);
        schema.insert("enum".to_owned(), words.collect());
    }
    Value::Object(schema)
}

/// Every key any example has; required are those that all have.
fn describe_objects(path: &str, schema: &mut Map<String, Value>, objects: &[&Map<String, Value>]) {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for name in objects.iter().flat_map(|object| object.keys()) {
        if properties.contains_key(name) {
            continue;
        }
        let values: Vec<&Value> = objects.iter().filter_map(|object| object.get(name)).collect();
        if values.len() == objects.len() {
            required.push(name.clone());
        }
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        properties.insert(name.clone(), at(&path, &values));
    }
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("required".to_owned(), json!(required));
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn format_of(texts: &[&str]) -> Option<&'static str> {
    if texts.is_empty() {
        return None;
    }
    let all = |reads: fn(&str) -> bool| texts.iter().all(|text| reads(text));
    if all(|text| text.len() == 10 && text.parse::<Date>().is_ok()) {
        return Some("date");
    }
    all(|text| text.contains('T') && text.parse::<Timestamp>().is_ok()).then_some("date-time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_read_together() {
        let (first, second) = (
            json!({"until": "2026-01-31", "n": 1}),
            json!({"until": null, "mode": "full", "x": [1, "a"]}),
        );
        let expected = json!({
            "type": "object",
            "properties": {
                "until": {"type": ["string", "null"], "format": "date"},
                "n": {"type": "integer"},
                "mode": {"type": "string", "enum": ["changes", "full", "withdraw"]},
                "x": {"type": "array", "items": {"type": ["integer", "string"]}},
            },
            "required": ["until"],
        });
        assert_eq!(of(&[&first, &second]), expected);
        assert_eq!(of(&[&json!([])]), json!({"type": "array", "items": {}}));
    }
}
