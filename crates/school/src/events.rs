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
use store::Tx;
use store::events::{self as rows, EventRow};

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
    let event = insert(tx, site, topic, payload)?;
    for webhook in store::webhooks::of_topic(tx, site, topic as i64)? {
        store::deliveries::insert(tx, site, event.id, webhook, event.created_at)?;
    }
    Ok(())
}

/// Records an event for one webhook only: a test that somebody asked for.
///
/// # Errors
/// [`Error::NotFound`] when there is no such school.
pub fn record_for(tx: &mut Tx<'_>, site: i64, topic: Topic, payload: &impl Serialize, webhook: i64) -> Result<i64> {
    let event = insert(tx, site, topic, payload)?;
    Ok(store::deliveries::insert(tx, site, event.id, webhook, event.created_at)?)
}

fn insert(tx: &mut Tx<'_>, site: i64, topic: Topic, payload: &impl Serialize) -> Result<EventRow> {
    let gid = store::sites::gid(tx, site)?.ok_or(Error::NotFound)?;
    let at = tx.moment();
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
    let body = serde_json::to_string(&envelope).unwrap_or_else(|error| unreachable!("payloads are plain data: {error}"));
    let id = tx.next_id("events")?;
    let event = EventRow { id, created_at: at, ulid, topic: topic as i64, body };
    rows::insert(tx, site, &event)?;
    Ok(event)
}
