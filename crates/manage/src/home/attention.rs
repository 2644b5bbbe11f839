//! What needs somebody: each thing with what it means and where something is done about it.

use super::{SOON, STOPPED, WAITS};
use crate::dates::DAY_MS;
use crate::{addresses, api_access_tokens, api_key, mails};
use delivery::webhooks;
use identity::actor::Actor;
use identity::api_access_tokens::{self as tokens, Validity};
use identity::rights::Right;
use maud::{Markup, html};
use pages::components::{Tone, grouped, moment};
use school::events::Topic;
use school::reconciliation::{self, Difference};
use school::{PageRequest, ServerKey, mails as school_mails, now, product_publish_requests, request_log, sites};
use web::Tx;

/// So many webhooks are named.
const MOST_WEBHOOKS: i64 = 5;

/// Something that needs somebody.
pub(super) struct Attention {
    /// The right that what is done about it takes: who lacks it is not told.
    right: Right,
    pub word: &'static str,
    pub tone: Tone,
    pub title: String,
    pub text: Markup,
    pub href: String,
    pub action: &'static str,
}

/// What needs the person who looks.
pub(super) fn find(tx: &mut Tx<'_>, actor: &Actor, key: &ServerKey) -> school::Result<Vec<Attention>> {
    let mut found = failing_webhooks(tx, actor)?;
    found.extend(unsent_mails(tx, actor)?);
    found.extend(ending_tokens(tx, actor)?);
    found.extend(old_key(tx, actor, key)?);
    found.extend(programs_refused(tx, actor)?);
    found.extend(publish_requests(tx, actor)?);
    found.extend(reconciliation_differences(tx, actor)?);
    found.retain(|item| actor.may(item.right));
    Ok(found)
}

fn failing_webhooks(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Vec<Attention>> {
    let failing = webhooks::failing(tx, actor.site().id, MOST_WEBHOOKS)?;
    let item = |webhook: webhooks::Webhook| {
        let topic = Topic::numbered(webhook.topic).map_or("", Topic::name);
        let (word, tone) = if webhook.active { SOON } else { STOPPED };
        let since = webhook.failing_since.unwrap_or_default();
        Attention {
            right: Right::ManageSchool,
            word: if webhook.active { "Failing" } else { word },
            tone,
            title: if webhook.active {
                format!("A webhook of {topic} fails")
            } else {
                format!("A webhook of {topic} was switched off")
            },
            text: html! { span.mono { (webhook.target_url) } " has taken nothing since " (moment(since)) "." },
            href: addresses::webhook(&webhook.id),
            action: "Look at the webhook",
        }
    };
    Ok(failing.into_iter().map(item).collect())
}

fn unsent_mails(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Vec<Attention>> {
    let site = actor.site().id;
    let mut found = Vec::new();
    let item = |title: String, text: Markup| Attention {
        right: Right::ManageSchool,
        word: STOPPED.0,
        tone: STOPPED.1,
        title,
        text,
        href: mails::LIST.to_owned(),
        action: "Look at the mails",
    };
    if let Some(since) = school_mails::waiting_since(tx, site, now())? {
        let text =
            html! { "Nothing has been sent since " (moment(since)) ". The server has no mail server that it can use." };
        found.push(item("Mail is not sent".to_owned(), text));
    }
    let unsent = school_mails::unsent(tx, site)?;
    if let Some(last) = unsent.first() {
        let count = unsent.len() as i64;
        let title = if count == 1 {
            "A mail could not be sent".to_owned()
        } else {
            format!("{} mails could not be sent", grouped(count))
        };
        found.push(item(title, html! { "The last one: " (last.failure) }));
    }
    Ok(found)
}

fn ending_tokens(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Vec<Attention>> {
    let now = now();
    let mut found = Vec::new();
    for token in tokens::all(tx, actor.site().id)? {
        let end = token.expires_at.unwrap_or_default();
        let ((word, tone), title, text) = match tokens::validity(&token, now) {
            Validity::Counts => continue,
            Validity::EndsSoon => (
                SOON,
                format!("The token {} ends soon", token.name),
                html! { "It ends " (moment(end)) ". Give its program a new one before." },
            ),
            Validity::Ended => (
                STOPPED,
                format!("The token {} has ended", token.name),
                html! {
                    "It ended " (moment(end)) ". Its program is refused; revoke it if nothing uses it any more. "
                    a href=(addresses::requests_of_token(token.id)) { "What it called" }
                },
            ),
        };
        let (right, href) = (Right::ManageApiKeys, api_access_tokens::LIST.to_owned());
        found.push(Attention { right, word, tone, title, text, href, action: "Look at the tokens" });
    }
    Ok(found)
}

fn old_key(tx: &mut Tx<'_>, actor: &Actor, key: &ServerKey) -> school::Result<Option<Attention>> {
    let previous = sites::previous_api_key(tx, key, actor.site().id, now())?;
    Ok(previous.map(|previous| Attention {
        right: Right::ManageApiKeys,
        word: SOON.0,
        tone: SOON.1,
        title: "The old API key ends soon".to_owned(),
        text: html! { "It counts until " (moment(previous.until)) ". Programs that still use it are refused from then on. " a href=(addresses::REQUESTS_OF_PREVIOUS_KEY) { "What they called" } },
        href: api_key::PAGE.to_owned(),
        action: "Look at the key",
    }))
}

/// Requests of programs that failed in the last day, and those that were too many.
fn programs_refused(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Vec<Attention>> {
    let (site, since) = (actor.site().id, now() - DAY_MS);
    let mut with = |status| request_log::count_with_status(tx, site, status, since);
    let (failed, limited) = (with(500)? + with(503)?, with(429)?);
    let requests = |count: i64| match count {
        1 => "A request".to_owned(),
        request_log::MOST_COUNTED.. => format!("More than {} requests", grouped(request_log::MOST_COUNTED - 1)),
        more => format!("{} requests", grouped(more)),
    };
    let item = |(word, tone): (&'static str, Tone), title: String, text: &str, href: &str| Attention {
        right: Right::ManageSchool,
        word,
        tone,
        title,
        text: html! { (text) },
        href: href.to_owned(),
        action: "Look at the requests",
    };
    let mut found = Vec::new();
    if failed > 0 {
        let title = format!("{} of programs failed", requests(failed));
        let text = "In the last 24 hours. That is no fault of theirs: whoever runs the server finds the reason by the request id.";
        found.push(item(("Failed", STOPPED.1), title, text, addresses::FAILED_REQUESTS));
    }
    if limited > 0 {
        let title = format!("{} of programs came too fast", requests(limited));
        let text = "In the last 24 hours. They were refused, and a program that does not try again has lost them.";
        found.push(item(("Refused", SOON.1), title, text, addresses::LIMITED_REQUESTS));
    }
    Ok(found)
}

fn publish_requests(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Option<Attention>> {
    let count = product_publish_requests::list(tx, actor.site().id, &PageRequest::first(1))?.total;
    Ok((count > 0).then(|| Attention {
        right: Right::ManageSchool,
        word: WAITS.0,
        tone: WAITS.1,
        title: match count {
            1 => "A product waits to be published".to_owned(),
            more => format!("{} products wait to be published", grouped(more)),
        },
        text: html! { "Course admins have asked for it." },
        href: addresses::PUBLISH_REQUESTS.to_owned(),
        action: "Answer",
    }))
}

/// What the books of external orders name that somebody should compare with the provider's own.
fn reconciliation_differences(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Option<Attention>> {
    let differences = reconciliation::recent_differences(tx, actor.site().id)?;
    let first = differences.first().map(Difference::sentence);
    Ok(first.map(|first| Attention {
        right: Right::ManageSchool,
        word: "Difference",
        tone: SOON.1,
        title: match differences.len() {
            1 => "Something in the external orders should be looked at".to_owned(),
            more => format!("{} things in the external orders should be looked at", grouped(more as i64)),
        },
        text: html! { span dir="auto" { (first) } " In the last 30 days." },
        href: addresses::RECONCILIATION.to_owned(),
        action: "Look at the report",
    }))
}
