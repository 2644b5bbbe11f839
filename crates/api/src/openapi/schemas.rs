//! Reading the schemas of a document: references, null, the fields of a record.

use serde_json::{Map, Value};

/// References are followed at most this far.
pub(crate) const MAX_DEPTH: usize = 8;

/// The schemas that the document names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schemas<'d>(Option<&'d Map<String, Value>>);

/// A schema with its references followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved<'d> {
    /// The schema itself.
    pub schema: &'d Value,
    /// The name that the document has for it.
    pub name: Option<&'d str>,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// What it means; what is said where it is used counts before what is said where it is defined.
    pub description: Option<&'d str>,
    /// The example of it; that of where it is used counts before that of where it is defined.
    pub example: Option<&'d Value>,
}

impl<'d> Schemas<'d> {
    /// The schemas of a document.
    pub fn of(document: &'d Value) -> Self {
        Self(document.pointer("/components/schemas").and_then(Value::as_object))
    }

    /// A schema by its name.
    pub fn named(&self, name: &str) -> Option<&'d Value> {
        self.0?.get(name)
    }

    /// Follows references, and looks through what only wraps one schema.
    pub fn resolve(&self, schema: &'d Value) -> Resolved<'d> {
        let mut found = Resolved { schema, name: None, nullable: false, description: None, example: None };
        for _ in 0..MAX_DEPTH {
            let here = found.schema;
            found.nullable |= allows_null(here);
            found.description = found.description.or_else(|| here["description"].as_str());
            found.example = found.example.or_else(|| here.get("example"));
            let Some(inner) = self.wrapped(here) else { break };
            if let Some(reference) = here["$ref"].as_str() {
                found.name = reference.rsplit('/').next();
            }
            found.nullable |= ["anyOf", "oneOf"].iter().any(|key| items(&here[key]).iter().any(is_null));
            found.schema = inner;
        }
        found
    }

    /// The one schema that this one stands for, if it is not one itself.
    fn wrapped(&self, schema: &'d Value) -> Option<&'d Value> {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.named(reference.rsplit('/').next()?);
        }
        if schema.get("properties").is_some() {
            return None;
        }
        if let [only] = items(&schema["allOf"]) {
            return Some(only);
        }
        for key in ["anyOf", "oneOf"] {
            let mut some = items(&schema[key]).iter().filter(|schema| !is_null(schema));
            if let (Some(first), None) = (some.next(), some.next()) {
                return Some(first);
            }
        }
        None
    }

    /// The fields of an object: name, schema, and whether it must be there.
    pub fn properties(&self, schema: &'d Value) -> Vec<(&'d str, &'d Value, bool)> {
        let mut found: Vec<(&str, &Value, bool)> = Vec::new();
        self.collect(schema, MAX_DEPTH, &mut found);
        found
    }

    fn collect(&self, schema: &'d Value, depth: usize, found: &mut Vec<(&'d str, &'d Value, bool)>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let schema = self.resolve(schema).schema;
        let required = items(&schema["required"]);
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            if !found.iter().any(|(known, ..)| known == name) {
                found.push((name, schema, required.iter().any(|required| required == name.as_str())));
            }
        }
        for part in items(&schema["allOf"]) {
            self.collect(part, depth, found);
        }
    }
}

/// The first type that is not null.
pub(crate) fn type_of(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

/// The items of an array; none when it is no array.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn allows_null(schema: &Value) -> bool {
    schema["nullable"] == true || items(&schema["type"]).iter().any(|name| name == "null")
}

/// Whether a schema allows null and nothing else.
fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
        || schema.get("const").is_some_and(Value::is_null)
        || schema["enum"].as_array().is_some_and(|values| values.iter().all(Value::is_null))
}
