//! The OpenAPI document: complete, with an example for every operation, and true.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

use super::Api;
use crate::site::empty_site;

/// The schema of the JSON answer of an operation.
pub fn schema<'d>(document: &'d Value, operation: &str, status: u16) -> &'d Value {
    let found = operations(document).into_iter().find(|(.., op)| op["operationId"] == operation);
    let (.., found) = found.unwrap_or_else(|| panic!("no operation {operation}"));
    &found["responses"][status.to_string()]["content"]["application/json"]["schema"]
}

/// Says where a value is not what its schema promises: a wrong type, a missing or an unknown key.
pub fn compare(schema: &Value, value: &Value, at: &str, findings: &mut Vec<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if schema.as_object().is_some_and(serde_json::Map::is_empty) {
        return;
    }
    let types = &schema["type"];
    let words = schema["enum"].as_array();
    if words.is_some_and(|words| !value.is_array() && !words.contains(value)) {
        findings.push(format!("{at}: {value} is none of {words:?}"));
    }
    if types != kind && !types.as_array().is_some_and(|types| types.iter().any(|t| t == kind)) {
        findings.push(format!("{at}: {types} is promised, {value} came"));
        return;
    }
    for value in value.as_array().into_iter().flatten() {
        compare(&schema["items"], value, &format!("{at}[]"), findings);
    }
    let Some(object) = value.as_object() else { return };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    findings.extend(
        required.filter(|key| !object.contains_key(*key)).map(|key| format!("{at}: no {key}")),
    );
    for (key, value) in object {
        match schema["properties"].get(key) {
            Some(schema) => compare(schema, value, &format!("{at}.{key}"), findings),
            None => findings.push(format!("{at}: {key} is not described")),
        }
    }
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let methods = |(path, methods): (&String, &'_ Value)| -> Vec<(String, String)> {
        let methods = methods.as_object().expect("methods");
        methods.keys().map(|method| (path.clone(), method.to_uppercase())).collect()
    };
    let names: Vec<(String, String)> = paths.iter().flat_map(methods).collect();
    let of = |(path, method): (String, String)| {
        let operation = &document["paths"][&path][method.to_lowercase()];
        (path, method, operation)
    };
    names.into_iter().map(of).collect()
}

async fn bare() -> Api {
    Api::over(empty_site().await).await
}

#[tokio::test]
async fn every_operation_has_an_example_or_hands_out_a_file() {
    let api = bare().await;
    assert_eq!(api.description["openapi"], "3.1.0");
    for (path, method, operation) in operations(&api.description) {
        let responses = operation["responses"].as_object().expect("responses");
        let success = responses.iter().rfind(|(status, _)| status.starts_with('2'));
        let (_, success) = success.unwrap_or_else(|| panic!("{method} {path}: no success"));
        let content = success["content"].as_object().expect("content");
        for (kind, content) in content {
            let examples = content["examples"].as_object().map_or(0, serde_json::Map::len);
            assert!(kind != "application/json" || 0 < examples, "{method} {path}: no example");
        }
        let header = |name: &str| success["headers"][name].is_object();
        let repeatable = method == "GET";
        assert_eq!(repeatable, header("ETag") && responses.contains_key("304"), "{method} {path}");
        assert_eq!(responses.contains_key("201"), header("Location"), "{method} {path}");
        for name in ["Accept-Language", "If-None-Match"] {
            let mut parameters = operation["parameters"].as_array().expect("parameters").iter();
            let told = parameters.any(|parameter| parameter["name"] == name);
            assert_eq!(told, repeatable || name == "Accept-Language", "{method} {path} {name}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{method} {path}: {parameter}");
        }
        assert!(responses.contains_key("default"), "{method} {path}");
        assert!(operation["summary"].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn every_documented_operation_is_there_and_takes_the_documented_parameters() {
    let api = bare().await;
    for (path, method, operation) in operations(&api.description) {
        let keyed = operation["security"].is_array();
        let address = path.replace(['{', '}'], "x");
        let asked = Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = api.send(asked, &format!("{address}?unknown=1"), &[], "").await;
        let problem = answer.json();
        if keyed {
            assert_eq!(answer.status, 401, "{method} {path}: {problem}");
            continue;
        }
        assert_eq!(
            (answer.status.as_u16(), &problem["parameter"]),
            (400, &"unknown".into()),
            "{method} {path}"
        );
        let names = |list: &Value, key: Option<&str>| -> BTreeSet<String> {
            let list = list.as_array().into_iter().flatten();
            let named = list.filter(|entry| key.is_none() || entry["in"] == "query");
            named
                .map(|entry| {
                    key.map_or(entry, |key| &entry[key]).as_str().expect("a name").to_owned()
                })
                .collect()
        };
        assert_eq!(
            names(&problem["allowed"], None),
            names(&operation["parameters"], Some("name")),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn examples_name_made_up_subjects_only() {
    let api = bare().await;
    let text = api.description.to_string();
    for part in text.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        if let Ok(code) = domain::identifier::uscc::UnifiedCode::parse(part) {
            assert!(code.division().starts_with("4199"), "{part}");
        }
    }
}

#[tokio::test]
async fn every_type_a_delivery_may_come_as_is_described() {
    let api = bare().await;
    let delivery = &api.description["paths"]["/submissions"]["post"]["requestBody"]["content"];
    let described: BTreeSet<&str> =
        delivery.as_object().expect("content").keys().map(String::as_str).collect();
    let taken = web::api::spool::TYPES.iter().map(|(name, _)| *name);
    assert_eq!(described, taken.chain(["multipart/form-data"]).collect());
}
