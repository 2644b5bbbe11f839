//! Words of its own that a school finds for the mails to its students, in the place of the usual ones.
//!
//! A text is lines, each of which is a paragraph. What stands in a mail by its kind alone is named: `{{school}}` and
//! `{{first_name}}` within a line, and the links (`{{link}}`, `{{link_2}}`), each in a line of its own, since a link has
//! its own words and leads to the school alone. Nothing else is read in it: what somebody is called, or writes, is never
//! looked through for names of these.

use crate::check::{Check, LINE};
use crate::error::{Error, Result};
use crate::mails::Kind as MailKind;
use store::mail_texts as rows;
pub use store::mail_texts::{MailTextKind as Kind, MailTextRow as MailText};
use store::{SiteId, Tx};

/// The longest text, in characters.
pub const LONGEST: usize = 5_000;
/// The longest subject, in characters.
pub const LONGEST_SUBJECT: usize = 150;

/// Which text a mail has; none for those whose words are not the school's to change. A welcome with a link in it is an
/// invitation.
#[must_use]
pub fn kind_of(mail: MailKind, has_link: bool) -> Option<Kind> {
    Some(match mail {
        MailKind::Welcome if has_link => Kind::Invitation,
        MailKind::Welcome => Kind::Welcome,
        MailKind::ConfirmSignUp => Kind::ConfirmSignUp,
        MailKind::HasAccount => Kind::HasAccount,
        MailKind::NewPassword => Kind::NewPassword,
        MailKind::SignInLink => Kind::SignInLink,
        MailKind::ConfirmEmail => Kind::ConfirmEmail,
        MailKind::AccountDeleted => Kind::AccountDeleted,
        _ => return None,
    })
}

/// The mail that a text is for, and whether it is the one with a link in it that works once.
#[must_use]
pub fn mail_of(kind: Kind) -> (MailKind, bool) {
    match kind {
        Kind::Invitation => (MailKind::Welcome, true),
        Kind::Welcome => (MailKind::Welcome, false),
        Kind::ConfirmSignUp => (MailKind::ConfirmSignUp, true),
        Kind::HasAccount => (MailKind::HasAccount, false),
        Kind::NewPassword => (MailKind::NewPassword, true),
        Kind::SignInLink => (MailKind::SignInLink, true),
        Kind::ConfirmEmail => (MailKind::ConfirmEmail, true),
        Kind::AccountDeleted => (MailKind::AccountDeleted, false),
    }
}

/// The texts that a school has found.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<MailText>> {
    Ok(rows::all(tx, site)?)
}

/// The text that a school has found for a mail.
pub fn get(tx: &mut Tx<'_>, site: SiteId, kind: Kind) -> Result<Option<MailText>> {
    Ok(rows::get(tx, site, kind)?)
}

/// What a line of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'l> {
    /// Words.
    Text(&'l str),
    /// One of the mail's links, from 0.
    Link(usize),
}

/// The lines of a text that say something.
pub fn lines(body: &str) -> impl Iterator<Item = Line<'_>> {
    body.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| match link_number(line) {
        Some(number) => Line::Link(number),
        None => Line::Text(line),
    })
}

/// The name by which a text calls a link, from 0.
#[must_use]
pub fn link_name(number: usize) -> String {
    if number == 0 { "{{link}}".to_owned() } else { format!("{{{{link_{}}}}}", number + 1) }
}

fn link_number(line: &str) -> Option<usize> {
    let name = line.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    match name.strip_prefix("link")? {
        "" => Some(0),
        rest => rest.strip_prefix('_')?.parse().ok().filter(|number| *number > 1).map(|number: usize| number - 1),
    }
}

/// A line with the names in it replaced, in one pass: what stands for them is not looked through again.
#[must_use]
pub fn filled(line: &str, school: &str, first_name: &str) -> String {
    let mut filled = String::with_capacity(line.len() + school.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        match after.split_once("}}") {
            Some((name, after)) => {
                match name.trim() {
                    "school" => filled.push_str(school),
                    "first_name" => filled.push_str(first_name),
                    _ => {}
                }
                rest = after;
            }
            None => {
                filled.push_str("{{");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// Whether a text can be that of a mail with so many links.
///
/// # Errors
/// [`Error::Invalid`] when it is empty or too long, names what there is not, or leaves out the link that the mail is about.
pub fn check(kind: Kind, subject: &str, body: &str, links: usize) -> Result<()> {
    let mut check = Check::new();
    check.required("subject", Some(subject), LINE.min(LONGEST_SUBJECT));
    check.that(!body.trim().is_empty(), "body", "can't be blank");
    check.lines("body", body, LONGEST);
    for name in unknown(subject) {
        check.add("subject", format!("has {name}, which stands for nothing there"));
    }
    let mut named = vec![false; links];
    for line in lines(body) {
        match line {
            Line::Link(number) if number < links => named[number] = true,
            Line::Link(number) => {
                check.add("body", format!("has {}, which this mail does not have", link_name(number)))
            }
            Line::Text(text) => {
                for name in unknown(text) {
                    check.add(
                        "body",
                        match name.contains("link") {
                            true => format!("has {name} within a line: a link stands in a line of its own"),
                            false => format!("has {name}, which stands for nothing"),
                        },
                    );
                }
            }
        }
    }
    if mail_of(kind).1 && !named.first().copied().unwrap_or(true) {
        check.add("body", "must have {{link}} in a line of its own: without it the mail is of no use");
    }
    check.done()
}

/// The names in a line that stand for nothing within one.
fn unknown(line: &str) -> Vec<String> {
    let names = line.split("{{").skip(1).map(|rest| rest.split_once("}}").map_or(rest, |(name, _)| name));
    names
        .filter(|name| !matches!(name.trim(), "school" | "first_name"))
        .map(|name| format!("{{{{{}}}}}", name.trim().chars().take(40).collect::<String>()))
        .collect()
}

/// Writes the text of a mail with so many links.
///
/// # Errors
/// As [`check`].
pub fn set(tx: &mut Tx<'_>, site: SiteId, kind: Kind, subject: &str, body: &str, links: usize) -> Result<()> {
    check(kind, subject, body, links)?;
    let updated_at = tx.moment();
    let (subject, body) = (subject.trim().to_owned(), body.replace("\r\n", "\n").trim().to_owned());
    Ok(rows::put(tx, site, &MailText { kind, subject, body, updated_at })?)
}

/// Takes the school's own text of a mail away, which has its usual words again.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn reset(tx: &mut Tx<'_>, site: SiteId, kind: Kind) -> Result<()> {
    if rows::delete(tx, site, kind)? { Ok(()) } else { Err(Error::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_name_is_not_looked_through_again() {
        assert_eq!(
            filled("Hello {{ first_name }} of {{school}}!", "{{first_name}}", "{{school}}"),
            "Hello {{school}} of {{first_name}}!"
        );
        assert_eq!(filled("{{nothing}} {{open", "S", "F"), " {{open");
    }

    #[test]
    fn a_text_says_what_is_wrong_with_it() {
        let wrong = |subject: &str, body: &str| match check(Kind::NewPassword, subject, body, 1) {
            Ok(()) => Vec::new(),
            Err(error) => error.problems().into_iter().map(|(field, text)| format!("{field} {text}")).collect(),
        };
        assert!(wrong("For {{school}}", "Here:\n{{link}}\n").is_empty());
        for (subject, body, told) in [
            ("", "{{link}}", "subject can't be blank"),
            ("{{link}}", "{{link}}", "subject has {{link}}"),
            ("A", "No link", "body must have {{link}}"),
            ("A", "Here {{link}}", "body has {{link}} within a line"),
            ("A", "{{link}}\n{{link_2}}", "body has {{link_2}}, which this mail does not have"),
            ("A", "{{link}}\n{{password}}", "body has {{password}}, which stands for nothing"),
        ] {
            let found = wrong(subject, body);
            assert!(found.iter().any(|problem| problem.starts_with(told)), "{told}: {found:?}");
        }
    }
}
