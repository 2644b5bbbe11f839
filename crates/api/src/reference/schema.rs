//! Reading the schemas of the document: references, null, what fields a record has.

use serde_json::{Map, Value};

/// References are followed at most this far, and records expanded at most this deep.
const DEEPEST: usize = 8;

/// The schemas that the document names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schemas<'d>(Option<&'d Map<String, Value>>);

/// A schema with its references followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolved<'d> {
    /// The schema itself.
    pub schema: &'d Value,
    /// The name that the document has for it.
    pub name: Option<&'d str>,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// What it means; what is said where it is used counts before what is said where it is defined.
    pub about: Option<&'d str>,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub(super) struct Field<'d> {
    /// Its name, with those of the fields around it: `fields[].value`.
    pub path: String,
    /// What values it has.
    pub kind: Kind<'d>,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub about: Option<&'d str>,
}

/// What values there are, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind<'d> {
    /// `text`, `list of whole numbers` and the like; for a named record, what comes before its name.
    pub words: String,
    /// A record with a name.
    pub record: Option<&'d str>,
    /// All the values there are, when they are few.
    pub values: Vec<&'d str>,
    /// Whether null is one of them.
    pub nullable: bool,
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
        let mut found = Resolved { schema, name: None, nullable: false, about: None };
        for _ in 0..DEEPEST {
            let here = found.schema;
            found.nullable |= says_null(here);
            found.about = found.about.or_else(|| here["description"].as_str());
            let Some(inner) = self.inside(here) else { break };
            if let Some(reference) = here["$ref"].as_str() {
                found.name = reference.rsplit('/').next();
            }
            found.nullable |= ["anyOf", "oneOf"].iter().any(|key| items(&here[key]).iter().any(is_null));
            found.schema = inner;
        }
        found
    }

    /// The one schema that this one stands for, if it is not one itself.
    fn inside(&self, schema: &'d Value) -> Option<&'d Value> {
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
        self.collect(schema, DEEPEST, &mut found);
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

    /// What values a schema allows.
    pub fn kind(&self, schema: &'d Value) -> Kind<'d> {
        self.kind_at(schema, DEEPEST)
    }

    fn kind_at(&self, schema: &'d Value, depth: usize) -> Kind<'d> {
        let Resolved { schema, name, nullable, .. } = self.resolve(schema);
        let plain = |words: &str| Kind { words: words.to_owned(), record: None, values: Vec::new(), nullable };
        let values: Vec<&str> = items(&schema["enum"]).iter().filter_map(Value::as_str).collect();
        if !values.is_empty() {
            return Kind { values, ..plain("one of") };
        }
        if let (Some(_), Some(depth)) = (schema.get("items"), depth.checked_sub(1)) {
            let inner = self.kind_at(&schema["items"], depth);
            let words = match inner.words.as_str() {
                "" => "list of".to_owned(),
                word @ ("string" | "integer" | "number" | "object" | "date") => format!("list of {word}s"),
                words => format!("list of {words}"),
            };
            return Kind { words, nullable, ..inner };
        }
        if schema.get("properties").is_some() || schema.get("allOf").is_some() {
            return match name {
                Some(_) => Kind { record: name, ..plain("") },
                None => plain("object"),
            };
        }
        let format = schema["format"].as_str().unwrap_or_default();
        plain(match (type_of(schema), format) {
            (Some("integer"), _) => "integer",
            (Some("number"), _) => "number",
            (Some("boolean"), _) => "true or false",
            (Some("string"), "date-time") => "date and time",
            (Some("string"), "date") => "date",
            (Some("string"), "uri" | "url") => "URL",
            (Some("string"), "email") => "e-mail address",
            (Some("string"), _) => "string",
            (Some("array"), _) => "list",
            (Some("object"), _) => "object",
            _ => "any value",
        })
    }

    /// Every field of an object, with the fields of what it holds, records with a name expanded too.
    pub fn fields(&self, schema: &'d Value) -> Vec<Field<'d>> {
        let mut fields = Vec::new();
        self.expand(schema, "", true, 4, &mut fields);
        fields
    }

    /// Every field of an object. What has a name of its own is not expanded.
    pub fn own_fields(&self, schema: &'d Value) -> Vec<Field<'d>> {
        let mut fields = Vec::new();
        self.expand(schema, "", false, 4, &mut fields);
        fields
    }

    fn expand(&self, schema: &'d Value, before: &str, all: bool, depth: usize, fields: &mut Vec<Field<'d>>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for (name, schema, required) in self.properties(schema) {
            let kind = self.kind(schema);
            let path = format!("{before}{name}");
            let Resolved { schema, about, .. } = self.resolve(schema);
            let expands = all || kind.record.is_none();
            let shown = if all && kind.record.is_some() {
                let words = if kind.words.is_empty() { "object".to_owned() } else { format!("{} objects", kind.words) };
                Kind { words, record: None, ..kind }
            } else {
                kind
            };
            fields.push(Field { path: path.clone(), kind: shown, required, about });
            if expands {
                match schema.get("items") {
                    Some(items) => self.expand(items, &format!("{path}[]."), all, depth, fields),
                    None => self.expand(schema, &format!("{path}."), all, depth, fields),
                }
            }
        }
    }

    /// The names of the records that a schema speaks of, in the order in which it does.
    pub fn records(&self, schema: &'d Value, found: &mut Vec<&'d str>) {
        let resolved = self.resolve(schema);
        if let Some(name) = self.kind(schema).record.filter(|_| resolved.name.is_some()) {
            if found.contains(&name) {
                return;
            }
            found.push(name);
        }
        for (_, schema, _) in self.properties(resolved.schema) {
            self.records(schema, found);
        }
        if let Some(items) = resolved.schema.get("items") {
            self.records(items, found);
        }
    }

    /// The records of a page of a list, if that is what this is.
    pub fn page_of(&self, schema: &'d Value) -> Option<&'d Value> {
        let properties = self.resolve(schema).schema.get("properties")?;
        properties.get("meta")?;
        self.resolve(properties.get("items")?).schema.get("items")
    }
}

/// The first type that is not null.
pub(super) fn type_of(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

/// The items of an array; none when it is no array.
pub(super) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn says_null(schema: &Value) -> bool {
    schema["nullable"] == true || items(&schema["type"]).iter().any(|name| name == "null")
}

/// Whether a schema allows null and nothing else.
fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
        || schema.get("const").is_some_and(Value::is_null)
        || schema["enum"].as_array().is_some_and(|values| values.iter().all(Value::is_null))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({ "components": { "schemas": {
            "Part": { "type": "object", "description": "A part.", "properties": {
                "id": { "type": "integer" }, "of": { "$ref": "#/components/schemas/Part" }
            } },
            "Whole": { "type": "object", "required": ["id"], "properties": {
                "id": { "type": "integer" },
                "one": { "anyOf": [{ "$ref": "#/components/schemas/Part" }, { "enum": [null], "nullable": true }] },
                "kept": { "allOf": [{ "$ref": "#/components/schemas/Part" }], "description": "Kept." },
                "parts": { "type": "array", "nullable": true, "items": { "$ref": "#/components/schemas/Part" } },
                "word": { "type": "string", "enum": ["a", "b"] },
                "at": { "type": ["string", "null"], "format": "date-time" }
            } }
        } } })
    }

    #[test]
    fn references_wrappers_and_null_are_seen_through() {
        let document = document();
        let schemas = Schemas::of(&document);
        let whole = schemas.named("Whole").expect("a schema");
        let kind = |name: &str| schemas.kind(&whole["properties"][name]);
        assert_eq!(kind("one").record, Some("Part"));
        assert!(kind("one").nullable);
        assert_eq!(schemas.resolve(&whole["properties"]["kept"]).about, Some("Kept."));
        assert!(!kind("kept").nullable);
        assert_eq!(
            (kind("parts").words.as_str(), kind("parts").record, kind("parts").nullable),
            ("list of", Some("Part"), true)
        );
        assert_eq!(kind("word").values, ["a", "b"]);
        assert_eq!((kind("at").words.as_str(), kind("at").nullable), ("date and time", true));
    }

    #[test]
    fn fields_are_expanded_and_a_record_within_itself_ends() {
        let document = document();
        let schemas = Schemas::of(&document);
        let whole = schemas.named("Whole").expect("a schema");
        let paths: Vec<String> = schemas.fields(whole).into_iter().map(|field| field.path).collect();
        assert!(paths.contains(&"parts[].id".to_owned()) && paths.contains(&"one.of.of".to_owned()));
        assert_eq!(schemas.own_fields(whole).len(), 6);
        assert!(schemas.own_fields(whole)[0].required);
        let reference = json!({ "$ref": "#/components/schemas/Whole" });
        let mut records = Vec::new();
        schemas.records(&reference, &mut records);
        assert_eq!(records, ["Whole", "Part"]);
    }
}
