//! The way to the database for whatever is asked from outside: work says for whom it is done, and whether they may is
//! found out inside the transaction that does it.
//!
//! What was known before the transaction began may be out of date in it: a session that has ended, a role that was
//! taken away. So a handler is given nobody to act for but whom the transaction has just confirmed.

use crate::App;
use school::security_log::Origin;
use store::{FromStore, SiteId, Tx};

/// For whom work is done.
pub trait Authority: Send + 'static {
    /// Who that is, as the transaction sees them.
    type Actor;
    /// Why the work is not done.
    type Error: FromStore + Send + 'static;

    /// Finds out, inside the transaction, who acts.
    ///
    /// # Errors
    /// When they are nobody (any more), or may not do what is asked; nothing is done then.
    fn confirm(&self, tx: &mut Tx<'_>) -> Result<Self::Actor, Self::Error>;

    /// On whose behalf the work is done and from where that was asked, for the security log.
    fn origin(&self, actor: &Self::Actor) -> Origin;
}

impl App {
    /// Reads in one transaction, for whom the authority confirms.
    ///
    /// # Errors
    /// The authority's, or the closure's.
    pub async fn read_as<A: Authority, T: Send + 'static>(
        &self,
        authority: A,
        closure: impl Fn(&mut Tx<'_>, &A::Actor) -> Result<T, A::Error> + Send + 'static,
    ) -> Result<T, A::Error> {
        let confirmed = move |tx: &mut Tx<'_>| {
            let actor = authority.confirm(tx)?;
            closure(tx, &actor)
        };
        self.store.read(confirmed).await
    }

    /// Changes a school in one transaction, for whom the authority confirms.
    ///
    /// # Errors
    /// The authority's, or the closure's; nothing was changed then.
    pub async fn write_as<A: Authority, T: Send + 'static>(
        &self,
        site: SiteId,
        authority: A,
        closure: impl Fn(&mut Tx<'_>, &A::Actor) -> Result<T, A::Error> + Send + 'static,
    ) -> Result<T, A::Error> {
        let confirmed = move |tx: &mut Tx<'_>| {
            let actor = authority.confirm(tx)?;
            authority.origin(&actor).set(tx);
            closure(tx, &actor)
        };
        self.store.write(site, confirmed).await
    }
}
