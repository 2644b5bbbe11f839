//! Which fields a school asks its users for, beyond the usual.

use crate::check::{Check, LINE};
use crate::error::{Result, Taken};
use store::custom_profile_field_definitions as rows;
pub use store::custom_profile_field_definitions::DefinitionRow as Definition;
use store::{Page, PageRequest, Tx};

/// What kinds of fields there are. The API gives the kind as a text; the numbers' meaning is nowhere published,
/// so the kinds carry names.
pub const FIELD_TYPES: [&str; 4] = ["text", "checkbox", "country", "select"];

/// A page of the school's definitions.
pub fn list(tx: &mut Tx<'_>, site: i64, ask: &PageRequest) -> Result<Page<Definition>> {
    Ok(rows::page(tx, site, ask)?)
}

/// Every definition of the school.
pub fn all(tx: &mut Tx<'_>, site: i64) -> Result<Vec<Definition>> {
    Ok(rows::all(tx, site)?)
}

/// Defines a field.
///
/// # Errors
/// [`crate::Error::Invalid`] when the label is missing or taken, or the kind unknown.
pub fn create(tx: &mut Tx<'_>, site: i64, label: &str, field_type: &str, required: bool) -> Result<i64> {
    let mut check = Check::new();
    let label = check.required("label", Some(label), LINE);
    check.that(FIELD_TYPES.contains(&field_type), "field_type", "is not included in the list");
    check.done()?;
    let stamp = tx.stamp(site)?;
    store::sites::forget_remembered(tx, site)?;
    rows::insert(tx, site, stamp, &label, field_type, required)
        .taken(&[("custom_profile_field_definitions.label", "label")])
}
