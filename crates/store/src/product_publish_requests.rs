//! Rows of requests to publish a product.

use crate::{CountedRow, Filter, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};

/// A request's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishRequestRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
    /// The product that is to be published.
    pub product_id: i64,
    /// `pending`, `approved` or `denied`.
    pub status: String,
    /// What was said with the answer.
    pub response_text: Option<String>,
    /// Who asks.
    pub requesting_user_id: i64,
    /// Who answered.
    pub responding_user_id: Option<i64>,
    /// When it was answered.
    pub completed_at: Option<i64>,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.product_id, t.status, t.response_text, \
                       t.requesting_user_id, t.responding_user_id, t.completed_at";

fn read(row: &Row<'_>) -> Result<PublishRequestRow, StoreError> {
    Ok(PublishRequestRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        product_id: row.get(4)?,
        status: row.get(5)?,
        response_text: row.get(6)?,
        requesting_user_id: row.get(7)?,
        responding_user_id: row.get(8)?,
        completed_at: row.get(9)?,
    })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::PUBLISH_REQUESTS, id), lists::place(site, lists::PUBLISH_REQUESTS_BY_REV, rev)]
}

/// Adds a request, which waits for its answer.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, stamp: Stamp, product: i64, user: i64) -> Result<i64, StoreError> {
    let id = tx.next_id("product_publish_requests")?;
    tx.execute(
        "INSERT INTO product_publish_requests (site_id, id, rev, created_at, updated_at, product_id, status,
           requesting_user_id)
         VALUES ($1, $2, $3, $4, $4, $5, 'pending', $6)",
        params![site, id, stamp.rev, stamp.at, product, user],
    )?;
    tx.update_counts(&[], &places(site, id, stamp.rev));
    Ok(id)
}

/// Notes the answer to a request. `had` is the row as it was read in this transaction.
///
/// # Errors
/// Whatever the database says.
pub fn answer(
    tx: &mut Tx<'_>,
    site: i64,
    had: &PublishRequestRow,
    stamp: Stamp,
    status: &str,
    user: i64,
    text: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE product_publish_requests SET rev = $1, updated_at = $2, completed_at = $2, status = $3,
           responding_user_id = $4, response_text = $5
         WHERE site_id = $6 AND id = $7",
        params![stamp.rev, stamp.at, status, user, text, site, had.id],
    )?;
    tx.update_counts(&places(site, had.id, had.rev), &places(site, had.id, stamp.rev));
    Ok(())
}

/// Removes the requests to publish a product.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_product(tx: &mut Tx<'_>, site: i64, product: i64) -> Result<(), StoreError> {
    let requests: Vec<(i64, i64)> = tx.query(
        "SELECT id, rev FROM product_publish_requests WHERE site_id = $1 AND product_id = $2",
        params![site, product],
        crate::products::pair,
    )?;
    tx.execute("DELETE FROM product_publish_requests WHERE site_id = $1 AND product_id = $2", params![site, product])?;
    for (id, rev) in requests {
        tx.update_counts(&places(site, id, rev), &[]);
    }
    Ok(())
}

/// The request with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<PublishRequestRow>, StoreError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM product_publish_requests t WHERE t.site_id = $1 AND t.id = $2"),
        params![site, id],
        read,
    )
}

/// A page of the requests that wait for an answer. Those are counted by walking them: they are answered by people,
/// one by one, and never pile up as rows do that programs write.
///
/// # Errors
/// Whatever the database says.
pub fn pending(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<PublishRequestRow>, StoreError> {
    let source = ListQuery {
        table: "product_publish_requests",
        columns: COLUMNS,
        from: "product_publish_requests t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![Filter::is("t.status = ?", "pending")],
        by_id: None,
        by_rev: None,
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}
