//! Events: what happened in the school, recorded with the change itself and sent to whoever asked for it.
//!
//! An event is written in the transaction of its cause, together with one delivery for every webhook that wants it:
//! no event without its change, no change without its event, whatever crashes. What its payload holds is written
//! beside each thing, in [`payloads`].

pub mod payloads;

use crate::error::{Error, Result};
use crate::ids;
use crate::time::Moment;
use serde::Serialize;
pub use store::events::EventRow as Event;
use store::events::{self as rows, EventRow};
use store::{Page, PageRequest, TimeRange, Tx};

macro_rules! topics {
    ($($number:literal $variant:ident $resource:literal $action:literal $wire:literal;)*) => {
        /// What an event is about. The numbers are stored; never reuse one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Topic {
            $(
                #[doc = concat!("`", $resource, ".", $action, "`")]
                $variant = $number,
            )*
        }

        impl Topic {
            /// Every topic.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name: `enrollment.completed`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => concat!($resource, ".", $action)),* }
            }

            /// What it is about: `enrollment`.
            #[must_use]
            pub fn resource(self) -> &'static str {
                match self { $(Self::$variant => $resource),* }
            }

            /// What happened, as the envelope spells it. One differs from its topic's name.
            #[must_use]
            pub fn action(self) -> &'static str {
                match self { $(Self::$variant => $wire),* }
            }
        }
    };
}

topics! {
    1 LeadCreated "lead" "created" "created";
    2 OrderCreated "order" "created" "created";
    3 OrderTransactionSucceeded "order_transaction" "succeeded" "succeeded";
    4 OrderTransactionFailed "order_transaction" "failed" "failed";
    5 OrderTransactionRefunded "order_transaction" "refunded" "refunded";
    6 SubscriptionCancelled "subscription" "cancelled" "canceled";
    7 SubscriptionPastDue "subscription" "past_due" "past_due";
    8 SubscriptionUnpaid "subscription" "unpaid" "unpaid";
    9 UserSignup "user" "signup" "signup";
    10 UserSignin "user" "signin" "signin";
    11 UserUpdated "user" "updated" "updated";
    12 UserDeleted "user" "deleted" "deleted";
    13 EnrollmentTrial "enrollment" "trial" "trial";
    14 EnrollmentCreated "enrollment" "created" "created";
    15 EnrollmentProgress "enrollment" "progress" "progress";
    16 EnrollmentCompleted "enrollment" "completed" "completed";
    17 LessonCompleted "lesson" "completed" "completed";
    18 QuizAttempted "quiz" "attempted" "attempted";
    19 CourseCreated "course" "created" "created";
    20 CourseUpdated "course" "updated" "updated";
    21 CourseDeleted "course" "deleted" "deleted";
    22 ProductCreated "product" "created" "created";
    23 ProductUpdated "product" "updated" "updated";
    24 ProductDeleted "product" "deleted" "deleted";
    25 AppUninstalled "app" "uninstalled" "uninstalled";
    26 PlanUpdated "plan" "updated" "updated";
}

impl Topic {
    /// The topic with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|topic| topic.name() == name).copied()
    }

    /// The topic with this number.
    #[must_use]
    pub fn numbered(number: i64) -> Option<Self> {
        Self::ALL.iter().find(|topic| **topic as i64 == number).copied()
    }
}

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
pub fn record(tx: &mut Tx<'_>, site: i64, topic: Topic, payload: &impl Serialize) -> Result<()> {
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
pub fn record_of_app(tx: &mut Tx<'_>, site: i64, topic: Topic, payload: &impl Serialize, app: i64) -> Result<()> {
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
pub fn record_for(tx: &mut Tx<'_>, site: i64, topic: Topic, payload: &impl Serialize, webhook: i64) -> Result<i64> {
    let event = insert(tx, site, topic, payload, true)?;
    Ok(store::deliveries::insert(tx, site, event.id, webhook, event.created_at)?)
}

fn insert(tx: &mut Tx<'_>, site: i64, topic: Topic, payload: &impl Serialize, test: bool) -> Result<EventRow> {
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
    let id = tx.next_id("events")?;
    let event = EventRow { id, created_at: at, ulid, topic: topic as i64, body, test };
    rows::insert(tx, site, &event)?;
    Ok(event)
}

/// A page of the school's events, of one topic or of all.
///
/// # Errors
/// Whatever the store says.
pub fn list(tx: &mut Tx<'_>, site: i64, topic: Option<Topic>, ask: &PageRequest) -> Result<Page<Event>> {
    Ok(rows::page(tx, site, topic.map(|topic| topic as i64), ask)?)
}

/// One event, by its id on the wire.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such event, or has forgotten it.
pub fn get(tx: &mut Tx<'_>, site: i64, ulid: &str) -> Result<Event> {
    rows::by_ulid(tx, site, ulid)?.ok_or(Error::NotFound)
}

/// The number that the school's events go on after, in this direction, when the last one read has this id. An event
/// that is not there is placed by the moment in its id: it may have been forgotten meanwhile.
///
/// # Errors
/// [`Error::NotFound`] when this is no id of an event.
pub fn place(tx: &mut Tx<'_>, site: i64, ulid: &str, descending: bool) -> Result<i64> {
    if let Some(event) = rows::by_ulid(tx, site, ulid)? {
        return Ok(event.id);
    }
    let moment = ids::ulid_moment(ulid).ok_or(Error::NotFound)?;
    if moment == 0 {
        // Before every event, also before those of this transaction, which no page shows yet.
        return Ok(0);
    }
    let since = PageRequest { created: TimeRange { from: moment, to: i64::MAX }, ..PageRequest::first(1) };
    let first = rows::page(tx, site, None, &since)?.items.first().map(|event| event.id);
    Ok(first.map_or(i64::MAX - 1, |first| if descending { first } else { first - 1 }))
}

/// The id of the newest event. Of a school without any, one that all events come after.
///
/// # Errors
/// Whatever the store says.
pub fn newest(tx: &mut Tx<'_>, site: i64) -> Result<String> {
    Ok(rows::newest(tx, site)?.map_or_else(|| "0".repeat(26), |(_, ulid)| ulid))
}

/// The events after the one with this id, in their order, at most so many.
///
/// # Errors
/// As [`place`].
pub fn after(tx: &mut Tx<'_>, site: i64, ulid: &str, most: i64) -> Result<Vec<Event>> {
    let place = place(tx, site, ulid, false)?;
    Ok(rows::after(tx, site, place, most)?)
}
