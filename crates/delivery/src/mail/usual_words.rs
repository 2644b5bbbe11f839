//! The usual words of the mails that a school may find others for, written as it would write them, and how others look.

use super::letter::{LetterPart, plain};
use super::letters::words::words;
use super::own_words::in_own_words;
use school::Site;
use school::error::Result;
use school::mail_texts::{self, Kind as TextKind};
use school::mails::{Recipient, Secret};
use store::mails::MailRow;
use store::{MailId, Tx};

/// The usual words of a mail that a school may change, written as a text of its own would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualText {
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub body: String,
    /// What its links say, in their order.
    pub links: Vec<String>,
}

/// The usual words of a mail that a school may change.
pub fn usual_text(tx: &mut Tx<'_>, site: &Site, kind: TextKind) -> Result<UsualText> {
    let (subject, parts) = usual_parts(tx, site, "{{school}}", kind)?;
    let mut links = Vec::new();
    let lines = parts.into_iter().map(|part| match part {
        LetterPart::Text(text) => text,
        LetterPart::Link(label, _) => {
            links.push(label);
            mail_texts::link_name(links.len() - 1)
        }
    });
    let body = lines.collect::<Vec<_>>().join("\n\n");
    Ok(UsualText { subject, body, links })
}

/// Subject and parts of a mail in these words, as somebody called Ann would read it.
pub fn preview(tx: &mut Tx<'_>, site: &Site, kind: TextKind, own: (&str, &str)) -> Result<(String, Vec<LetterPart>)> {
    let (school, first_name) = (plain(&site.name), "Ann");
    let (_, usual) = usual_parts(tx, site, &school, kind)?;
    let (subject, mut parts) = in_own_words(own, &usual, &school, first_name);
    parts.insert(0, LetterPart::Text(format!("Hello {first_name},")));
    parts.push(LetterPart::Text(school));
    Ok((subject, parts))
}

fn usual_parts(tx: &mut Tx<'_>, site: &Site, school: &str, kind: TextKind) -> Result<(String, Vec<LetterPart>)> {
    let (mail, has_link) = mail_texts::mail_of(kind);
    let secret = Secret { secret: if has_link { "…".to_owned() } else { String::new() }, ..Secret::default() };
    let row = MailRow {
        id: MailId::default(),
        created_at: 0,
        kind: mail,
        recipient: Recipient::Sealed,
        detail: None,
        sealed: None,
        tries: 0,
    };
    Ok(words(tx, site.id, school, &row, &secret, false)?.unwrap_or_default())
}
