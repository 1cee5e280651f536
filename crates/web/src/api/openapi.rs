//! The description of the API: OpenAPI 3.1 from the handlers, with examples and the schemas they
//! imply.

use std::sync::LazyLock;

use domain::text::Text;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::api::{
    answer::{self, Answer},
    asking::Params,
    catalogue, changes, check, consent, list, matter, measure, problem, report, schema, spool,
    subject, submission,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "信衡 Xinheng API",
        version = "1",
        description = "公共信用信息平台的公开接口和报送接口。标签和说明的语言由 Accept-Language 选择（zh 默认，en）。\n\n\
            Public credit information: what is public is open to everybody; handing in, matters and consents need the key of a system. \
            Problems follow RFC 9457.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/api/v1")),
    tags(
        (name = "subjects", description = "主体 · subjects"),
        (name = "check", description = "办事核查 · checks"),
        (name = "matters", description = "办理事项 · matters"),
        (name = "consents", description = "授权查询 · consents"),
        (name = "lists", description = "公示列表 · public lists"),
        (name = "changes", description = "变更流 · change feed"),
        (name = "catalogue", description = "信息目录 · catalogue"),
        (name = "reports", description = "信用报告 · reports"),
        (name = "submissions", description = "归集报送 · deliveries"),
    ),
    paths(
        subject::search, subject::subject, subject::file, subject::record,
        subject::record_by_number, check::check, matter::register_matter, matter::matter,
        matter::close_matter, matter::matter_file, measure::measures, measure::matter_measures,
        measure::feedback, measure::lifted, consent::consents, consent::consent_file, list::list,
        changes::changes, changes::confirm_changes, catalogue::catalogue, catalogue::catalogue_item, report::issue_report,
        report::report, report::report_document, report::verify, submission::deliver,
        submission::submissions, submission::submission, submission::faults,
        submission::rejected_csv, submission::rejected_xlsx,
    ),
    components(schemas(problem::Body)),
)]
struct Handlers;

/// Examples of answers: operation, status, and a file of named values.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("search", "200", include_str!("examples/search.json")),
    ("subject", "200", include_str!("examples/subject.json")),
    ("file", "200", include_str!("examples/file.json")),
    ("record", "200", include_str!("examples/record.json")),
    ("record_by_number", "200", include_str!("examples/record.json")),
    ("check", "200", include_str!("examples/check.json")),
    ("register_matter", "201", include_str!("examples/matter.json")),
    ("matter", "200", include_str!("examples/matter.json")),
    ("close_matter", "200", include_str!("examples/matter.json")),
    ("matter_file", "200", include_str!("examples/opened_file.json")),
    ("measures", "200", include_str!("examples/measures.json")),
    ("matter_measures", "200", include_str!("examples/measures.json")),
    ("feedback", "200", include_str!("examples/measures.json")),
    ("lifted", "200", include_str!("examples/measures.json")),
    ("consents", "200", include_str!("examples/consents.json")),
    ("consent_file", "200", include_str!("examples/opened_file.json")),
    ("list", "200", include_str!("examples/list.json")),
    ("changes", "200", include_str!("examples/changes.json")),
    ("confirm_changes", "200", include_str!("examples/confirmed.json")),
    ("catalogue", "200", include_str!("examples/catalogue.json")),
    ("catalogue_item", "200", include_str!("examples/catalogue_item.json")),
    ("issue_report", "201", include_str!("examples/report.json")),
    ("report", "200", include_str!("examples/report.json")),
    ("verify", "200", include_str!("examples/verify.json")),
    ("deliver", "200", include_str!("examples/dry_run.json")),
    ("deliver", "201", include_str!("examples/receipt.json")),
    ("submissions", "200", include_str!("examples/submissions.json")),
    ("submission", "200", include_str!("examples/receipt.json")),
    ("faults", "200", include_str!("examples/faults.json")),
];

/// The whole description, made once.
static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// The OpenAPI document.
pub async fn openapi(params: Params) -> Answer {
    params.only(&[])?;
    answer::json(&*DOCUMENT)
}

/// One operation, as the page of operations shows it.
pub struct Operation {
    pub method: String,
    pub path: String,
    pub summary: Text,
    /// What it does, in one sentence.
    pub brief: Text,
    pub keyed: bool,
    pub parameters: Vec<Parameter>,
    pub responses: Vec<(String, Text)>,
    pub example: String,
}

pub struct Parameter {
    pub name: String,
    /// `path` or `query`.
    pub place: String,
    pub required: bool,
    pub about: Text,
}

/// Every operation in the order of the description.
#[must_use]
pub fn operations() -> Vec<Operation> {
    each(&DOCUMENT)
        .map(|(path, method, operation)| Operation::of(path, method, operation))
        .collect()
}

fn document() -> Value {
    let mut document = serde_json::to_value(Handlers::openapi()).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({"key": {
        "type": "http", "scheme": "bearer",
        "description": "机构业务系统的密钥，xh_ 开头，由平台发放；也可签名，见 docs/api.md · the key of an organisation's system; or a signature, see docs/api.md",
    }});
    document["components"]["headers"] = json!({
        "ETag": described("答复的标记，可用于 If-None-Match · tag of the answer, for If-None-Match"),
        "Location": described("所建之物的地址 · where what was made is from now on"),
        "Retry-After": described("多少秒后再来 · seconds after which to come again"),
    });
    if let Some(paths) = document["paths"].as_object_mut() {
        for methods in paths.values_mut().filter_map(Value::as_object_mut) {
            for (method, operation) in methods {
                complete(method, operation);
            }
        }
    }
    document
}

fn described(text: &str) -> Value {
    json!({"description": text, "schema": {"type": "string"}})
}

/// Gives an operation what all have: headers, tags, the examples of a success, problems for the rest.
fn complete(method: &str, operation: &mut Value) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let repeatable = method == "get";
    if let Some(parameters) = operation.as_object_mut() {
        let parameters = parameters.entry("parameters").or_insert_with(|| json!([]));
        if let Some(parameters) = parameters.as_array_mut() {
            parameters.push(header("Accept-Language", "zh（默认）或 en · zh if not given, or en"));
            if repeatable {
                parameters.push(header("If-None-Match", "持有的标记 · tag of the answer held"));
            }
        }
    }
    if id == "deliver" {
        operation["requestBody"]["content"] = Value::Object(delivery_types());
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut() {
        let name = match status.as_str() {
            "200" if repeatable => "ETag",
            "201" => "Location",
            "503" => "Retry-After",
            _ => continue,
        };
        response["headers"][name] = json!({"$ref": format!("#/components/headers/{name}")});
    }
    if repeatable {
        let unchanged = "与持有的相同，不再发送 · the answer held still is right";
        responses.insert("304".to_owned(), json!({"description": unchanged}));
    }
    contents(&id, responses);
}

fn header(name: &str, about: &str) -> Value {
    json!({"name": name, "in": "header", "description": about, "required": false, "schema": {"type": "string"}})
}

/// Every type of content a delivery may come as.
fn delivery_types() -> Map<String, Value> {
    let text = json!({"schema": {"type": "string"}});
    let bytes = json!({"schema": {"type": "string", "format": "binary"}});
    let form = json!({"schema": {
        "type": "object", "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }});
    let types = spool::TYPES.iter().map(|(name, _)| {
        let is_text = name.starts_with("text/") || name.contains("json");
        ((*name).to_owned(), if is_text { text.clone() } else { bytes.clone() })
    });
    types.chain([("multipart/form-data".to_owned(), form)]).collect()
}

/// Gives every response its content.
fn contents(id: &str, responses: &mut Map<String, Value>) {
    for (operation, status, examples) in EXAMPLES {
        let examples: Map<String, Value> = serde_json::from_str(examples).unwrap_or_default();
        if let (true, Some(response)) = (*operation == id, responses.get_mut(*status)) {
            let schema = schema::of(&examples.values().collect::<Vec<_>>());
            let examples: Map<String, Value> = examples
                .into_iter()
                .map(|(name, value)| (name, json!({ "value": value })))
                .collect();
            response["content"] =
                json!({"application/json": {"schema": schema, "examples": examples}});
        }
    }
    let problem = || json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    for (status, response) in responses.iter_mut() {
        if status.starts_with(['4', '5']) {
            response["content"] = problem();
        }
    }
    let other = json!({"description": "其他情形 · anything else", "content": problem()});
    responses.insert("default".to_owned(), other);
}

fn each(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path, method, operation))
    })
}

impl Operation {
    fn of(path: &str, method: &str, operation: &Value) -> Operation {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.filter(|parameter| parameter["in"] != "header");
        let responses = operation["responses"].as_object().into_iter().flatten();
        let example = responses.clone().find_map(|(_, response)| {
            let examples = response["content"]["application/json"]["examples"].as_object()?;
            examples.values().next().map(|example| example["value"].clone())
        });
        let summary = Text::new(text(&operation["summary"]), text(&operation["description"]));
        let first = summary.en.split_once(". ").map_or(summary.en.as_str(), |(first, _)| first);
        Operation {
            method: method.to_uppercase(),
            path: format!("{}{path}", super::BASE),
            brief: Text::new(&summary.zh, first.trim_end_matches('.').replace('\n', " ")),
            summary,
            keyed: operation["security"].is_array(),
            parameters: parameters
                .map(|parameter| Parameter {
                    name: text(&parameter["name"]),
                    place: text(&parameter["in"]),
                    required: parameter["required"].as_bool().unwrap_or_default(),
                    about: both(&text(&parameter["description"])),
                })
                .collect(),
            responses: responses
                .map(|(status, response)| (status.clone(), both(&text(&response["description"]))))
                .collect(),
            example: example
                .and_then(|example| serde_json::to_string_pretty(&example).ok())
                .unwrap_or_default(),
        }
    }
}

/// A description in both languages, as the handlers write it: 中文 · English.
fn both(text: &str) -> Text {
    let (zh, en) = text.split_once(" · ").unwrap_or((text, text));
    Text::new(zh, en)
}
