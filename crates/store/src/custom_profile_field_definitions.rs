//! Rows of custom profile field definitions.

use crate::{ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};

/// A definition's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionRow {
    /// Its id.
    pub id: i64,
    /// What the field is called; unique in the school.
    pub label: String,
    /// What kind of field it is.
    pub field_type: String,
    /// Whether a user must have a value.
    pub required: bool,
}

const COLUMNS: &str = "t.id, t.label, t.field_type, t.required";

fn read(row: &Row<'_>) -> Result<DefinitionRow, StoreError> {
    Ok(DefinitionRow { id: row.get(0)?, label: row.get(1)?, field_type: row.get(2)?, required: row.get(3)? })
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
    tx.execute(
        "INSERT INTO custom_profile_field_definitions (site_id, id, rev, created_at, updated_at, label, field_type,
           required)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        params![site, id, stamp.rev, stamp.at, label, field_type, required],
    )?;
    tx.update_counts(
        &[],
        &[lists::place(site, lists::DEFINITIONS, id), lists::place(site, lists::DEFINITIONS_BY_REV, stamp.rev)],
    );
    Ok(id)
}

/// Every definition of a school, by id. There are a handful.
///
/// # Errors
/// Whatever the database says.
pub fn all(tx: &mut Tx<'_>, site: i64) -> Result<Vec<DefinitionRow>, StoreError> {
    let sql =
        "SELECT id, label, field_type, required FROM custom_profile_field_definitions WHERE site_id = $1 ORDER BY id";
    tx.query(sql, params![site], read)
}

/// A page of the school's definitions.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<DefinitionRow>, StoreError> {
    let source = ListQuery {
        table: "custom_profile_field_definitions",
        columns: COLUMNS,
        from: "custom_profile_field_definitions t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::DEFINITIONS)),
        by_rev: Some(lists::whole(site, lists::DEFINITIONS_BY_REV)),
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}
