//! The operations of the document, read from its paths, and how each is called with curl.

use super::example::{Examples, Place};
use super::schema::Schemas;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::fmt::Write as _;
use web::parameter::Param;

/// The methods that a path of the document may have.
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];
/// What needs no encoding in an address (RFC 3986, 2.3).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An operation of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation<'d> {
    /// Its path under the API's root.
    pub path: &'d str,
    /// Its method, in lower case.
    pub method: &'d str,
    /// What the document says of it.
    pub spec: &'d Value,
    /// What every list of its API understands.
    pub shared: &'static [Param],
}

/// A parameter of an operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter<'d> {
    /// Its name.
    pub name: &'d str,
    /// Where it goes: `path`, `query` or `header`.
    pub place: &'d str,
    /// What it means.
    pub about: &'d str,
    /// Whether the operation refuses to do without.
    pub required: bool,
    /// What values it has.
    pub schema: &'d Value,
}

/// Every operation of a document, in its order.
pub(super) fn operations<'d>(document: &'d Value, shared: &'static [Param]) -> Vec<Operation<'d>> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, spec) in methods.as_object().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                found.push(Operation { path, method, spec, shared });
            }
        }
    }
    found
}

impl<'d> Operation<'d> {
    /// Its anchor in the page: its name in the document.
    pub fn anchor(&self) -> String {
        let name = self.spec["operationId"].as_str();
        let name = name.map_or_else(|| format!("{}-{}", self.method, self.path), str::to_owned);
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' }).collect()
    }

    /// The group it belongs to.
    pub fn tag(&self) -> &'d str {
        self.spec["tags"][0].as_str().unwrap_or("Other")
    }

    /// What it does, in a sentence.
    pub fn summary(&self) -> &'d str {
        self.spec["summary"].as_str().unwrap_or_default()
    }

    /// Its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter<'d>> + use<'d> {
        super::schema::items(&self.spec["parameters"]).iter().map(|parameter| Parameter {
            name: parameter["name"].as_str().unwrap_or_default(),
            place: parameter["in"].as_str().unwrap_or_default(),
            about: parameter["description"].as_str().unwrap_or_default(),
            required: parameter["required"] == true,
            schema: &parameter["schema"],
        })
    }

    /// Whether it understands what every list does.
    pub fn is_list(&self) -> bool {
        self.shared.iter().all(|shared| self.parameters().any(|own| own.place == "query" && own.name == shared.name))
    }

    /// The parameters that are not those of every list.
    pub fn own_parameters(&self) -> Vec<Parameter<'d>> {
        let list = self.is_list();
        let shared = |parameter: &Parameter<'_>| {
            parameter.place == "query" && self.shared.iter().any(|shared| shared.name == parameter.name)
        };
        self.parameters().filter(|parameter| parameter.place != "header" && !(list && shared(parameter))).collect()
    }

    /// Whether it takes an `Idempotency-Key`.
    pub fn takes_a_key(&self) -> bool {
        self.parameters().any(|parameter| parameter.place == "header" && parameter.name == "Idempotency-Key")
    }

    /// The scopes that an app needs for it; none when no app may call it.
    pub fn scopes(&self) -> Option<Vec<&'d str>> {
        let ways = super::schema::items(&self.spec["security"]).iter();
        let app = ways.filter_map(|way| way.get("App")).next()?;
        Some(super::schema::items(app).iter().filter_map(Value::as_str).collect())
    }

    /// The schema of its body.
    pub fn body(&self) -> Option<&'d Value> {
        json_schema(&self.spec["requestBody"])
    }

    /// Its answers: status, description, schema.
    pub fn answers(&self) -> impl Iterator<Item = (&'d str, &'d str, Option<&'d Value>)> + use<'d> {
        self.spec["responses"].as_object().into_iter().flatten().map(|(status, answer)| {
            (status.as_str(), answer["description"].as_str().unwrap_or_default(), json_schema(answer))
        })
    }

    /// Its address with examples in it, the required parameters of the query too.
    pub fn example_address(&self, examples: &Examples<'d>) -> String {
        let mut address = String::new();
        let mut before = "";
        for part in self.path.split('/').filter(|part| !part.is_empty()) {
            address.push('/');
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => {
                    let found = self.parameters().find(|known| known.place == "path" && known.name == name);
                    let place = Place { owner: before, name, about: "" };
                    address.push_str(
                        &found
                            .map_or_else(|| "1".to_owned(), |known| encoded(&examples.parameter(known.schema, place))),
                    );
                }
                None => {
                    address.push_str(part);
                    before = part;
                }
            }
        }
        let required = self.parameters().filter(|parameter| parameter.place == "query" && parameter.required);
        for (index, Parameter { name, about, schema, .. }) in required.enumerate() {
            let value = examples.parameter(schema, Place { owner: before, name, about });
            let name = utf8_percent_encode(name, PLAIN);
            let between = if index == 0 { '?' } else { '&' };
            // Writing to a string cannot fail.
            let _ = write!(address, "{between}{name}={}", encoded(&value));
        }
        address
    }

    /// How it is called with curl, in pieces around the subdomain, which the reader may set.
    pub fn curl(&self, root: &str, schemas: Schemas<'d>) -> (String, String) {
        let examples = Examples(schemas);
        let body = self.body().map(|schema| examples.request(schema));
        let mut before = String::from("curl");
        // A body makes it a POST already.
        if self.method != "get" && !(self.method == "post" && body.is_some()) {
            before.push_str(" -X ");
            before.push_str(&self.method.to_uppercase());
        }
        before.push_str(&format!(" \"$SCHOLAE_URL{root}{}\" \\\n", self.example_address(&examples)));
        before.push_str("  -H \"X-Auth-API-Key: $SCHOLAE_KEY\" \\\n  -H \"X-Auth-Subdomain: ");
        let mut after = String::from("\"");
        if let Some(body) = body {
            let text = serde_json::to_string_pretty(&body).unwrap_or_default();
            after.push_str(" \\\n  -H \"Content-Type: application/json\" \\\n  -d ");
            after.push_str(&in_single_quotes(&text));
        }
        (before, after)
    }
}

fn json_schema(holder: &Value) -> Option<&Value> {
    holder["content"]["application/json"].get("schema")
}

fn encoded(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    utf8_percent_encode(&text, PLAIN).to_string()
}

/// Text as one word of a shell.
fn in_single_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use web::paging::LIST_PARAMS;

    #[test]
    fn curl_has_what_the_operation_needs() {
        let document = json!({ "paths": { "/coupons/{id}": { "put": {
            "operationId": "updateCoupon",
            "parameters": [
                { "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } },
                { "name": "query[code]", "in": "query", "required": true, "schema": { "type": "string" } },
                { "name": "page", "in": "query", "required": false, "schema": { "type": "integer" } }
            ],
            "requestBody": { "content": { "application/json": { "schema": {
                "type": "object", "required": ["note"], "properties": {
                    "note": { "type": "string", "example": "it's" }, "code": { "type": "string" }
                }
            } } } }
        } } } });
        let operation = operations(&document, LIST_PARAMS)[0];
        let (before, after) = operation.curl("/api", Schemas::of(&document));
        assert_eq!(
            format!("{before}demo{after}"),
            "curl -X PUT \"$SCHOLAE_URL/api/coupons/410?query%5Bcode%5D=SPRING20\" \\\n  \
             -H \"X-Auth-API-Key: $SCHOLAE_KEY\" \\\n  -H \"X-Auth-Subdomain: demo\" \\\n  \
             -H \"Content-Type: application/json\" \\\n  -d '{\n  \"note\": \"it'\\''s\"\n}'"
        );
        assert_eq!(operation.own_parameters().len(), 3, "page alone does not make a list");
    }
}
