//! Making coupons of a promotion.

use super::{BulkForm, CouponForm};
use crate::addresses::promotion;
use crate::manager::ManagerForm;
use crate::promotions::PromotionPage;
use pages::form::Fields;
use pages::return_to::see_other;
use pages::{PageResult, PathId};
use school::{PromotionId, coupons};

/// `POST /manage/promotions/{id}/coupons`
pub(super) async fn create(PathId(id): PathId<PromotionId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let (area, page) = PromotionPage::load(&manager, id, &Fields::default()).await?;
    let form = CouponForm::submitted(&fields);
    let forms = (&form, &BulkForm::new());
    let input = match form.input() {
        Ok(input) => input,
        Err(problems) => return page.show(&manager, &area, forms, &problems, ""),
    };
    match manager.write(move |tx, actor| coupons::create(tx, actor.site().id, Some(id), &input)).await {
        Ok(_) => Ok(see_other(&format!("{}?done=coupon", promotion(id)))),
        Err(error) => page.show(&manager, &area, forms, &error.problems()?.into(), ""),
    }
}

/// `POST /manage/promotions/{id}/codes`
pub(super) async fn create_many(PathId(id): PathId<PromotionId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let (area, page) = PromotionPage::load(&manager, id, &Fields::default()).await?;
    let form = BulkForm::submitted(&fields);
    let forms = (&CouponForm::new(), &form);
    let bulk = match form.input() {
        Ok(bulk) => bulk,
        Err(problems) => return page.show(&manager, &area, forms, &problems, ""),
    };
    match manager.write(move |tx, actor| coupons::create_many(tx, actor.site().id, Some(id), &bulk)).await {
        Ok(made) => Ok(see_other(&format!("{}?done=coupons&count={}", promotion(id), made.len()))),
        Err(error) => page.show(&manager, &area, forms, &error.problems()?.into(), ""),
    }
}
