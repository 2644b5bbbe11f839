//! What mails say. Their words are found when they leave.
//!
//! A school writes to whatever address it is told, and strangers tell it too. So until somebody has shown that an address
//! is theirs, mail to it holds nothing that anybody but the school chose: no name, no text, no link but the school's
//! own. Later too, what others chose is one line without a link ([`plain`]).

pub(super) mod words;

use super::letter::plain;
pub use super::letter::{Letter, LetterPart};
use super::own_words::in_own_words;
use school::error::Result;
use school::mail_texts;
use school::mails::{Kind, Recipient, Secret};
use school::{Site, users};
use store::mails::MailRow;
use store::{ServerKey, StoreError, Tx};

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
    let Some((mut subject, mut parts)) = words::words(tx, site.id, &school, mail, &secret, reader.is_some())? else {
        return Ok(None);
    };
    let first_name = reader.as_ref().map(|user| plain(&user.first_name)).unwrap_or_default();
    if let Some(kind) = mail_texts::kind_of(mail.kind, !secret.secret.is_empty())
        && let Some(own) = mail_texts::get(tx, site.id, kind)?
    {
        (subject, parts) = in_own_words((&own.subject, &own.body), &parts, &school, &first_name);
    }
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
