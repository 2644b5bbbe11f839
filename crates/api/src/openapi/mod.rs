//! The APIs described by themselves: an OpenAPI document each, made from the descriptions of the endpoints.

pub(crate) mod examples;
mod operation;
pub(crate) mod schemas;

use identity::access::Need;
use identity::scopes::Scope;
use operation::{add_examples, operation, security};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use web::definition::ApiDefinition;

/// What makes schemas: a field of a request may be left out, and one of a response is always there.
struct Generators {
    requests: SchemaGenerator,
    responses: SchemaGenerator,
}

/// The OpenAPI 3.0 document of an API.
#[must_use]
pub fn document(definition: &ApiDefinition) -> Value {
    let mut generators = Generators {
        requests: SchemaSettings::openapi3().into_generator(),
        responses: SchemaSettings::openapi3().for_serialize().into_generator(),
    };
    let endpoints = (definition.endpoints)();
    let mut paths = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for endpoint in &endpoints {
        if !tags.contains(&endpoint.tag) {
            tags.push(endpoint.tag);
        }
        let operation = operation(endpoint, definition.paging, &mut generators);
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.as_str().to_lowercase()] = operation;
    }
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {
            "title": definition.title,
            "version": env!("CARGO_PKG_VERSION"),
            "description": definition.description,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": definition.root }],
        "security": security(Need::School),
        "tags": tags.into_iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": security_schemes(definition),
            "schemas": component_schemas(generators)
        }
    });
    for endpoint in &endpoints {
        add_examples(&mut document, endpoint);
    }
    document
}

fn component_schemas(mut generators: Generators) -> Map<String, Value> {
    let mut schemas = Map::new();
    for (name, schema) in generators.responses.take_definitions(true) {
        schemas.insert(name, schema);
    }
    for (name, mut schema) in generators.requests.take_definitions(true) {
        require_what_cannot_be_null(&mut schema);
        schemas.insert(name, schema);
    }
    schemas.insert("Error".to_owned(), json!({ "type": "object", "properties": { "error": {} } }));
    schemas.insert("Errors".to_owned(), json!({ "description": "What is wrong, mostly per field." }));
    schemas
}

/// Says of a request that what cannot be null must be there. The types themselves take a missing field like null, so
/// that an operation can name everything it lacks at once.
fn require_what_cannot_be_null(request: &mut Value) {
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

fn security_schemes(definition: &ApiDefinition) -> Value {
    let scopes: Map<String, Value> =
        Scope::ALL.iter().map(|scope| (scope.name().to_owned(), json!(scope.label()))).collect();
    let bearer = if definition.bearer_key {
        "An API access token of the school, or its API key."
    } else {
        "An API access token of the school."
    };
    json!({
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
    })
}

#[cfg(test)]
mod tests;
