//! The school's own webhooks: who is told of what.

mod edit;
mod list;
mod send_again;
mod show;
mod switch;
mod webhook_form;

use crate::addresses::{WEBHOOKS as LIST, webhook as path};
use crate::route::{PageRoute, form, page};
use delivery::webhooks::{self, Webhook};
use identity::rights::Right;
use pages::components::{Badge, Tone};

/// In which state a webhook is.
pub(crate) fn badge(webhook: &Webhook) -> Badge<'static> {
    match (webhook.active, webhook.failing_since) {
        (true, None) => Badge::new("Active", Tone::Success),
        (true, Some(_)) => Badge::new("Failing", Tone::Warning),
        (false, _) if webhooks::is_off_by_request(webhook) => Badge::new("Off", Tone::Neutral),
        (false, _) => Badge::new("Switched off", Tone::Danger),
    }
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        page(list::CSV, RIGHT, list::csv),
        form(LIST, RIGHT, edit::create),
        page("/manage/webhooks/new", RIGHT, edit::show_new),
        page("/manage/webhooks/{id}", RIGHT, show::show),
        page("/manage/webhooks/{id}/edit", RIGHT, edit::show),
        form("/manage/webhooks/{id}/edit", RIGHT, edit::update),
        form("/manage/webhooks/{id}/switch_on", RIGHT, switch::on),
        form("/manage/webhooks/{id}/switch_off", RIGHT, switch::off),
        form("/manage/webhooks/{id}/delete", RIGHT, switch::delete),
        page("/manage/webhooks/{id}/send_again", RIGHT, send_again::ask),
        form("/manage/webhooks/{id}/test", RIGHT, send_again::test),
        form("/manage/webhooks/{id}/recover", RIGHT, send_again::recover),
        form("/manage/webhooks/{id}/replay", RIGHT, send_again::replay),
    ]
}
