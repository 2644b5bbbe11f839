//! What turns a webhook on and off, and deletes it.

use super::{LIST, path};
use crate::manager::ManagerForm;
use delivery::webhooks::{self, Owner, WebhookChanges};
use pages::return_to::see_other;
use pages::{PageResult, PathId};

/// `POST /manage/webhooks/{id}/switch_on`
pub(super) async fn on(PathId(id): PathId<String>, form: ManagerForm) -> PageResult {
    switch(id, form, true).await
}

/// `POST /manage/webhooks/{id}/switch_off`
pub(super) async fn off(PathId(id): PathId<String>, form: ManagerForm) -> PageResult {
    switch(id, form, false).await
}

async fn switch(id: String, form: ManagerForm, active: bool) -> PageResult {
    let changes = WebhookChanges { active: Some(active), ..WebhookChanges::default() };
    let done = format!("{}?done={}", path(&id), if active { "on" } else { "off" });
    let switched = form.manager.write(move |tx, actor| {
        webhooks::update(tx, actor.site().id, Owner::SCHOOL, &id, &actor.user_id().to_string(), &changes)
    });
    switched.await?;
    Ok(see_other(&done))
}

/// `POST /manage/webhooks/{id}/delete`. What waits is given up, the rest of it by whoever sends.
pub(super) async fn delete(PathId(id): PathId<String>, form: ManagerForm) -> PageResult {
    let deleted = form.manager.write(move |tx, actor| {
        let site = actor.site().id;
        let number = webhooks::delete(tx, site, Owner::SCHOOL, &id)?;
        webhooks::give_up(tx, site, number)
    });
    deleted.await?;
    Ok(see_other(&format!("{LIST}?done=deleted")))
}
