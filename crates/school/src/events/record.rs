//! Recording an event, in the transaction of its cause.

use super::topics::Topic;
use crate::error::{Error, Result};
use crate::ids;
use crate::time::Moment;
use serde::Serialize;
use store::events::{self as rows, EventRow};
use store::{AppId, DeliveryId, EventId, SiteId, Tx, WebhookNumber};

/// What is sent: the envelope around a payload, in the order of keys that receivers know.
#[derive(Debug, Serialize)]
struct Envelope<'a, P> {
    id: &'a str,
    resource: &'static str,
    action: &'static str,
    tenant_id: String,
    tenant_global_id: &'a str,
    created_at: Moment,
    timestamp: i64,
    payload: &'a P,
}

/// Records an event of the change that is being made in this transaction, and a delivery for every active webhook of
/// its topic.
///
/// # Errors
/// [`Error::NotFound`] when there is no such school.
pub fn record(tx: &mut Tx<'_>, site: SiteId, topic: Topic, payload: &impl Serialize) -> Result<()> {
    if tx.is_without_events() {
        return Ok(());
    }
    let event = insert(tx, site, topic, payload, false)?;
    for webhook in store::webhooks::of_topic(tx, site, topic as i64)? {
        store::deliveries::insert(tx, site, event.id, webhook, event.created_at)?;
    }
    Ok(())
}

/// Records an event that is an app's own business: of the webhooks of its topic, those of the app and the school's own
/// get a delivery, and no other app's.
///
/// # Errors
/// [`Error::NotFound`] when there is no such school.
pub fn record_of_app(tx: &mut Tx<'_>, site: SiteId, topic: Topic, payload: &impl Serialize, app: AppId) -> Result<()> {
    if tx.is_without_events() {
        return Ok(());
    }
    let event = insert(tx, site, topic, payload, false)?;
    for number in store::webhooks::of_topic(tx, site, topic as i64)? {
        let webhook = store::webhooks::get(tx, site, number)?;
        if webhook.is_some_and(|webhook| webhook.app_id.is_none_or(|of| of == app)) {
            store::deliveries::insert(tx, site, event.id, number, event.created_at)?;
        }
    }
    Ok(())
}

/// Records a made-up event for one webhook only: a test that somebody asked for.
///
/// # Errors
/// [`Error::NotFound`] when there is no such school.
pub fn record_for(
    tx: &mut Tx<'_>,
    site: SiteId,
    topic: Topic,
    payload: &impl Serialize,
    webhook: WebhookNumber,
) -> Result<DeliveryId> {
    let event = insert(tx, site, topic, payload, true)?;
    Ok(store::deliveries::insert(tx, site, event.id, webhook, event.created_at)?)
}

fn insert(tx: &mut Tx<'_>, site: SiteId, topic: Topic, payload: &impl Serialize, test: bool) -> Result<EventRow> {
    let gid = store::sites::gid(tx, site)?.ok_or(Error::NotFound)?;
    // Events are in the order of their moments, as everything else in a school.
    let at = tx.stamp(site)?.at;
    let ulid = ids::ulid(at);
    let envelope = Envelope {
        id: &ulid,
        resource: topic.resource(),
        action: topic.action(),
        tenant_id: site.to_string(),
        tenant_global_id: &gid,
        created_at: Moment(at),
        timestamp: at.div_euclid(1000),
        payload,
    };
    let body =
        serde_json::to_string(&envelope).unwrap_or_else(|error| unreachable!("payloads are plain data: {error}"));
    let id = EventId::next(tx)?;
    let event = EventRow { id, created_at: at, ulid, topic: topic as i64, body, test };
    rows::insert(tx, site, &event)?;
    Ok(event)
}
