//! Small pieces of the page: texts with code in them, long names that may break, and JSON.

use maud::{Markup, html};
use serde_json::Value;

/// Text in which backticks mark code. A backtick without a partner is a backtick.
pub(super) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 0 { (part) }
            @else if index + 1 < parts.len() { code { (part) } }
            @else { "`" (part) }
        }
    }
}

/// A path, which may break before each of its segments but the first, and within long ones.
pub(super) fn breakable_path(path: &str) -> Markup {
    html! {
        @for (index, segment) in path.split('/').enumerate() {
            @if index > 1 { wbr; }
            @if index > 0 { "/" }
            @for part in segment.split_inclusive('_') {
                (part)
                @if part.ends_with('_') { wbr; }
            }
        }
    }
}

/// A long name, which may break before its parts: `query[created_on]`, `fields[].value`.
pub(super) fn breakable_name(name: &str) -> Markup {
    html! {
        @for (index, part) in name.split_inclusive(['_', '[', '.']).enumerate() {
            @if index > 0 { wbr; }
            (part)
        }
    }
}

/// JSON on many lines, the names of its fields marked.
pub(super) fn json(value: &Value) -> Markup {
    json_at(value, 0)
}

fn json_at(value: &Value, depth: usize) -> Markup {
    let inner = depth + 1;
    match value {
        Value::Object(fields) if !fields.is_empty() => html! {
            "{"
            @for (index, (name, value)) in fields.iter().enumerate() {
                (line(index, inner)) b { (Value::from(name.as_str())) } ": " (json_at(value, inner))
            }
            (line(0, depth)) "}"
        },
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => html! {
            "["
            @for (index, item) in items.iter().enumerate() { (line(index, inner)) (json_at(item, inner)) }
            (line(0, depth)) "]"
        },
        Value::Array(items) => html! {
            "["
            @for (index, item) in items.iter().enumerate() {
                @if index > 0 { ", " }
                (json_at(item, depth))
            }
            "]"
        },
        plain => html! { (plain) },
    }
}

/// The line break before the part of this index, and its indentation.
fn line(index: usize, depth: usize) -> String {
    let comma = if index > 0 { "," } else { "" };
    format!("{comma}\n{}", "  ".repeat(depth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_escaped_everywhere() {
        let hostile = "<script>\"x\" & 'y'</script>";
        assert!(prose(&format!("`{hostile}` {hostile}")).0.starts_with("<code>&lt;script&gt;"));
        for written in
            [prose(hostile), breakable_path(hostile), breakable_name(hostile), json(&json!({ hostile: [hostile] }))]
        {
            assert!(!written.0.contains("<script") && written.0.contains("&lt;script"), "{}", written.0);
        }
    }

    #[test]
    fn backticks_mark_code_when_they_come_in_pairs() {
        assert_eq!(prose("a `b` c `d`").0, "a <code>b</code> c <code>d</code>");
        assert_eq!(prose("a `b").0, "a `b");
    }

    #[test]
    fn long_names_break_at_their_parts() {
        assert_eq!(breakable_path("/group_users/{id}").0, "/group_<wbr>users<wbr>/{id}");
        assert_eq!(breakable_name("query[created_on]").0, "query[<wbr>created_<wbr>on]");
    }

    #[test]
    fn json_is_laid_out() {
        let value = json!({ "a": [1, 2], "b": [{ "c": null }], "d": {}, "e": [] });
        let text = json(&value).0.replace("<b>", "").replace("</b>", "").replace("&quot;", "\"");
        assert_eq!(
            text,
            "{\n  \"a\": [1, 2],\n  \"b\": [\n    {\n      \"c\": null\n    }\n  ],\n  \"d\": {},\n  \"e\": []\n}"
        );
    }
}
