//! The fields of a schema as the page lists them, and their types in words.

use crate::openapi::schemas::{MAX_DEPTH, Resolved, Schemas, items, type_of};
use serde_json::Value;

/// A field of a record.
#[derive(Debug, Clone)]
pub(super) struct Field<'d> {
    /// Its name, with those of the fields around it: `fields[].value`.
    pub path: String,
    /// The type of its value.
    pub value_type: ValueType<'d>,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub description: Option<&'d str>,
}

/// The type of a value, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ValueType<'d> {
    /// `text`, `list of whole numbers` and the like; for a named record, what comes before its name.
    pub words: String,
    /// A record with a name.
    pub record: Option<&'d str>,
    /// All the values there are, when they are few.
    pub values: Vec<&'d str>,
    /// Whether null is one of them.
    pub nullable: bool,
}

impl ValueType<'_> {
    /// The same, where a record has no name because its fields follow.
    fn without_name(self) -> Self {
        let words = match (self.record, self.words.as_str()) {
            (None, _) => return self,
            (Some(_), "") => "object".to_owned(),
            (Some(_), words) => format!("{words} objects"),
        };
        Self { words, record: None, ..self }
    }
}

impl<'d> Schemas<'d> {
    /// The type of the values that a schema allows.
    pub(super) fn value_type(&self, schema: &'d Value) -> ValueType<'d> {
        self.value_type_at(schema, MAX_DEPTH)
    }

    fn value_type_at(&self, schema: &'d Value, depth: usize) -> ValueType<'d> {
        let Resolved { schema, name, nullable, .. } = self.resolve(schema);
        let plain = |words: &str| ValueType { words: words.to_owned(), record: None, values: Vec::new(), nullable };
        let values: Vec<&str> = items(&schema["enum"]).iter().filter_map(Value::as_str).collect();
        if !values.is_empty() {
            return ValueType { values, ..plain("one of") };
        }
        if let (Some(_), Some(depth)) = (schema.get("items"), depth.checked_sub(1)) {
            let inner = self.value_type_at(&schema["items"], depth);
            let words = match inner.words.as_str() {
                "" => "list of".to_owned(),
                word @ ("string" | "integer" | "number" | "object" | "date") => format!("list of {word}s"),
                words => format!("list of {words}"),
            };
            return ValueType { words, nullable, ..inner };
        }
        if schema.get("properties").is_some() || schema.get("allOf").is_some() {
            return match name {
                Some(_) => ValueType { record: name, ..plain("") },
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
    pub(super) fn fields(&self, schema: &'d Value) -> Vec<Field<'d>> {
        let mut fields = Vec::new();
        self.expand(schema, "", true, 4, &mut fields);
        fields
    }

    /// Every field of an object. What has a name of its own is not expanded.
    pub(super) fn own_fields(&self, schema: &'d Value) -> Vec<Field<'d>> {
        let mut fields = Vec::new();
        self.expand(schema, "", false, 4, &mut fields);
        fields
    }

    fn expand(&self, schema: &'d Value, before: &str, all: bool, depth: usize, fields: &mut Vec<Field<'d>>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for (name, schema, required) in self.properties(schema) {
            let value_type = self.value_type(schema);
            let path = format!("{before}{name}");
            let Resolved { schema, description, .. } = self.resolve(schema);
            let expands = all || value_type.record.is_none();
            let value_type = if all { value_type.without_name() } else { value_type };
            fields.push(Field { path: path.clone(), value_type, required, description });
            if expands {
                match schema.get("items") {
                    Some(items) => self.expand(items, &format!("{path}[]."), all, depth, fields),
                    None => self.expand(schema, &format!("{path}."), all, depth, fields),
                }
            }
        }
    }

    /// The names of the records that a schema speaks of, in the order in which it does.
    pub(super) fn records(&self, schema: &'d Value, found: &mut Vec<&'d str>) {
        let resolved = self.resolve(schema);
        if let Some(name) = self.value_type(schema).record.filter(|_| resolved.name.is_some()) {
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

    /// The schema of the items of a list, if this is a page of one.
    pub(super) fn list_item(&self, schema: &'d Value) -> Option<&'d Value> {
        let properties = self.resolve(schema).schema.get("properties")?;
        properties.get("meta")?;
        self.resolve(properties.get("items")?).schema.get("items")
    }
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
        let value_type = |name: &str| schemas.value_type(&whole["properties"][name]);
        assert_eq!(value_type("one").record, Some("Part"));
        assert!(value_type("one").nullable);
        assert_eq!(schemas.resolve(&whole["properties"]["kept"]).description, Some("Kept."));
        assert!(!value_type("kept").nullable);
        assert_eq!(
            (value_type("parts").words.as_str(), value_type("parts").record, value_type("parts").nullable),
            ("list of", Some("Part"), true)
        );
        assert_eq!(value_type("word").values, ["a", "b"]);
        assert_eq!((value_type("at").words.as_str(), value_type("at").nullable), ("date and time", true));
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
