//! Rows of custom profile field definitions.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{DefinitionId, ListQuery, Page, PageRequest, SiteId, Stamp, StoreError, Tx, lists, params};

text_enum! {
    /// What kinds of custom profile fields there are.
    #[derive(Default)]
    pub enum FieldType {
        /// A line of text.
        #[default]
        Text = "text",
        /// Yes or no.
        Checkbox = "checkbox",
        /// A country.
        Country = "country",
        /// One of several texts.
        Select = "select",
    }
}

table! {
    /// A definition's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct DefinitionRow in "custom_profile_field_definitions" of site {
        keys {
            /// Its id.
            id: DefinitionId,
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
            field_type: FieldType,
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
    site: SiteId,
    stamp: Stamp,
    label: &str,
    field_type: FieldType,
    required: bool,
) -> Result<DefinitionId, StoreError> {
    let id = DefinitionId::next(tx)?;
    let Stamp { rev, at } = stamp;
    let label = label.to_owned();
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
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<DefinitionRow>, StoreError> {
    tx.query(select!(DefinitionRow, "WHERE t.site_id = $1 ORDER BY t.id"), params![site], DefinitionRow::read)
}

/// A page of the school's definitions.
pub fn page(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<DefinitionRow>, StoreError> {
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::DEFINITIONS)),
        by_rev: Some(lists::whole(site, lists::DEFINITIONS_BY_REV)),
        ..DefinitionRow::list()
    };
    tx.page(site, &source, request, DefinitionRow::read)
}
