//! Giving up what waits for a webhook that was switched off or removed, a little at a time.
//!
//! Nothing of it is remembered: what a crash leaves waiting is found again, that of a webhook which is off by the next
//! look for work, that of one which is no more by the next [`orphans`].

use crate::entry::Id;
use store::{Store, StoreError, deliveries, sites, webhooks};

/// So many deliveries are given up in one transaction, which takes about as long as a few hundred ordinary writes.
const MOST: i64 = 200;

/// Gives up all that waits for a webhook, unless somebody switches it on again meanwhile.
pub(crate) async fn all(store: Store, (site, webhook): Id) -> Id {
    loop {
        let given_up = store
            .write(site, move |tx| match webhooks::get(tx, site, webhook)? {
                Some(row) if row.active => Ok(0),
                _ => deliveries::give_up(tx, site, webhook, store::now(), MOST),
            })
            .await;
        match given_up {
            Ok(given_up) if given_up == MOST as usize => {}
            Ok(_) | Err(StoreError::Closed) => return (site, webhook),
            Err(error) => {
                tracing::warn!(%error, site = site.get(), "deliveries of a webhook that is off could not be given up yet");
                return (site, webhook);
            }
        }
    }
}

/// Gives up what waits for webhooks that are no more.
pub(crate) async fn orphans(store: &Store) -> Result<(), StoreError> {
    for site in store.read(sites::all).await?.into_iter().map(|site| site.id) {
        for webhook in store.read(move |tx| deliveries::orphans(tx, site)).await? {
            all(store.clone(), (site, webhook)).await;
        }
    }
    Ok(())
}
