//! The ids by which other systems know users, who sign people in for the school.

use crate::error::{Error, Result, Taken};
use store::Tx;
use store::users as rows;

/// Who gave a user an external id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Single sign-on by the school's own signed tokens.
    Sso,
    /// Single sign-on by OpenID Connect.
    OpenidConnect,
}

impl Provider {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sso => "SSO",
            Self::OpenidConnect => "OPENID_CONNECT",
        }
    }

    /// The provider with this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sso, Self::OpenidConnect].into_iter().find(|known| known.name().eq_ignore_ascii_case(name))
    }
}

/// The id by which a provider knows a user.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, or the provider does not know them.
pub fn get(tx: &mut Tx<'_>, site: i64, user: i64, provider: Provider) -> Result<String> {
    rows::external_id(tx, site, user, provider.name())?.ok_or(Error::NotFound)
}

/// The user whom a provider knows by this id.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn user(tx: &mut Tx<'_>, site: i64, provider: Provider, external_id: &str) -> Result<i64> {
    rows::id_by_external_id(tx, site, provider.name(), external_id)?.ok_or(Error::NotFound)
}

/// Notes by which id a provider knows a user, whom it knew by none.
///
/// # Errors
/// [`Error::Invalid`] when it knows somebody else by it.
pub fn set(tx: &mut Tx<'_>, site: i64, user: i64, provider: Provider, external_id: &str) -> Result<()> {
    rows::set_external_id(tx, site, user, provider.name(), external_id)
        .taken(&[("authentications.external_id", "external_id"), ("authentications_pkey", "external_id")])
}
