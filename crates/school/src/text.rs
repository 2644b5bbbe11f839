//! Text that enters: the one check of every text, whichever way it comes (a request, a form, a query, a file, a token).
//!
//! It is UTF-8 by its type; it has no control characters but tabs and the ends of lines; and it is in one form (NFC,
//! Unicode Standard Annex 15), so that what looks the same is the same. Whether a field has one line or several is
//! said where its length is: see [`crate::check::Check::length`].

use std::borrow::Cow;
pub use store::addresses::nfc;

/// A text that holds a character which no text has. PostgreSQL cannot store NUL, and what others do to whatever shows
/// them is rarely meant well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has a control character (U+{:04X})", u32::from(*.0))]
pub struct ControlCharacter(pub char);

/// The text in the form in which it is stored.
///
/// # Errors
/// [`ControlCharacter`], but for tabs and the ends of lines.
pub fn checked(text: &str) -> Result<Cow<'_, str>, ControlCharacter> {
    match control_character(text) {
        Some(refused) => Err(refused),
        None => Ok(nfc(text)),
    }
}

/// What a text holds that no text has, if anything.
#[must_use]
pub fn control_character(text: &str) -> Option<ControlCharacter> {
    text.chars().find(|c| is_refused(*c)).map(ControlCharacter)
}

/// The same for a text that is somebody's to give away.
///
/// # Errors
/// As [`checked`].
pub fn taken(text: String) -> Result<String, ControlCharacter> {
    // Most texts are of plain characters, and stay as they are.
    match checked(&text)? {
        Cow::Borrowed(_) => Ok(text),
        Cow::Owned(other) => Ok(other),
    }
}

fn is_refused(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// A text without its control characters, to be shown again to whoever has sent it.
#[must_use]
pub fn cleaned(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !is_refused(*c)).collect();
    nfc(&plain).into_owned()
}

/// Whether a text is one line: without tabs and what ends a line or a paragraph.
#[must_use]
pub fn is_one_line(text: &str) -> bool {
    !text.contains(['\t', '\n', '\r', '\u{2028}', '\u{2029}'])
}

/// A text of before there was this check, with a blank for each of its control characters. It is as long as it was, in
/// bytes. None when there is nothing to mend.
#[must_use]
pub fn mended(text: &str) -> Option<String> {
    text.contains(is_refused).then(|| {
        let mend = |c: char| match (is_refused(c), c.len_utf8()) {
            (false, _) => c,
            (true, 1) => ' ',
            (true, _) => '\u{a0}',
        };
        text.chars().map(mend).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_checked_stays_as_it_is(text in any::<String>()) {
            match taken(text.clone()) {
                Ok(once) => {
                    prop_assert_eq!(taken(once.clone()), Ok(once.clone()));
                    prop_assert!(!once.chars().any(is_refused));
                    prop_assert_eq!(mended(&once), None);
                }
                Err(ControlCharacter(c)) => {
                    prop_assert!(is_refused(c) && text.contains(c));
                    let mended = mended(&text).expect("something to mend");
                    prop_assert_eq!(mended.len(), text.len());
                    prop_assert!(checked(&mended).is_ok());
                }
            }
        }

        #[test]
        fn two_spellings_of_a_letter_become_one(letter in "[a-zA-Z]", mark in "[\u{300}-\u{304}\u{308}\u{327}]") {
            let apart = format!("{letter}{mark}");
            let together = nfc(&apart).into_owned();
            prop_assert_eq!(checked(&apart), checked(&together));
        }
    }
}
