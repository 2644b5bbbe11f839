//! Devices that are known: browsers that somebody has signed in with before.
//!
//! Strangers can use up what an account allows of tries and mail, and would shut its owner out. So a browser that has
//! signed in is given a secret of its own, which outlives the session; tries that come with it are counted by
//! themselves. It opens nothing: whoever steals it has its few tries, and nothing more. It is forgotten with every change of
//! the password, but where that is made.

use crate::device::Device;
use school::error::Result;
use store::known_devices::{self as rows, KnownDeviceRow};
use store::{ServerKey, SiteId, Tx, UserId};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// For how long a device is known that is not signed in with: as long as browsers keep a cookie at most (RFC 6265bis,
/// section 5.5).
const LIFE: i64 = 400 * DAY;
/// So many devices of a user are known at most.
const MOST: i64 = 50;
/// With each device, at most this many that are no longer known are forgotten.
const FORGOTTEN_AT_ONCE: i64 = 8;

/// Notes that a user has shown on a device who they are.
pub(crate) fn note(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, user: UserId, device: &Device) -> Result<()> {
    if device.secret.is_empty() {
        return Ok(());
    }
    let now = tx.moment();
    let fingerprint = fingerprint(key, user, device);
    rows::prune(tx, site, now, FORGOTTEN_AT_ONCE)?;
    rows::put(tx, site, &KnownDeviceRow { fingerprint, user_id: user, created_at: now, expires_at: now + LIFE })?;
    rows::keep_newest(tx, site, user, MOST)?;
    Ok(())
}

/// By what the device is known as one of this user's, if it is.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    user: UserId,
    device: &Device,
) -> Result<Option<String>> {
    if device.secret.is_empty() {
        return Ok(None);
    }
    let (now, fingerprint) = (tx.moment(), fingerprint(key, user, device));
    Ok(rows::is_known(tx, site, &fingerprint, now)?.then_some(fingerprint))
}

fn fingerprint(key: &ServerKey, user: UserId, device: &Device) -> String {
    key.fingerprint(&format!("device:{user}:{}", device.secret))
}
