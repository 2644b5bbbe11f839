//! Sending a webhook a test event, what did not arrive, and what it missed.

use super::path;
use crate::addresses;
use crate::manager::{Manager, ManagerForm};
use delivery::webhooks::{self, Owner};
use pages::components::Choice;
use pages::form::Fields;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::{Error, now};

/// From when on something is sent again: how long ago, in hours, as the form sends it.
pub(super) const SINCE: [Choice<'static>; 5] = [
    Choice { value: "1", label: "The last hour" },
    Choice { value: "24", label: "The last 24 hours" },
    Choice { value: "72", label: "The last 3 days" },
    Choice { value: "168", label: "The last 7 days" },
    Choice { value: "720", label: "The last 30 days (all that is kept)" },
];
const HOUR_MS: i64 = 3_600_000;
/// One transaction does some hundreds; a form does so many of them, so that it is answered soon.
const ROUNDS: usize = 10;

fn since(fields: &Fields) -> Result<i64, PageError> {
    let known = SINCE.iter().find(|choice| choice.value == fields.get("hours"));
    let hours = known.and_then(|choice| choice.value.parse::<i64>().ok());
    let hours = hours.ok_or_else(|| PageError::Refused(Error::invalid("hours", "Please choose since when")))?;
    Ok(now() - hours * HOUR_MS)
}

/// That a webhook is off, in a sentence of its own.
fn told(error: PageError) -> PageError {
    match error {
        PageError::Refused(Error::Invalid(_)) => {
            PageError::Refused(Error::invalid("webhook", "The webhook is off. Switch it on first, then send again"))
        }
        other => other,
    }
}

/// Makes sure that there is such a webhook, before what was sent is looked at.
async fn exists(manager: &Manager, id: &str) -> Result<(), PageError> {
    let id = id.to_owned();
    let read = manager.read(move |tx, actor| webhooks::get(tx, actor.site().id, Owner::SCHOOL, &id).map(drop));
    read.await.map(drop)
}

/// `POST /manage/webhooks/{id}/test`
pub(super) async fn test(PathId(id): PathId<String>, form: ManagerForm) -> PageResult {
    let tested = form.manager.write(move |tx, actor| webhooks::test(tx, actor.site().id, Owner::SCHOOL, &id));
    Ok(see_other(&format!("{}?done=tested", addresses::delivery(tested.await.map_err(told)?.row.id))))
}

/// `POST /manage/webhooks/{id}/recover`
pub(super) async fn recover(PathId(id): PathId<String>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    exists(&manager, &id).await?;
    let since = since(&fields)?;
    let (mut count, mut left) = (0, 1);
    for _ in 0..ROUNDS {
        let asked = id.clone();
        let recovered = manager
            .write(move |tx, actor| webhooks::recover(tx, actor.site().id, Owner::SCHOOL, &asked, since))
            .await
            .map_err(told)?;
        count += recovered.recovered;
        left = recovered.left;
        if left == 0 {
            break;
        }
    }
    Ok(see_other(&format!("{}?done=recovered&count={count}&left={left}", path(&id))))
}

/// `POST /manage/webhooks/{id}/replay`
pub(super) async fn replay(PathId(id): PathId<String>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    exists(&manager, &id).await?;
    let mut next = Some(since(&fields)?);
    let (mut count, mut left) = (0, 0);
    for _ in 0..ROUNDS {
        let Some(since) = next else { break };
        let asked = id.clone();
        let replayed = manager
            .write(move |tx, actor| webhooks::replay(tx, actor.site().id, Owner::SCHOOL, &asked, since))
            .await
            .map_err(told)?;
        count += replayed.replayed;
        left = replayed.left;
        next = replayed.since;
    }
    Ok(see_other(&format!("{}?done=replayed&count={count}&left={left}", path(&id))))
}
