//! Sending deliveries once more: one, or those that were chosen in the list.

use super::{LIST, path};
use crate::manager::ManagerForm;
use delivery::webhooks::{self, Owner};
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::{DeliveryId, Error};

/// `POST /manage/deliveries/{id}/resend`
pub(super) async fn resend(PathId(id): PathId<DeliveryId>, form: ManagerForm) -> PageResult {
    let resent = form.manager.write(move |tx, actor| webhooks::resend(tx, actor.site().id, Owner::SCHOOL, id)).await;
    match resent {
        Ok(_) => Ok(see_other(&format!("{}?done=resent", path(id)))),
        Err(PageError::Refused(Error::Invalid(_))) => Err(PageError::Refused(Error::invalid(
            "webhook",
            "Its webhook is off or was deleted, so that nothing is sent to it",
        ))),
        Err(other) => Err(other),
    }
}

/// `POST /manage/deliveries/resend`, with the `id` of each that was chosen. Those whose webhook is off or gone are left.
pub(super) async fn resend_chosen(ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let chosen = fields.iter().filter(|(name, _)| *name == "id");
    let chosen: Vec<DeliveryId> = chosen.filter_map(|(_, id)| id.parse().ok()).collect();
    let resent = manager.write(move |tx, actor| {
        if chosen.is_empty() {
            return Err(Error::invalid("id", "Please choose what to send again"));
        }
        let mut resent = 0;
        for id in &chosen {
            match webhooks::resend(tx, actor.site().id, Owner::SCHOOL, *id) {
                Ok(_) => resent += 1,
                Err(Error::Invalid(_) | Error::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        Ok((resent, chosen.len()))
    });
    let (resent, of) = resent.await?;
    Ok(see_other(&format!("{LIST}?done=resent&count={resent}&of={of}")))
}
