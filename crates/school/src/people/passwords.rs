//! Passwords as users keep them: hashed. Hashing is slow on purpose and no transaction should wait for it, so it is
//! done before, by whoever takes passwords from people.

/// A password on its way into the store: hashed, or refused.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(std::result::Result<String, String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl Password {
    /// A password that was checked and hashed.
    #[must_use]
    pub fn hashed(hash: String) -> Self {
        Self(Ok(hash))
    }

    /// A password that breaks a rule: whoever is given it refuses it with this sentence.
    #[must_use]
    pub fn refused(problem: String) -> Self {
        Self(Err(problem))
    }

    /// The hash, or what is wrong with the password.
    ///
    /// # Errors
    /// The sentence for the client.
    pub fn hash(&self) -> std::result::Result<&str, &str> {
        self.0.as_deref().map_err(String::as_str)
    }
}
