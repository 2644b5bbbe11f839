//! How an operation is called, in each language that the page shows: from the same example as the document's.
//!
//! The programs need only what comes with the language, and find the server and the key in the environment. The subdomain
//! stands between two pieces: the reader may set it.

use super::operation::Operation;
use maud::{Markup, html};
use serde_json::Value;

/// A language that examples are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Curl,
    Python,
    JavaScript,
}

impl Language {
    /// Every language, the first of them shown first.
    pub const ALL: [Self; 3] = [Self::Curl, Self::Python, Self::JavaScript];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        }
    }

    /// Its class in the page.
    fn class(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "python",
            Self::JavaScript => "javascript",
        }
    }

    /// What stands for the subdomain as long as the reader has set none.
    fn subdomain(self) -> &'static str {
        match self {
            Self::Curl => "$SCHOLAE_SUBDOMAIN",
            Self::Python => "os.environ[\"SCHOLAE_SUBDOMAIN\"]",
            Self::JavaScript => "process.env.SCHOLAE_SUBDOMAIN",
        }
    }

    /// A request in this language, in pieces around the subdomain.
    fn pieces(self, operation: &Operation<'_>, root: &str) -> (String, String) {
        match self {
            Self::Curl => operation.curl(root),
            Self::Python => python(operation, root),
            Self::JavaScript => javascript(operation, root),
        }
    }
}

/// An operation's request in every language. A script shows one of them at a time.
pub(super) fn samples(operation: &Operation<'_>, root: &str) -> Markup {
    html! {
        @for language in Language::ALL {
            @let (before, after) = language.pieces(operation, root);
            div.sample.(language.class()) {
                p.over { (language.name()) }
                pre.copy { code {
                    (before)
                    @if language == Language::Curl { var { (language.subdomain()) } }
                    @else { var.quoted data-unset=(language.subdomain()) { (language.subdomain()) } }
                    (after)
                } }
            }
        }
    }
}

fn python(operation: &Operation<'_>, root: &str) -> (String, String) {
    let body = operation.request_example();
    let json = if body.is_some() { "json, " } else { "" };
    let method = operation.method.to_uppercase();
    let before = format!(
        "import {json}os, urllib.request\n\nrequest = urllib.request.Request(\n    os.environ[\"SCHOLAE_URL\"] + {},\n    \
         method=\"{method}\",\n    headers={{\n        \"X-Auth-API-Key\": os.environ[\"SCHOLAE_KEY\"],\n        \
         \"X-Auth-Subdomain\": ",
        Value::from(format!("{root}{}", operation.example_address()))
    );
    let mut after = ",\n".to_owned();
    if let Some(body) = body {
        after.push_str("        \"Content-Type\": \"application/json\",\n    },\n    data=json.dumps(");
        literal(body, "    ", &mut after);
        after.push_str(").encode(),\n");
    } else {
        after.push_str("    },\n");
    }
    after.push_str(
        ")\nwith urllib.request.urlopen(request) as response:\n    print(response.status, response.read().decode())",
    );
    (before, after)
}

/// A value as Python writes it. Texts are written as JSON does, which Python reads alike.
fn literal(value: &Value, indent: &str, out: &mut String) {
    let inner = format!("{indent}    ");
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Array(items) if !items.is_empty() => {
            out.push_str("[\n");
            for item in items {
                out.push_str(&inner);
                literal(item, &inner, out);
                out.push_str(",\n");
            }
            out.push_str(indent);
            out.push(']');
        }
        Value::Object(fields) if !fields.is_empty() => {
            out.push_str("{\n");
            for (name, field) in fields {
                out.push_str(&format!("{inner}{}: ", Value::from(name.as_str())));
                literal(field, &inner, out);
                out.push_str(",\n");
            }
            out.push_str(indent);
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn javascript(operation: &Operation<'_>, root: &str) -> (String, String) {
    let method = operation.method.to_uppercase();
    let before = format!(
        "const url = process.env.SCHOLAE_URL + {};\nconst response = await fetch(url, {{\n  method: \"{method}\",\n  \
         headers: {{\n    \"X-Auth-API-Key\": process.env.SCHOLAE_KEY,\n    \"X-Auth-Subdomain\": ",
        Value::from(format!("{root}{}", operation.example_address()))
    );
    let mut after = ",\n".to_owned();
    if let Some(body) = operation.request_example() {
        let text = serde_json::to_string_pretty(body).unwrap_or_default().replace('\n', "\n  ");
        after.push_str(&format!(
            "    \"Content-Type\": \"application/json\",\n  }},\n  body: JSON.stringify({text}),\n"
        ));
    } else {
        after.push_str("  },\n");
    }
    after.push_str("});\nconsole.log(response.status, await response.text());");
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::operation::operations;
    use serde_json::json;
    use web::paging::LIST_PARAMS;

    #[test]
    fn a_request_is_written_in_each_language() {
        let document = json!({ "paths": { "/coupons/{id}": { "put": {
            "operationId": "updateCoupon",
            "parameters": [{ "name": "id", "in": "path", "required": true, "example": 2 }],
            "requestBody": { "content": { "application/json": {
                "example": { "note": "it's", "quantity": null, "unlimited": true, "ids": [1] }
            } } }
        } } } });
        let operation = operations(&document, LIST_PARAMS)[0];
        let written = |language: Language| {
            let (before, after) = language.pieces(&operation, "/api");
            format!("{before}{}{after}", language.subdomain())
        };
        let python = written(Language::Python);
        assert!(python.contains("os.environ[\"SCHOLAE_URL\"] + \"/api/coupons/2\""), "{python}");
        assert!(
            python.contains("\"note\": \"it's\",\n        \"quantity\": None,\n        \"unlimited\": True"),
            "{python}"
        );
        let javascript = written(Language::JavaScript);
        assert!(javascript.contains("method: \"PUT\"") && javascript.contains("\"quantity\": null"), "{javascript}");
        assert!(written(Language::Curl).starts_with("curl -X PUT"));
    }
}
