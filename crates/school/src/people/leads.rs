//! Leads: people who left their address without signing up.

use crate::check::{Check, LINE};
use crate::error::{Error, Result, Taken};
use crate::events::{self, Topic, payloads};
use crate::time::Moment;
use store::leads as rows;
pub use store::leads::LeadRow as Lead;
use store::{LeadId, SiteId, Tx};

/// A lead to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewLead {
    /// Their address.
    pub email: String,
    /// First name; may be empty.
    pub first_name: String,
    /// Last name.
    pub last_name: Option<String>,
    /// Whether they want to be written to.
    pub subscribed: bool,
}

/// One lead.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such lead.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: LeadId) -> Result<Lead> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Makes a lead.
///
/// # Errors
/// [`Error::Invalid`] when the address is missing, none, or left already.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewLead) -> Result<Lead> {
    let mut check = Check::new();
    let email = check.required_email("email", &new.email);
    check.length("first_name", &new.first_name, LINE);
    let last_name = check.optional("last_name", new.last_name.clone(), LINE);
    check.done()?;
    let stamp = tx.stamp(site)?;
    let lead = Lead {
        id: LeadId::next(tx)?,
        created_at: stamp.at,
        email,
        first_name: new.first_name.trim().to_owned(),
        last_name,
        subscribed: new.subscribed,
    };
    rows::insert(tx, site, &lead).taken(&[("leads.email_key", "email")])?;
    let payload = payloads::Lead {
        id: lead.id,
        email: &lead.email,
        first_name: &lead.first_name,
        last_name: lead.last_name.as_deref(),
        created_at: Moment(lead.created_at),
        subscribed: lead.subscribed,
    };
    events::record(tx, site, Topic::LeadCreated, &payload)?;
    Ok(lead)
}
