//! Passwords, kept as argon2id hashes.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;

/// Shorter passwords are refused, as clients expect.
const SHORTEST: usize = 6;
/// Longer ones too, so that hashing cannot be made expensive.
const LONGEST: usize = 1024;

/// The second recommendation of OWASP's Password Storage Cheat Sheet for argon2id: 19 MiB, 2 passes, 1 lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Stands for the hash of a password that was checked alone; no hash looks like it.
const UNHASHED: &str = "!";

/// A password on its way into the store: already hashed, because hashing is slow on purpose and no transaction
/// should wait for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(std::result::Result<String, String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl Password {
    /// Checks and hashes a password. Takes tens of milliseconds: never call it in a transaction.
    #[must_use]
    pub fn new(password: &str) -> Self {
        Self(problem(password).map_or_else(|| Ok(hash(password)), Err))
    }

    /// Checks a password and does not hash it: to find out what is wrong with it before it is worth hashing. Whoever
    /// were given this could sign in with no password at all.
    #[must_use]
    pub fn unhashed(password: &str) -> Self {
        Self(problem(password).map_or_else(|| Ok(UNHASHED.to_owned()), Err))
    }

    /// A password that was checked and hashed before.
    pub(crate) fn hashed(hash: String) -> Self {
        Self(Ok(hash))
    }

    /// The hash, or what is wrong with the password.
    ///
    /// # Errors
    /// The sentence for the client.
    pub fn hash(&self) -> std::result::Result<&str, &str> {
        self.0.as_deref().map_err(String::as_str)
    }
}

fn problem(password: &str) -> Option<String> {
    if password.chars().count() < SHORTEST {
        return Some(format!("is too short (minimum is {SHORTEST} characters)"));
    }
    (password.len() > LONGEST).then(|| format!("is too long (maximum is {LONGEST} bytes)"))
}

fn hash(password: &str) -> String {
    hasher()
        .hash_password(password.as_bytes())
        .unwrap_or_else(|_| unreachable!("the parameters are valid and the password is short"))
        .to_string()
}

/// Whether this is the password that was hashed.
#[must_use]
pub fn verify(password: &str, hash: &str) -> bool {
    argon2::PasswordHash::new(hash).is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
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
    pub(crate) fn of(hash: Option<&String>) -> Self {
        Self(hash.cloned())
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
    pub(crate) fn is(&self, hash: Option<&String>) -> bool {
        hash == Some(&self.0)
    }
}

/// Whether this is the password that was hashed; where there is no hash it is not, and finding that out takes as long.
fn verify_or_pretend(password: &str, stored: Option<&str>) -> bool {
    /// The hash of nobody's password.
    static NOBODYS: LazyLock<String> = LazyLock::new(|| hash(&store::secrets::hex(&rand::random::<[u8; 32]>())));
    // Also made where it is not needed, so that the first to need it takes no longer.
    let nobodys = &*NOBODYS;
    verify(password, stored.unwrap_or(nobodys)) && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::{Password, StoredPassword};

    #[test]
    fn what_was_only_checked_opens_nothing() {
        let unhashed = Password::unhashed("correct horse");
        let stored = StoredPassword::of(unhashed.hash().ok().map(str::to_owned).as_ref());
        for guess in ["", "!", "correct horse"] {
            assert!(stored.verify(guess).is_none(), "{guess}");
        }
        assert_eq!(Password::unhashed("short").hash(), Password::new("short").hash());
    }

    #[test]
    fn a_password_is_verified_against_its_own_hash_alone() {
        let (one, other) = (super::hash("correct horse"), super::hash("correct horse"));
        let verified = StoredPassword::of(Some(&one)).verify("correct horse").expect("verified");
        assert!(verified.is(Some(&one)) && !verified.is(Some(&other)) && !verified.is(None));
        assert!(StoredPassword::of(Some(&one)).verify("battery staple").is_none());
        assert!(StoredPassword::of(None).verify("correct horse").is_none());
    }

    #[test]
    fn a_password_is_known_by_its_hash_only() {
        let hash = super::hash("correct horse");
        assert!(hash.starts_with("$argon2id$"));
        assert!(super::verify("correct horse", &hash));
        assert!(!super::verify("battery staple", &hash));
    }
}
