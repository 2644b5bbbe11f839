//! Rows of coupons.

use crate::pairs::pair;
use crate::table::{select, table};
use crate::{
    CountedRow, CouponId, Filter, ListQuery, Page, PageRequest, PromotionId, SiteId, Stamp, StoreError, Tx, lists,
    params,
};

table! {
    /// A coupon's row.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct CouponRow in "coupons" of site {
        keys {
            /// Its id.
            id: CouponId,
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
            /// The promotion it opens.
            promotion_id: PromotionId,
        }
        values {
            /// Its code, as it was written; unique in the school in any case.
            code: String,
            /// A note.
            note: Option<String>,
            /// How often it can be used; none without a limit.
            quantity: Option<i64>,
            /// How often it was used.
            quantity_used: i64,
        }
        derived(row) { code_key = code_key(&row.code) }
        on conflict "(site_id, code_key) DO NOTHING"
    }
}

fn counted_row(site: SiteId, promotion: PromotionId, id: CouponId) -> CountedRow {
    lists::counted_row_of(site, lists::COUPONS_OF_PROMOTION, promotion, id)
}

/// By what a code is found: two spellings that differ in case are one code.
fn code_key(code: &str) -> String {
    code.trim().to_lowercase()
}

/// Adds a coupon unless its code is in use; false then, and nothing happens.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, coupon: &CouponRow) -> Result<bool, StoreError> {
    let added = coupon.insert(tx, site)?;
    if added > 0 {
        tx.update_counts(&[], &[counted_row(site, coupon.promotion_id, coupon.id)]);
    }
    Ok(added > 0)
}

/// Changes a coupon; its promotion stays.
///
/// # Errors
/// [`StoreError::Taken`] `coupons.code_key`.
pub fn update(tx: &mut Tx<'_>, site: SiteId, coupon: &CouponRow, stamp: Stamp) -> Result<(), StoreError> {
    coupon.update(tx, site, stamp)?;
    Ok(())
}

/// Removes a coupon.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, coupon: &CouponRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM coupons WHERE site_id = $1 AND id = $2", params![site, coupon.id])?;
    tx.update_counts(&[counted_row(site, coupon.promotion_id, coupon.id)], &[]);
    Ok(())
}

/// Removes the coupons of a promotion.
pub fn delete_of_promotion(tx: &mut Tx<'_>, site: SiteId, promotion: PromotionId) -> Result<(), StoreError> {
    let coupons = of_promotions(tx, site, &[promotion])?;
    let counted_rows: Vec<CountedRow> = coupons.into_iter().map(|(_, id)| counted_row(site, promotion, id)).collect();
    tx.execute("DELETE FROM coupons WHERE site_id = $1 AND promotion_id = $2", params![site, promotion])?;
    tx.update_counts(&counted_rows, &[]);
    Ok(())
}

/// The coupon with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: CouponId) -> Result<Option<CouponRow>, StoreError> {
    tx.first(select!(CouponRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], CouponRow::read)
}

/// The coupon with this code, in any case.
pub fn by_code(tx: &mut Tx<'_>, site: SiteId, code: &str) -> Result<Option<CouponRow>, StoreError> {
    tx.first(
        select!(CouponRow, "WHERE t.site_id = $1 AND t.code_key = $2"),
        params![site, &code_key(code)],
        CouponRow::read,
    )
}

/// A page of the coupons of a promotion.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    promotion: PromotionId,
    request: &PageRequest,
) -> Result<Page<CouponRow>, StoreError> {
    let source = ListQuery {
        scope: vec![Filter::is("t.promotion_id = ?", promotion)],
        by_id: Some(lists::of(site, lists::COUPONS_OF_PROMOTION, promotion)),
        ..CouponRow::list()
    };
    tx.page(site, &source, request, CouponRow::read)
}

/// The coupons of promotions, as (promotion, coupon), by both.
pub fn of_promotions(
    tx: &mut Tx<'_>,
    site: SiteId,
    promotions: &[PromotionId],
) -> Result<Vec<(PromotionId, CouponId)>, StoreError> {
    tx.query_in(
        site,
        promotions.iter().copied(),
        "SELECT promotion_id, id FROM coupons WHERE site_id = $1 AND promotion_id IN ",
        " ORDER BY promotion_id, id",
        pair,
    )
}
