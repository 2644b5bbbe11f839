//! The Webhooks API v2: which events are sent to which address, and what was sent. Lists and details of events and
//! deliveries, and sending them again, are additions of ours in the manner of the API.

pub mod deliveries;
pub mod events;
mod owner;
#[expect(clippy::module_inception, reason = "the API and its first endpoints have the same name")]
pub mod webhooks;

use web::definition::ApiDefinition;
use web::endpoint::Endpoint;
use web::paging::Paging;

/// The API as a whole.
pub static API: ApiDefinition = ApiDefinition {
    root: "/api/v2",
    openapi_path: "/openapi/webhooks.json",
    title: "Scholae Webhooks API",
    description: "Be told what happens in a school, and look at what was told. Send a Bearer token (of an app, or an API access \
            token of the school), or the school's API key, as a Bearer token too or in X-Auth-API-Key with the subdomain \
            in X-Auth-Subdomain. An app sees and changes its own webhooks only. All of these belong on a server, never \
            in a page.",
    paging: Paging::Cursors,
    bearer_key: true,
    endpoints,
};

/// Every endpoint of the API.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [webhooks::endpoints(), events::endpoints(), deliveries::endpoints()].concat()
}
