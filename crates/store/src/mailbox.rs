//! Rows of the development mailbox: mail that is read in the browser and goes nowhere else.

use crate::table::{select, table};
use crate::{MailId, SiteId, StoreError, Tx, params};

table! {
    /// A mail in the mailbox.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailboxRow in "mailbox" {
        keys {
            /// Its school.
            site_id: SiteId,
            /// Its id, that of the outgoing mail.
            mail_id: MailId,
        }
        fixed {
            /// When it came.
            created_at: i64,
            /// The mail, sealed.
            sealed: Vec<u8>,
        }
        on conflict "(site_id, mail_id) DO NOTHING"
    }
}

/// So many mails of a school are kept.
const KEPT: i64 = 200;

/// Puts a mail into the mailbox; of the school's older ones some go.
pub fn put(tx: &mut Tx<'_>, row: &MailboxRow) -> Result<(), StoreError> {
    row.insert(tx)?;
    let sql = "SELECT mail_id FROM mailbox WHERE site_id = $1 ORDER BY mail_id DESC LIMIT 1 OFFSET $2";
    if let Some(oldest) = tx.first(sql, params![row.site_id, KEPT], |row| row.get::<i64>(0))? {
        tx.execute("DELETE FROM mailbox WHERE site_id = $1 AND mail_id <= $2", params![row.site_id, oldest])?;
    }
    Ok(())
}

/// The newest mails of every school, the newest first. The mailbox is for development: there are a few hundred.
pub fn newest(tx: &mut Tx<'_>, most: i64) -> Result<Vec<MailboxRow>, StoreError> {
    let sql = select!(MailboxRow, "ORDER BY t.created_at DESC, t.mail_id DESC LIMIT $1");
    tx.query(sql, params![most], MailboxRow::read)
}

/// One mail.
pub fn get(tx: &mut Tx<'_>, site: SiteId, mail: MailId) -> Result<Option<MailboxRow>, StoreError> {
    tx.first(select!(MailboxRow, "WHERE t.site_id = $1 AND t.mail_id = $2"), params![site, mail], MailboxRow::read)
}

/// Empties the mailbox of a school.
pub fn clear(tx: &mut Tx<'_>, site: SiteId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mailbox WHERE site_id = $1", params![site])?;
    Ok(())
}
