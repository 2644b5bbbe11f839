//! Rows of products, of their prices, and of which products are related.

use crate::enums::text_enum;
use crate::pairs::pair;
pub use crate::product_prices::{PriceRow, prices, set_prices};
use crate::table::{select, table};
use crate::{
    CollectionId, CountedRow, Filter, ListQuery, Page, PageRequest, ProductId, SiteId, Stamp, StoreError, Tx, lists,
    params,
};

text_enum! {
    /// What a product sells.
    #[derive(Default)]
    pub enum ProductableType {
        /// A course.
        #[default]
        Course = "Course",
        /// Several courses together.
        Bundle = "Bundle",
    }
}

text_enum! {
    /// Whether a product is to be had.
    #[derive(Default)]
    pub enum ProductStatus {
        /// It is.
        #[default]
        Published = "published",
        /// It is not shown yet.
        Draft = "draft",
        /// It is sold before it is finished.
        Presell = "presell",
    }
}

table! {
    /// A product's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct ProductRow in "products" of site {
        keys {
            /// Its id.
            id: ProductId,
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
            /// What it sells.
            productable_type: ProductableType,
            /// The id of the course or bundle.
            productable_id: i64,
            /// Its place among the school's products, from one.
            position: i64,
        }
        values {
            /// Its name.
            name: String,
            /// The last part of its address; unique among the school's products.
            slug: String,
            /// Whether it is to be had.
            status: ProductStatus,
            /// Whether it cannot be bought: a user is enrolled by hand.
            private: bool,
            /// Whether no page of the school shows it.
            hidden: bool,
            /// Whether completing it earns a certificate.
            has_certificate: bool,
            /// For how many days after an enrollment it is open; none for ever.
            days_until_expiry: Option<i64>,
            /// Keywords.
            keywords: Option<String>,
            /// Title for search engines.
            seo_title: Option<String>,
            /// Description for search engines.
            seo_description: Option<String>,
            /// Description.
            description: Option<String>,
            /// The picture on its card.
            card_image_url: Option<String>,
            /// The names of its instructors, as shown.
            instructor_names: Option<String>,
        }
    }
}

fn counted_rows(site: SiteId, id: ProductId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::PRODUCTS, lists::PRODUCTS_BY_REV], id, rev)
}

/// The position of the school's next product. Positions grow with the ids, so that the newest product has the
/// greatest: nothing is counted.
pub fn next_position(tx: &mut Tx<'_>, site: SiteId) -> Result<i64, StoreError> {
    let last: Option<i64> =
        tx.first("SELECT position FROM products WHERE site_id = $1 ORDER BY id DESC LIMIT 1", params![site], |row| {
            row.get(0)
        })?;
    Ok(last.unwrap_or(0) + 1)
}

/// Adds a product.
///
/// # Errors
/// [`StoreError::Taken`] `products.slug` or `products.productable_id`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, product: &ProductRow) -> Result<(), StoreError> {
    product.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, product.id, product.rev));
    Ok(())
}

/// Changes a product; what it sells and its position stay. `had` is the row as it was read in this transaction.
///
/// # Errors
/// [`StoreError::Taken`] `products.slug`.
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &ProductRow,
    has: &ProductRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    Ok(())
}

/// Removes a product, its prices and its relations. Its memberships, promotions and publish requests are the
/// caller's business.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, product: &ProductRow) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM related_products WHERE site_id = $1 AND product_id = $2",
        "DELETE FROM related_products WHERE site_id = $1 AND related_id = $2",
        "DELETE FROM product_prices WHERE site_id = $1 AND product_id = $2",
        "DELETE FROM products WHERE site_id = $1 AND id = $2",
    ] {
        tx.execute(sql, params![site, product.id])?;
    }
    tx.update_counts(&counted_rows(site, product.id, product.rev), &[]);
    Ok(())
}

/// The product with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ProductId) -> Result<Option<ProductRow>, StoreError> {
    tx.first(select!(ProductRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], ProductRow::read)
}

/// The id of the product with this slug.
pub fn id_by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<ProductId>, StoreError> {
    tx.first("SELECT id FROM products WHERE site_id = $1 AND slug = $2", params![site, slug], |row| row.get(0))
}

/// The id of the product that sells a course or bundle.
pub fn id_by_productable(
    tx: &mut Tx<'_>,
    site: SiteId,
    kind: ProductableType,
    id: i64,
) -> Result<Option<ProductId>, StoreError> {
    tx.first(
        "SELECT id FROM products WHERE site_id = $1 AND productable_type = $2 AND productable_id = $3",
        params![site, kind, id],
        |row| row.get(0),
    )
}

/// Whether there is a product with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: ProductId) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM products WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// Which of these ids are products, in order.
pub fn known(tx: &mut Tx<'_>, site: SiteId, ids: &[ProductId]) -> Result<Vec<ProductId>, StoreError> {
    tx.query_in(
        site,
        ids.iter().copied(),
        "SELECT id FROM products WHERE site_id = $1 AND id IN ",
        " ORDER BY id",
        |row| row.get(0),
    )
}

/// A product by its name and what it sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedProduct {
    /// Its id.
    pub id: ProductId,
    /// What kind of thing it sells.
    pub productable_type: ProductableType,
    /// The number of that thing.
    pub productable_id: i64,
    /// Its name.
    pub name: String,
}

/// The newest products, at most so many, the newest first.
pub fn newest(tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<Vec<NamedProduct>, StoreError> {
    tx.query(
        "SELECT id, productable_type, productable_id, name FROM products WHERE site_id = $1 ORDER BY id DESC LIMIT $2",
        params![site, most],
        |row| {
            Ok(NamedProduct {
                id: row.get(0)?,
                productable_type: row.get(1)?,
                productable_id: row.get(2)?,
                name: row.get(3)?,
            })
        },
    )
}

/// What products are called, by id.
pub fn names(tx: &mut Tx<'_>, site: SiteId, ids: &[ProductId]) -> Result<Vec<(ProductId, String)>, StoreError> {
    let sql = "SELECT id, name FROM products WHERE site_id = $1 AND id IN ";
    tx.query_in(site, ids.iter().copied(), sql, " ORDER BY id", |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Which products a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductsOf {
    /// The whole school.
    School,
    /// The collection with this id.
    Collection(CollectionId),
    /// Those related to the product with this id.
    Related(ProductId),
}

/// A page of products.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    of: ProductsOf,
    request: &PageRequest,
) -> Result<Page<ProductRow>, StoreError> {
    let mut source = ListQuery {
        by_id: Some(lists::whole(site, lists::PRODUCTS)),
        by_rev: Some(lists::whole(site, lists::PRODUCTS_BY_REV)),
        ..ProductRow::list()
    };
    match of {
        ProductsOf::School => {}
        ProductsOf::Collection(id) => {
            let from = "collection_memberships s JOIN products t ON t.site_id = s.site_id AND t.id = s.product_id";
            source.join_from(from, "s.product_id", Some(lists::of(site, lists::PRODUCTS_OF_COLLECTION, id)));
            source.scope.push(Filter::is("s.collection_id = ?", id));
        }
        ProductsOf::Related(id) => {
            // A handful: counted by scanning them.
            let from = "related_products s JOIN products t ON t.site_id = s.site_id AND t.id = s.related_id";
            source.join_from(from, "s.related_id", None);
            source.scope.push(Filter::is("s.product_id = ?", id));
        }
    }
    tx.page(site, &source, request, ProductRow::read)
}

/// The products related to products, as (product, related product), by both.
pub fn related(
    tx: &mut Tx<'_>,
    site: SiteId,
    products: &[ProductId],
) -> Result<Vec<(ProductId, ProductId)>, StoreError> {
    tx.query_in(
        site,
        products.iter().copied(),
        "SELECT product_id, related_id FROM related_products WHERE site_id = $1 AND product_id IN ",
        " ORDER BY product_id, related_id",
        pair,
    )
}

/// Replaces the products that are related to a product.
pub fn set_related(tx: &mut Tx<'_>, site: SiteId, product: ProductId, related: &[ProductId]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM related_products WHERE site_id = $1 AND product_id = $2", params![site, product])?;
    for other in related {
        tx.execute(
            "INSERT INTO related_products (site_id, product_id, related_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            params![site, product, *other],
        )?;
    }
    Ok(())
}
