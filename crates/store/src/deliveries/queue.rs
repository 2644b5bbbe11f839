//! The deliveries that wait: claiming them, and what becomes of each.

use super::{AttemptRow, DeliveryRow, DeliveryState, counted_rows, get};
use crate::{DeliveryId, SiteId, StoreError, Tx, WebhookNumber, params};

/// Lets a delivery wait again, from now on, with all its attempts still ahead of it.
pub fn resend(tx: &mut Tx<'_>, site: SiteId, delivery: &DeliveryRow, now: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE deliveries SET state = 0, due_at = $1, finished_at = NULL WHERE site_id = $2 AND id = $3",
        params![now, site, delivery.id],
    )?;
    tx.update_counts(
        &delivery.counted_rows(site),
        &counted_rows(site, delivery.id, delivery.webhook, DeliveryState::Waiting),
    );
    tx.notify_queue(site, delivery.webhook);
    Ok(())
}

/// A delivery that this process has claimed, with what is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its id.
    pub id: DeliveryId,
    /// How often it was tried before.
    pub attempts: i64,
    /// The event's id on the wire.
    pub ulid: String,
    /// The number of the event's topic.
    pub topic: i64,
    /// The bytes to send.
    pub body: String,
    /// When the event happened.
    pub created_at: i64,
}

/// Claims the deliveries of a webhook that are due, the oldest first, at most so many, until `until`.
pub fn claim(
    tx: &mut Tx<'_>,
    site: SiteId,
    webhook: WebhookNumber,
    now: i64,
    until: i64,
    most: i64,
) -> Result<Vec<Claimed>, StoreError> {
    let lock = if tx.engine() == crate::Engine::Postgres { " FOR UPDATE OF d SKIP LOCKED" } else { "" };
    let sql = format!(
        "SELECT d.id, d.attempts, e.ulid, e.topic, e.body, e.created_at
         FROM deliveries d JOIN events e ON e.site_id = d.site_id AND e.id = d.event_id
         WHERE d.site_id = $1 AND d.webhook = $2 AND d.state = 0 AND d.due_at <= $3
         ORDER BY d.due_at, d.id LIMIT $4{lock}"
    );
    let claimed = tx.query(&sql, params![site, webhook, now, most], |row| {
        Ok(Claimed {
            id: row.get(0)?,
            attempts: row.get(1)?,
            ulid: row.get(2)?,
            topic: row.get(3)?,
            body: row.get(4)?,
            created_at: row.get(5)?,
        })
    })?;
    for delivery in &claimed {
        tx.execute(
            "UPDATE deliveries SET due_at = $1 WHERE site_id = $2 AND id = $3",
            params![until, site, delivery.id],
        )?;
    }
    Ok(claimed)
}

/// What comes after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It arrived.
    Delivered,
    /// It is tried again at this moment.
    Again(i64),
    /// It is not tried again by itself.
    Failed,
}

/// Records an attempt and what comes after it. A delivery that was given up meanwhile stays given up, unless it
/// arrived.
pub fn record(
    tx: &mut Tx<'_>,
    site: SiteId,
    delivery: DeliveryId,
    attempt: &AttemptRow,
    next: Next,
) -> Result<(), StoreError> {
    let Some(had) = get(tx, site, delivery)? else { return Ok(()) };
    let number = had.attempts + 1;
    AttemptRow { number, ..attempt.clone() }.insert(tx, site, delivery)?;
    let at = attempt.at + attempt.milliseconds;
    let (state, due_at, finished_at) = match next {
        Next::Delivered => (DeliveryState::Delivered, had.due_at, Some(at)),
        _ if had.state != DeliveryState::Waiting => (had.state, had.due_at, had.finished_at),
        Next::Again(due_at) => (DeliveryState::Waiting, due_at, None),
        Next::Failed => (DeliveryState::Failed, had.due_at, Some(at)),
    };
    let has = DeliveryRow { state, attempts: number, due_at, finished_at, ..had.clone() };
    has.update(tx, site)?;
    tx.update_counts(&had.counted_rows(site), &has.counted_rows(site));
    Ok(())
}

/// Gives up the waiting deliveries of a webhook, at most so many; gives how many it gave up.
pub fn give_up(
    tx: &mut Tx<'_>,
    site: SiteId,
    webhook: WebhookNumber,
    now: i64,
    most: i64,
) -> Result<usize, StoreError> {
    let waiting: Vec<DeliveryId> = tx.query(
        "SELECT id FROM deliveries WHERE site_id = $1 AND webhook = $2 AND state = 0 ORDER BY due_at, id LIMIT $3",
        params![site, webhook, most],
        |row| row.get(0),
    )?;
    for id in &waiting {
        tx.execute(
            "UPDATE deliveries SET state = 3, finished_at = $1 WHERE site_id = $2 AND id = $3",
            params![now, site, *id],
        )?;
        tx.update_counts(
            &counted_rows(site, *id, webhook, DeliveryState::Waiting),
            &counted_rows(site, *id, webhook, DeliveryState::GivenUp),
        );
    }
    Ok(waiting.len())
}

/// The webhooks of a school that are no more, and for which deliveries still wait. A look or two into an index for each
/// webhook that has deliveries.
pub fn orphans(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<WebhookNumber>, StoreError> {
    let mut orphans = Vec::new();
    let mut last = WebhookNumber::new(i64::MIN);
    let next = "SELECT webhook FROM deliveries WHERE site_id = $1 AND webhook > $2 ORDER BY webhook LIMIT 1";
    while let Some(webhook) = tx.first(next, params![site, last], |row| row.get::<WebhookNumber>(0))? {
        if crate::webhooks::get(tx, site, webhook)?.is_none() {
            let waiting = "SELECT 1 FROM deliveries WHERE site_id = $1 AND webhook = $2 AND state = 0 LIMIT 1";
            orphans.extend(tx.first(waiting, params![site, webhook], |_| Ok(webhook))?);
        }
        last = webhook;
    }
    Ok(orphans)
}
