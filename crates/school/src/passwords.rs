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

/// Whether this is the password that was hashed; where there is no hash it is not, and finding that out takes as long.
/// Takes tens of milliseconds: never call it in a transaction.
#[must_use]
pub fn verify_or_pretend(password: &str, stored: Option<&str>) -> bool {
    /// The hash of nobody's password.
    static NOBODYS: LazyLock<String> = LazyLock::new(|| hash(&store::secrets::hex(&rand::random::<[u8; 32]>())));
    // Also made where it is not needed, so that the first to need it takes no longer.
    let nobodys = &*NOBODYS;
    verify(password, stored.unwrap_or(nobodys)) && stored.is_some()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_password_is_known_by_its_hash_only() {
        let hash = super::hash("correct horse");
        assert!(hash.starts_with("$argon2id$"));
        assert!(super::verify("correct horse", &hash));
        assert!(!super::verify("battery staple", &hash));
    }
}
