//! Rows of collections, and which products are in them.

use crate::products::{each_of, pair};
use crate::{CountedRow, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};

/// A collection's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectionRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// Its name.
    pub name: String,
    /// Its description; empty when nothing is said.
    pub description: String,
    /// The last part of its address; unique among the school's collections.
    pub slug: String,
    /// Whether it is the school's default collection.
    pub is_default: bool,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.name, t.description, t.slug, t.is_default";

fn read(row: &Row<'_>) -> Result<CollectionRow, StoreError> {
    Ok(CollectionRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        name: row.get(3)?,
        description: row.get(4)?,
        slug: row.get(5)?,
        is_default: row.get(6)?,
    })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::COLLECTIONS, id), lists::place(site, lists::COLLECTIONS_BY_REV, rev)]
}

fn membership(site: i64, collection: i64, product: i64) -> CountedRow {
    CountedRow { site, list: lists::PRODUCTS_OF_COLLECTION, scope: collection, state: 0, key: product }
}

/// Adds a collection.
///
/// # Errors
/// [`StoreError::Taken`] `collections.slug`.
pub fn insert(tx: &mut Tx<'_>, site: i64, collection: &CollectionRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO collections (site_id, id, rev, created_at, updated_at, name, description, slug, is_default)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
        params![
            site,
            collection.id,
            collection.rev,
            collection.created_at,
            &collection.name,
            &collection.description,
            &collection.slug,
            collection.is_default,
        ],
    )?;
    tx.update_counts(&[], &places(site, collection.id, collection.rev));
    Ok(())
}

/// Changes a collection. `had` is the row as it was read in this transaction.
///
/// # Errors
/// [`StoreError::Taken`] `collections.slug`.
pub fn update(
    tx: &mut Tx<'_>,
    site: i64,
    had: &CollectionRow,
    has: &CollectionRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE collections SET rev = $1, updated_at = $2, name = $3, description = $4, slug = $5
         WHERE site_id = $6 AND id = $7",
        params![stamp.rev, stamp.at, &has.name, &has.description, &has.slug, site, had.id],
    )?;
    tx.update_counts(&places(site, had.id, had.rev), &places(site, had.id, stamp.rev));
    Ok(())
}

/// Removes a collection and its memberships.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, collection: &CollectionRow) -> Result<(), StoreError> {
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
    tx.update_counts(&places(site, collection.id, collection.rev), &[]);
    Ok(())
}

/// The collection with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<CollectionRow>, StoreError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM collections t WHERE t.site_id = $1 AND t.id = $2"),
        params![site, id],
        read,
    )
}

/// Whether there is a collection with this id.
///
/// # Errors
/// Whatever the database says.
pub fn exists(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool, StoreError> {
    let found = tx.first("SELECT 1 FROM collections WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?;
    Ok(found.is_some())
}

/// The id of the first collection with this name.
///
/// # Errors
/// Whatever the database says.
pub fn id_by_name(tx: &mut Tx<'_>, site: i64, name: &str) -> Result<Option<i64>, StoreError> {
    tx.first(
        "SELECT id FROM collections WHERE site_id = $1 AND name = $2 ORDER BY id LIMIT 1",
        params![site, name],
        |row| row.get(0),
    )
}

/// A page of the school's collections.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<CollectionRow>, StoreError> {
    let source = ListQuery {
        table: "collections",
        columns: COLUMNS,
        from: "collections t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::COLLECTIONS)),
        by_rev: Some(lists::whole(site, lists::COLLECTIONS_BY_REV)),
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// The products of collections, as (collection, product), by both.
///
/// # Errors
/// Whatever the database says.
pub fn products(tx: &mut Tx<'_>, site: i64, collections: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    each_of(
        tx,
        site,
        collections,
        "SELECT collection_id, product_id FROM collection_memberships WHERE site_id = $1 AND collection_id IN ",
        " ORDER BY collection_id, product_id",
        pair,
    )
}

/// The collections of products, as (product, collection), by both.
///
/// # Errors
/// Whatever the database says.
pub fn of_products(tx: &mut Tx<'_>, site: i64, products: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    each_of(
        tx,
        site,
        products,
        "SELECT product_id, collection_id FROM collection_memberships WHERE site_id = $1 AND product_id IN ",
        " ORDER BY product_id, collection_id",
        pair,
    )
}

/// Puts a product into a collection; nothing happens when it is in it already.
///
/// # Errors
/// Whatever the database says.
pub fn add_product(tx: &mut Tx<'_>, site: i64, collection: i64, product: i64) -> Result<(), StoreError> {
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
///
/// # Errors
/// Whatever the database says.
pub fn remove_product(tx: &mut Tx<'_>, site: i64, collection: i64, product: i64) -> Result<(), StoreError> {
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
///
/// # Errors
/// Whatever the database says.
pub fn remove_product_everywhere(tx: &mut Tx<'_>, site: i64, product: i64) -> Result<(), StoreError> {
    for (_, collection) in of_products(tx, site, &[product])? {
        remove_product(tx, site, collection, product)?;
    }
    Ok(())
}
