//! The description of the API: OpenAPI 3.1 from the handlers, with examples and the schemas they
//! imply, and the same as a plain page.

use std::sync::LazyLock;

use askama::Template;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::{
    api::{
        answer::{self, Answer},
        asking::{Asker, Params},
        catalogue, changes, check, list, problem, report, schema, subject, submission,
    },
    assets,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "信衡 Xinheng API",
        version = "1",
        description = "公共信用信息平台的公开接口和报送接口。标签和说明的语言由 Accept-Language 选择（zh 默认，en）。\n\n\
            Public credit information: reading is open to everybody, handing in needs a department's key. \
            Problems follow RFC 9457.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/api/v1")),
    tags(
        (name = "subjects", description = "主体 · subjects"),
        (name = "check", description = "办事核查 · checks"),
        (name = "lists", description = "公示列表 · public lists"),
        (name = "changes", description = "变更流 · change feed"),
        (name = "catalogue", description = "信息目录 · catalogue"),
        (name = "reports", description = "信用报告 · reports"),
        (name = "submissions", description = "归集报送 · deliveries"),
    ),
    paths(
        subject::search, subject::subject, subject::file, subject::record, check::check, list::list,
        changes::changes, catalogue::catalogue, catalogue::catalogue_item, report::issue_report,
        report::report, report::report_document, report::verify, submission::deliver,
        submission::submission, submission::faults, submission::rejected_csv,
        submission::rejected_xlsx,
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
    ("check", "200", include_str!("examples/check.json")),
    ("list", "200", include_str!("examples/list.json")),
    ("changes", "200", include_str!("examples/changes.json")),
    ("catalogue", "200", include_str!("examples/catalogue.json")),
    ("catalogue_item", "200", include_str!("examples/catalogue_item.json")),
    ("issue_report", "201", include_str!("examples/report.json")),
    ("report", "200", include_str!("examples/report.json")),
    ("verify", "200", include_str!("examples/verify.json")),
    ("deliver", "200", include_str!("examples/dry_run.json")),
    ("deliver", "201", include_str!("examples/receipt.json")),
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

/// The operations as a page that works without script.
#[derive(Template)]
#[template(path = "api/docs.html")]
struct DocsPage {
    lang: &'static str,
    stylesheet: String,
    operations: Vec<Operation>,
}

struct Operation {
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    responses: Vec<(String, String)>,
    example: String,
}

struct Parameter {
    name: String,
    place: String,
    required: bool,
    description: String,
}

/// The page of operations.
pub async fn docs(asker: Asker, params: Params) -> Answer {
    params.only(&[])?;
    let operations = operations(&DOCUMENT)
        .map(|(path, method, operation)| Operation::of(path, method, operation));
    let page = DocsPage {
        lang: asker.lang.tag(),
        stylesheet: assets::stylesheet(),
        operations: operations.collect(),
    };
    let page = page.render().map_err(|error| problem::internal(&error.to_string()))?;
    answer::document("text/html; charset=utf-8", page.into_bytes())
}

fn document() -> Value {
    let mut document = serde_json::to_value(Handlers::openapi()).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({"key": {
        "type": "http", "scheme": "bearer",
        "description": "信源单位的密钥，xh_ 开头，由平台发放 · a department's key",
    }});
    if let Some(paths) = document["paths"].as_object_mut() {
        let operations = paths.values_mut().filter_map(Value::as_object_mut).flatten();
        for (_, operation) in operations {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            if let Some(responses) = operation["responses"].as_object_mut() {
                complete(&id, responses);
            }
        }
    }
    document
}

/// Gives every response its content: the examples of a success, a problem for the rest.
fn complete(id: &str, responses: &mut Map<String, Value>) {
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

fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
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
        let responses = operation["responses"].as_object().into_iter().flatten();
        let example = responses.clone().find_map(|(_, response)| {
            let examples = response["content"]["application/json"]["examples"].as_object()?;
            examples.values().next().map(|example| example["value"].clone())
        });
        Operation {
            method: method.to_uppercase(),
            path: format!("{}{path}", super::BASE),
            summary: text(&operation["summary"]),
            description: text(&operation["description"]),
            parameters: parameters
                .map(|parameter| Parameter {
                    name: text(&parameter["name"]),
                    place: text(&parameter["in"]),
                    required: parameter["required"].as_bool().unwrap_or_default(),
                    description: text(&parameter["description"]),
                })
                .collect(),
            responses: responses
                .map(|(status, response)| (status.clone(), text(&response["description"])))
                .collect(),
            example: example
                .and_then(|example| serde_json::to_string_pretty(&example).ok())
                .unwrap_or_default(),
        }
    }
}
