//! Apps that a school uses.

use crate::error::Result;
use crate::events::{self, Topic, payloads};
use crate::time::Moment;
use store::Tx;

/// Says that a school no longer has an app. To be called while the app's webhooks are still there: they are the ones
/// that want to hear of it.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is no such school.
pub fn uninstalled(tx: &mut Tx<'_>, site: i64, name: &str, client_id: &str, reason: Option<&str>) -> Result<()> {
    let uninstalled_at = Moment(tx.moment());
    let payload = payloads::AppUninstalled { client_id, name, reason, uninstalled_at };
    events::record(tx, site, Topic::AppUninstalled, &payload)
}
