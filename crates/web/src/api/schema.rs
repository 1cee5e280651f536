//! The schema of an answer, read off its examples: an example and its schema cannot drift apart.

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};

/// The schema that all the examples fit.
#[must_use]
pub fn of(examples: &[&Value]) -> Value {
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
    let mut schema = Map::new();
    if let [only] = types[..] {
        schema.insert("type".to_owned(), json!(only));
    } else if !types.is_empty() {
        schema.insert("type".to_owned(), json!(types));
    }
    let objects: Vec<&Map<String, Value>> =
        examples.iter().filter_map(|example| example.as_object()).collect();
    if !objects.is_empty() {
        describe_objects(&mut schema, &objects);
    }
    if types.contains(&"array") {
        let arrays = examples.iter().filter_map(|example| example.as_array());
        schema.insert("items".to_owned(), of(&arrays.flatten().collect::<Vec<_>>()));
    }
    let texts: Vec<&str> = examples.iter().filter_map(|example| example.as_str()).collect();
    if let Some(format) = format_of(&texts) {
        schema.insert("format".to_owned(), json!(format));
    }
    Value::Object(schema)
}

/// Every key any example has; required are those that all have.
fn describe_objects(schema: &mut Map<String, Value>, objects: &[&Map<String, Value>]) {
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
        properties.insert(name.clone(), of(&values));
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
        let (first, second) =
            (json!({"until": "2026-01-31", "n": 1}), json!({"until": null, "x": [1, "a"]}));
        let expected = json!({
            "type": "object",
            "properties": {
                "until": {"type": ["string", "null"], "format": "date"},
                "n": {"type": "integer"},
                "x": {"type": "array", "items": {"type": ["integer", "string"]}},
            },
            "required": ["until"],
        });
        assert_eq!(of(&[&first, &second]), expected);
        assert_eq!(of(&[&json!([])]), json!({"type": "array", "items": {}}));
    }
}
