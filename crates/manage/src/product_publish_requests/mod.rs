//! Requests to publish a product: course admins ask, whoever runs the school answers.

mod answer;
mod list;
mod show;

pub(crate) use crate::addresses::{PUBLISH_REQUESTS as LIST, publish_request as path};
use crate::route::{PageRoute, form, page};
use identity::rights::Right;
use pages::components::{Badge, Tone};
use school::product_publish_requests::PublishRequestStatus;

/// How a request stands.
fn badge(status: PublishRequestStatus) -> Badge<'static> {
    match status {
        PublishRequestStatus::Pending => Badge::new("Waiting", Tone::Accent),
        PublishRequestStatus::Approved => Badge::new("Published", Tone::Success),
        PublishRequestStatus::Denied => Badge::new("Denied", Tone::Neutral),
    }
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        page("/manage/product_publish_requests/{id}", RIGHT, show::show),
        form("/manage/product_publish_requests/{id}/approve", RIGHT, answer::approve),
        form("/manage/product_publish_requests/{id}/deny", RIGHT, answer::deny),
    ]
}
