//! Rows of events: what happened in a school, with the exact bytes that are sent about it.

use crate::table::{select, table};
use crate::{CountSelection, CountedRow, EventId, ListQuery, Page, PageRequest, SiteId, StoreError, Tx, lists, params};

table! {
    /// An event's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct EventRow in "events" of site {
        keys {
            /// Its number in the school's order of events.
            id: EventId,
        }
        fixed {
            /// When it happened.
            created_at: i64,
            /// Its id on the wire, a ULID.
            ulid: String,
            /// The number of its topic.
            topic: i64,
            /// The envelope with the payload: compact JSON, as it is signed and sent.
            body: String,
            /// Whether it is made up, to try a webhook.
            test: bool,
        }
    }
}

fn counted_rows(site: SiteId, id: EventId, topic: i64) -> [CountedRow; 2] {
    [lists::counted_row(site, lists::EVENTS, id), lists::counted_row_of(site, lists::EVENTS_OF_TOPIC, topic, id)]
}

/// Adds an event.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, event: &EventRow) -> Result<(), StoreError> {
    event.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, event.id, event.topic));
    tx.notify_event(site);
    Ok(())
}

/// The event with this number.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: EventId) -> Result<Option<EventRow>, StoreError> {
    let sql = select!(EventRow, "WHERE t.site_id = $1 AND t.id = $2");
    tx.first(sql, params![site, id], EventRow::read)
}

/// The event with this id on the wire.
pub fn by_ulid(tx: &mut Tx<'_>, site: SiteId, ulid: &str) -> Result<Option<EventRow>, StoreError> {
    let sql = select!(EventRow, "WHERE t.site_id = $1 AND t.ulid = $2");
    tx.first(sql, params![site, ulid], EventRow::read)
}

/// The school's newest event: its number and its id on the wire.
pub fn newest(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<(EventId, String)>, StoreError> {
    tx.first("SELECT id, ulid FROM events WHERE site_id = $1 ORDER BY id DESC LIMIT 1", params![site], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// The events after the one with this number, in order, at most so many.
pub fn after(tx: &mut Tx<'_>, site: SiteId, id: EventId, most: i64) -> Result<Vec<EventRow>, StoreError> {
    let sql = select!(EventRow, "WHERE t.site_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3");
    tx.query(sql, params![site, id, most], EventRow::read)
}

/// A page of the school's events, of one topic or of all.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    topic: Option<i64>,
    request: &PageRequest,
) -> Result<Page<EventRow>, StoreError> {
    let part: CountSelection = match topic {
        Some(topic) => lists::of(site, lists::EVENTS_OF_TOPIC, topic),
        None => lists::whole(site, lists::EVENTS),
    };
    let source = ListQuery {
        scope: topic.map(|topic| crate::Filter::is("t.topic = ?", topic)).into_iter().collect(),
        by_id: Some(part),
        ..EventRow::list()
    };
    tx.page(site, &source, request, EventRow::read)
}

/// Forgets the oldest events that happened before a moment, at most so many, with their deliveries and attempts.
/// Gives how many it forgot.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, before: i64, most: i64) -> Result<usize, StoreError> {
    let old: Vec<(EventId, i64)> = tx.query(
        // Only the first are looked at: they are the oldest, or nearly so. The rest is never searched through.
        "SELECT id, topic FROM (
           SELECT id, topic, created_at FROM events WHERE site_id = $1 ORDER BY id LIMIT $2) AS first
         WHERE created_at < $3 ORDER BY id",
        params![site, most, before],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (id, topic) in &old {
        crate::deliveries::delete_of_event(tx, site, *id)?;
        tx.execute("DELETE FROM events WHERE site_id = $1 AND id = $2", params![site, *id])?;
        tx.update_counts(&counted_rows(site, *id, *topic), &[]);
    }
    Ok(old.len())
}
