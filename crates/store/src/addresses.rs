//! By what an address of mail is found: one key for all the ways in which one address is written.

use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// A text in the one form in which texts are stored and compared (NFC, Unicode Standard Annex 15).
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.into() } else { text.nfc().collect::<String>().into() }
}

/// Whether a character is not seen: Default_Ignorable_Code_Point of the Unicode Standard, section 5.21.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfff8
        | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// Whether a character is another way to write others, such as a letter of full width: its compatibility form is another
/// (Unicode Standard Annex 15). Beside those, it makes two addresses that look the same.
#[must_use]
pub fn is_another_form(c: char) -> bool {
    !c.is_ascii() && !std::iter::once(c).nfkc().eq(std::iter::once(c).nfc())
}

/// An address without what is not seen around it: programs copy it along.
#[must_use]
pub fn trimmed(email: &str) -> &str {
    email.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// By what an address is found. Spellings that differ in case, in the form of their letters, in what is not seen around
/// them, or in how the name of the host is written (RFC 5890: `xn--…` or as it is read) are one address.
#[must_use]
pub fn email_key(email: &str) -> String {
    let email = trimmed(email);
    if email.is_ascii() {
        let email = email.to_ascii_lowercase();
        if !email.contains("xn--") {
            return email;
        }
    }
    let lower = |text: &str| nfc(&nfc(text).to_lowercase()).into_owned();
    match email.rsplit_once('@') {
        Some((name, host)) => {
            // What is no name of a host is one address all the same, and stays as it is written.
            let (read, is_host) = idna::domain_to_unicode(host);
            format!("{}@{}", lower(name), lower(if is_host.is_ok() { &read } else { host }))
        }
        None => lower(email),
    }
}

#[cfg(test)]
mod tests {
    use super::{email_key, nfc};
    use proptest::prelude::*;

    #[test]
    fn one_address_has_one_key() {
        for (one, other) in [
            ("ann@example.com", " ANN@Example.COM\u{200b}"),
            ("ren\u{e9}e@example.com", "RENE\u{301}E@example.com"),
            ("a@b\u{fc}cher.example", "A@XN--BCHER-KVA.example"),
            ("a@b\u{fc}cher.example", "a@Xn--bcher-kva.example"),
            // Lower case takes a letter and its mark apart or together.
            ("\u{1f0}@example.com", "J\u{30c}@example.com"),
        ] {
            assert_eq!(email_key(one), email_key(other), "{one} {other}");
        }
        assert_ne!(email_key("ann@example.com"), email_key("anne@example.com"));
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(email in "\\PC{0,12}@\\PC{0,12}") {
            let key = email_key(&email);
            prop_assert_eq!(email_key(&key), key.clone());
            prop_assert_eq!(email_key(&nfc(&email)), key);
        }
    }
}
