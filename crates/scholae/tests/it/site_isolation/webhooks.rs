//! The operations of the Webhooks API.

use super::Operations;

/// Every one.
#[rustfmt::skip]
pub const OPERATIONS: Operations = &[
    ("GET /webhooks", &["/webhooks"]),
    ("POST /webhooks", &[r#"/webhooks {"topic":"user.signup","target_url":"https://hooks.example.org/new-<n>"}"#]),
    ("GET /webhooks/{id}", &["/webhooks/<webhook!>"]),
    ("PUT /webhooks/{id}", &[r#"/webhooks/<webhook!> {"target_url":"https://hooks.example.org/new-<n>"}"#]),
    ("DELETE /webhooks/{id}", &["/webhooks/<webhook!>"]),
    ("POST /webhooks/{id}/test", &["/webhooks/<webhook!>/test"]),
    ("POST /webhooks/{id}/recover", &[r#"/webhooks/<webhook!>/recover {"since":"2024-01-01T00:00:00Z"}"#]),
    ("POST /webhooks/{id}/replay", &[r#"/webhooks/<webhook!>/replay {"since":"2024-01-01T00:00:00Z"}"#]),
    ("GET /events", &["/events"]),
    ("GET /events/stream", &[
        "/events/stream?after=00000000000000000000000000",
        // An event that is not there has its place all the same: it may have been forgotten.
        "~-/events/stream?after=<event!>",
    ]),
    ("GET /events/{id}", &["/events/<event!>"]),
    ("GET /deliveries", &[
        "/deliveries",
        "/deliveries?query[webhook_id]=<webhook!>",
        "/deliveries?query[event_id]=<event!>",
    ]),
    ("GET /deliveries/{id}", &["/deliveries/<delivery!>"]),
    ("POST /deliveries/{id}/resend", &["/deliveries/<delivery!>/resend"]),
];
