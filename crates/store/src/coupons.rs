//! Rows of coupons.

use crate::products::{each_of, pair};
use crate::{CountedRow, Filter, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, lists, params};

/// A coupon's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CouponRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// The promotion it opens.
    pub promotion_id: i64,
    /// Its code, as it was written; unique in the school in any case.
    pub code: String,
    /// A note.
    pub note: Option<String>,
    /// How often it can be used; none without a limit.
    pub quantity: Option<i64>,
    /// How often it was used.
    pub quantity_used: i64,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.promotion_id, t.code, t.note, t.quantity, t.quantity_used";

fn read(row: &Row<'_>) -> Result<CouponRow, StoreError> {
    Ok(CouponRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        promotion_id: row.get(3)?,
        code: row.get(4)?,
        note: row.get(5)?,
        quantity: row.get(6)?,
        quantity_used: row.get(7)?,
    })
}

fn place(site: i64, promotion: i64, id: i64) -> CountedRow {
    CountedRow { site, list: lists::COUPONS_OF_PROMOTION, scope: promotion, state: 0, key: id }
}

/// By what a code is found: two spellings that differ in case are one code.
fn code_key(code: &str) -> String {
    code.trim().to_lowercase()
}

/// Adds a coupon unless its code is in use; false then, and nothing happens.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, coupon: &CouponRow) -> Result<bool, StoreError> {
    let added = tx.execute(
        "INSERT INTO coupons (site_id, id, rev, created_at, updated_at, promotion_id, code, code_key, note, quantity,
           quantity_used)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (site_id, code_key) DO NOTHING",
        params![
            site,
            coupon.id,
            coupon.rev,
            coupon.created_at,
            coupon.promotion_id,
            &coupon.code,
            &code_key(&coupon.code),
            &coupon.note,
            coupon.quantity,
            coupon.quantity_used,
        ],
    )?;
    if added > 0 {
        tx.update_counts(&[], &[place(site, coupon.promotion_id, coupon.id)]);
    }
    Ok(added > 0)
}

/// Changes a coupon; its promotion stays.
///
/// # Errors
/// [`StoreError::Taken`] `coupons.code_key`.
pub fn update(tx: &mut Tx<'_>, site: i64, coupon: &CouponRow, stamp: Stamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE coupons SET rev = $1, updated_at = $2, code = $3, code_key = $4, note = $5, quantity = $6,
           quantity_used = $7
         WHERE site_id = $8 AND id = $9",
        params![
            stamp.rev,
            stamp.at,
            &coupon.code,
            &code_key(&coupon.code),
            &coupon.note,
            coupon.quantity,
            coupon.quantity_used,
            site,
            coupon.id,
        ],
    )?;
    Ok(())
}

/// Removes a coupon.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, coupon: &CouponRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM coupons WHERE site_id = $1 AND id = $2", params![site, coupon.id])?;
    tx.update_counts(&[place(site, coupon.promotion_id, coupon.id)], &[]);
    Ok(())
}

/// Removes the coupons of a promotion.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_promotion(tx: &mut Tx<'_>, site: i64, promotion: i64) -> Result<(), StoreError> {
    let coupons = of_promotions(tx, site, &[promotion])?;
    let places: Vec<CountedRow> = coupons.into_iter().map(|(_, id)| place(site, promotion, id)).collect();
    tx.execute("DELETE FROM coupons WHERE site_id = $1 AND promotion_id = $2", params![site, promotion])?;
    tx.update_counts(&places, &[]);
    Ok(())
}

/// The coupon with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<CouponRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM coupons t WHERE t.site_id = $1 AND t.id = $2"), params![site, id], read)
}

/// The coupon with this code, in any case.
///
/// # Errors
/// Whatever the database says.
pub fn by_code(tx: &mut Tx<'_>, site: i64, code: &str) -> Result<Option<CouponRow>, StoreError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM coupons t WHERE t.site_id = $1 AND t.code_key = $2"),
        params![site, &code_key(code)],
        read,
    )
}

/// A page of the coupons of a promotion.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, promotion: i64, request: &PageRequest) -> Result<Page<CouponRow>, StoreError> {
    let source = ListQuery {
        table: "coupons",
        columns: COLUMNS,
        from: "coupons t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![Filter::is("t.promotion_id = ?", promotion)],
        by_id: Some(lists::of(site, lists::COUPONS_OF_PROMOTION, promotion)),
        by_rev: None,
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// The coupons of promotions, as (promotion, coupon), by both.
///
/// # Errors
/// Whatever the database says.
pub fn of_promotions(tx: &mut Tx<'_>, site: i64, promotions: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    each_of(
        tx,
        site,
        promotions,
        "SELECT promotion_id, id FROM coupons WHERE site_id = $1 AND promotion_id IN ",
        " ORDER BY promotion_id, id",
        pair,
    )
}
