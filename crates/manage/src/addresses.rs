//! Where the pages about webhooks, what they are sent and what they hear of are: each leads to the others.

use school::DeliveryId;

/// The list of webhooks.
pub(crate) const WEBHOOKS: &str = "/manage/webhooks";
/// The list of deliveries.
pub(crate) const DELIVERIES: &str = "/manage/deliveries";
/// The list of events.
pub(crate) const EVENTS: &str = "/manage/events";

/// A webhook, by its id.
pub(crate) fn webhook(id: &str) -> String {
    format!("{WEBHOOKS}/{id}")
}

/// A delivery.
pub(crate) fn delivery(id: DeliveryId) -> String {
    format!("{DELIVERIES}/{id}")
}

/// An event, by its id on the wire.
pub(crate) fn event(ulid: &str) -> String {
    format!("{EVENTS}/{ulid}")
}
