//! Rows of leads: people who left their address without signing up.

use crate::table::{select, table};
use crate::users::email_key;
use crate::{LeadId, SiteId, StoreError, Tx, params};

table! {
    /// A lead's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LeadRow in "leads" of site {
        keys {
            /// Its id.
            id: LeadId,
        }
        fixed {
            /// When they left their address.
            created_at: i64,
            /// The address, as they wrote it.
            email: String,
            /// First name; empty when they left none.
            first_name: String,
            /// Last name.
            last_name: Option<String>,
            /// Whether they want to be written to.
            subscribed: bool,
        }
        derived(row) { email_key = email_key(&row.email) }
    }
}

/// Adds a lead.
///
/// # Errors
/// [`StoreError::Taken`] `leads.email_key`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, lead: &LeadRow) -> Result<(), StoreError> {
    lead.insert(tx, site)?;
    Ok(())
}

/// Removes the lead with this address, if there is one.
pub fn delete_by_email(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM leads WHERE site_id = $1 AND email_key = $2", params![site, &email_key(email)])?;
    Ok(())
}

/// The lead with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: LeadId) -> Result<Option<LeadRow>, StoreError> {
    tx.first(select!(LeadRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], LeadRow::read)
}
