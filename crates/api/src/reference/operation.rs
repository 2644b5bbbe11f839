//! The operations of a document, read from its paths, and how each is called with curl.

use crate::openapi::schemas::items;
use serde_json::Value;
use web::form;
use web::parameter::Param;

/// The methods that a path of the document may have.
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

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
    pub location: &'d str,
    /// What it means.
    pub description: &'d str,
    /// Whether a request without it is refused.
    pub required: bool,
    /// What values it has.
    pub schema: &'d Value,
    /// One of them.
    pub example: Option<&'d Value>,
}

/// A response of an operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Response<'d> {
    /// Its status.
    pub status: &'d str,
    /// When it is given.
    pub description: &'d str,
    /// The schema of its body.
    pub schema: Option<&'d Value>,
    /// An example of its body.
    pub example: Option<&'d Value>,
}

impl Response<'_> {
    /// Whether it is of a success.
    pub fn is_success(&self) -> bool {
        self.status.starts_with('2')
    }
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
        items(&self.spec["parameters"]).iter().map(|parameter| Parameter {
            name: parameter["name"].as_str().unwrap_or_default(),
            location: parameter["in"].as_str().unwrap_or_default(),
            description: parameter["description"].as_str().unwrap_or_default(),
            required: parameter["required"] == true,
            schema: &parameter["schema"],
            example: parameter.get("example"),
        })
    }

    /// Whether it understands what every list does.
    pub fn is_list(&self) -> bool {
        self.shared.iter().all(|shared| self.parameters().any(|own| own.location == "query" && own.name == shared.name))
    }

    /// The parameters that are not those of every list.
    pub fn own_parameters(&self) -> Vec<Parameter<'d>> {
        let list = self.is_list();
        let shared = |parameter: &Parameter<'_>| {
            parameter.location == "query" && self.shared.iter().any(|shared| shared.name == parameter.name)
        };
        self.parameters().filter(|parameter| parameter.location != "header" && !(list && shared(parameter))).collect()
    }

    /// The parameters of every list, where it is one.
    pub fn shared_parameters(&self) -> impl Iterator<Item = Parameter<'d>> + use<'d> {
        let shared = self.shared;
        self.parameters().filter(move |own| own.location == "query" && shared.iter().any(|one| one.name == own.name))
    }

    /// Whether it takes an `Idempotency-Key`.
    pub fn takes_idempotency_key(&self) -> bool {
        self.parameters().any(|parameter| parameter.location == "header" && parameter.name == "Idempotency-Key")
    }

    /// The scopes that an app needs for it; none when no app may call it.
    pub fn scopes(&self) -> Option<Vec<&'d str>> {
        let app = items(&self.spec["security"]).iter().find_map(|way| way.get("App"))?;
        Some(items(app).iter().filter_map(Value::as_str).collect())
    }

    /// The schema of its request.
    pub fn request(&self) -> Option<&'d Value> {
        json_body(&self.spec["requestBody"])?.get("schema")
    }

    /// An example of its request.
    pub fn request_example(&self) -> Option<&'d Value> {
        json_body(&self.spec["requestBody"])?.get("example")
    }

    /// Its responses.
    pub fn responses(&self) -> impl Iterator<Item = Response<'d>> + use<'d> {
        self.spec["responses"].as_object().into_iter().flatten().map(|(status, answer)| {
            let body = json_body(answer);
            Response {
                status,
                description: answer["description"].as_str().unwrap_or_default(),
                schema: body.and_then(|body| body.get("schema")),
                example: body.and_then(|body| body.get("example")),
            }
        })
    }

    /// Its response when it succeeds.
    pub fn success(&self) -> Option<Response<'d>> {
        self.responses().find(Response::is_success)
    }

    /// Its path with examples in it, and in its query those of the parameters that it must have.
    pub fn example_address(&self) -> String {
        let mut address = self.path.to_owned();
        let mut pairs: Vec<(&str, String)> = Vec::new();
        for Parameter { name, location, required, example, .. } in self.parameters() {
            let value = example.map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned));
            match (location, value) {
                ("path", Some(value)) => {
                    address = address.replace(&format!("{{{name}}}"), &form::encode_component(&value));
                }
                ("query", Some(value)) if required => pairs.push((name, value)),
                _ => {}
            }
        }
        if !pairs.is_empty() {
            address.push('?');
            // Brackets too are encoded: curl would take them for a range.
            address.push_str(&form::encode(pairs.iter().map(|(name, value)| (*name, value.as_str()))));
        }
        address
    }

    /// How it is called with curl, in pieces around the subdomain, which the reader may set.
    pub fn curl(&self, root: &str) -> (String, String) {
        let body = self.request_example();
        let mut before = String::from("curl");
        // A body makes it a POST already.
        if self.method != "get" && !(self.method == "post" && body.is_some()) {
            before.push_str(" -X ");
            before.push_str(&self.method.to_uppercase());
        }
        before.push_str(&format!(" \"$SCHOLAE_URL{root}{}\" \\\n", self.example_address()));
        before.push_str("  -H \"X-Auth-API-Key: $SCHOLAE_KEY\" \\\n  -H \"X-Auth-Subdomain: ");
        let mut after = String::from("\"");
        if let Some(body) = body {
            let text = serde_json::to_string_pretty(body).unwrap_or_default();
            after.push_str(" \\\n  -H \"Content-Type: application/json\" \\\n  -d ");
            after.push_str(&in_single_quotes(&text));
        }
        (before, after)
    }
}

fn json_body(holder: &Value) -> Option<&Value> {
    holder["content"].get("application/json")
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
                { "name": "id", "in": "path", "required": true, "schema": { "type": "integer" }, "example": 2 },
                { "name": "query[code]", "in": "query", "required": true, "example": "A 1" },
                { "name": "query[note]", "in": "query", "required": false, "example": "b" },
                { "name": "page", "in": "query", "required": false, "schema": { "type": "integer" } }
            ],
            "requestBody": { "content": { "application/json": { "example": { "note": "it's" } } } }
        } } } });
        let operation = operations(&document, LIST_PARAMS)[0];
        let (before, after) = operation.curl("/api");
        assert_eq!(
            format!("{before}demo{after}"),
            "curl -X PUT \"$SCHOLAE_URL/api/coupons/2?query%5Bcode%5D=A+1\" \\\n  \
             -H \"X-Auth-API-Key: $SCHOLAE_KEY\" \\\n  -H \"X-Auth-Subdomain: demo\" \\\n  \
             -H \"Content-Type: application/json\" \\\n  -d '{\n  \"note\": \"it'\\''s\"\n}'"
        );
        assert_eq!(operation.own_parameters().len(), 4, "page alone does not make a list");
    }
}
