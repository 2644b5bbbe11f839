//! Rows of promotions, and the products they apply to.

use crate::products::{each_of, pair};
use crate::{CountedRow, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};

/// A promotion's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromotionRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// From when its coupons count; none at once.
    pub starts_at: Option<i64>,
    /// From when its coupons count no more; none never.
    pub expires_at: Option<i64>,
    /// `fixed` or `percentage`.
    pub discount_type: String,
    /// Hundredths of the product's currency, or of a percent.
    pub amount: i64,
    /// For how many payments it lasts; none for all of them.
    pub duration: Option<i64>,
    /// Whether it applies to every product; otherwise to those that are listed, which may be none once the last of
    /// them was removed.
    pub all_products: bool,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.name, t.description, t.starts_at, t.expires_at, t.discount_type, \
                       t.amount, t.duration, t.all_products";

fn read(row: &Row<'_>) -> Result<PromotionRow, StoreError> {
    Ok(PromotionRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        name: row.get(3)?,
        description: row.get(4)?,
        starts_at: row.get(5)?,
        expires_at: row.get(6)?,
        discount_type: row.get(7)?,
        amount: row.get(8)?,
        duration: row.get(9)?,
        all_products: row.get(10)?,
    })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::PROMOTIONS, id), lists::place(site, lists::PROMOTIONS_BY_REV, rev)]
}

/// Adds a promotion.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, promotion: &PromotionRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO promotions (site_id, id, rev, created_at, updated_at, name, description, starts_at, expires_at,
           discount_type, amount, duration, all_products)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            site,
            promotion.id,
            promotion.rev,
            promotion.created_at,
            &promotion.name,
            &promotion.description,
            promotion.starts_at,
            promotion.expires_at,
            &promotion.discount_type,
            promotion.amount,
            promotion.duration,
            promotion.all_products,
        ],
    )?;
    tx.update_counts(&[], &places(site, promotion.id, promotion.rev));
    Ok(())
}

/// Changes a promotion. `had` is the row as it was read in this transaction.
///
/// # Errors
/// Whatever the database says.
pub fn update(
    tx: &mut Tx<'_>,
    site: i64,
    had: &PromotionRow,
    has: &PromotionRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE promotions SET rev = $1, updated_at = $2, name = $3, description = $4, starts_at = $5,
           expires_at = $6, discount_type = $7, amount = $8, duration = $9, all_products = $10
         WHERE site_id = $11 AND id = $12",
        params![
            stamp.rev,
            stamp.at,
            &has.name,
            &has.description,
            has.starts_at,
            has.expires_at,
            &has.discount_type,
            has.amount,
            has.duration,
            has.all_products,
            site,
            had.id,
        ],
    )?;
    tx.update_counts(&places(site, had.id, had.rev), &places(site, had.id, stamp.rev));
    Ok(())
}

/// Removes a promotion and its list of products. Its coupons are the caller's business.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, promotion: &PromotionRow) -> Result<(), StoreError> {
    set_products(tx, site, promotion.id, &[])?;
    tx.execute("DELETE FROM promotions WHERE site_id = $1 AND id = $2", params![site, promotion.id])?;
    tx.update_counts(&places(site, promotion.id, promotion.rev), &[]);
    Ok(())
}

/// The promotion with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<PromotionRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM promotions t WHERE t.site_id = $1 AND t.id = $2"), params![site, id], read)
}

/// Whether there is a promotion with this id.
///
/// # Errors
/// Whatever the database says.
pub fn exists(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM promotions WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// A page of the school's promotions.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<PromotionRow>, StoreError> {
    let source = ListQuery {
        table: "promotions",
        columns: COLUMNS,
        from: "promotions t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::PROMOTIONS)),
        by_rev: Some(lists::whole(site, lists::PROMOTIONS_BY_REV)),
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// The products listed by promotions, as (promotion, product), by both.
///
/// # Errors
/// Whatever the database says.
pub fn products(tx: &mut Tx<'_>, site: i64, promotions: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    each_of(
        tx,
        site,
        promotions,
        "SELECT promotion_id, product_id FROM promotion_products WHERE site_id = $1 AND promotion_id IN ",
        " ORDER BY promotion_id, product_id",
        pair,
    )
}

/// Whether a promotion lists a product.
///
/// # Errors
/// Whatever the database says.
pub fn lists_product(tx: &mut Tx<'_>, site: i64, promotion: i64, product: i64) -> Result<bool, StoreError> {
    let found = tx.first(
        "SELECT 1 FROM promotion_products WHERE site_id = $1 AND promotion_id = $2 AND product_id = $3",
        params![site, promotion, product],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Replaces the products that a promotion lists.
///
/// # Errors
/// Whatever the database says.
pub fn set_products(tx: &mut Tx<'_>, site: i64, promotion: i64, products: &[i64]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM promotion_products WHERE site_id = $1 AND promotion_id = $2", params![site, promotion])?;
    for product in products {
        tx.execute(
            "INSERT INTO promotion_products (site_id, promotion_id, product_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            params![site, promotion, *product],
        )?;
    }
    Ok(())
}

/// Takes a product from the lists of every promotion.
///
/// # Errors
/// Whatever the database says.
pub fn remove_product_everywhere(tx: &mut Tx<'_>, site: i64, product: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM promotion_products WHERE site_id = $1 AND product_id = $2", params![site, product])?;
    Ok(())
}
