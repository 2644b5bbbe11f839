//! Rows of requests to publish a product.

use crate::pairs::pair;
use crate::table::{select, table};
use crate::{CountedRow, Filter, ListQuery, Page, PageRequest, Stamp, StoreError, Tx, lists, params};

table! {
    /// A request's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PublishRequestRow in "product_publish_requests" of site {
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
        fixed {
            /// The product that is to be published.
            product_id: i64,
            /// Who asks.
            requesting_user_id: i64,
        }
        values {
            /// `pending`, `approved` or `denied`.
            status: String,
            /// What was said with the answer.
            response_text: Option<String>,
            /// Who answered.
            responding_user_id: Option<i64>,
            /// When it was answered.
            completed_at: Option<i64>,
        }
    }
}

fn counted_rows(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [
        lists::counted_row(site, lists::PUBLISH_REQUESTS, id),
        lists::counted_row(site, lists::PUBLISH_REQUESTS_BY_REV, rev),
    ]
}

/// Adds a request, which waits for its answer.
pub fn insert(tx: &mut Tx<'_>, site: i64, stamp: Stamp, product: i64, user: i64) -> Result<i64, StoreError> {
    let id = tx.next_id("product_publish_requests")?;
    let request = PublishRequestRow {
        id,
        rev: stamp.rev,
        created_at: stamp.at,
        updated_at: stamp.at,
        product_id: product,
        status: "pending".to_owned(),
        response_text: None,
        requesting_user_id: user,
        responding_user_id: None,
        completed_at: None,
    };
    request.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, id, stamp.rev));
    Ok(id)
}

/// Notes the answer to a request. `had` is the row as it was read in this transaction.
pub fn answer(
    tx: &mut Tx<'_>,
    site: i64,
    had: &PublishRequestRow,
    stamp: Stamp,
    status: &str,
    user: i64,
    text: Option<&str>,
) -> Result<(), StoreError> {
    let has = PublishRequestRow {
        status: status.to_owned(),
        response_text: text.map(str::to_owned),
        responding_user_id: Some(user),
        completed_at: Some(stamp.at),
        ..had.clone()
    };
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    Ok(())
}

/// Removes the requests to publish a product.
pub fn delete_of_product(tx: &mut Tx<'_>, site: i64, product: i64) -> Result<(), StoreError> {
    let requests: Vec<(i64, i64)> = tx.query(
        "SELECT id, rev FROM product_publish_requests WHERE site_id = $1 AND product_id = $2",
        params![site, product],
        pair,
    )?;
    tx.execute("DELETE FROM product_publish_requests WHERE site_id = $1 AND product_id = $2", params![site, product])?;
    for (id, rev) in requests {
        tx.update_counts(&counted_rows(site, id, rev), &[]);
    }
    Ok(())
}

/// The request with this id.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<PublishRequestRow>, StoreError> {
    tx.first(
        select!(PublishRequestRow, "WHERE t.site_id = $1 AND t.id = $2"),
        params![site, id],
        PublishRequestRow::read,
    )
}

/// A page of the requests that wait for an answer. Those are counted by walking them: they are answered by people,
/// one by one, and never pile up as rows do that programs write.
pub fn pending(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<PublishRequestRow>, StoreError> {
    let source = ListQuery { scope: vec![Filter::is("t.status = ?", "pending")], ..PublishRequestRow::list() };
    tx.page(site, &source, request, PublishRequestRow::read)
}
