//! Rows of the development mailbox: mail that is read in the browser and goes nowhere else.

use crate::{StoreError, Tx, params};

/// A mail in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxedRow {
    /// Its school.
    pub site_id: i64,
    /// Its id, that of the mail that was owed.
    pub mail_id: i64,
    /// When it came.
    pub created_at: i64,
    /// The mail, sealed.
    pub sealed: Vec<u8>,
}

/// So many mails of a school are kept.
const KEPT: i64 = 200;

/// Puts a mail into the mailbox; of the school's older ones some go.
///
/// # Errors
/// Whatever the database says.
pub fn put(tx: &mut Tx<'_>, row: &BoxedRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mailbox (site_id, mail_id, created_at, sealed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site_id, mail_id) DO NOTHING",
        params![row.site_id, row.mail_id, row.created_at, row.sealed.as_slice()],
    )?;
    let sql = "SELECT mail_id FROM mailbox WHERE site_id = $1 ORDER BY mail_id DESC LIMIT 1 OFFSET $2";
    if let Some(oldest) = tx.first(sql, params![row.site_id, KEPT], |row| row.get::<i64>(0))? {
        tx.execute("DELETE FROM mailbox WHERE site_id = $1 AND mail_id <= $2", params![row.site_id, oldest])?;
    }
    Ok(())
}

/// The newest mails of every school, the newest first. The mailbox is for development: there are a few hundred.
///
/// # Errors
/// Whatever the database says.
pub fn newest(tx: &mut Tx<'_>, most: i64) -> Result<Vec<BoxedRow>, StoreError> {
    tx.query(
        "SELECT site_id, mail_id, created_at, sealed FROM mailbox ORDER BY created_at DESC, mail_id DESC LIMIT $1",
        params![most],
        |row| Ok(BoxedRow { site_id: row.get(0)?, mail_id: row.get(1)?, created_at: row.get(2)?, sealed: row.get(3)? }),
    )
}

/// One mail.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, mail: i64) -> Result<Option<BoxedRow>, StoreError> {
    tx.first(
        "SELECT site_id, mail_id, created_at, sealed FROM mailbox WHERE site_id = $1 AND mail_id = $2",
        params![site, mail],
        |row| Ok(BoxedRow { site_id: row.get(0)?, mail_id: row.get(1)?, created_at: row.get(2)?, sealed: row.get(3)? }),
    )
}

/// Empties the mailbox of a school.
///
/// # Errors
/// Whatever the database says.
pub fn clear(tx: &mut Tx<'_>, site: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM mailbox WHERE site_id = $1", params![site])?;
    Ok(())
}
