//! The events that the school remembers, in their order.

use super::topics::Topic;
use crate::error::{Error, Result};
use crate::ids;
use store::events as rows;
pub use store::events::EventRow as Event;
use store::{EventId, Page, PageRequest, SiteId, TimeRange, Tx};

/// A page of the school's events, of one topic or of all.
pub fn list(tx: &mut Tx<'_>, site: SiteId, topic: Option<Topic>, ask: &PageRequest) -> Result<Page<Event>> {
    Ok(rows::page(tx, site, topic.map(|topic| topic as i64), ask)?)
}

/// One event, by its id on the wire.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such event, or has forgotten it.
pub fn get(tx: &mut Tx<'_>, site: SiteId, ulid: &str) -> Result<Event> {
    rows::by_ulid(tx, site, ulid)?.ok_or(Error::NotFound)
}

/// The number that the school's events go on after, in this direction, when the last one read has this id. An event
/// that is not there is placed by the moment in its id: it may have been forgotten meanwhile.
///
/// # Errors
/// [`Error::NotFound`] when this is no id of an event.
pub fn place(tx: &mut Tx<'_>, site: SiteId, ulid: &str, descending: bool) -> Result<i64> {
    if let Some(event) = rows::by_ulid(tx, site, ulid)? {
        return Ok(event.id.get());
    }
    let moment = ids::ulid_moment(ulid).ok_or(Error::NotFound)?;
    if moment == 0 {
        // Before every event, also before those of this transaction, which no page shows yet.
        return Ok(0);
    }
    let since = PageRequest { created: TimeRange { from: moment, to: i64::MAX }, ..PageRequest::first(1) };
    let first = rows::page(tx, site, None, &since)?.items.first().map(|event| event.id.get());
    Ok(first.map_or(i64::MAX - 1, |first| if descending { first } else { first - 1 }))
}

/// The id of the newest event. Of a school without any, one that all events come after.
pub fn newest(tx: &mut Tx<'_>, site: SiteId) -> Result<String> {
    Ok(rows::newest(tx, site)?.map_or_else(|| "0".repeat(26), |(_, ulid)| ulid))
}

/// The events after the one with this id, in their order, at most so many.
///
/// # Errors
/// As [`place`].
pub fn after(tx: &mut Tx<'_>, site: SiteId, ulid: &str, most: i64) -> Result<Vec<Event>> {
    let place = place(tx, site, ulid, false)?;
    Ok(rows::after(tx, site, EventId::new(place), most)?)
}
