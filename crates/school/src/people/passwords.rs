//! Passwords as users keep them: hashed. Hashing is slow on purpose and no transaction should wait for it, so it is
//! done before, by whoever takes passwords from people.

use crate::input::{Input, Text};

/// A password on its way into the store.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(State);

#[derive(Clone, PartialEq, Eq)]
enum State {
    Plain(String),
    Hashed(String),
    Refused(String),
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl Password {
    /// A password as somebody wrote it, to be hashed: nobody is given it as it is.
    #[must_use]
    pub fn plain(text: String) -> Self {
        Self(State::Plain(text))
    }

    /// A password that was checked and hashed.
    #[must_use]
    pub fn hashed(hash: String) -> Self {
        Self(State::Hashed(hash))
    }

    /// A password that breaks a rule: whoever is given it refuses it with this sentence.
    #[must_use]
    pub fn refused(problem: String) -> Self {
        Self(State::Refused(problem))
    }

    /// What is to be hashed, of one that was not yet.
    #[must_use]
    pub fn to_hash(&self) -> Option<&str> {
        match &self.0 {
            State::Plain(text) => Some(text),
            State::Hashed(_) | State::Refused(_) => None,
        }
    }

    /// The hash, or what is wrong with the password.
    ///
    /// # Errors
    /// The sentence for the client.
    pub fn hash(&self) -> Result<&str, &str> {
        match &self.0 {
            State::Plain(_) => Err("was not hashed"),
            State::Hashed(hash) => Ok(hash),
            State::Refused(problem) => Err(problem),
        }
    }
}

impl Input for Password {
    type Sent = Text;
    const IN_CELL: bool = false;

    fn of_sent(Text(text): Text) -> Self {
        Self::plain(text)
    }

    fn of_cell(_: &str) -> Result<Self, &'static str> {
        Err("cannot be given in a cell")
    }
}

#[cfg(test)]
mod tests {
    use super::Password;

    #[test]
    fn a_password_that_was_not_hashed_is_nobodys() {
        let plain = Password::plain("correct horse".to_owned());
        assert_eq!((plain.to_hash(), plain.hash()), (Some("correct horse"), Err("was not hashed")));
        let hashed = Password::hashed("$hash".to_owned());
        assert_eq!((hashed.to_hash(), hashed.hash()), (None, Ok("$hash")));
        assert_eq!(format!("{plain:?}"), "Password(hidden)");
    }
}
