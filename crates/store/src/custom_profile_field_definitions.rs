//! Rows of custom profile field definitions.

use crate::table::{select, table};
use crate::{ListQuery, Page, PageRequest, Stamp, StoreError, Tx, lists, params};

table! {
    /// A definition's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct DefinitionRow in "custom_profile_field_definitions" of site {
        keys {
            /// Its id.
            id: i64,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was made.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        values {
            /// What the field is called; unique in the school.
            label: String,
            /// What kind of field it is.
            field_type: String,
            /// Whether a user must have a value.
            required: bool,
        }
    }
}

/// Adds a definition.
///
/// # Errors
/// [`StoreError::Taken`] `custom_profile_field_definitions.label`.
pub fn insert(
    tx: &mut Tx<'_>,
    site: i64,
    stamp: Stamp,
    label: &str,
    field_type: &str,
    required: bool,
) -> Result<i64, StoreError> {
    let id = tx.next_id("custom_profile_field_definitions")?;
    let Stamp { rev, at } = stamp;
    let (label, field_type) = (label.to_owned(), field_type.to_owned());
    DefinitionRow { id, rev, created_at: at, updated_at: at, label, field_type, required }.insert(tx, site)?;
    tx.update_counts(
        &[],
        &[
            lists::counted_row(site, lists::DEFINITIONS, id),
            lists::counted_row(site, lists::DEFINITIONS_BY_REV, stamp.rev),
        ],
    );
    Ok(id)
}

/// Every definition of a school, by id. There are a handful.
pub fn all(tx: &mut Tx<'_>, site: i64) -> Result<Vec<DefinitionRow>, StoreError> {
    tx.query(select!(DefinitionRow, "WHERE t.site_id = $1 ORDER BY t.id"), params![site], DefinitionRow::read)
}

/// A page of the school's definitions.
pub fn page(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<DefinitionRow>, StoreError> {
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::DEFINITIONS)),
        by_rev: Some(lists::whole(site, lists::DEFINITIONS_BY_REV)),
        ..DefinitionRow::list()
    };
    tx.page(site, &source, request, DefinitionRow::read)
}
