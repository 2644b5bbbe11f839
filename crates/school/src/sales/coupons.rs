//! Coupons: codes that open a promotion, each a number of times.

use crate::check::{Check, LINE, Set, TEXT};
use crate::error::{Error, Result, TAKEN, Taken};
use rand::RngExt as _;
use store::coupons as rows;
pub use store::coupons::CouponRow as Coupon;
use store::{CouponId, Page, PageRequest, PromotionId, SiteId, Tx};

/// A coupon to be made, or the changes to one.
#[derive(Debug, Clone, Default)]
pub struct CouponInput {
    /// Its code.
    pub code: Set<String>,
    /// A note.
    pub note: Set<String>,
    /// How often it can be used; none without a limit.
    pub quantity: Set<i64>,
    /// How often it was used.
    pub quantity_used: Set<i64>,
}

/// Many coupons to be made, with codes that nobody can guess.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bulk {
    /// How often each can be used; none without a limit.
    pub quantity_per_coupon: Option<i64>,
    /// How long the codes are, from 6 to 64 characters; none is 10.
    pub code_length: Option<i64>,
    /// How many coupons, from 1 to 1000; none is 1.
    pub quantity: Option<i64>,
}

/// How many uses an unlimited coupon shows. A client reads `quantity` into a number that cannot be null; the
/// greatest 32-bit integer fits every such number, and no coupon is used as often. It is read back as unlimited.
pub const UNLIMITED: i64 = i32::MAX as i64;

/// What codes are made of: no letter or digit that is taken for another one.
const ALPHABET: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// How often a random code may be in use already before the codes are too short for the school.
const MISSES: usize = 50;

/// A page of the coupons of a promotion.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such promotion.
pub fn list(tx: &mut Tx<'_>, site: SiteId, promotion: PromotionId, ask: &PageRequest) -> Result<Page<Coupon>> {
    if !store::promotions::exists(tx, site, promotion)? {
        return Err(Error::NotFound);
    }
    Ok(rows::page(tx, site, promotion, ask)?)
}

/// One coupon.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such coupon.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: CouponId) -> Result<Coupon> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// The coupon with this code, in any case.
pub fn by_code(tx: &mut Tx<'_>, site: SiteId, code: &str) -> Result<Option<Coupon>> {
    Ok(rows::by_code(tx, site, code)?)
}

/// Makes a coupon of a promotion.
///
/// # Errors
/// [`Error::Invalid`] when the promotion is missing or unknown, or the code is missing or taken.
pub fn create(tx: &mut Tx<'_>, site: SiteId, promotion: Option<PromotionId>, input: &CouponInput) -> Result<Coupon> {
    let mut coupon = blank(promotion.unwrap_or_default());
    let mut check = Check::new();
    match promotion {
        None => check.add("promotion_id", "can't be blank"),
        Some(id) => check.that(store::promotions::exists(tx, site, id)?, "promotion_id", "must exist"),
    }
    apply(&mut coupon, input, &mut check);
    unique(tx, site, &coupon, &mut check)?;
    check.done()?;
    stamped(tx, site, &mut coupon)?;
    if rows::insert(tx, site, &coupon)? { Ok(coupon) } else { Err(taken()) }
}

/// Makes many coupons of a promotion.
///
/// # Errors
/// [`Error::NotNamed`] or [`Error::NoSuch`] when nothing but the promotion is missing; [`Error::Invalid`] when a number
/// is out of bounds.
pub fn create_many(tx: &mut Tx<'_>, site: SiteId, promotion: Option<PromotionId>, bulk: &Bulk) -> Result<Vec<Coupon>> {
    let mut check = Check::new();
    let named = promotion.is_some();
    let promotion = promotion.unwrap_or_default();
    check.subject("promotion_id", named, named && store::promotions::exists(tx, site, promotion)?);
    let (length, count) = sizes(bulk, &mut check);
    check.done()?;
    let mut coupons = Vec::with_capacity(count);
    let mut coupon = Coupon { quantity: limited(bulk.quantity_per_coupon), ..blank(promotion) };
    let mut misses = 0;
    while coupons.len() < count {
        stamped(tx, site, &mut coupon)?;
        coupon.code = random_code(length);
        if rows::insert(tx, site, &coupon)? {
            coupons.push(coupon.clone());
            misses = 0;
        } else {
            misses += 1;
        }
        if misses == MISSES {
            return Err(Error::invalid("bulk_coupon_code_length", "leaves too few codes that are not taken"));
        }
    }
    Ok(coupons)
}

fn sizes(bulk: &Bulk, check: &mut Check) -> (usize, usize) {
    let mut between = |given: Option<i64>, default: i64, min: i64, max: i64, field: &'static str| {
        let value = given.unwrap_or(default);
        check.that(value >= min, field, &format!("must be greater than or equal to {min}"));
        check.that(value <= max, field, &format!("must be less than or equal to {max}"));
        value as usize
    };
    let length = between(bulk.code_length, 10, 6, 64, "bulk_coupon_code_length");
    let count = between(bulk.quantity, 1, 1, 1000, "bulk_quantity");
    between(bulk.quantity_per_coupon, 1, 1, i64::MAX, "bulk_quantity_per_coupon");
    (length, count)
}

fn random_code(length: usize) -> String {
    let mut random = rand::rng();
    (0..length).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect()
}

/// Changes a coupon: only what is mentioned.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such coupon; [`Error::Invalid`] when the code is emptied or taken, or a
/// number is negative.
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: CouponId, input: &CouponInput) -> Result<()> {
    let mut coupon = get(tx, site, id)?;
    let mut check = Check::new();
    apply(&mut coupon, input, &mut check);
    unique(tx, site, &coupon, &mut check)?;
    check.done()?;
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &coupon, stamp).taken(&[("coupons.code_key", "code")])
}

/// Removes a coupon. Orders that used it keep the code.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such coupon.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: CouponId) -> Result<()> {
    let coupon = get(tx, site, id)?;
    Ok(rows::delete(tx, site, &coupon)?)
}

/// Uses a coupon once, in the transaction of the order that it is used for.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such coupon; [`Error::Invalid`] when it is used up.
pub fn use_one(tx: &mut Tx<'_>, site: SiteId, id: CouponId) -> Result<Coupon> {
    let mut coupon = get(tx, site, id)?;
    if coupon.quantity.is_some_and(|quantity| coupon.quantity_used >= quantity) {
        return Err(Error::invalid("coupon_code", "has been used up"));
    }
    coupon.quantity_used += 1;
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &coupon, stamp)?;
    Ok(coupon)
}

fn taken() -> Error {
    Error::invalid("code", TAKEN)
}

/// Names a code that another coupon has. When nothing else is wrong, writing the row tells.
fn unique(tx: &mut Tx<'_>, site: SiteId, coupon: &Coupon, check: &mut Check) -> Result<()> {
    let code = &coupon.code;
    if !check.is_fine() && !code.is_empty() && rows::by_code(tx, site, code)?.is_some_and(|other| other.id != coupon.id)
    {
        check.taken("code");
    }
    Ok(())
}

fn blank(promotion_id: PromotionId) -> Coupon {
    Coupon { promotion_id, ..Coupon::default() }
}

fn stamped(tx: &mut Tx<'_>, site: SiteId, coupon: &mut Coupon) -> Result<()> {
    let stamp = tx.stamp(site)?;
    coupon.id = CouponId::next(tx)?;
    coupon.rev = stamp.rev;
    coupon.created_at = stamp.at;
    coupon.updated_at = stamp.at;
    Ok(())
}

fn limited(quantity: Option<i64>) -> Option<i64> {
    quantity.filter(|quantity| *quantity < UNLIMITED)
}

/// Applies the input to a row, and checks what stands in it then.
fn apply(coupon: &mut Coupon, input: &CouponInput, check: &mut Check) {
    let code = match &input.code {
        Set::Keep => coupon.code.as_str(),
        Set::Clear => "",
        Set::To(code) => code,
    };
    coupon.code = code.trim().to_owned();
    // In the words that clients of coupons know.
    check.that(!coupon.code.is_empty(), "code", "Can't be blank");
    check.length("code", &coupon.code, LINE);
    input.note.clone().apply(&mut coupon.note);
    check.length("note", coupon.note.as_deref().unwrap_or_default(), TEXT);
    input.quantity.clone().apply(&mut coupon.quantity);
    coupon.quantity = limited(coupon.quantity);
    let many = "must be greater than or equal to 0";
    check.that(coupon.quantity.is_none_or(|quantity| quantity >= 0), "quantity", many);
    match input.quantity_used {
        Set::Keep => {}
        Set::Clear => coupon.quantity_used = 0,
        Set::To(used) => coupon.quantity_used = used,
    }
    check.that(coupon.quantity_used >= 0, "quantity_used", many);
    if input.quantity_used != Set::Keep {
        let most = coupon.quantity.unwrap_or(UNLIMITED).max(0);
        let few = format!("must be less than or equal to {most}");
        check.that(coupon.quantity_used <= most, "quantity_used", &few);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_codes_have_their_length_and_no_letter_taken_for_another() {
        let code = random_code(64);
        assert_eq!(code.len(), 64);
        assert!(!code.contains(['0', 'O', '1', 'I', 'L']), "{code}");
        assert_ne!(code, random_code(64));
    }

    #[test]
    fn bulk_sizes_have_bounds_and_defaults() {
        assert_eq!(sizes(&Bulk::default(), &mut Check::new()), (10, 1));
        let fits = |length, count| {
            let mut check = Check::new();
            let bulk = Bulk { code_length: Some(length), quantity: Some(count), ..Bulk::default() };
            sizes(&bulk, &mut check);
            check.is_fine()
        };
        assert!(fits(6, 1000) && fits(64, 1));
        for (length, count) in [(5, 1), (65, 1), (6, 0), (6, 1001), (-1, -1)] {
            assert!(!fits(length, count), "{length} {count}");
        }
    }

    #[test]
    fn what_reads_as_unlimited_is_written_back_as_unlimited() {
        assert_eq!((limited(Some(UNLIMITED)), limited(Some(5)), limited(None)), (None, Some(5), None));
    }
}
