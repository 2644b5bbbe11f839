//! Coupons of promotions: one by one, many at once, and their codes as a file.

mod codes;
mod coupon_form;
mod create;
mod edit;

use crate::route::{PageRoute, form, page};
pub(crate) use coupon_form::{BulkForm, CouponForm};
use identity::rights::Right;
use school::CouponId;

/// Where one coupon is.
pub(crate) fn path(id: CouponId) -> String {
    format!("/manage/coupons/{id}")
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        form("/manage/promotions/{id}/coupons", RIGHT, create::create),
        form("/manage/promotions/{id}/codes", RIGHT, create::create_many),
        page("/manage/promotions/{id}/codes.csv", RIGHT, codes::download),
        page("/manage/coupons/{id}", RIGHT, edit::show),
        form("/manage/coupons/{id}", RIGHT, edit::update),
        form("/manage/coupons/{id}/delete", RIGHT, edit::delete),
    ]
}
