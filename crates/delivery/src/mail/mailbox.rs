//! The mailbox of development, into which mail goes instead of to a mail server, and which everybody can read.

use super::letters::Letter;
use school::Site;
use school::error::Result;
use serde::{Deserialize, Serialize};
use store::mailbox::{self as rows, MailboxRow};
use store::mails::MailRow;
use store::{MailId, ServerKey, SiteId, StoreError, Tx};

/// The mailbox shows at most this many.
const MOST_SHOWN: i64 = 200;

/// A mail in the mailbox of development.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailboxEntry {
    /// Its school.
    #[serde(skip)]
    pub site_id: SiteId,
    /// Its id.
    #[serde(skip)]
    pub id: MailId,
    /// When it came.
    #[serde(skip)]
    pub at: i64,
    /// How its links begin.
    pub site_url: String,
    /// What it says.
    pub letter: Letter,
}

impl MailboxEntry {
    fn open(key: &ServerKey, row: &MailboxRow) -> Option<Self> {
        // What was sealed under another key is nobody's mail any more.
        let entry: Self = serde_json::from_str(&key.open(&row.sealed).ok()?).ok()?;
        Some(Self { site_id: row.site_id, id: row.mail_id, at: row.created_at, ..entry })
    }
}

/// Puts a mail into the mailbox of development, which everybody can read.
pub fn put(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: &Site,
    mail: &MailRow,
    letter: &Letter,
    site_url: &str,
) -> Result<()> {
    let (id, at) = (mail.id, tx.moment());
    let entry = MailboxEntry { site_id: site.id, id, at, site_url: site_url.to_owned(), letter: letter.clone() };
    let sealed = key.seal(&serde_json::to_string(&entry).map_err(|_| StoreError::Sealed)?)?;
    Ok(rows::put(tx, &MailboxRow { site_id: site.id, mail_id: id, created_at: at, sealed })?)
}

/// The newest mails of the mailbox, of every school.
pub fn newest(tx: &mut Tx<'_>, key: &ServerKey) -> Result<Vec<MailboxEntry>> {
    Ok(rows::newest(tx, MOST_SHOWN)?.iter().filter_map(|row| MailboxEntry::open(key, row)).collect())
}

/// One mail of the mailbox.
pub fn get(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, mail: MailId) -> Result<Option<MailboxEntry>> {
    Ok(rows::get(tx, site, mail)?.and_then(|row| MailboxEntry::open(key, &row)))
}

/// Throws away what is in the mailbox of a school.
pub fn clear(tx: &mut Tx<'_>, site: SiteId) -> Result<()> {
    Ok(rows::clear(tx, site)?)
}
