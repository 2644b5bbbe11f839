//! Making, changing and deleting a promotion.

use super::promotion_form::PromotionForm;
use super::{LIST, path};
use crate::choices::Choices;
use crate::manager::{Area, Manager, ManagerForm};
use maud::html;
use pages::components::save_bar;
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::PromotionId;
use school::promotions::{self, Promotion};

/// `GET /manage/promotions/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, offered) = manager.read(|tx, actor| Choices::products(tx, actor, None)).await?;
    new_page(&manager, &area, &offered, &PromotionForm::new(), &Problems::default())
}

fn new_page(
    manager: &Manager,
    area: &Area,
    offered: &Choices,
    form: &PromotionForm,
    problems: &Problems,
) -> PageResult {
    let body = html! {
        (form.summary(problems))
        form method="post" action=(LIST) {
            (manager.csrf())
            (form.cards(offered, problems))
            (save_bar("Make the promotion", LIST))
        }
    };
    let page = FramedPage::new(LIST, "Make a promotion", body)
        .below("Promotions", LIST)
        .intro("Its coupons are made once it is there.")
        .narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/promotions`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, offered) = manager.read(|tx, actor| Choices::products(tx, actor, None)).await?;
    let form = PromotionForm::submitted(&fields);
    let input = match form.input(None) {
        Ok(input) => input,
        Err(problems) => return new_page(&manager, &area, &offered, &form, &problems),
    };
    match manager.write(move |tx, actor| promotions::create(tx, actor.site().id, &input)).await {
        Ok(promotion) => Ok(see_other(&format!("{}?done=added", path(promotion.id)))),
        Err(error) => new_page(&manager, &area, &offered, &form, &error.problems()?.into()),
    }
}

/// `GET /manage/promotions/{id}/edit`
pub(super) async fn show(manager: Manager, PathId(id): PathId<PromotionId>) -> PageResult {
    let page = EditPage::read(&manager, id).await?;
    page.show(&manager, &PromotionForm::of(&page.promotion), &Problems::default())
}

/// `POST /manage/promotions/{id}/edit`
pub(super) async fn update(PathId(id): PathId<PromotionId>, submitted: ManagerForm) -> PageResult {
    let ManagerForm { manager, fields } = submitted;
    let page = EditPage::read(&manager, id).await?;
    let form = PromotionForm::submitted(&fields);
    let input = match form.input(Some(&page.promotion)) {
        Ok(input) => input,
        Err(problems) => return page.show(&manager, &form, &problems),
    };
    match manager.write(move |tx, actor| promotions::update(tx, actor.site().id, id, &input)).await {
        Ok(()) => Ok(see_other(&format!("{}?done=saved", path(id)))),
        Err(error) => page.show(&manager, &form, &error.problems()?.into()),
    }
}

/// `POST /manage/promotions/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<PromotionId>, form: ManagerForm) -> PageResult {
    form.manager.write(move |tx, actor| promotions::delete(tx, actor.site().id, id)).await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}

/// What the form of a promotion is about.
struct EditPage {
    area: Area,
    promotion: Promotion,
    offered: Choices,
}

impl EditPage {
    async fn read(manager: &Manager, id: PromotionId) -> Result<Self, PageError> {
        let read = manager.read(move |tx, actor| {
            let promotion = promotions::get(tx, actor.site().id, id)?;
            let mut offered = Choices::products(tx, actor, None)?;
            offered.include(tx, actor, &promotion.product_ids)?;
            Ok((promotion, offered))
        });
        let (area, (promotion, offered)) = read.await?;
        Ok(Self { area, promotion, offered })
    }

    fn show(&self, manager: &Manager, form: &PromotionForm, problems: &Problems) -> PageResult {
        let here = path(self.promotion.id);
        let title = format!("Edit {}", self.promotion.name);
        let body = html! {
            (form.summary(problems))
            form method="post" action={ (here) "/edit" } {
                (manager.csrf())
                (form.cards(&self.offered, problems))
                (save_bar("Save", &here))
            }
        };
        let page = FramedPage::new(LIST, &title, body)
            .below("Promotions", LIST)
            .below(&self.promotion.name, here.clone())
            .narrow();
        manager.show(&self.area, page.with_problems(problems))
    }
}
