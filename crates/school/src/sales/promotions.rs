//! Promotions: what a coupon takes off the price of products.

use crate::check::{Check, LINE, Set, TEXT};
use crate::error::{Error, Result};
use crate::products::{self, owned_by};
pub use store::promotions::DiscountType;
use store::promotions::{self as rows, PromotionRow};
use store::{CouponId, Page, PageRequest, ProductId, PromotionId, SiteId, Tx};

/// A promotion with the products it lists and its coupons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    row: PromotionRow,
    /// The products it applies to, by id; empty when it applies to all of them.
    pub product_ids: Vec<ProductId>,
    /// Its coupons, by id.
    pub coupon_ids: Vec<CouponId>,
}

impl std::ops::Deref for Promotion {
    type Target = PromotionRow;

    fn deref(&self) -> &PromotionRow {
        &self.row
    }
}

/// A promotion to be made, or the changes to one.
#[derive(Debug, Clone, Default)]
pub struct PromotionInput {
    /// Its name.
    pub name: Set<String>,
    /// Its description.
    pub description: Set<String>,
    /// From when its coupons count, in milliseconds.
    pub starts_at: Set<i64>,
    /// From when they count no more, in milliseconds.
    pub expires_at: Set<i64>,
    /// `fixed` or `percentage`.
    pub discount_type: Set<String>,
    /// Hundredths of the product's currency, or of a percent.
    pub amount: Set<i64>,
    /// The products it applies to; none at all is every product.
    pub product_ids: Set<Vec<ProductId>>,
    /// Coupons that the client believes to be its own.
    pub coupon_ids: Set<Vec<CouponId>>,
    /// For how many payments it lasts.
    pub duration: Set<i64>,
}

/// A page of the school's promotions.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<Promotion>> {
    let page = rows::page(tx, site, ask)?;
    let ids: Vec<PromotionId> = page.items.iter().map(|row| row.id).collect();
    let products = rows::products(tx, site, &ids)?;
    let coupons = store::coupons::of_promotions(tx, site, &ids)?;
    Ok(page.map(|row| Promotion {
        product_ids: owned_by(&products, row.id),
        coupon_ids: owned_by(&coupons, row.id),
        row,
    }))
}

/// One promotion.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such promotion.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: PromotionId) -> Result<Promotion> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    let product_ids = owned_by(&rows::products(tx, site, &[id])?, id);
    let coupon_ids = owned_by(&store::coupons::of_promotions(tx, site, &[id])?, id);
    Ok(Promotion { row, product_ids, coupon_ids })
}

/// The promotion that a coupon's code, in any case, opens for a product. Whether it has begun, ended, or has uses
/// left is not asked here.
///
/// # Errors
/// [`Error::NotFound`] when no coupon has this code, or its promotion does not apply to the product.
pub fn by_coupon(tx: &mut Tx<'_>, site: SiteId, product: ProductId, code: &str) -> Result<Promotion> {
    let coupon = store::coupons::by_code(tx, site, code)?.ok_or(Error::NotFound)?;
    let promotion = get(tx, site, coupon.promotion_id)?;
    let applies = if promotion.all_products {
        products::exists(tx, site, product)?
    } else {
        promotion.product_ids.binary_search(&product).is_ok()
    };
    if applies { Ok(promotion) } else { Err(Error::NotFound) }
}

/// Makes a promotion.
///
/// # Errors
/// [`Error::Invalid`] when a field is missing or breaks a rule, or a product or coupon that is named is unknown.
pub fn create(tx: &mut Tx<'_>, site: SiteId, input: &PromotionInput) -> Result<Promotion> {
    let mut row = PromotionRow { all_products: true, ..PromotionRow::default() };
    // What a promotion cannot be without must be mentioned, were it only to hear what is wrong with it.
    let mut input = input.clone();
    if input.amount == Set::Keep {
        input.amount = Set::Clear;
    }
    if input.discount_type == Set::Keep {
        input.discount_type = Set::Clear;
    }
    let products = apply(tx, site, &mut row, &input, &[])?;
    let stamp = tx.stamp(site)?;
    row.id = PromotionId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    rows::insert(tx, site, &row)?;
    rows::set_products(tx, site, row.id, products.as_deref().unwrap_or_default())?;
    get(tx, site, row.id)
}

/// Changes a promotion: only what is mentioned.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such promotion; [`Error::Invalid`] as [`create`].
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: PromotionId, input: &PromotionInput) -> Result<()> {
    let had = get(tx, site, id)?;
    let mut row = had.row.clone();
    let products = apply(tx, site, &mut row, input, &had.coupon_ids)?;
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &had.row, &row, stamp)?;
    if let Some(products) = products {
        rows::set_products(tx, site, id, &products)?;
    }
    Ok(())
}

/// Removes a promotion and its coupons. Orders that used them keep the code.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such promotion.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, id: PromotionId) -> Result<()> {
    let row = rows::get(tx, site, id)?.ok_or(Error::NotFound)?;
    store::coupons::delete_of_promotion(tx, site, id)?;
    Ok(rows::delete(tx, site, &row)?)
}

/// Applies the input to a row, and checks what stands in it then. Gives the new list of products, if there is one.
fn apply(
    tx: &mut Tx<'_>,
    site: SiteId,
    row: &mut PromotionRow,
    input: &PromotionInput,
    coupons: &[CouponId],
) -> Result<Option<Vec<ProductId>>> {
    let mut check = Check::new();
    plain(row, input, &mut check);
    let products = match &input.product_ids {
        Set::Keep => None,
        Set::Clear => Some(Vec::new()),
        Set::To(ids) => Some(ids.clone()),
    };
    if let Some(products) = &products {
        for unknown in products::unknown(tx, site, products)? {
            check.add("product_ids", format!("has no product with ID {unknown}"));
        }
        row.all_products = products.is_empty();
    }
    // A coupon is made in its promotion and stays there.
    for coupon in input.coupon_ids.value().into_iter().flatten() {
        if coupons.binary_search(coupon).is_err() {
            check.add("coupon_ids", format!("has no coupon with ID {coupon}"));
        }
    }
    check.done()?;
    Ok(products)
}

/// What can be checked without looking at other rows.
fn plain(row: &mut PromotionRow, input: &PromotionInput, check: &mut Check) {
    let text = |set: &Set<String>, had: &str| match set {
        Set::Keep => had.to_owned(),
        Set::Clear => String::new(),
        Set::To(text) => text.clone(),
    };
    row.name = check.required("name", Some(&text(&input.name, &row.name)), LINE);
    input.description.clone().apply(&mut row.description);
    check.length("description", row.description.as_deref().unwrap_or_default(), TEXT);
    input.starts_at.clone().apply(&mut row.starts_at);
    input.expires_at.clone().apply(&mut row.expires_at);
    if let (Some(starts_at), Some(expires_at)) = (row.starts_at, row.expires_at) {
        check.that(expires_at > starts_at, "expires_at", "must be after starts_at");
    }
    let discount_type = match &input.discount_type {
        Set::Keep => Some(row.discount_type),
        given => {
            let name = check.required("discount_type", given.value().map(String::as_str), LINE);
            let known = DiscountType::named(&name);
            check.that(known.is_some() || name.is_empty(), "discount_type", "is not included in the list");
            known
        }
    };
    row.discount_type = discount_type.unwrap_or_default();
    let percentage = discount_type == Some(DiscountType::Percentage);
    match &input.amount {
        Set::Clear => check.add("amount", "can't be blank"),
        // Also when only the type changes: 250 may be dollars, but not percent.
        Set::Keep => check_amount(row.amount, percentage, check),
        Set::To(amount) => {
            row.amount = *amount;
            check_amount(*amount, percentage, check);
        }
    }
    input.duration.clone().apply(&mut row.duration);
    check.that(row.duration.is_none_or(|duration| duration > 0), "duration", "must be greater than 0");
}

fn check_amount(amount: i64, percentage: bool, check: &mut Check) {
    check.that(amount > 0, "amount", "must be greater than 0");
    check.that(!percentage || amount <= 10_000, "amount", "must be less than or equal to 100");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(input: &PromotionInput) -> String {
        let mut row = PromotionRow {
            name: "Spring".to_owned(),
            starts_at: Some(1_000),
            amount: 1_000,
            ..PromotionRow::default()
        };
        let mut check = Check::new();
        plain(&mut row, input, &mut check);
        match check.done() {
            Err(Error::Invalid(problems)) => format!("{problems:?}"),
            _ => String::new(),
        }
    }

    #[test]
    fn amounts_are_within_the_bounds_of_their_type() {
        let amount = |hundredths| PromotionInput { amount: Set::To(hundredths), ..PromotionInput::default() };
        for fine in [1, 1_550, 10_000] {
            assert_eq!(problems(&amount(fine)), "", "{fine}");
        }
        for wrong in [0, -1, 10_001] {
            assert!(problems(&amount(wrong)).contains("amount"), "{wrong}");
        }
        let fixed = PromotionInput { discount_type: Set::To("fixed".to_owned()), ..amount(25_000) };
        assert_eq!(problems(&fixed), "");
        assert!(problems(&PromotionInput { amount: Set::Clear, ..PromotionInput::default() }).contains("blank"));
    }

    #[test]
    fn only_what_is_mentioned_is_changed_and_it_must_fit_what_stands() {
        assert_eq!(problems(&PromotionInput::default()), "");
        let ends = |at| PromotionInput { expires_at: Set::To(at), ..PromotionInput::default() };
        assert_eq!(problems(&ends(1_001)), "");
        assert!(problems(&ends(1_000)).contains("must be after starts_at"));
        let kind = PromotionInput { discount_type: Set::To("free".to_owned()), ..PromotionInput::default() };
        assert!(problems(&kind).contains("discount_type"));
    }
}
