//! Rows of deliveries: one for each event and webhook that wants it; and of the attempts at them.
//!
//! They are also the queue. A delivery waits (state 0) until it is due; whoever claims it moves its due time ahead by
//! the length of a lease, so that nobody else takes it meanwhile, and it comes back by itself when that process dies.

mod attempts;
mod queue;

pub use attempts::{AttemptRow, attempts};
pub use queue::{Claimed, Next, claim, give_up, orphans, record, resend};

use crate::enums::number_enum;
use crate::table::{select, table};
use crate::{
    CountedRow, DeliveryId, EventId, Filter, ListQuery, Page, PageRequest, Row, SiteId, StoreError, Tx, WebhookNumber,
    lists, params,
};
use std::sync::LazyLock;

number_enum! {
    /// How a delivery stands.
    pub enum DeliveryState {
        /// It waits to be sent, or to be sent again.
        Waiting = 0,
        /// It arrived.
        Delivered = 1,
        /// It did not arrive and is not tried again by itself.
        Failed = 2,
        /// Its webhook was switched off or removed.
        GivenUp = 3,
    }
}

table! {
    /// A delivery's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeliveryRow in "deliveries" of site {
        keys {
            /// Its id.
            id: DeliveryId,
        }
        fixed {
            /// When it was made, with its event.
            created_at: i64,
            /// The number of its event.
            event_id: EventId,
            /// The number of its webhook.
            webhook: WebhookNumber,
        }
        values {
            /// How it stands.
            state: DeliveryState,
            /// How often it was tried.
            attempts: i64,
            /// When it is tried next, while it waits.
            due_at: i64,
            /// When it stopped waiting.
            finished_at: Option<i64>,
        }
    }
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

/// What [`NamedDelivery`] has beside the row, and where it comes from.
const NAMES: &str = "e.ulid, e.topic, w.id";
const NAMES_FROM: &str = " JOIN events e ON e.site_id = t.site_id AND e.id = t.event_id
     LEFT JOIN webhooks w ON w.site_id = t.site_id AND w.number = t.webhook";
static NAMED_COLUMNS: LazyLock<String> = LazyLock::new(|| format!("{}, {NAMES}", DeliveryRow::COLUMNS));

fn read_named(row: &Row<'_>) -> Result<NamedDelivery, StoreError> {
    let names = DeliveryRow::WIDTH;
    Ok(NamedDelivery {
        row: DeliveryRow::read(row)?,
        ulid: row.get(names)?,
        topic: row.get(names + 1)?,
        webhook_id: row.get(names + 2)?,
    })
}

impl DeliveryRow {
    fn counted_rows(&self, site: SiteId) -> [CountedRow; 2] {
        counted_rows(site, self.id, self.webhook, self.state)
    }
}

fn counted_rows(site: SiteId, id: DeliveryId, webhook: WebhookNumber, state: DeliveryState) -> [CountedRow; 2] {
    [
        CountedRow { state: state.number(), ..lists::counted_row(site, lists::DELIVERIES, id) },
        CountedRow { state: state.number(), ..lists::counted_row_of(site, lists::DELIVERIES_OF_WEBHOOK, webhook, id) },
    ]
}

/// Adds a delivery that is due at once, and wakes the sender when it is committed.
///
/// # Errors
/// [`StoreError::Taken`] `deliveries.webhook` when the webhook has this event already.
pub fn insert(
    tx: &mut Tx<'_>,
    site: SiteId,
    event_id: EventId,
    webhook: WebhookNumber,
    at: i64,
) -> Result<DeliveryId, StoreError> {
    let id = DeliveryId::next(tx)?;
    // The school's moments never run backwards. When the clock was set back they are ahead of it, and nobody is to be
    // told that much later.
    let due_at = at.min(crate::now());
    let row = DeliveryRow {
        id,
        created_at: at,
        event_id,
        webhook,
        state: DeliveryState::Waiting,
        attempts: 0,
        due_at,
        finished_at: None,
    };
    row.insert(tx, site)?;
    tx.update_counts(&[], &row.counted_rows(site));
    tx.notify_queue(site, webhook);
    Ok(id)
}

/// The delivery with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
    let sql = select!(DeliveryRow, "WHERE t.site_id = $1 AND t.id = $2");
    tx.first(sql, params![site, id], DeliveryRow::read)
}

/// The delivery with this id, as it is looked at.
pub fn named(tx: &mut Tx<'_>, site: SiteId, id: DeliveryId) -> Result<Option<NamedDelivery>, StoreError> {
    let sql = select!(DeliveryRow + NAMES, NAMES_FROM, "WHERE t.site_id = $1 AND t.id = $2");
    tx.first(sql, params![site, id], read_named)
}

/// The delivery of an event to a webhook.
pub fn find(
    tx: &mut Tx<'_>,
    site: SiteId,
    event_id: EventId,
    webhook: WebhookNumber,
) -> Result<Option<DeliveryRow>, StoreError> {
    let sql = select!(DeliveryRow, "WHERE t.site_id = $1 AND t.event_id = $2 AND t.webhook = $3");
    tx.first(sql, params![site, event_id, webhook], DeliveryRow::read)
}

/// Which deliveries a list is of.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeliveryFilter {
    /// Those of this webhook.
    pub webhook: Option<WebhookNumber>,
    /// Those in this state.
    pub state: Option<DeliveryState>,
    /// Those of this event.
    pub event_id: Option<EventId>,
}

/// A page of the school's deliveries.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
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
        part.states = 1 << state.number();
        // An event has few deliveries: they are walked, and the plus keeps the index of states out of it.
        let condition = if filter.event_id.is_some() { "+t.state = ?" } else { "t.state = ?" };
        scope.push(Filter::is(condition, state));
    }
    scope.extend(filter.event_id.map(|event| Filter::is("t.event_id = ?", event)));
    let source = ListQuery {
        columns: NAMED_COLUMNS.as_str(),
        join: NAMES_FROM,
        scope,
        by_id: Some(part).filter(|_| filter.event_id.is_none()),
        ..DeliveryRow::list()
    };
    tx.page(site, &source, request, read_named)
}

/// An event that a webhook may have missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The event's number.
    pub event_id: EventId,
    /// When it happened.
    pub created_at: i64,
    /// Whether there is a delivery of it to the webhook.
    pub known: bool,
}

/// The events of a topic from the one with this number on, in order, at most so many: whether each has a delivery to
/// the webhook.
pub fn candidates(
    tx: &mut Tx<'_>,
    site: SiteId,
    webhook: WebhookNumber,
    topic: i64,
    from: EventId,
    most: i64,
) -> Result<Vec<Candidate>, StoreError> {
    tx.query(
        "SELECT e.id, e.created_at, d.id FROM events e
         LEFT JOIN deliveries d ON d.site_id = e.site_id AND d.event_id = e.id AND d.webhook = $1
         WHERE e.site_id = $2 AND e.topic = $3 AND e.id >= $4 ORDER BY e.id LIMIT $5",
        params![webhook, site, topic, from, most],
        |row| {
            let known: Option<DeliveryId> = row.get(2)?;
            Ok(Candidate { event_id: row.get(0)?, created_at: row.get(1)?, known: known.is_some() })
        },
    )
}

/// Removes the deliveries of an event and the attempts at them.
pub(crate) fn delete_of_event(tx: &mut Tx<'_>, site: SiteId, event_id: EventId) -> Result<(), StoreError> {
    let sql = select!(DeliveryRow, "WHERE t.site_id = $1 AND t.event_id = $2");
    for row in tx.query(sql, params![site, event_id], DeliveryRow::read)? {
        tx.execute("DELETE FROM delivery_attempts WHERE site_id = $1 AND delivery_id = $2", params![site, row.id])?;
        tx.execute("DELETE FROM deliveries WHERE site_id = $1 AND id = $2", params![site, row.id])?;
        tx.update_counts(&row.counted_rows(site), &[]);
    }
    Ok(())
}
