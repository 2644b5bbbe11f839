//! Making and changing a webhook.

use super::webhook_form::WebhookForm;
use super::{LIST, path};
use crate::manager::{Area, Manager, ManagerForm};
use delivery::webhooks::{self, Owner, Webhook};
use maud::html;
use pages::components::save_bar;
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};

/// `GET /manage/webhooks/new`
pub(super) async fn show_new(manager: Manager) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    new_page(&manager, &area, &WebhookForm::new(), &Problems::default())
}

fn new_page(manager: &Manager, area: &Area, form: &WebhookForm, problems: &Problems) -> PageResult {
    let body = html! {
        (form.summary(problems))
        form method="post" action=(LIST) {
            (manager.csrf())
            (form.card(problems))
            (save_bar("Add the webhook", LIST))
        }
    };
    let page = FramedPage::new(LIST, "Add a webhook", body).below("Webhooks", LIST).narrow();
    manager.show(area, page.with_problems(problems))
}

/// `POST /manage/webhooks`
pub(super) async fn create(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, ()) = manager.read(|_, _| Ok(())).await?;
    let form = WebhookForm::submitted(&fields);
    let changes = match form.changes(&manager.app.config.webhook_targets) {
        Ok(changes) => changes,
        Err(problems) => return new_page(&manager, &area, &form, &problems),
    };
    let made = manager.write(move |tx, actor| {
        webhooks::create(tx, actor.site().id, Owner::SCHOOL, &actor.user_id().to_string(), &changes)
    });
    match made.await {
        Ok(webhook) => Ok(see_other(&format!("{}?done=added", path(&webhook.id)))),
        Err(error) => new_page(&manager, &area, &form, &error.problems()?.into()),
    }
}

/// `GET /manage/webhooks/{id}/edit`
pub(super) async fn show(manager: Manager, PathId(id): PathId<String>) -> PageResult {
    let (area, webhook) = read(&manager, &id).await?;
    edit_page(&manager, &area, &webhook, &WebhookForm::of(&webhook), &Problems::default())
}

/// `POST /manage/webhooks/{id}/edit`
pub(super) async fn update(PathId(id): PathId<String>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, webhook) = read(&manager, &id).await?;
    let form = WebhookForm::submitted(&fields);
    let mut changes = match form.changes(&manager.app.config.webhook_targets) {
        Ok(changes) => changes,
        Err(problems) => return edit_page(&manager, &area, &webhook, &form, &problems),
    };
    // One that was active and stays so does not start anew.
    changes.active = changes.active.filter(|active| *active != webhook.active);
    let asked = id.clone();
    let changed = manager.write(move |tx, actor| {
        webhooks::update(tx, actor.site().id, Owner::SCHOOL, &asked, &actor.user_id().to_string(), &changes)
    });
    match changed.await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", path(&id)))),
        Err(error) => edit_page(&manager, &area, &webhook, &form, &error.problems()?.into()),
    }
}

async fn read(manager: &Manager, id: &str) -> Result<(Area, Webhook), PageError> {
    let id = id.to_owned();
    manager.read(move |tx, actor| webhooks::get(tx, actor.site().id, Owner::SCHOOL, &id)).await
}

fn edit_page(manager: &Manager, area: &Area, webhook: &Webhook, form: &WebhookForm, problems: &Problems) -> PageResult {
    let here = path(&webhook.id);
    let body = html! {
        (form.summary(problems))
        form method="post" action={ (here) "/edit" } {
            (manager.csrf())
            (form.card(problems))
            (save_bar("Save", &here))
        }
    };
    let page = FramedPage::new(LIST, "Edit the webhook", body)
        .below("Webhooks", LIST)
        .below(&webhook.target_url, here.clone())
        .narrow();
    manager.show(area, page.with_problems(problems))
}
