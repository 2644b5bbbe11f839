//! Rows of requests to publish a product.

use crate::enums::text_enum;
use crate::pairs::pair;
use crate::table::{select, table};
use crate::{
    CountedRow, Filter, ListQuery, Page, PageRequest, ProductId, PublishRequestId, SiteId, Stamp, StoreError, Tx,
    UserId, lists, params,
};

text_enum! {
    /// How a request stands.
    pub enum PublishRequestStatus {
        /// It waits for its answer.
        Pending = "pending",
        /// The product is published.
        Approved = "approved",
        /// It stays as it is.
        Denied = "denied",
    }
}

table! {
    /// A request's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PublishRequestRow in "product_publish_requests" of site {
        keys {
            /// Its id.
            id: PublishRequestId,
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
            product_id: ProductId,
            /// Who asks; zero when they were deleted.
            requesting_user_id: UserId,
        }
        values {
            /// How it stands.
            status: PublishRequestStatus,
            /// What was said with the answer.
            response_text: Option<String>,
            /// Who answered.
            responding_user_id: Option<UserId>,
            /// When it was answered.
            completed_at: Option<i64>,
        }
    }
}

fn counted_rows(site: SiteId, id: PublishRequestId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::PUBLISH_REQUESTS, lists::PUBLISH_REQUESTS_BY_REV], id, rev)
}

/// Adds a request, which waits for its answer.
pub fn insert(
    tx: &mut Tx<'_>,
    site: SiteId,
    stamp: Stamp,
    product: ProductId,
    user: UserId,
) -> Result<PublishRequestId, StoreError> {
    let id = PublishRequestId::next(tx)?;
    let request = PublishRequestRow {
        id,
        rev: stamp.rev,
        created_at: stamp.at,
        updated_at: stamp.at,
        product_id: product,
        status: PublishRequestStatus::Pending,
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
    site: SiteId,
    had: &PublishRequestRow,
    stamp: Stamp,
    status: PublishRequestStatus,
    user: UserId,
    text: Option<&str>,
) -> Result<(), StoreError> {
    let has = PublishRequestRow {
        status,
        response_text: text.map(str::to_owned),
        responding_user_id: Some(user),
        completed_at: Some(stamp.at),
        ..had.clone()
    };
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    Ok(())
}

/// Forgets who asked and who answered where it was a user who is deleted. The requests stay, and count as they did.
pub fn forget_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE product_publish_requests SET requesting_user_id = 0 WHERE site_id = $1 AND requesting_user_id = $2",
        params![site, user],
    )?;
    tx.execute(
        "UPDATE product_publish_requests SET responding_user_id = NULL WHERE site_id = $1 AND responding_user_id = $2",
        params![site, user],
    )?;
    Ok(())
}

/// Removes the requests to publish a product.
pub fn delete_of_product(tx: &mut Tx<'_>, site: SiteId, product: ProductId) -> Result<(), StoreError> {
    let requests: Vec<(PublishRequestId, i64)> = tx.query(
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
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: PublishRequestId) -> Result<Option<PublishRequestRow>, StoreError> {
    tx.first(
        select!(PublishRequestRow, "WHERE t.site_id = $1 AND t.id = $2"),
        params![site, id],
        PublishRequestRow::read,
    )
}

/// A page of the requests that wait for an answer. Those are counted by walking them: they are answered by people,
/// one by one, and never pile up as rows do that programs write.
pub fn pending(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<PublishRequestRow>, StoreError> {
    let source = ListQuery {
        scope: vec![Filter::is("t.status = ?", PublishRequestStatus::Pending)],
        ..PublishRequestRow::list()
    };
    tx.page(site, &source, request, PublishRequestRow::read)
}
