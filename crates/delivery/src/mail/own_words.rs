//! Mails in words that a school has found for them ([`school::mail_texts`]), with the links of the usual ones.

use super::letter::LetterPart;
use school::mail_texts::{self, Line};

/// A mail in the words that a school has found for it, with the links that it has in its usual ones.
pub(super) fn in_own_words(
    (subject, body): (&str, &str),
    usual: &[LetterPart],
    school: &str,
    first_name: &str,
) -> (String, Vec<LetterPart>) {
    let links: Vec<&LetterPart> = usual.iter().filter(|part| matches!(part, LetterPart::Link(..))).collect();
    let parts = mail_texts::lines(body).filter_map(|line| match line {
        Line::Text(text) => Some(LetterPart::Text(mail_texts::filled(text, school, first_name))),
        Line::Link(number) => links.get(number).map(|link| (*link).clone()),
    });
    (mail_texts::filled(subject, school, first_name), parts.collect())
}
