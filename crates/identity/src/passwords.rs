//! Hashing passwords, and comparing with what was hashed: argon2id.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use school::error::Result;
pub use school::passwords::Password;
use school::text;
use std::borrow::Cow;
use std::sync::LazyLock;
use store::{SiteId, Tx, UserId};

/// Shorter passwords are refused, as clients expect.
const SHORTEST: usize = 6;
/// Longer ones too, so that hashing cannot be made expensive.
const LONGEST: usize = 1024;

/// The second recommendation of OWASP's Password Storage Cheat Sheet for argon2id: 19 MiB, 2 passes, 1 lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A password as it is hashed and compared: whichever keyboard it was written with, it is the same (RFC 8265, section
/// 4.2, OpaqueString: every blank is the usual one, and letters are in one form). One of plain characters stays as it is.
fn prepared(password: &str) -> Cow<'_, str> {
    if password.is_ascii() {
        return password.into();
    }
    // General_Category=Zs, but for the usual blank.
    let is_blank =
        |c: char| matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}');
    let spaced: String = password.chars().map(|c| if is_blank(c) { ' ' } else { c }).collect();
    text::nfc(&spaced).into_owned().into()
}

/// Checks and hashes a password. Takes tens of milliseconds: never call it in a transaction.
#[must_use]
pub fn hash(password: &str) -> Password {
    problem(password).map_or_else(|| Password::hashed(hashed(password)), Password::refused)
}

/// Checks a password and does not hash it: to find out what is wrong with it before it is worth hashing. Whoever were
/// given this could sign in with no password at all.
#[must_use]
pub(crate) fn unhashed(password: &str) -> Password {
    /// No hash looks like it.
    const UNHASHED: &str = "!";
    problem(password).map_or_else(|| Password::hashed(UNHASHED.to_owned()), Password::refused)
}

fn problem(password: &str) -> Option<String> {
    if password.chars().any(char::is_control) {
        return Some("may not have control characters".to_owned());
    }
    let password = &*prepared(password);
    if password.chars().count() < SHORTEST {
        return Some(format!("is too short (minimum is {SHORTEST} characters)"));
    }
    (password.len() > LONGEST).then(|| format!("is too long (maximum is {LONGEST} bytes)"))
}

fn hashed(password: &str) -> String {
    hasher()
        .hash_password(prepared(password).as_bytes())
        .unwrap_or_else(|_| unreachable!("the parameters are valid and the password is short"))
        .to_string()
}

/// Whether this is the password that was hashed.
fn verify(password: &str, hash: &str) -> bool {
    #[cfg(test)]
    tests::COMPARED.with(|compared| compared.set(compared.get() + 1));
    argon2::PasswordHash::new(hash)
        .is_ok_and(|hash| hasher().verify_password(prepared(password).as_bytes(), &hash).is_ok())
}

/// What a password is compared with. Nobody sees the hash, and whoever has no password is not told apart.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPassword(Option<String>);

impl std::fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredPassword(hidden)")
    }
}

impl StoredPassword {
    pub(crate) fn new(hash: Option<String>) -> Self {
        Self(hash)
    }

    /// Shows that a password is the one that was hashed; none when it is not. Takes tens of milliseconds, also when
    /// there is nothing to compare with: never call it in a transaction.
    #[must_use]
    pub fn verify(&self, password: &str) -> Option<VerifiedPassword> {
        let right = verify_or_pretend(password, self.0.as_deref());
        self.0.clone().filter(|_| right).map(VerifiedPassword)
    }
}

/// That somebody knew the password with this hash. It counts as long as that is still their password.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedPassword(String);

impl std::fmt::Debug for VerifiedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VerifiedPassword(hidden)")
    }
}

impl VerifiedPassword {
    /// Whether it is the password with this hash.
    pub(crate) fn has_hash(&self, hash: Option<&str>) -> bool {
        hash == Some(self.0.as_str())
    }

    /// Whether it is still a user's password.
    pub(crate) fn is_of(&self, tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<bool> {
        Ok(self.has_hash(stored(tx, site, user)?.0.as_deref()))
    }
}

/// Whether this is the password that was hashed; where there is no hash it is not, and finding that out takes as long.
fn verify_or_pretend(password: &str, stored: Option<&str>) -> bool {
    /// The hash of nobody's password.
    static NOBODYS: LazyLock<String> = LazyLock::new(|| hashed(&store::secrets::hex(&rand::random::<[u8; 32]>())));
    // Also made where it is not needed, so that the first to need it takes no longer.
    let nobodys = &*NOBODYS;
    verify(password, stored.unwrap_or(nobodys)) && stored.is_some()
}

/// What a user's password is compared with.
pub fn stored(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<StoredPassword> {
    Ok(StoredPassword(store::users::password_hash(tx, site, user)?))
}

#[cfg(test)]
mod tests {
    use super::{StoredPassword, hash, hashed, prepared, unhashed};
    use proptest::prelude::*;
    use school::text;
    use std::cell::Cell;

    thread_local! {
        /// How often this thread has compared a password with a hash, which is what takes long.
        pub(super) static COMPARED: Cell<u32> = const { Cell::new(0) };
    }

    #[test]
    fn whoever_has_no_password_is_compared_with_a_hash_all_the_same() {
        let stored = StoredPassword::new(Some(hashed("correct horse")));
        for (stored, verified) in [(stored, true), (StoredPassword::new(None), false)] {
            COMPARED.set(0);
            assert_eq!(stored.verify("correct horse").is_some(), verified);
            assert_eq!(COMPARED.get(), 1);
        }
    }

    #[test]
    fn what_was_only_checked_opens_nothing() {
        let checked = unhashed("correct horse");
        let stored = StoredPassword::new(checked.hash().ok().map(str::to_owned));
        for guess in ["", "!", "correct horse"] {
            assert!(stored.verify(guess).is_none(), "{guess}");
        }
        assert_eq!(unhashed("short").hash(), hash("short").hash());
    }

    #[test]
    fn a_password_is_verified_against_its_own_hash_alone() {
        let (one, other) = (hashed("correct horse"), hashed("correct horse"));
        let stored = StoredPassword::new(Some(one.clone()));
        let verified = stored.verify("correct horse").expect("verified");
        assert!(verified.has_hash(Some(&one)) && !verified.has_hash(Some(&other)) && !verified.has_hash(None));
        assert!(stored.verify("battery staple").is_none());
        assert!(StoredPassword::new(None).verify("correct horse").is_none());
    }

    #[test]
    fn a_password_is_the_same_however_its_letters_are_written() {
        let stored = StoredPassword::new(hash("Zoe\u{308}\u{a0}is here").hash().ok().map(str::to_owned));
        for (written, same) in
            [("Zo\u{eb} is here", true), ("Zo\u{eb}\u{3000}is\u{2009}here", true), ("Zoe is here", false)]
        {
            assert_eq!(stored.verify(written).is_some(), same, "{written}");
        }
        assert!(hash("a\tb c d e f").hash().is_err() && hash("\u{85}23456").hash().is_err());
        // Six characters as they are compared, not as they were sent.
        assert!(hash("e\u{301}\u{301}234").hash().is_err());
    }

    proptest! {
        #[test]
        fn what_is_prepared_stays_as_it_is(password in "\\PC{0,20}") {
            let once = prepared(&password).into_owned();
            prop_assert_eq!(&*prepared(&once), &once);
            prop_assert_eq!(prepared(&text::nfc(&password)).into_owned(), once);
        }

        #[test]
        fn passwords_of_plain_characters_stay_as_they_were(password in "[ -~]{0,40}") {
            prop_assert_eq!(&*prepared(&password), &password);
        }
    }

    #[test]
    fn a_password_is_known_by_its_hash_only() {
        let hash = super::hashed("correct horse");
        assert!(hash.starts_with("$argon2id$"));
        assert!(super::verify("correct horse", &hash));
        assert!(!super::verify("battery staple", &hash));
    }
}
