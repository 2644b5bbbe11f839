//! A mail in words, and how names stand in one.

use serde::{Deserialize, Serialize};

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Whom it is to, by name.
    pub to_name: String,
    /// Their address.
    pub to_email: String,
    /// The school that writes.
    pub from_name: String,
    /// Where answers go.
    pub reply_to: String,
    /// What it is about.
    pub subject: String,
    /// What it says, one paragraph after the other.
    pub parts: Vec<LetterPart>,
    /// The secret of the link in it, if it has one.
    #[serde(skip)]
    pub secret: String,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LetterPart {
    /// Words.
    Text(String),
    /// A link into the school: what it says, and its path with its query.
    Link(String, String),
}

/// The longest name in a mail, in characters.
const LONGEST_NAME: usize = 100;

/// A name as it stands in a mail: one line, and nothing in it that a program which shows mail makes a link of. What
/// joins the parts of an address (`.`, `:`, `/`, `@` between two other characters) is parted by a blank.
pub(super) fn plain(name: &str) -> String {
    let line: Vec<&str> =
        name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let mut plain = String::with_capacity(name.len());
    let mut chars = line.join(" ");
    chars.truncate(chars.char_indices().nth(LONGEST_NAME).map_or(chars.len(), |(at, _)| at));
    let mut rest = chars.chars().peekable();
    while let Some(c) = rest.next() {
        plain.push(c);
        // The last four are dots and a slash that programs take for the usual ones.
        let joins = matches!(c, '.' | ':' | '/' | '@' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2044}');
        if joins && rest.peek().is_some_and(|next| *next != ' ') {
            plain.push(' ');
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_no_link() {
        for (name, shown) in [
            ("Ann", "Ann"),
            ("Dr. Ann Example, Ph.D.", "Dr. Ann Example, Ph. D."),
            ("  a \r\n b\tc ", "a b c"),
            ("http://evil.example/x", "http: / / evil. example/ x"),
            ("www.evil.example", "www. evil. example"),
            ("mail eve@evil.example", "mail eve@ evil. example"),
            ("", ""),
        ] {
            assert_eq!(plain(name), shown, "{name}");
        }
        assert_eq!(plain(&"\u{e9}".repeat(300)).chars().count(), LONGEST_NAME);
    }
}
