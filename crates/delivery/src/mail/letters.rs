//! What mails say. Their words are found when they leave.
//!
//! A school writes to whatever address it is told, and strangers tell it too. So until somebody has shown that an address
//! is theirs, mail to it holds nothing that anybody but the school chose: no name, no text, no link but the school's
//! own. Later too, what others chose is one line without a link ([`plain`]).

mod words;

use school::error::Result;
use school::mails::{Kind, Recipient, Secret};
use school::{Site, users};
use serde::{Deserialize, Serialize};
use store::mails::MailRow;
use store::{ServerKey, StoreError, Tx};

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

/// Finds the words of a mail. None when there is nobody to read it, or nothing to say any more.
///
/// # Errors
/// [`school::Error::Store`] when it was sealed under another server key.
pub fn compose(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, mail: &MailRow) -> Result<Option<Letter>> {
    let secret: Secret = match &mail.sealed {
        Some(sealed) => serde_json::from_str(&key.open(sealed)?).map_err(|_| StoreError::Sealed)?,
        None => Secret::default(),
    };
    let (reader, email) = match mail.recipient {
        Recipient::Sealed => (None, secret.email.clone()),
        Recipient::User(user) => {
            let Some(user) = users::find(tx, site.id, user)? else { return Ok(None) };
            let email = user.email.clone();
            // Whoever is invited has not said themselves what they are called.
            let invites = mail.kind == Kind::Welcome && !secret.secret.is_empty();
            (Some(user).filter(|user| user.email_confirmed && !invites), email)
        }
    };
    let school = plain(&site.name);
    let Some((subject, mut parts)) = words::words(tx, site.id, &school, mail, &secret, reader.is_some())? else {
        return Ok(None);
    };
    let first_name = reader.as_ref().map(|user| plain(&user.first_name)).unwrap_or_default();
    let last_name = reader.as_ref().map(|user| plain(&user.last_name)).unwrap_or_default();
    let greeting = if first_name.is_empty() { "Hello,".to_owned() } else { format!("Hello {first_name},") };
    parts.insert(0, LetterPart::Text(greeting));
    parts.push(LetterPart::Text(school.clone()));
    Ok(Some(Letter {
        to_name: format!("{first_name} {last_name}").trim().to_owned(),
        to_email: email,
        from_name: school,
        reply_to: site.support_email.clone(),
        subject,
        parts,
        secret: secret.secret,
    }))
}

/// The longest name in a mail, in characters.
const LONGEST_NAME: usize = 100;

/// A name as it stands in a mail: one line, and nothing in it that a program which shows mail makes a link of. What
/// joins the parts of an address (`.`, `:`, `/`, `@` between two other characters) is parted by a blank.
fn plain(name: &str) -> String {
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
