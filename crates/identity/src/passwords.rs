//! Hashing passwords, and comparing with what was hashed: argon2id.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use school::error::Result;
pub use school::passwords::Password;
use std::sync::LazyLock;
use store::Tx;

/// Shorter passwords are refused, as clients expect.
const SHORTEST: usize = 6;
/// Longer ones too, so that hashing cannot be made expensive.
const LONGEST: usize = 1024;

/// The second recommendation of OWASP's Password Storage Cheat Sheet for argon2id: 19 MiB, 2 passes, 1 lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Checks and hashes a password. Takes tens of milliseconds: never call it in a transaction.
#[must_use]
pub fn hash(password: &str) -> Password {
    problem(password).map_or_else(|| Password::hashed(hashed(password)), Password::refused)
}

fn problem(password: &str) -> Option<String> {
    if password.chars().count() < SHORTEST {
        return Some(format!("is too short (minimum is {SHORTEST} characters)"));
    }
    (password.len() > LONGEST).then(|| format!("is too long (maximum is {LONGEST} bytes)"))
}

fn hashed(password: &str) -> String {
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
    static NOBODYS: LazyLock<String> = LazyLock::new(|| hashed(&store::secrets::hex(&rand::random::<[u8; 32]>())));
    // Also made where it is not needed, so that the first to need it takes no longer.
    let nobodys = &*NOBODYS;
    verify(password, stored.unwrap_or(nobodys)) && stored.is_some()
}

/// What a user's password is compared with; none when they have not chosen one.
pub fn stored(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<Option<String>> {
    Ok(store::users::get(tx, site, user)?.and_then(|row| row.password_hash))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_password_is_known_by_its_hash_only() {
        let hash = super::hashed("correct horse");
        assert!(hash.starts_with("$argon2id$"));
        assert!(super::verify("correct horse", &hash));
        assert!(!super::verify("battery staple", &hash));
    }
}
