//! Rows of browsers that somebody has signed in with before.

use crate::table::table;
use crate::{SiteId, StoreError, Tx, UserId, params};

table! {
    /// A browser's row, as that of one user.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KnownDeviceRow in "known_devices" of site {
        keys {
            /// The fingerprint of the browser's secret and the user together.
            fingerprint: String,
        }
        fixed {
            /// Whose it is.
            user_id: UserId,
            /// When they last signed in with it.
            created_at: i64,
            /// Until when it is known.
            expires_at: i64,
        }
    }
}

/// Notes that a user has signed in with a browser.
pub fn put(tx: &mut Tx<'_>, site: SiteId, device: &KnownDeviceRow) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM known_devices WHERE site_id = $1 AND fingerprint = $2",
        params![site, &device.fingerprint],
    )?;
    device.insert(tx, site)?;
    Ok(())
}

/// Whether a browser is known.
pub fn is_known(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM known_devices WHERE site_id = $1 AND fingerprint = $2 AND expires_at > $3";
    Ok(tx.first(sql, params![site, fingerprint, now], |_| Ok(()))?.is_some())
}

/// Forgets the browsers of a user but the `kept` newest.
pub fn keep_newest(tx: &mut Tx<'_>, site: SiteId, user: UserId, kept: i64) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM known_devices WHERE site_id = $1 AND fingerprint IN (
           SELECT fingerprint FROM known_devices WHERE site_id = $1 AND user_id = $2
           ORDER BY created_at DESC LIMIT 20 OFFSET $3)",
        params![site, user, kept],
    )
}

/// Forgets every browser of a user.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM known_devices WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    Ok(())
}

/// Removes browsers that are no longer known, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("known_devices", "fingerprint"), site, now, most)
}
