//! Sending a webhook a test event, what did not arrive, and what it missed.

use super::{LIST, path};
use crate::addresses;
use crate::manager::{Manager, ManagerForm};
use delivery::webhooks::{self, Owner, Webhook};
use maud::{Markup, html};
use pages::components::{Choice, Icon, grouped, moment};
use pages::form::Fields;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId, QueryFields};
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

/// When there has been such a webhook since, asked before what was sent is looked at.
async fn made_at(manager: &Manager, id: &str) -> Result<i64, PageError> {
    let id = id.to_owned();
    let read = manager.read(move |tx, actor| webhooks::get(tx, actor.site().id, Owner::SCHOOL, &id));
    read.await.map(|(_, webhook)| made(&webhook))
}

fn made(webhook: &Webhook) -> i64 {
    webhook.created_at_ns / 1_000_000
}

/// From when on events are sent that it missed: those from before the webhook was there are only sent when that is
/// asked for.
fn missed_since(fields: &Fields, made_at: i64) -> Result<i64, PageError> {
    let since = since(fields)?;
    Ok(if fields.has("before") { since } else { since.max(made_at) })
}

/// What is about to be sent, asked before it is.
struct Question {
    webhook: Webhook,
    count: i64,
    since: i64,
}

/// `GET /manage/webhooks/{id}/send_again`: how many would be sent, and since when.
pub(super) async fn ask(manager: Manager, PathId(id): PathId<String>, QueryFields(query): QueryFields) -> PageResult {
    let is_replay = query.get("what") == "replay";
    let (made_at, before) = (made_at(&manager, &id).await?, query.has("before"));
    let since = if is_replay { missed_since(&query, made_at)? } else { since(&query)? };
    let asked = id.clone();
    let (area, question) = manager
        .read(move |tx, actor| {
            let site = actor.site().id;
            let webhook = webhooks::get(tx, site, Owner::SCHOOL, &asked)?;
            let count = match is_replay {
                true => webhooks::missed(tx, site, Owner::SCHOOL, &asked, since)?,
                false => webhooks::recoverable(tx, site, Owner::SCHOOL, &asked, since)?,
            };
            Ok(Question { webhook, count, since })
        })
        .await?;
    let title = if is_replay { "Send what it missed?" } else { "Send again what failed?" };
    let hidden = html! {
        (manager.csrf())
        input type="hidden" name="hours" value=(query.get("hours"));
        @if before { input type="hidden" name="before" value="true"; }
    };
    let framed = FramedPage::new(LIST, title, question.body(is_replay, &hidden))
        .below("Webhooks", LIST)
        .below(&question.webhook.target_url, path(&id))
        .narrow();
    manager.show(&area, framed)
}

impl Question {
    fn body(&self, is_replay: bool, hidden: &Markup) -> Markup {
        let here = path(&self.webhook.id);
        let of = match (is_replay, self.count) {
            (true, 1) => "event that it missed",
            (true, _) => "events that it missed",
            (false, 1) => "delivery that did not arrive",
            (false, _) => "deliveries that did not arrive",
        };
        // Events are counted up to a limit.
        let many = if is_replay && self.count == webhooks::MOST { " or more" } else { "" };
        html! {
            div.card {
                div.body.fields {
                    @if self.count == 0 {
                        p { "There are no " (of) " since " (moment(self.since)) "." }
                        div.actions { a.button.quiet href=(here) { "Go back to the webhook" } }
                    } @else {
                        p {
                            strong { (grouped(self.count)) (many) " " (of) } " since " (moment(self.since)) " will be sent to "
                            span.mono { (self.webhook.target_url) } "."
                        }
                        form method="post" action={ (here) @if is_replay { "/replay" } @else { "/recover" } } {
                            (hidden)
                            div.actions {
                                button type="submit" { (Icon::Send) "Send" }
                                a.button.quiet href=(here) { "Cancel" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `POST /manage/webhooks/{id}/test`
pub(super) async fn test(PathId(id): PathId<String>, form: ManagerForm) -> PageResult {
    let tested = form.manager.write(move |tx, actor| webhooks::test(tx, actor.site().id, Owner::SCHOOL, &id));
    Ok(see_other(&format!("{}?done=tested", addresses::delivery(tested.await.map_err(told)?.row.id))))
}

/// `POST /manage/webhooks/{id}/recover`
pub(super) async fn recover(PathId(id): PathId<String>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    made_at(&manager, &id).await?;
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
    let made_at = made_at(&manager, &id).await?;
    let mut next = Some(missed_since(&fields, made_at)?);
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
