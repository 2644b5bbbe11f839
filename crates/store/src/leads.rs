//! Rows of leads: people who left their address without signing up.

use crate::users::email_key;
use crate::{Row, StoreError, Tx, params};

/// A lead's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadRow {
    /// Its id.
    pub id: i64,
    /// When they left their address.
    pub created_at: i64,
    /// The address, as they wrote it.
    pub email: String,
    /// First name; empty when they left none.
    pub first_name: String,
    /// Last name.
    pub last_name: Option<String>,
    /// Whether they want to be written to.
    pub subscribed: bool,
}

fn read(row: &Row<'_>) -> Result<LeadRow, StoreError> {
    Ok(LeadRow {
        id: row.get(0)?,
        created_at: row.get(1)?,
        email: row.get(2)?,
        first_name: row.get(3)?,
        last_name: row.get(4)?,
        subscribed: row.get(5)?,
    })
}

/// Adds a lead.
///
/// # Errors
/// [`StoreError::Taken`] `leads.email_key`.
pub fn insert(tx: &mut Tx<'_>, site: i64, lead: &LeadRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO leads (site_id, id, created_at, email, email_key, first_name, last_name, subscribed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            site,
            lead.id,
            lead.created_at,
            &lead.email,
            &email_key(&lead.email),
            &lead.first_name,
            &lead.last_name,
            lead.subscribed,
        ],
    )?;
    Ok(())
}

/// The lead with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<LeadRow>, StoreError> {
    tx.first(
        "SELECT id, created_at, email, first_name, last_name, subscribed FROM leads WHERE site_id = $1 AND id = $2",
        params![site, id],
        read,
    )
}
