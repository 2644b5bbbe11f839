//! Promotions: what coupons take off the price of products.

mod edit;
mod list;
mod promotion_form;
mod show;

pub(crate) use crate::addresses::{PROMOTIONS as LIST, promotion as path};
use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use pages::components::{Badge, Tone};
use school::money;
use school::promotions::{DiscountType, Promotion};
pub(crate) use show::PromotionPage;

/// Where a promotion is made.
const NEW: &str = "/manage/promotions/new";

/// Whether its coupons count.
fn badge(promotion: &Promotion, now: i64) -> Badge<'static> {
    if promotion.starts_at.is_some_and(|start| start > now) {
        Badge::new("Not begun", Tone::Accent)
    } else if promotion.expires_at.is_some_and(|end| end <= now) {
        Badge::new("Over", Tone::Neutral)
    } else {
        Badge::new("Running", Tone::Success)
    }
}

/// What it takes off: `25%`, or `5.00 off` in the currency of the product.
fn discount(promotion: &Promotion) -> String {
    match promotion.discount_type {
        DiscountType::Percentage => {
            let percent = money::decimal(promotion.amount);
            format!("{}% off", percent.strip_suffix(".0").unwrap_or(&percent))
        }
        DiscountType::Fixed => format!("{} off", money::two_decimals(promotion.amount)),
    }
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        form(LIST, RIGHT, edit::create),
        page(NEW, RIGHT, edit::show_new),
        page("/manage/promotions/{id}", RIGHT, show::show),
        page("/manage/promotions/{id}/edit", RIGHT, edit::show),
        form("/manage/promotions/{id}/edit", RIGHT, edit::update),
        form("/manage/promotions/{id}/delete", RIGHT, edit::delete),
    ]
}
