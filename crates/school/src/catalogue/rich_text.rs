//! Texts with headings, lists, links and pictures: how they are written, cleaned when they enter, and shown as HTML.

use ammonia::Builder;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// In what a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum TextFormat {
    /// Markdown (CommonMark, with tables and strikethrough), kept as it was written.
    #[default]
    Markdown,
    /// HTML, kept as [`clean`] leaves it.
    Html,
}

impl TextFormat {
    /// Both, by their names.
    pub const NAMES: [&'static str; 2] = ["markdown", "html"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => Self::NAMES[0],
            Self::Html => Self::NAMES[1],
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "markdown" => Some(Self::Markdown),
            "html" => Some(Self::Html),
            _ => None,
        }
    }
}

/// What is let through: the elements and attributes that texts are made of, links to the web and to addresses of mail,
/// and nothing that runs, loads a page or changes how others look.
static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.url_schemes(["http", "https", "mailto"].into()).link_rel(Some("noopener noreferrer"));
    builder
});

/// HTML without anything that could run or reach beyond the text. What was cleaned once stays as it is.
#[must_use]
pub fn clean(html: &str) -> String {
    let mut text = CLEANER.clean(html).to_string();
    // What is nested in ways that HTML forbids may settle only when it is read again.
    for _ in 0..3 {
        let again = CLEANER.clean(&text).to_string();
        if again == text {
            break;
        }
        text = again;
    }
    text
}

/// Whether a text that may be either is HTML: whether a tag stands in it.
#[must_use]
pub fn has_tags(text: &str) -> bool {
    let is_tag = |rest: &str| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!') && rest.contains('>')
    };
    text.match_indices('<').any(|(at, _)| is_tag(&text[at + 1..]))
}

/// A description as it is kept: plain words as they are, HTML cleaned.
#[must_use]
pub fn description(text: String) -> String {
    if has_tags(&text) { clean(&text) } else { text }
}

/// A text as it is kept: HTML cleaned, Markdown as it was written.
#[must_use]
pub fn stored(text: &str, format: TextFormat) -> String {
    match format {
        TextFormat::Markdown => text.to_owned(),
        TextFormat::Html => clean(text),
    }
}

/// A text as HTML that can be put into a page: always cleaned, since Markdown may hold HTML.
#[must_use]
pub fn html_of(text: &str, format: TextFormat) -> String {
    match format {
        TextFormat::Html => clean(text),
        TextFormat::Markdown => {
            use pulldown_cmark::{Options, Parser, html};
            let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
            let mut written = String::with_capacity(text.len() * 3 / 2);
            html::push_html(&mut written, Parser::new_ext(text, options));
            clean(&written)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_is_gone_and_what_is_text_stays() {
        for (html, cleaned) in [
            ("<p>Plain <b>words</b></p>", "<p>Plain <b>words</b></p>"),
            ("<script>alert(1)</script>x", "x"),
            ("<p onclick=\"alert(1)\" style=\"position:fixed\" class=\"x\">x</p>", "<p>x</p>"),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a rel=\"noopener noreferrer\">x</a>"),
            ("<a href=\" java\nscript:alert(1)\">x</a>", "<a rel=\"noopener noreferrer\">x</a>"),
            ("<img src=x onerror=alert(1)>", "<img src=\"x\">"),
            ("<img src=\"data:image/svg+xml,<svg onload=alert(1)>\">", "<img>"),
            ("<iframe src=\"https://evil.example\"></iframe>x", "x"),
            ("<svg><style><img src=x onerror=alert(1)></style></svg>x", "<img src=\"x\">x"),
            ("<form action=\"https://evil.example\"><input name=\"password\"></form>x", "x"),
            ("<!-- secret -->x", "x"),
            ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ] {
            assert_eq!(clean(html), cleaned, "{html}");
        }
    }

    #[test]
    fn markdown_becomes_html_and_what_it_hides_is_cleaned_too() {
        let html = html_of(
            "# Bread\n\nFlour *and* water.\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n",
            TextFormat::Markdown,
        );
        assert!(html.contains("<h1>Bread</h1>") && html.contains("<em>and</em>"), "{html}");
        assert!(!html.contains("script"), "{html}");
        assert!(html_of("| a | b |\n|---|---|\n| 1 | 2 |\n", TextFormat::Markdown).contains("<td>2</td>"));
    }

    #[test]
    fn plain_words_of_a_description_stay_and_tags_make_it_html() {
        for (text, kept) in [
            ("R&D, 1 < 2 and 3 > 2", "R&D, 1 < 2 and 3 > 2"),
            ("<unclosed", "<unclosed"),
            ("<p>Bread &amp; butter</p><script>alert(1)</script>", "<p>Bread &amp; butter</p>"),
            ("x<img src=x onerror=alert(1)>", "x<img src=\"x\">"),
        ] {
            assert_eq!(description(text.to_owned()), kept, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_was_cleaned_stays_as_it_is(html in "[<>/a-z\"'= &;!-]{0,80}") {
            let once = clean(&html);
            proptest::prop_assert_eq!(clean(&once), once);
        }
    }
}
