//! Rows of promotions, and the products they apply to.

use crate::enums::text_enum;
use crate::pairs::pair;
use crate::table::{select, table};
use crate::{
    CountedRow, ListQuery, Page, PageRequest, ProductId, PromotionId, SiteId, Stamp, StoreError, Tx, lists, params,
};

text_enum! {
    /// What a discount is of.
    #[derive(Default)]
    pub enum DiscountType {
        /// A part of the price.
        #[default]
        Percentage = "percentage",
        /// An amount of money.
        Fixed = "fixed",
    }
}

table! {
    /// A promotion's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct PromotionRow in "promotions" of site {
        keys {
            /// Its id.
            id: PromotionId,
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
            /// Its name.
            name: String,
            /// Its description.
            description: Option<String>,
            /// From when its coupons count; none at once.
            starts_at: Option<i64>,
            /// From when its coupons count no more; none never.
            expires_at: Option<i64>,
            /// What the discount is of.
            discount_type: DiscountType,
            /// Hundredths of the product's currency, or of a percent.
            amount: i64,
            /// For how many payments it lasts; none for all of them.
            duration: Option<i64>,
            /// Whether it applies to every product; otherwise to those that are listed, which may be none once the last of
            /// them was removed.
            all_products: bool,
        }
    }
}

fn counted_rows(site: SiteId, id: PromotionId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::PROMOTIONS, lists::PROMOTIONS_BY_REV], id, rev)
}

/// Adds a promotion.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, promotion: &PromotionRow) -> Result<(), StoreError> {
    promotion.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, promotion.id, promotion.rev));
    Ok(())
}

/// Changes a promotion. `had` is the row as it was read in this transaction.
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &PromotionRow,
    has: &PromotionRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    Ok(())
}

/// Removes a promotion and its list of products. Its coupons are the caller's business.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, promotion: &PromotionRow) -> Result<(), StoreError> {
    set_products(tx, site, promotion.id, &[])?;
    tx.execute("DELETE FROM promotions WHERE site_id = $1 AND id = $2", params![site, promotion.id])?;
    tx.update_counts(&counted_rows(site, promotion.id, promotion.rev), &[]);
    Ok(())
}

/// The promotion with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: PromotionId) -> Result<Option<PromotionRow>, StoreError> {
    tx.first(select!(PromotionRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], PromotionRow::read)
}

/// Whether there is a promotion with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: PromotionId) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM promotions WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// A page of the school's promotions.
pub fn page(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<PromotionRow>, StoreError> {
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::PROMOTIONS)),
        by_rev: Some(lists::whole(site, lists::PROMOTIONS_BY_REV)),
        ..PromotionRow::list()
    };
    tx.page(site, &source, request, PromotionRow::read)
}

/// The products listed by promotions, as (promotion, product), by both.
pub fn products(
    tx: &mut Tx<'_>,
    site: SiteId,
    promotions: &[PromotionId],
) -> Result<Vec<(PromotionId, ProductId)>, StoreError> {
    tx.query_in(
        site,
        promotions.iter().copied(),
        "SELECT promotion_id, product_id FROM promotion_products WHERE site_id = $1 AND promotion_id IN ",
        " ORDER BY promotion_id, product_id",
        pair,
    )
}

/// Whether a promotion lists a product.
pub fn lists_product(
    tx: &mut Tx<'_>,
    site: SiteId,
    promotion: PromotionId,
    product: ProductId,
) -> Result<bool, StoreError> {
    let found = tx.first(
        "SELECT 1 FROM promotion_products WHERE site_id = $1 AND promotion_id = $2 AND product_id = $3",
        params![site, promotion, product],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// Replaces the products that a promotion lists.
pub fn set_products(
    tx: &mut Tx<'_>,
    site: SiteId,
    promotion: PromotionId,
    products: &[ProductId],
) -> Result<(), StoreError> {
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
pub fn remove_product_everywhere(tx: &mut Tx<'_>, site: SiteId, product: ProductId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM promotion_products WHERE site_id = $1 AND product_id = $2", params![site, product])?;
    Ok(())
}
