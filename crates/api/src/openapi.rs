//! The API described by itself: the OpenAPI document, made from the table of endpoints.

use identity::access::Need;
use identity::scopes::Scope;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use web::definition::ApiDefinition;
use web::endpoint::{Endpoint, MakeSchema, Shape};
use web::paging::Paging;
use web::response::{CursorMeta, Meta};

/// What makes schemas: a field of a request may be left out, and one of an answer is always there.
struct Generators {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

/// The OpenAPI 3.0 document of an API.
#[must_use]
pub fn document(definition: &ApiDefinition) -> Value {
    let mut generators = Generators {
        requests: SchemaSettings::openapi3().into_generator(),
        answers: SchemaSettings::openapi3().for_serialize().into_generator(),
    };
    let mut paths = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for endpoint in &(definition.endpoints)() {
        if !tags.contains(&endpoint.tag) {
            tags.push(endpoint.tag);
        }
        let operation = operation(endpoint, definition.paging, &mut generators);
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.as_str().to_lowercase()] = operation;
    }
    let mut schemas = Map::new();
    for (name, schema) in generators.answers.take_definitions(true) {
        schemas.insert(name, schema);
    }
    for (name, mut schema) in generators.requests.take_definitions(true) {
        require(&mut schema);
        schemas.insert(name, schema);
    }
    schemas.insert("Error".to_owned(), json!({ "type": "object", "properties": { "error": {} } }));
    schemas.insert("Errors".to_owned(), json!({ "description": "What is wrong, mostly per field." }));
    let scopes: Map<String, Value> =
        Scope::ALL.iter().map(|scope| (scope.name().to_owned(), json!(scope.label()))).collect();
    let bearer = if definition.bearer_key {
        "An API access token of the school, or its API key."
    } else {
        "An API access token of the school."
    };
    let schemes = json!({
        "ApiKey": { "type": "apiKey", "in": "header", "name": "X-Auth-API-Key" },
        "ApiKeySubdomain": { "type": "apiKey", "in": "header", "name": "X-Auth-Subdomain" },
        "Bearer": { "type": "http", "scheme": "bearer", "description": bearer },
        "App": {
            "type": "oauth2",
            "description": "An app's access token. The addresses are on the host of each school. The scopes are set on \
                            the app and consented to when a school installs it; a request does not name them.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "/oauth2/authorize",
                    "tokenUrl": "/oauth2/token",
                    "refreshUrl": "/oauth2/token",
                    "scopes": scopes
                }
            }
        }
    });
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": definition.title,
            "version": env!("CARGO_PKG_VERSION"),
            "description": definition.about,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": definition.root }],
        "security": security(Need::School),
        "tags": tags.into_iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": schemes,
            "schemas": schemas
        }
    })
}

/// Who may call: the school itself, and apps with the scope, if there is one.
fn security(need: Need) -> Value {
    let mut ways = vec![json!({ "ApiKey": [], "ApiKeySubdomain": [] }), json!({ "Bearer": [] })];
    match need {
        Need::Scope(scope) => ways.push(json!({ "App": [scope.name()] })),
        Need::App => ways.push(json!({ "App": [] })),
        Need::School => {}
    }
    Value::Array(ways)
}

/// Says of a request that what cannot be null must be there. The types themselves take a missing field like null, so
/// that an operation can name everything it lacks at once.
fn require(request: &mut Value) {
    let may_be_null = |schema: &Value| {
        let any_of = schema["anyOf"].as_array();
        schema["nullable"] == true || any_of.is_some_and(|parts| parts.iter().any(|part| part["nullable"] == true))
    };
    let fields = request["properties"].as_object().into_iter().flatten();
    let required: Vec<Value> = fields.filter(|(_, schema)| !may_be_null(schema)).map(|(name, _)| json!(name)).collect();
    if !required.is_empty() {
        request["required"] = Value::Array(required);
    }
}

fn operation(endpoint: &Endpoint, paging: Paging, generators: &mut Generators) -> Value {
    let mut parameters: Vec<Value> = endpoint
        .path_params()
        .map(|name| {
            let schema = if endpoint.text_id && matches!(name, "id" | "provider") {
                json!({ "type": "string" })
            } else {
                json!({ "type": "integer", "format": "int64" })
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect();
    let shared = if endpoint.list { paging.params() } else { &[] };
    for param in endpoint.query.iter().chain(shared) {
        parameters.push(json!({
            "name": param.name,
            "in": "query",
            "required": param.required,
            "description": param.about,
            "schema": param.schema()
        }));
    }
    if endpoint.method == axum::http::Method::POST {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Names the request: sent again with the same key it has no second effect.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" }
        }));
    }
    let mut operation = json!({
        "operationId": endpoint.id,
        "tags": [endpoint.tag],
        "summary": endpoint.about,
        "security": security(endpoint.need),
        "parameters": parameters,
        "responses": responses(endpoint, paging, &mut generators.answers)
    });
    if let Some(body) = endpoint.body {
        let schema = body(&mut generators.requests);
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema } }
        });
    }
    operation
}

fn responses(endpoint: &Endpoint, paging: Paging, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let schema = match endpoint.answers {
        Shape::Empty => None,
        Shape::One(make) => Some(json!(make(generator))),
        Shape::List(make) => Some(list_schema(generator, make, paging)),
    };
    let success = match schema {
        Some(schema) => json!({ "description": "Done", "content": { "application/json": { "schema": schema } } }),
        None => json!({ "description": "Done, nothing to say" }),
    };
    responses.insert(endpoint.status.to_string(), success);
    let mut refusals = vec![400, 401, 403, 429];
    refusals.extend_from_slice(endpoint.refuses);
    if endpoint.path.contains('{') {
        refusals.push(404);
    }
    if endpoint.body.is_some() {
        refusals.extend([413, 422]);
    }
    if endpoint.method == axum::http::Method::POST {
        refusals.push(422);
    }
    refusals.sort_unstable();
    refusals.dedup();
    for status in refusals {
        let (about, schema) = match status {
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
        responses.insert(status.to_string(), json!({ "description": about, "content": content }));
    }
    Value::Object(responses)
}

/// The schema of a page of records.
fn list_schema(generator: &mut SchemaGenerator, item: MakeSchema, paging: Paging) -> Value {
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
