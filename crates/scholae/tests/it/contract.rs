//! Our description of the API against what existing clients rely on.
//!
//! The files of `tests/contract` are a lower bound (the README.md there says how to read them): we may know more
//! operations, parameters and fields than they name, and never fewer.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use toml::{Table, Value as Toml};
use web::definition::ApiDefinition;

const CONTRACTS: [(&str, &ApiDefinition); 2] = [
    (include_str!("../contract/admin_api_v1.toml"), &api::rest::API),
    (include_str!("../contract/webhooks_api_v2.toml"), &api::webhooks::API),
];

/// Where we differ on purpose: the difference as it is reported, and why it stands.
const AGREED: &[(&str, &str)] = &[];

/// The description with its references followed.
struct Described(Value);

impl Described {
    /// A schema itself, behind references and wrappers, and whether it takes null.
    fn resolve<'d>(&'d self, schema: &'d Value) -> (&'d Value, bool) {
        let mut nullable = schema["nullable"] == true;
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            let (inner, inside) = self.resolve(&self.0["components"]["schemas"][name]);
            return (inner, nullable || inside);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let Some(parts) = schema[key].as_array() else { continue };
            let is_null = |part: &Value| part["enum"] == json!([null]) || part["type"] == "null";
            nullable |= parts.iter().any(is_null);
            if let Some(part) = parts.iter().find(|part| !is_null(part)) {
                let (inner, inside) = self.resolve(part);
                return (inner, nullable || inside);
            }
        }
        (schema, nullable)
    }

    fn operation(&self, method: &str, path: &str) -> &Value {
        &self.0["paths"][path][method.to_lowercase()]
    }
}

/// A type of the contract: `[integer]?` is a list of integers that may be null.
struct Type<'c> {
    name: &'c str,
    list: bool,
    nullable: bool,
    required: bool,
}

fn read_type(text: &str) -> Type<'_> {
    let bare = text.trim_end_matches(['?', '!']);
    let list = bare.starts_with('[');
    let name = bare.trim_matches(['[', ']']);
    Type { name, list, nullable: text.ends_with('?'), required: text.ends_with('!') }
}

struct Comparison {
    contract: Table,
    ours: Described,
    /// Schemas of the contract that were compared, each with ours: said once is enough.
    compared: Vec<(String, Value)>,
    differences: Vec<String>,
}

impl Comparison {
    fn differ(&mut self, place: &str, what: impl AsRef<str>) {
        let difference = format!("{place}: {}", what.as_ref());
        if !self.differences.contains(&difference) && !AGREED.iter().any(|(agreed, _)| *agreed == difference) {
            self.differences.push(difference);
        }
    }

    fn fields(&self, schema: &str) -> Vec<(String, String)> {
        let fields = self.contract["schema"].get(schema).and_then(Toml::as_table);
        let fields = fields.unwrap_or_else(|| panic!("the contract has no schema {schema}"));
        fields.iter().map(|(name, kind)| (name.clone(), kind.as_str().unwrap_or_default().to_owned())).collect()
    }

    fn operation(&mut self, operation: &Table) {
        let text = |key: &str| operation[key].as_str().unwrap_or_default().to_owned();
        let words = |key: &str| -> Vec<String> {
            let words = operation[key].as_array().into_iter().flatten();
            words.filter_map(Toml::as_str).map(str::to_owned).collect()
        };
        let (method, path) = (text("method"), text("path"));
        let place = format!("{method} {path}");
        let ours = self.ours.operation(&method, &path).clone();
        if ours.is_null() {
            return self.differ(&place, "is missing");
        }
        let parameters = ours["parameters"].as_array().cloned().unwrap_or_default();
        let find = |name: &str, within: &str| {
            parameters.iter().find(|known| known["name"] == name && known["in"] == within).cloned()
        };
        for name in words("path_params") {
            if find(&name, "path").is_none() {
                self.differ(&place, format!("the path has no {name}"));
            }
        }
        let required = words("query_required");
        for name in words("query") {
            match find(&name, "query") {
                None => self.differ(&place, format!("query parameter {name} is missing")),
                Some(known) if (known["required"] == true) != required.contains(&name) => {
                    let must = if required.contains(&name) { "must" } else { "must not" };
                    self.differ(&place, format!("query parameter {name} {must} be required"));
                }
                Some(_) => {}
            }
        }
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            if parameter["in"] == "query"
                && parameter["required"] == true
                && !required.iter().any(|known| known == name)
            {
                self.differ(&place, format!("query parameter {name} is required, and clients do not know it"));
            }
        }
        self.body(&place, operation, &ours);
        self.answer(&place, operation, &ours);
    }

    fn body(&mut self, place: &str, operation: &Table, ours: &Value) {
        let schema = &ours["requestBody"]["content"]["application/json"]["schema"];
        match operation.get("body").and_then(Toml::as_str) {
            Some(name) if !schema.is_null() => self.record(&format!("{place} body"), name, schema, Side::Request),
            Some(_) => self.differ(place, "takes no body"),
            None if ours["requestBody"]["required"] == true => self.differ(place, "asks for a body"),
            None => {}
        }
    }

    fn answer(&mut self, place: &str, operation: &Table, ours: &Value) {
        let known: Vec<String> = operation["statuses"].as_array().into_iter().flatten().map(Toml::to_string).collect();
        let responses = ours["responses"].as_object().cloned().unwrap_or_default();
        let Some((status, answer)) = responses.iter().find(|(status, _)| status.starts_with('2')) else {
            return self.differ(place, "never succeeds");
        };
        if !known.contains(status) {
            self.differ(place, format!("succeeds with {status}, clients expect one of {}", known.join(", ")));
        }
        let schema = &answer["content"]["application/json"]["schema"];
        match operation.get("answer").and_then(Toml::as_str) {
            Some(name) if !schema.is_null() => self.record(&format!("{place} answer"), name, schema, Side::Answer),
            Some(_) => self.differ(place, "answers nothing"),
            None if !schema.is_null() => self.differ(place, "answers something"),
            None => {}
        }
    }

    /// A record of ours against one of the contract.
    fn record(&mut self, place: &str, name: &str, schema: &Value, side: Side) {
        if self.compared.iter().any(|(known, with)| known == name && with == schema) {
            return;
        }
        self.compared.push((name.to_owned(), schema.clone()));
        let ours = self.ours.resolve(schema).0.clone();
        let required =
            |field: &str| ours["required"].as_array().is_some_and(|names| names.iter().any(|name| name == field));
        let fields = self.fields(name);
        for (field, kind) in &fields {
            let at = format!("{place}, {field}");
            let expected = read_type(kind);
            let Some(found) = ours["properties"].get(field) else {
                self.differ(&at, "is missing");
                continue;
            };
            let (inner, nullable) = self.ours.resolve(found);
            let inner = inner.clone();
            match side {
                Side::Answer => {
                    if !required(field) {
                        self.differ(&at, "is not always sent");
                    }
                    if nullable && !expected.nullable {
                        self.differ(&at, "may be null");
                    }
                }
                Side::Request => {
                    if required(field) != expected.required {
                        let must = if expected.required { "must" } else { "must not" };
                        self.differ(&at, format!("{must} be required"));
                    }
                    if !expected.required && !nullable {
                        self.differ(&at, "does not take null");
                    }
                }
            }
            if !expected.list {
                self.kind(&at, expected.name, &inner, side);
            } else if inner["type"] == "array" {
                let (item, nullable) = self.ours.resolve(&inner["items"]);
                let item = item.clone();
                if nullable && side == Side::Answer {
                    self.differ(&at, "may hold null");
                }
                self.kind(&format!("{at}[]"), expected.name, &item, side);
            } else {
                self.differ(&at, "is no list");
            }
        }
        if side == Side::Request {
            for (field, _) in ours["properties"].as_object().into_iter().flatten() {
                if required(field) && !fields.iter().any(|(known, _)| known == field) {
                    self.differ(place, format!("{field} is required, and clients do not know it"));
                }
            }
        }
    }

    fn kind(&mut self, at: &str, expected: &str, ours: &Value, side: Side) {
        let found = ours["type"].as_str().unwrap_or("nothing");
        let same = match expected {
            // They may stand for each other; the contract's README.md says why.
            "integer" | "number" => ["integer", "number"].contains(&found),
            "string" => found == "string" && ours["format"] != "date-time",
            "boolean" => found == "boolean",
            "object" => found == "object",
            "date-time" => found == "string" && ours["format"] == "date-time",
            record => return self.record(at, record, ours, side),
        };
        if !same {
            let format = ours["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default();
            self.differ(at, format!("is {found}{format}, clients expect {expected}"));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Answer,
}

#[test]
fn everything_that_clients_rely_on_is_here() {
    for (contract, definition) in CONTRACTS {
        let contract: Table = contract.parse().expect("TOML");
        let operations = contract["operation"].as_array().cloned().expect("operations");
        let ours = Described(api::openapi::document(definition));
        let mut comparison = Comparison { contract, ours, compared: Vec::new(), differences: Vec::new() };
        for operation in &operations {
            comparison.operation(operation.as_table().expect("a table"));
        }
        let differences = comparison.differences;
        assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_and_one_place() {
    for (_, definition) in CONTRACTS {
        let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let endpoints = (definition.endpoints)();
        for endpoint in &endpoints {
            let place = format!("{} {}", endpoint.method, endpoint.path);
            names.entry(endpoint.operation_id).or_default().push(place.clone());
            *places.entry(place).or_default() += 1;
        }
        names.retain(|_, places| places.len() > 1);
        places.retain(|_, count| *count > 1);
        assert!(names.is_empty() && places.is_empty(), "names: {names:#?}\nplaces: {places:#?}");
    }
}
