//! The keys that id tokens are signed with, kept ready.

use identity::oauth::Failure;
use identity::oauth::keys::{self, Keys, NewKey};
use std::sync::{Arc, Mutex, PoisonError};
use store::{ServerKey, Store, StoreError};

/// Whether another process brought in a new key is looked up this often, in milliseconds. A new key is shown for much
/// longer before it signs.
const LOOKED_EVERY: i64 = 60_000;

/// The keys, as last looked up.
#[derive(Default)]
pub struct Signing(Mutex<Option<(i64, Arc<Keys>)>>);

impl Signing {
    /// The keys. The first one is made when it is first needed.
    ///
    /// # Errors
    /// When they cannot be read or made.
    pub(crate) async fn keys(&self, store: &Store, server_key: &ServerKey) -> Result<Arc<Keys>, Failure> {
        let now = store::now();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, keys)) = known
            && now - at < LOOKED_EVERY
            && !keys.outdated(now)
        {
            return Ok(keys);
        }
        let keys = match load(store, server_key).await? {
            Some(keys) => keys,
            None => {
                let new = tokio::task::spawn_blocking(NewKey::generate).await.map_err(|_| StoreError::Panicked)??;
                let key = server_key.clone();
                store.write(None, move |tx| keys::first(tx, &key, &new)).await?;
                load(store, server_key)
                    .await?
                    .ok_or_else(|| StoreError::Config("there is no signing key".to_owned()))?
            }
        };
        let keys = Arc::new(keys);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&keys)));
        Ok(keys)
    }
}

async fn load(store: &Store, server_key: &ServerKey) -> Result<Option<Keys>, Failure> {
    let key = server_key.clone();
    Ok(store.read(move |tx| keys::load(tx, &key)).await?)
}
