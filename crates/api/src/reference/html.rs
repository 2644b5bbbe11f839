//! Writing HTML: only literals go in as they are, everything else is escaped.

use serde_json::Value;

/// A piece of HTML that is being written.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// HTML of our own. Only literals fit, so that nothing from outside can come in unescaped.
    pub fn raw(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// Text, fit for elements and for attributes in double quotes.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Text in which backticks mark code.
    pub fn prose(&mut self, text: &str) -> &mut Self {
        let parts: Vec<&str> = text.split('`').collect();
        for (index, part) in parts.iter().enumerate() {
            // A backtick without a partner is a backtick.
            let opens = index % 2 == 1;
            if opens && index + 1 < parts.len() {
                self.raw("<code>").text(part).raw("</code>");
            } else if opens {
                self.raw("`").text(part);
            } else {
                self.text(part);
            }
        }
        self
    }

    /// A path, which may break before each of its parts but the first, and within long ones.
    pub fn path(&mut self, path: &str) -> &mut Self {
        for (index, part) in path.split_inclusive(['/', '_']).enumerate() {
            // The slash stays with what follows it.
            let (part, slash) = part.strip_suffix('/').map_or((part, false), |part| (part, true));
            self.text(part);
            if slash && index > 0 {
                self.raw("<wbr>/");
            } else if slash {
                self.raw("/");
            } else if part.ends_with('_') {
                self.raw("<wbr>");
            }
        }
        self
    }

    /// A long name, which may break before its parts: `query[created_on]`, `fields[].value`.
    pub fn name(&mut self, name: &str) -> &mut Self {
        for (index, part) in name.split_inclusive(['_', '[', '.']).enumerate() {
            if index > 0 {
                self.raw("<wbr>");
            }
            self.text(part);
        }
        self
    }

    /// JSON on many lines, the names of its fields marked.
    pub fn json(&mut self, value: &Value) -> &mut Self {
        self.json_at(value, 0)
    }

    fn json_at(&mut self, value: &Value, depth: usize) -> &mut Self {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                self.raw("{");
                for (index, (name, value)) in fields.iter().enumerate() {
                    self.next_line(index, depth + 1).raw("<b>").text(&quoted(name)).raw("</b>: ");
                    self.json_at(value, depth + 1);
                }
                self.line(depth).raw("}")
            }
            Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
                self.raw("[");
                for (index, item) in items.iter().enumerate() {
                    self.next_line(index, depth + 1).json_at(item, depth + 1);
                }
                self.line(depth).raw("]")
            }
            Value::Array(items) => {
                self.raw("[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.raw(", ");
                    }
                    self.json_at(item, depth);
                }
                self.raw("]")
            }
            plain => self.text(&plain.to_string()),
        }
    }

    fn next_line(&mut self, index: usize, depth: usize) -> &mut Self {
        if index > 0 {
            self.raw(",");
        }
        self.line(depth)
    }

    fn line(&mut self, depth: usize) -> &mut Self {
        self.raw("\n");
        for _ in 0..depth {
            self.raw("  ");
        }
        self
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.0
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(write: impl FnOnce(&mut Html) -> &mut Html) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.finish()
    }

    #[test]
    fn text_is_escaped_everywhere() {
        let hostile = "<script>\"x\" & 'y'</script>";
        let escaped = "&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;";
        assert_eq!(written(|html| html.text(hostile)), escaped);
        assert_eq!(written(|html| html.prose(&format!("`{hostile}`"))), format!("<code>{escaped}</code>"));
        assert!(!written(|html| html.path(hostile)).contains("<script"));
        assert!(!written(|html| html.json(&json!({ hostile: [hostile] }))).contains("<script"));
    }

    #[test]
    fn backticks_mark_code_when_they_come_in_pairs() {
        assert_eq!(written(|html| html.prose("a `b` c `d`")), "a <code>b</code> c <code>d</code>");
        assert_eq!(written(|html| html.prose("a `b")), "a `b");
    }

    #[test]
    fn json_is_laid_out() {
        let value = json!({ "a": [1, 2], "b": [{ "c": null }], "d": {}, "e": [] });
        let text = written(|html| html.json(&value));
        let text = text.replace("<b>", "").replace("</b>", "").replace("&quot;", "\"");
        assert_eq!(
            text,
            "{\n  \"a\": [1, 2],\n  \"b\": [\n    {\n      \"c\": null\n    }\n  ],\n  \"d\": {},\n  \"e\": []\n}"
        );
    }
}
