//! Rows of collections, and which products are in them.

use crate::pairs::pair;
use crate::table::{select, table};
use crate::{
    CollectionId, CountedRow, ListQuery, Page, PageRequest, ProductId, SiteId, Stamp, StoreError, Tx, lists, params,
};

table! {
    /// A collection's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct CollectionRow in "collections" of site {
        keys {
            /// Its id.
            id: CollectionId,
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
            /// Whether it is the school's default collection.
            is_default: bool,
        }
        values {
            /// Its name.
            name: String,
            /// Its description; empty when nothing is said.
            description: String,
            /// The last part of its address; unique among the school's collections.
            slug: String,
        }
    }
}

fn counted_rows(site: SiteId, id: CollectionId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::COLLECTIONS, lists::COLLECTIONS_BY_REV], id, rev)
}

fn membership(site: SiteId, collection: CollectionId, product: ProductId) -> CountedRow {
    lists::counted_row_of(site, lists::PRODUCTS_OF_COLLECTION, collection, product)
}

/// Adds a collection.
///
/// # Errors
/// [`StoreError::Taken`] `collections.slug`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, collection: &CollectionRow) -> Result<(), StoreError> {
    collection.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, collection.id, collection.rev));
    Ok(())
}

/// Changes a collection. `had` is the row as it was read in this transaction.
///
/// # Errors
/// [`StoreError::Taken`] `collections.slug`.
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &CollectionRow,
    has: &CollectionRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    Ok(())
}

/// Removes a collection and its memberships.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, collection: &CollectionRow) -> Result<(), StoreError> {
    let members: Vec<CountedRow> = products(tx, site, &[collection.id])?
        .into_iter()
        .map(|(_, product)| membership(site, collection.id, product))
        .collect();
    tx.execute(
        "DELETE FROM collection_memberships WHERE site_id = $1 AND collection_id = $2",
        params![site, collection.id],
    )?;
    tx.update_counts(&members, &[]);
    tx.execute("DELETE FROM collections WHERE site_id = $1 AND id = $2", params![site, collection.id])?;
    tx.update_counts(&counted_rows(site, collection.id, collection.rev), &[]);
    Ok(())
}

/// The collection with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: CollectionId) -> Result<Option<CollectionRow>, StoreError> {
    tx.first(select!(CollectionRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], CollectionRow::read)
}

/// The collection with this slug.
pub fn by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<CollectionRow>, StoreError> {
    tx.first(select!(CollectionRow, "WHERE t.site_id = $1 AND t.slug = $2"), params![site, slug], CollectionRow::read)
}

/// Whether there is a collection with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: CollectionId) -> Result<bool, StoreError> {
    let found = tx.first("SELECT 1 FROM collections WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?;
    Ok(found.is_some())
}

/// The id of the collection with this slug.
pub fn id_by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<CollectionId>, StoreError> {
    let sql = "SELECT id FROM collections WHERE site_id = $1 AND slug = $2";
    tx.first(sql, params![site, slug], |row| row.get(0))
}

/// The id of the first collection with this name.
pub fn id_by_name(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<Option<CollectionId>, StoreError> {
    tx.first(
        "SELECT id FROM collections WHERE site_id = $1 AND name = $2 ORDER BY id LIMIT 1",
        params![site, name],
        |row| row.get(0),
    )
}

/// A page of the school's collections.
pub fn page(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<CollectionRow>, StoreError> {
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::COLLECTIONS)),
        by_rev: Some(lists::whole(site, lists::COLLECTIONS_BY_REV)),
        ..CollectionRow::list()
    };
    tx.page(site, &source, request, CollectionRow::read)
}

/// The products of collections, as (collection, product), by both.
pub fn products(
    tx: &mut Tx<'_>,
    site: SiteId,
    collections: &[CollectionId],
) -> Result<Vec<(CollectionId, ProductId)>, StoreError> {
    tx.query_in(
        site,
        collections.iter().copied(),
        "SELECT collection_id, product_id FROM collection_memberships WHERE site_id = $1 AND collection_id IN ",
        " ORDER BY collection_id, product_id",
        pair,
    )
}

/// The collections of products, as (product, collection), by both.
pub fn of_products(
    tx: &mut Tx<'_>,
    site: SiteId,
    products: &[ProductId],
) -> Result<Vec<(ProductId, CollectionId)>, StoreError> {
    tx.query_in(
        site,
        products.iter().copied(),
        "SELECT product_id, collection_id FROM collection_memberships WHERE site_id = $1 AND product_id IN ",
        " ORDER BY product_id, collection_id",
        pair,
    )
}

/// Puts a product into a collection; nothing happens when it is in it already.
pub fn add_product(
    tx: &mut Tx<'_>,
    site: SiteId,
    collection: CollectionId,
    product: ProductId,
) -> Result<(), StoreError> {
    let added = tx.execute(
        "INSERT INTO collection_memberships (site_id, collection_id, product_id) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        params![site, collection, product],
    )?;
    if added > 0 {
        tx.update_counts(&[], &[membership(site, collection, product)]);
    }
    Ok(())
}

/// Takes a product out of a collection; nothing happens when it is not in it.
pub fn remove_product(
    tx: &mut Tx<'_>,
    site: SiteId,
    collection: CollectionId,
    product: ProductId,
) -> Result<(), StoreError> {
    let removed = tx.execute(
        "DELETE FROM collection_memberships WHERE site_id = $1 AND collection_id = $2 AND product_id = $3",
        params![site, collection, product],
    )?;
    if removed > 0 {
        tx.update_counts(&[membership(site, collection, product)], &[]);
    }
    Ok(())
}

/// Takes a product out of every collection.
pub fn remove_product_everywhere(tx: &mut Tx<'_>, site: SiteId, product: ProductId) -> Result<(), StoreError> {
    for (_, collection) in of_products(tx, site, &[product])? {
        remove_product(tx, site, collection, product)?;
    }
    Ok(())
}
