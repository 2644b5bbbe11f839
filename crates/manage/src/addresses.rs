//! Where pages are that others lead to.

use school::{ApiAccessTokenId, DeliveryId, EnrollmentId, ExternalOrderId, OrderId, PromotionId, PublishRequestId};

/// The list of webhooks.
pub(crate) const WEBHOOKS: &str = "/manage/webhooks";
/// The list of deliveries.
pub(crate) const DELIVERIES: &str = "/manage/deliveries";
/// The list of events.
pub(crate) const EVENTS: &str = "/manage/events";

/// The request log: what programs called.
pub(crate) const REQUESTS: &str = "/manage/requests";
/// What programs called with the API key.
pub(crate) const REQUESTS_OF_KEY: &str = "/manage/requests?by=api_key";
/// What programs called with the key before the last rotation.
pub(crate) const REQUESTS_OF_PREVIOUS_KEY: &str = "/manage/requests?by=previous_api_key";
/// Requests that failed.
pub(crate) const FAILED_REQUESTS: &str = "/manage/requests?status=failed";
/// Requests that were refused because there were too many.
pub(crate) const LIMITED_REQUESTS: &str = "/manage/requests?status=429";

/// The search above every page.
pub(crate) const SEARCH: &str = "/manage/search";

/// The list of enrollments.
pub(crate) const ENROLLMENTS: &str = "/manage/enrollments";
/// The groups of an analyst.
pub(crate) const MY_GROUPS: &str = "/manage/my_groups";
/// The list of orders.
pub(crate) const ORDERS: &str = "/manage/orders";
/// The list of external orders.
pub(crate) const EXTERNAL_ORDERS: &str = "/manage/external_orders";
/// The reconciliation report.
pub(crate) const RECONCILIATION: &str = "/manage/reconciliation";
/// The list of promotions.
pub(crate) const PROMOTIONS: &str = "/manage/promotions";
/// The list of requests to publish a product.
pub(crate) const PUBLISH_REQUESTS: &str = "/manage/product_publish_requests";

/// What a program called with a token of the school.
pub(crate) fn requests_of_token(id: ApiAccessTokenId) -> String {
    format!("{REQUESTS}?by=token:{id}")
}

/// An enrollment.
pub(crate) fn enrollment(id: EnrollmentId) -> String {
    format!("{ENROLLMENTS}/{id}")
}

/// An order.
pub(crate) fn order(id: OrderId) -> String {
    format!("{ORDERS}/{id}")
}

/// An external order.
pub(crate) fn external_order(id: ExternalOrderId) -> String {
    format!("{EXTERNAL_ORDERS}/{id}")
}

/// A promotion.
pub(crate) fn promotion(id: PromotionId) -> String {
    format!("{PROMOTIONS}/{id}")
}

/// A request to publish a product.
pub(crate) fn publish_request(id: PublishRequestId) -> String {
    format!("{PUBLISH_REQUESTS}/{id}")
}

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
