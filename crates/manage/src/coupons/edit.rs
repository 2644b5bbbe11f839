//! Changing and deleting a coupon.

use super::{CouponForm, path};
use crate::addresses::{PROMOTIONS, promotion};
use crate::manager::{Area, Manager, ManagerForm};
use maud::{Markup, html};
use pages::components::{ConfirmDialog, FormField, Icon, grouped, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::coupons::{self, Coupon};
use school::{CouponId, promotions};

/// What the form of a coupon is about.
struct CouponPage {
    area: Area,
    coupon: Coupon,
    promotion: String,
}

/// `GET /manage/coupons/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<CouponId>) -> PageResult {
    let page = CouponPage::read(&manager, id).await?;
    page.show(&manager, &CouponForm::of(&page.coupon), &Problems::default())
}

/// `POST /manage/coupons/{id}`
pub(super) async fn update(PathId(id): PathId<CouponId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let page = CouponPage::read(&manager, id).await?;
    let form = CouponForm::submitted(&fields);
    let input = match form.input() {
        Ok(input) => input,
        Err(problems) => return page.show(&manager, &form, &problems),
    };
    match manager.write(move |tx, actor| coupons::update(tx, actor.site().id, id, &input)).await {
        Ok(()) => Ok(see_other(&format!("{}?done=coupon_saved", promotion(page.coupon.promotion_id)))),
        Err(error) => page.show(&manager, &form, &error.problems()?.into()),
    }
}

/// `POST /manage/coupons/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<CouponId>, form: ManagerForm) -> PageResult {
    let deleted = form.manager.write(move |tx, actor| {
        let site = actor.site().id;
        let coupon = coupons::get(tx, site, id)?;
        coupons::delete(tx, site, id)?;
        Ok(coupon.promotion_id)
    });
    Ok(see_other(&format!("{}?done=coupon_deleted", promotion(deleted.await?))))
}

impl CouponPage {
    async fn read(manager: &Manager, id: CouponId) -> Result<Self, PageError> {
        let read = manager.read(move |tx, actor| {
            let site = actor.site().id;
            let coupon = coupons::get(tx, site, id)?;
            let name = promotions::get(tx, site, coupon.promotion_id)?.name.clone();
            Ok((coupon, name))
        });
        let (area, (coupon, promotion)) = read.await?;
        Ok(Self { area, coupon, promotion })
    }

    fn show(&self, manager: &Manager, form: &CouponForm, problems: &Problems) -> PageResult {
        let (here, back) = (path(self.coupon.id), promotion(self.coupon.promotion_id));
        let title = format!("Coupon {}", self.coupon.code);
        let fields = form.fields(problems);
        let csrf = manager.csrf();
        let body = html! {
            (problem_summary(problems, &fields.each_ref().map(FormField::named)))
            form method="post" action=(here) {
                (csrf)
                div.card { div.body.fields { @for field in &fields { (field) } } }
                (save_bar("Save", &back))
            }
            (self.delete_dialog(&csrf))
        };
        let intro = match self.coupon.quantity_used {
            0 => "It was not used yet.".to_owned(),
            1 => "It was used once.".to_owned(),
            more => format!("It was used {} times.", grouped(more)),
        };
        let page = FramedPage::new(PROMOTIONS, &title, body)
            .below("Promotions", PROMOTIONS)
            .below(&self.promotion, back)
            .intro(&intro)
            .actions(html! { a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } })
            .narrow();
        manager.show(&self.area, page.with_problems(problems))
    }

    fn delete_dialog(&self, csrf: &Markup) -> Markup {
        let code = &self.coupon.code;
        html! {
            (ConfirmDialog {
                id: "delete",
                title: &format!("Delete {code}?"),
                body: html! { p { "The code is taken no more. Orders that used it keep it, and what was paid." } },
                action: &format!("{}/delete", path(self.coupon.id)),
                hidden: csrf.clone(),
                confirm: &format!("Delete {code}"),
                is_dangerous: true,
            })
        }
    }
}
