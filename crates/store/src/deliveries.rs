//! Rows of deliveries: one for each event and webhook that wants it; and of the attempts at them.
//!
//! They are also the queue. A delivery waits (state 0) until it is due; whoever claims it moves its due time ahead by
//! the length of a lease, so that nobody else takes it meanwhile, and it comes back by itself when that process dies.

use crate::{CountedRow, Filter, ListQuery, Page, PageRequest, Row, StoreError, Tx, lists, params};

/// It waits to be sent, or to be sent again.
pub const WAITING: i64 = 0;
/// It arrived.
pub const DELIVERED: i64 = 1;
/// It did not arrive and is not tried again by itself.
pub const FAILED: i64 = 2;
/// Its webhook was switched off or removed.
pub const GIVEN_UP: i64 = 3;

/// A delivery's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id.
    pub id: i64,
    /// When it was made, with its event.
    pub created_at: i64,
    /// The number of its event.
    pub event_id: i64,
    /// The number of its webhook.
    pub webhook: i64,
    /// How it stands.
    pub state: i64,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, while it waits.
    pub due_at: i64,
    /// When it stopped waiting.
    pub finished_at: Option<i64>,
}

/// A delivery as it is looked at: with the names by which others know its event and its webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDelivery {
    /// Its row.
    pub row: DeliveryRow,
    /// The event's id on the wire.
    pub ulid: String,
    /// The number of the event's topic.
    pub topic: i64,
    /// The webhook's id on the wire; none when it was removed.
    pub webhook_id: Option<String>,
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// Its number, from one.
    pub number: i64,
    /// When it began.
    pub at: i64,
    /// How long it took.
    pub milliseconds: i64,
    /// The status that was answered.
    pub status: Option<i64>,
    /// What went wrong, when nothing was answered.
    pub error: Option<String>,
    /// The beginning of the answer's body.
    pub answer: Option<String>,
}

const COLUMNS: &str = "t.id, t.created_at, t.event_id, t.webhook, t.state, t.attempts, t.due_at, t.finished_at";

fn read(row: &Row<'_>) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: row.get(0)?,
        created_at: row.get(1)?,
        event_id: row.get(2)?,
        webhook: row.get(3)?,
        state: row.get(4)?,
        attempts: row.get(5)?,
        due_at: row.get(6)?,
        finished_at: row.get(7)?,
    })
}

const NAMED: &str =
    "t.id, t.created_at, t.event_id, t.webhook, t.state, t.attempts, t.due_at, t.finished_at, e.ulid, e.topic, w.id";
const NAMES: &str = " JOIN events e ON e.site_id = t.site_id AND e.id = t.event_id
     LEFT JOIN webhooks w ON w.site_id = t.site_id AND w.number = t.webhook";

fn read_named(row: &Row<'_>) -> Result<NamedDelivery, StoreError> {
    Ok(NamedDelivery { row: read(row)?, ulid: row.get(8)?, topic: row.get(9)?, webhook_id: row.get(10)? })
}

fn places(site: i64, id: i64, webhook: i64, state: i64) -> [CountedRow; 2] {
    [
        CountedRow { site, list: lists::DELIVERIES, scope: 0, state, key: id },
        CountedRow { site, list: lists::DELIVERIES_OF_WEBHOOK, scope: webhook, state, key: id },
    ]
}

/// Adds a delivery that is due at once, and wakes the sender when it is committed.
///
/// # Errors
/// [`StoreError::Taken`] `deliveries.webhook` when the webhook has this event already.
pub fn insert(tx: &mut Tx<'_>, site: i64, event_id: i64, webhook: i64, at: i64) -> Result<i64, StoreError> {
    let id = tx.next_id("deliveries")?;
    tx.execute(
        "INSERT INTO deliveries (site_id, id, created_at, event_id, webhook, state, attempts, due_at)
         VALUES ($1, $2, $3, $4, $5, 0, 0, $6)",
        // The school's moments never run backwards. When the clock was set back they are ahead of it, and nobody is to
        // be told that much later.
        params![site, id, at, event_id, webhook, at.min(crate::now())],
    )?;
    tx.update_counts(&[], &places(site, id, webhook, WAITING));
    tx.notify_queue(site, webhook);
    Ok(id)
}

/// The delivery with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<DeliveryRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries t WHERE t.site_id = $1 AND t.id = $2");
    tx.first(&sql, params![site, id], read)
}

/// The delivery with this id, as it is looked at.
///
/// # Errors
/// Whatever the database says.
pub fn named(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<NamedDelivery>, StoreError> {
    let sql = format!("SELECT {NAMED} FROM deliveries t{NAMES} WHERE t.site_id = $1 AND t.id = $2");
    tx.first(&sql, params![site, id], read_named)
}

/// The delivery of an event to a webhook.
///
/// # Errors
/// Whatever the database says.
pub fn find(tx: &mut Tx<'_>, site: i64, event_id: i64, webhook: i64) -> Result<Option<DeliveryRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries t WHERE t.site_id = $1 AND t.event_id = $2 AND t.webhook = $3");
    tx.first(&sql, params![site, event_id, webhook], read)
}

/// Which deliveries a list is of.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeliveryFilter {
    /// Those of this webhook.
    pub webhook: Option<i64>,
    /// Those in this state.
    pub state: Option<i64>,
    /// Those of this event.
    pub event_id: Option<i64>,
}

/// A page of the school's deliveries.
///
/// # Errors
/// Whatever the database says.
pub fn page(
    tx: &mut Tx<'_>,
    site: i64,
    filter: &DeliveryFilter,
    request: &PageRequest,
) -> Result<Page<NamedDelivery>, StoreError> {
    let mut part = match filter.webhook {
        Some(webhook) => lists::of(site, lists::DELIVERIES_OF_WEBHOOK, webhook),
        None => lists::whole(site, lists::DELIVERIES),
    };
    let mut scope = Vec::new();
    scope.extend(filter.webhook.map(|webhook| Filter::is("t.webhook = ?", webhook)));
    if let Some(state) = filter.state {
        part.states = 1 << state;
        // An event has few deliveries: they are walked, and the plus keeps the index of states out of it.
        let condition = if filter.event_id.is_some() { "+t.state = ?" } else { "t.state = ?" };
        scope.push(Filter::is(condition, state));
    }
    scope.extend(filter.event_id.map(|event| Filter::is("t.event_id = ?", event)));
    let source = ListQuery {
        table: "deliveries",
        columns: NAMED,
        from: "deliveries t",
        join: NAMES,
        site_column: "t.site_id",
        id_column: "t.id",
        scope,
        by_id: Some(part).filter(|_| filter.event_id.is_none()),
        by_rev: None,
        filters: vec![],
    };
    tx.page(site, &source, request, read_named)
}

/// An event that a webhook may have missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The event's number.
    pub event_id: i64,
    /// When it happened.
    pub created_at: i64,
    /// Whether there is a delivery of it to the webhook.
    pub known: bool,
}

/// The events of a topic from the one with this number on, in order, at most so many: whether each has a delivery to
/// the webhook.
///
/// # Errors
/// Whatever the database says.
pub fn candidates(
    tx: &mut Tx<'_>,
    site: i64,
    webhook: i64,
    topic: i64,
    from: i64,
    most: i64,
) -> Result<Vec<Candidate>, StoreError> {
    tx.query(
        "SELECT e.id, e.created_at, d.id FROM events e
         LEFT JOIN deliveries d ON d.site_id = e.site_id AND d.event_id = e.id AND d.webhook = $1
         WHERE e.site_id = $2 AND e.topic = $3 AND e.id >= $4 ORDER BY e.id LIMIT $5",
        params![webhook, site, topic, from, most],
        |row| {
            let known: Option<i64> = row.get(2)?;
            Ok(Candidate { event_id: row.get(0)?, created_at: row.get(1)?, known: known.is_some() })
        },
    )
}

/// The attempts at a delivery, in order.
///
/// # Errors
/// Whatever the database says.
pub fn attempts(tx: &mut Tx<'_>, site: i64, delivery: i64) -> Result<Vec<AttemptRow>, StoreError> {
    tx.query(
        "SELECT number, at, milliseconds, status, error, answer FROM delivery_attempts
         WHERE site_id = $1 AND delivery_id = $2 ORDER BY number",
        params![site, delivery],
        |row| {
            Ok(AttemptRow {
                number: row.get(0)?,
                at: row.get(1)?,
                milliseconds: row.get(2)?,
                status: row.get(3)?,
                error: row.get(4)?,
                answer: row.get(5)?,
            })
        },
    )
}

/// Lets a delivery wait again, from now on, with all its attempts still ahead of it.
///
/// # Errors
/// Whatever the database says.
pub fn resend(tx: &mut Tx<'_>, site: i64, delivery: &DeliveryRow, now: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE deliveries SET state = 0, due_at = $1, finished_at = NULL WHERE site_id = $2 AND id = $3",
        params![now, site, delivery.id],
    )?;
    let had = places(site, delivery.id, delivery.webhook, delivery.state);
    tx.update_counts(&had, &places(site, delivery.id, delivery.webhook, WAITING));
    tx.notify_queue(site, delivery.webhook);
    Ok(())
}

/// A delivery that this process has claimed, with what is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its id.
    pub id: i64,
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
///
/// # Errors
/// Whatever the database says.
pub fn claim(
    tx: &mut Tx<'_>,
    site: i64,
    webhook: i64,
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
///
/// # Errors
/// Whatever the database says.
pub fn record(tx: &mut Tx<'_>, site: i64, delivery: i64, attempt: &AttemptRow, next: Next) -> Result<(), StoreError> {
    let Some(row) = get(tx, site, delivery)? else { return Ok(()) };
    let number = row.attempts + 1;
    tx.execute(
        "INSERT INTO delivery_attempts (site_id, delivery_id, number, at, milliseconds, status, error, answer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            site,
            delivery,
            number,
            attempt.at,
            attempt.milliseconds,
            attempt.status,
            &attempt.error,
            &attempt.answer,
        ],
    )?;
    let at = attempt.at + attempt.milliseconds;
    let (state, due_at, finished_at) = match next {
        Next::Delivered => (DELIVERED, row.due_at, Some(at)),
        _ if row.state != WAITING => (row.state, row.due_at, row.finished_at),
        Next::Again(due_at) => (WAITING, due_at, None),
        Next::Failed => (FAILED, row.due_at, Some(at)),
    };
    tx.execute(
        "UPDATE deliveries SET state = $1, attempts = $2, due_at = $3, finished_at = $4 WHERE site_id = $5 AND id = $6",
        params![state, number, due_at, finished_at, site, delivery],
    )?;
    tx.update_counts(&places(site, delivery, row.webhook, row.state), &places(site, delivery, row.webhook, state));
    Ok(())
}

/// Gives up the waiting deliveries of a webhook, at most so many; gives how many it gave up.
///
/// # Errors
/// Whatever the database says.
pub fn give_up(tx: &mut Tx<'_>, site: i64, webhook: i64, now: i64, most: i64) -> Result<usize, StoreError> {
    let waiting: Vec<i64> = tx.query(
        "SELECT id FROM deliveries WHERE site_id = $1 AND webhook = $2 AND state = 0 ORDER BY due_at, id LIMIT $3",
        params![site, webhook, most],
        |row| row.get(0),
    )?;
    for id in &waiting {
        tx.execute(
            "UPDATE deliveries SET state = 3, finished_at = $1 WHERE site_id = $2 AND id = $3",
            params![now, site, *id],
        )?;
        tx.update_counts(&places(site, *id, webhook, WAITING), &places(site, *id, webhook, GIVEN_UP));
    }
    Ok(waiting.len())
}

/// The webhooks of a school that are no more, and for which deliveries still wait. A look or two into an index for each
/// webhook that has deliveries.
///
/// # Errors
/// Whatever the database says.
pub fn orphans(tx: &mut Tx<'_>, site: i64) -> Result<Vec<i64>, StoreError> {
    let mut orphans = Vec::new();
    let mut last = i64::MIN;
    let next = "SELECT webhook FROM deliveries WHERE site_id = $1 AND webhook > $2 ORDER BY webhook LIMIT 1";
    while let Some(webhook) = tx.first(next, params![site, last], |row| row.get::<i64>(0))? {
        if crate::webhooks::get(tx, site, webhook)?.is_none() {
            let waiting = "SELECT 1 FROM deliveries WHERE site_id = $1 AND webhook = $2 AND state = 0 LIMIT 1";
            orphans.extend(tx.first(waiting, params![site, webhook], |_| Ok(webhook))?);
        }
        last = webhook;
    }
    Ok(orphans)
}

/// Removes the deliveries of an event and the attempts at them.
///
/// # Errors
/// Whatever the database says.
pub(crate) fn delete_of_event(tx: &mut Tx<'_>, site: i64, event_id: i64) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries t WHERE t.site_id = $1 AND t.event_id = $2");
    for row in tx.query(&sql, params![site, event_id], read)? {
        tx.execute("DELETE FROM delivery_attempts WHERE site_id = $1 AND delivery_id = $2", params![site, row.id])?;
        tx.execute("DELETE FROM deliveries WHERE site_id = $1 AND id = $2", params![site, row.id])?;
        tx.update_counts(&places(site, row.id, row.webhook, row.state), &[]);
    }
    Ok(())
}
