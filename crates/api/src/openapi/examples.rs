//! Examples of requests and responses, put together from the examples of their fields.
//!
//! Every field of a response has an example beside its declaration, or is null in examples. A request shows the fields
//! that it must have and those that have an example.

use super::schemas::{Resolved, Schemas};
use serde_json::{Value, json};

/// An example of a request.
pub(super) fn request(schemas: Schemas<'_>, schema: &Value) -> Value {
    let shown = |schema: &Value, required: bool| required || schemas.resolve(schema).example.is_some();
    let fields = schemas.properties(schema).into_iter().filter(|(_, schema, required)| shown(schema, *required));
    fields.map(|(name, schema, _)| (name.to_owned(), example(schemas, schema))).collect()
}

/// An example of a response.
pub(super) fn response(schemas: Schemas<'_>, schema: &Value) -> Value {
    example(schemas, schema)
}

/// The example of a value: its own, or null where it may be null, or that of what it holds.
fn example(schemas: Schemas<'_>, schema: &Value) -> Value {
    let Resolved { schema, example: own, nullable, .. } = schemas.resolve(schema);
    if let Some(own) = own {
        return own.clone();
    }
    if nullable {
        return Value::Null;
    }
    if let Some(items) = schema.get("items") {
        return json!([example(schemas, items)]);
    }
    let fields = schemas.properties(schema);
    if fields.is_empty() {
        return Value::Null;
    }
    fields.into_iter().map(|(name, schema, _)| (name.to_owned(), example(schemas, schema))).collect()
}
