//! The examples of the documents: whole, of the types that they say, and in agreement with each other.

use super::document;
use super::schemas::{Resolved, Schemas, items, type_of};
use crate::APIS;
use serde_json::Value;

/// The operations of a document that have something to say: name, path and operation.
fn operations(document: &Value) -> impl Iterator<Item = (String, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods.iter().map(move |(method, operation)| (format!("{method} {path}"), path.as_str(), operation))
    })
}

fn json_body(holder: &Value) -> Option<&Value> {
    holder["content"].get("application/json")
}

fn success(operation: &Value) -> Option<&Value> {
    let responses = operation["responses"].as_object().expect("responses");
    responses.iter().find(|(status, _)| status.starts_with('2')).and_then(|(_, response)| json_body(response))
}

/// Why a value is not of a schema; nothing when it is.
fn mismatch(schemas: Schemas<'_>, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let Resolved { schema, nullable, .. } = schemas.resolve(schema);
    if value.is_null() {
        return (!nullable).then(|| format!("{at} is null and must not be"));
    }
    let words = items(&schema["enum"]);
    let is_of_type = match type_of(schema) {
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    if !is_of_type || !words.is_empty() && !words.contains(value) {
        return Some(format!("{at} is {value}"));
    }
    if schema["format"] == "date-time" && value.as_str().and_then(web::input::parse_timestamp).is_none() {
        return Some(format!("{at} is {value} and no time"));
    }
    let entries = items(value).iter().enumerate();
    let in_list = entries.flat_map(|(n, item)| mismatch(schemas, schema.get("items")?, item, &format!("{at}[{n}]")));
    let fields = value.as_object().into_iter().flatten();
    let known = schemas.properties(schema);
    let in_object = fields.filter_map(|(name, value)| {
        let at = format!("{at}.{name}");
        match known.iter().find(|(known, ..)| known == name) {
            Some((_, schema, _)) => mismatch(schemas, schema, value, &at),
            None => (!known.is_empty()).then(|| format!("{at} is unknown")),
        }
    });
    in_list.chain(in_object).next()
}

#[test]
fn examples_are_of_their_schemas_and_have_every_field_that_must_be_there() {
    for document in APIS.map(document) {
        let schemas = Schemas::of(&document);
        for (name, _, operation) in operations(&document) {
            for body in [json_body(&operation["requestBody"]), success(operation)].into_iter().flatten() {
                let (schema, example) = (&body["schema"], &body["example"]);
                assert_eq!(mismatch(schemas, schema, example, &name), None);
                for (field, _, required) in schemas.properties(schema) {
                    assert!(!required || example.get(field).is_some(), "{name}: {field} is missing");
                }
            }
        }
    }
}

#[test]
fn every_parameter_that_must_be_there_has_an_example_of_its_type() {
    for document in APIS.map(document) {
        let schemas = Schemas::of(&document);
        for (name, _, operation) in operations(&document) {
            for parameter in items(&operation["parameters"]).iter().filter(|parameter| parameter["required"] == true) {
                let at = format!("{name} {}", parameter["name"]);
                assert_eq!(mismatch(schemas, &parameter["schema"], &parameter["example"], &at), None);
            }
        }
    }
}

/// Whether a value comes back as it was sent, where decimals may come back as text, and a list with more in each item.
fn comes_back(sent: &Value, answered: &Value) -> bool {
    match (sent, answered) {
        (Value::Array(sent), Value::Array(answered)) => {
            sent.len() == answered.len() && sent.iter().zip(answered).all(|(sent, answered)| comes_back(sent, answered))
        }
        (Value::Object(sent), Value::Object(answered)) => {
            sent.iter().all(|(name, sent)| answered.get(name).is_some_and(|answered| comes_back(sent, answered)))
        }
        (Value::Number(sent), Value::String(answered)) => answered.parse().ok() == sent.as_f64(),
        _ => sent == answered,
    }
}

/// Fields that have a value when nothing is sent.
const DEFAULTS: [&str; 3] = ["status", "affiliate_commission_type", "slug"];
/// A field that means something else in the response: from where the next request goes on.
const WHERE_TO_GO_ON: (&str, &str) = ("post /webhooks/{id}/replay", "since");

fn is_empty(value: &Value) -> bool {
    value.is_null() || items(value).is_empty() && value.is_array() || value == ""
}

#[test]
fn what_an_example_sends_comes_back_and_what_it_does_not_send_is_empty() {
    let mut compared = 0;
    for document in APIS.map(document) {
        let schemas = Schemas::of(&document);
        for (name, _, operation) in operations(&document) {
            let (Some(request), Some(response)) = (json_body(&operation["requestBody"]), success(operation)) else {
                continue;
            };
            for parameter in items(&operation["parameters"]).iter().filter(|parameter| parameter["in"] == "query") {
                let field = parameter["name"].as_str().expect("a name");
                if let (Some(sent), Some(answered)) = (parameter.get("example"), response["example"].get(field)) {
                    assert_eq!(sent, answered, "{name}: {field}");
                }
            }
            for (field, ..) in schemas.properties(&request["schema"]) {
                let Some(answered) = response["example"].get(field) else { continue };
                match request["example"].get(field) {
                    Some(_) if (name.as_str(), field) == WHERE_TO_GO_ON => {}
                    Some(sent) => assert!(comes_back(sent, answered), "{name}: {field} {sent} is answered {answered}"),
                    None if DEFAULTS.contains(&field) => {}
                    None => assert!(is_empty(answered), "{name}: {field} was not sent, and is answered {answered}"),
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn the_record_that_a_path_names_is_the_one_that_is_answered() {
    let mut compared = 0;
    for document in APIS.map(document) {
        for (name, path, operation) in operations(&document).filter(|(_, path, _)| path.ends_with("/{id}")) {
            let Some(id) = success(operation).and_then(|response| response["example"].get("id")) else { continue };
            let named = items(&operation["parameters"]).iter().find(|parameter| parameter["name"] == "id");
            let example = &named.unwrap_or_else(|| panic!("{path} has an id"))["example"];
            let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            assert_eq!(text(example), text(id), "{name}");
            compared += 1;
        }
    }
    assert!(compared > 15, "{compared}");
}
