//! The ids by which other systems know users, who sign people in for the school.

use crate::error::{Error, Result, Taken};
use store::users as rows;
pub use store::users::Provider;
use store::{SiteId, Tx, UserId};

/// The provider with this name, in any case.
#[must_use]
pub fn provider(name: &str) -> Option<Provider> {
    Provider::ALL.iter().find(|known| known.name().eq_ignore_ascii_case(name)).copied()
}

/// The id by which a provider knows a user.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, or the provider does not know them.
pub fn get(tx: &mut Tx<'_>, site: SiteId, user: UserId, provider: Provider) -> Result<String> {
    rows::external_id(tx, site, user, provider)?.ok_or(Error::NotFound)
}

/// The user whom a provider knows by this id.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn user(tx: &mut Tx<'_>, site: SiteId, provider: Provider, external_id: &str) -> Result<UserId> {
    rows::id_by_external_id(tx, site, provider, external_id)?.ok_or(Error::NotFound)
}

/// Notes by which id a provider knows a user, whom it knew by none.
///
/// # Errors
/// [`Error::Invalid`] when it knows somebody else by it.
pub fn set(tx: &mut Tx<'_>, site: SiteId, user: UserId, provider: Provider, external_id: &str) -> Result<()> {
    rows::set_external_id(tx, site, user, provider, external_id)
        .taken(&[("authentications.external_id", "external_id"), ("authentications_pkey", "external_id")])
}
