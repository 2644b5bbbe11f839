//! Rows of custom profile field definitions.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{
    CountedRow, DefinitionId, ListQuery, Page, PageRequest, SiteId, Stamp, StoreError, Tx, UserId, lists, params,
};

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
            /// Its place among the others, from the first on; of those with the same one the older comes first.
            position: i64,
            /// What a value is chosen from, as a JSON list; empty for a field of any text.
            choices: String,
        }
    }
}

fn counted_rows(site: SiteId, row: &DefinitionRow) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::DEFINITIONS, lists::DEFINITIONS_BY_REV], row.id, row.rev)
}

/// Adds a definition; gives it its id, and the stamp as its times and revision.
///
/// # Errors
/// [`StoreError::Taken`] `custom_profile_field_definitions.label`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, row: &mut DefinitionRow, stamp: Stamp) -> Result<(), StoreError> {
    row.id = DefinitionId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    row.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, row));
    Ok(())
}

/// Writes a changed definition over the one that was read; the stamp becomes its time of change and its revision.
///
/// # Errors
/// As [`insert`].
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &DefinitionRow,
    has: &mut DefinitionRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.rev = stamp.rev;
    has.updated_at = stamp.at;
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had), &counted_rows(site, has));
    Ok(())
}

/// Removes a definition. The values that users have of it are left to the caller.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, row: &DefinitionRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM custom_profile_field_definitions WHERE site_id = $1 AND id = $2", params![site, row.id])?;
    tx.update_counts(&counted_rows(site, row), &[]);
    Ok(())
}

/// The definition with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: DefinitionId) -> Result<Option<DefinitionRow>, StoreError> {
    tx.first(select!(DefinitionRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], DefinitionRow::read)
}

/// Users who have a value of a field, at most so many, by their ids.
pub fn users_with_value(tx: &mut Tx<'_>, site: SiteId, id: DefinitionId, most: i64) -> Result<Vec<UserId>, StoreError> {
    tx.query(
        "SELECT user_id FROM custom_profile_field_values WHERE site_id = $1 AND definition_id = $2
         ORDER BY value_hash, user_id LIMIT $3",
        params![site, id, most],
        |row| row.get(0),
    )
}

/// How many users have a value of a field, counted up to a limit.
pub fn count_users_with_value(tx: &mut Tx<'_>, site: SiteId, id: DefinitionId, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM custom_profile_field_values
                 WHERE site_id = $1 AND definition_id = $2 LIMIT $3) AS found";
    Ok(tx.first(sql, params![site, id, most], |row| row.get(0))?.unwrap_or(0))
}

/// Every definition of a school, in the order in which it asks for them. There are a handful.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<DefinitionRow>, StoreError> {
    tx.query(
        select!(DefinitionRow, "WHERE t.site_id = $1 ORDER BY t.position, t.id"),
        params![site],
        DefinitionRow::read,
    )
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
