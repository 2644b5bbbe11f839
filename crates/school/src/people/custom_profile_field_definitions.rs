//! Which fields a school asks its users for, beyond the usual.

use crate::check::{Check, LINE};
use crate::error::{Result, Taken};
use store::custom_profile_field_definitions as rows;
pub use store::custom_profile_field_definitions::{DefinitionRow as Definition, FieldType};
use store::{DefinitionId, Page, PageRequest, SiteId, Tx};

/// A page of the school's definitions.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Definition>> {
    Ok(rows::page(tx, site, ask)?)
}

/// Every definition of the school.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<Definition>> {
    Ok(rows::all(tx, site)?)
}

/// Defines a field.
///
/// # Errors
/// [`crate::Error::Invalid`] when the label is missing or taken.
pub fn create(
    tx: &mut Tx<'_>,
    site: SiteId,
    label: &str,
    field_type: FieldType,
    required: bool,
) -> Result<DefinitionId> {
    let mut check = Check::new();
    let label = check.required("label", Some(label), LINE);
    check.done()?;
    let stamp = tx.stamp(site)?;
    store::sites::invalidate_credentials(tx, site)?;
    rows::insert(tx, site, stamp, &label, field_type, required)
        .taken(&[("custom_profile_field_definitions.label", "label")])
}
