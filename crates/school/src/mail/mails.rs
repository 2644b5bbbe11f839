//! Which mails a school sends, and queuing them.
//!
//! A mail is queued in the transaction of its cause, by its kind alone; its words are found when it leaves, so that it
//! goes to where its reader is now. What nobody else may know (the secret of a link) is sealed until then.

use crate::error::Result;
use serde::{Deserialize, Serialize};
pub use store::mails::{MailKind as Kind, Recipient, UnsentMail};
use store::{ServerKey, SiteId, StoreError, Tx, UserId};

/// What of a mail nobody else may know.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Secret {
    /// The secret of the link in it.
    #[serde(default)]
    pub secret: String,
    /// The address of somebody who is no user.
    #[serde(default)]
    pub email: String,
}

/// Queues a mail to a user.
pub fn queue(tx: &mut Tx<'_>, site: SiteId, kind: Kind, user: UserId) -> Result<()> {
    let at = tx.moment();
    Ok(store::mails::enqueue(tx, site, at, kind, user, None)?)
}

/// For how long a mail that cannot be sent is tried, in milliseconds; then it is given up. What a link in it finds is kept
/// for as long beyond its own end: its life begins when the mail leaves.
pub const TRIED_FOR_MS: i64 = 3 * 86_400_000;

/// So many mails that once could not be sent are looked through, the newest.
pub const MOST_UNSENT: i64 = 200;

/// The newest mails of a school that could not be sent, [`MOST_UNSENT`] at most: those that are tried again, and those
/// that are not.
pub fn unsent(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<UnsentMail>> {
    Ok(store::mails::unsent(tx, site, MOST_UNSENT)?)
}

/// Since when mail of a school has been waiting that nobody takes, in milliseconds since 1970: there is no mail server,
/// or nothing that sends. A mail that was tried waits for its next time, and is not meant.
pub fn waiting_since(tx: &mut Tx<'_>, site: SiteId, now: i64) -> Result<Option<i64>> {
    Ok(store::mails::due_since(tx, site)?.filter(|due| *due < now - TAKEN_WITHIN_MS))
}

/// Mail that is due is taken within this time when something sends, in milliseconds: ten minutes.
const TAKEN_WITHIN_MS: i64 = 600_000;

/// The same for a mail about something that has an id: a webhook, a request.
pub fn queue_about(tx: &mut Tx<'_>, site: SiteId, kind: Kind, user: UserId, id: &str) -> Result<()> {
    let at = tx.moment();
    Ok(store::mails::enqueue(tx, site, at, kind, user, Some(id))?)
}

/// The same for a mail with something that nobody else may know.
pub fn queue_secret(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    kind: Kind,
    to: Recipient,
    secret: &Secret,
) -> Result<()> {
    let at = tx.moment();
    let sealed = key.seal(&serde_json::to_string(secret).map_err(|_| StoreError::Sealed)?)?;
    Ok(store::mails::enqueue_sealed(tx, site, at, kind, to, None, Some(&sealed))?)
}
