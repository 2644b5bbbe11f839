//! An operation of the document: its parameters, its request, its responses, and the examples of these.

use super::Generators;
use super::examples;
use super::schemas::Schemas;
use axum::http::Method;
use identity::access::Need;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};
use web::endpoint::{Endpoint, ResponseBody, SchemaFn};
use web::paging::Paging;
use web::parameter::{Param, ParamType};
use web::response::{CursorMeta, Meta};

/// Who may call: the school itself, and apps with the scope, if there is one.
pub(super) fn security(access: Need) -> Value {
    let mut ways = vec![json!({ "ApiKey": [], "ApiKeySubdomain": [] }), json!({ "Bearer": [] })];
    match access {
        Need::Scope(scope) => ways.push(json!({ "App": [scope.name()] })),
        Need::App => ways.push(json!({ "App": [] })),
        Need::School => {}
    }
    Value::Array(ways)
}

pub(super) fn operation(endpoint: &Endpoint, paging: Paging, generators: &mut Generators) -> Value {
    let mut operation = json!({
        "operationId": endpoint.operation_id,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "security": security(endpoint.access),
        "parameters": parameters(endpoint, paging),
        "responses": responses(endpoint, paging, &mut generators.responses)
    });
    if let Some(request) = endpoint.request {
        let schema = request(&mut generators.requests);
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema } }
        });
    }
    if endpoint.streams {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } }
        });
    }
    operation
}

fn parameters(endpoint: &Endpoint, paging: Paging) -> Vec<Value> {
    let mut examples = endpoint.path_examples.iter();
    let mut parameters: Vec<Value> = endpoint
        .path_params()
        .map(|name| {
            let is_text = endpoint.text_id && matches!(name, "id" | "provider");
            let schema =
                if is_text { json!({ "type": "string" }) } else { json!({ "type": "integer", "format": "int64" }) };
            let parameter = json!({ "name": name, "in": "path", "required": true, "schema": schema });
            with_example(parameter, examples.next().copied(), !is_text)
        })
        .collect();
    let shared = if endpoint.is_list { paging.params() } else { &[] };
    parameters.extend(endpoint.query.iter().chain(shared).map(query_parameter));
    if endpoint.method == Method::POST && !endpoint.streams {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Names the request: sent again with the same key it has no second effect.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" }
        }));
    }
    parameters
}

fn query_parameter(param: &Param) -> Value {
    let parameter = json!({
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.description,
        "schema": param.schema()
    });
    with_example(parameter, param.example, param.param_type == ParamType::Integer)
}

fn with_example(mut parameter: Value, example: Option<&str>, is_integer: bool) -> Value {
    if let Some(example) = example {
        let integer = example.parse::<i64>().ok().filter(|_| is_integer);
        parameter["example"] = integer.map_or_else(|| json!(example), |integer| json!(integer));
    }
    parameter
}

fn responses(endpoint: &Endpoint, paging: Paging, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let of_json =
        |schema: Value| json!({ "description": "Done", "content": { "application/json": { "schema": schema } } });
    let success = match endpoint.response {
        ResponseBody::Empty => json!({ "description": "Done, nothing to say" }),
        ResponseBody::Record(schema) => of_json(json!(schema(generator))),
        ResponseBody::List(schema) => of_json(list_schema(generator, schema, paging)),
        ResponseBody::File(media_types) => {
            let content =
                media_types.iter().map(|media| ((*media).to_owned(), json!({ "schema": { "type": "string" } })));
            json!({ "description": "Done", "content": content.collect::<Map<String, Value>>() })
        }
    };
    responses.insert(endpoint.status.to_string(), success);
    let mut errors = vec![400, 401, 403, 429];
    errors.extend_from_slice(endpoint.error_statuses);
    if endpoint.path.contains('{') {
        errors.push(404);
    }
    if endpoint.request.is_some() {
        errors.extend([413, 422]);
    }
    if endpoint.method == Method::POST {
        errors.push(422);
    }
    errors.sort_unstable();
    errors.dedup();
    for status in errors {
        let (description, schema) = match status {
            400 => ("The request cannot be understood", "Error"),
            401 => ("No credentials, wrong ones, or a plan without the API", "Error"),
            403 => ("The school's plan has no apps, or the app lacks a scope", "Error"),
            404 => ("The school has no such record", "Error"),
            413 => ("The request is too large", "Error"),
            422 => ("A rule was broken; nothing was changed", "Errors"),
            _ => ("Too many requests in this minute, or at once", "Error"),
        };
        let reference = format!("#/components/schemas/{schema}");
        let content = json!({ "application/json": { "schema": { "$ref": reference } } });
        responses.insert(status.to_string(), json!({ "description": description, "content": content }));
    }
    Value::Object(responses)
}

/// The schema of a page of records.
fn list_schema(generator: &mut SchemaGenerator, item: SchemaFn, paging: Paging) -> Value {
    let item = item(generator);
    let meta = match paging {
        Paging::Pages => generator.subschema_for::<Meta>(),
        Paging::Cursors => generator.subschema_for::<CursorMeta>(),
    };
    json!({
        "type": "object",
        "properties": { "items": { "type": "array", "items": item }, "meta": meta },
        "required": ["items", "meta"]
    })
}

/// Adds the examples of an operation's request and response, once the document has all of its schemas.
pub(super) fn add_examples(document: &mut Value, endpoint: &Endpoint) {
    let operation = &document["paths"][endpoint.path][endpoint.method.as_str().to_lowercase()];
    let schemas = Schemas::of(document);
    let status = endpoint.status.to_string();
    let content = |holder: &Value| holder["content"]["application/json"].get("schema").cloned();
    let request = content(&operation["requestBody"]).map(|schema| examples::request(schemas, &schema));
    let response = content(&operation["responses"][&status]).map(|schema| {
        let mut example = examples::response(schemas, &schema);
        let changes = endpoint.response_example.map_or(Value::Null, |changes| changes());
        for (name, value) in changes.as_object().into_iter().flatten() {
            example[name] = value.clone();
        }
        example
    });
    let operation = &mut document["paths"][endpoint.path][endpoint.method.as_str().to_lowercase()];
    if let Some(example) = request {
        operation["requestBody"]["content"]["application/json"]["example"] = example;
    }
    if let Some(example) = response {
        operation["responses"][status]["content"]["application/json"]["example"] = example;
    }
}
