//! Rows of events: what happened in a school, with the exact bytes that are sent about it.

use crate::{CountSelection, CountedRow, ListQuery, Page, PageRequest, Row, StoreError, Tx, lists, params};

/// An event's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its number in the school's order of events.
    pub id: i64,
    /// When it happened.
    pub created_at: i64,
    /// Its id on the wire, a ULID.
    pub ulid: String,
    /// The number of its topic.
    pub topic: i64,
    /// The envelope with the payload: compact JSON, as it is signed and sent.
    pub body: String,
    /// Whether it is made up, to try a webhook.
    pub test: bool,
}

const COLUMNS: &str = "t.id, t.created_at, t.ulid, t.topic, t.body, t.test";

fn read(row: &Row<'_>) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        id: row.get(0)?,
        created_at: row.get(1)?,
        ulid: row.get(2)?,
        topic: row.get(3)?,
        body: row.get(4)?,
        test: row.get(5)?,
    })
}

fn places(site: i64, id: i64, topic: i64) -> [CountedRow; 2] {
    let of_topic = CountedRow { site, list: lists::EVENTS_OF_TOPIC, scope: topic, state: 0, key: id };
    [lists::place(site, lists::EVENTS, id), of_topic]
}

/// Adds an event.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, event: &EventRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO events (site_id, id, created_at, ulid, topic, body, test) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![site, event.id, event.created_at, &event.ulid, event.topic, &event.body, event.test],
    )?;
    tx.update_counts(&[], &places(site, event.id, event.topic));
    tx.notify_event(site);
    Ok(())
}

/// The event with this number.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<EventRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM events t WHERE t.site_id = $1 AND t.id = $2");
    tx.first(&sql, params![site, id], read)
}

/// The event with this id on the wire.
///
/// # Errors
/// Whatever the database says.
pub fn by_ulid(tx: &mut Tx<'_>, site: i64, ulid: &str) -> Result<Option<EventRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM events t WHERE t.site_id = $1 AND t.ulid = $2");
    tx.first(&sql, params![site, ulid], read)
}

/// The school's newest event: its number and its id on the wire.
///
/// # Errors
/// Whatever the database says.
pub fn newest(tx: &mut Tx<'_>, site: i64) -> Result<Option<(i64, String)>, StoreError> {
    tx.first("SELECT id, ulid FROM events WHERE site_id = $1 ORDER BY id DESC LIMIT 1", params![site], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// The events after the one with this number, in order, at most so many.
///
/// # Errors
/// Whatever the database says.
pub fn after(tx: &mut Tx<'_>, site: i64, id: i64, most: i64) -> Result<Vec<EventRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM events t WHERE t.site_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3");
    tx.query(&sql, params![site, id, most], read)
}

/// A page of the school's events, of one topic or of all.
///
/// # Errors
/// Whatever the database says.
pub fn page(
    tx: &mut Tx<'_>,
    site: i64,
    topic: Option<i64>,
    request: &PageRequest,
) -> Result<Page<EventRow>, StoreError> {
    let part: CountSelection = match topic {
        Some(topic) => lists::of(site, lists::EVENTS_OF_TOPIC, topic),
        None => lists::whole(site, lists::EVENTS),
    };
    let source = ListQuery {
        table: "events",
        columns: COLUMNS,
        from: "events t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: topic.map(|topic| crate::Filter::is("t.topic = ?", topic)).into_iter().collect(),
        by_id: Some(part),
        by_rev: None,
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// Forgets the oldest events that happened before a moment, at most so many, with their deliveries and attempts.
/// Gives how many it forgot.
///
/// # Errors
/// Whatever the database says.
pub fn prune(tx: &mut Tx<'_>, site: i64, before: i64, most: i64) -> Result<usize, StoreError> {
    let old: Vec<(i64, i64)> = tx.query(
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
        tx.update_counts(&places(site, *id, *topic), &[]);
    }
    Ok(old.len())
}
