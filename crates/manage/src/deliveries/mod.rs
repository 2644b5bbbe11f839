//! What was sent to webhooks, and what was answered.

mod attempt;
mod list;
mod resend;
mod show;
mod view;

use crate::addresses::{DELIVERIES as LIST, delivery as path};
use crate::route::{PageRoute, form, page};
use delivery::webhooks::DeliveryState;
use identity::rights::Right;
use pages::components::{Badge, Tone};
pub(crate) use view::{DeliveryView, rows};

/// The states, by their names in addresses, and what people read.
pub(crate) const STATES: [(&str, DeliveryState, &str); 4] = [
    ("waiting", DeliveryState::Waiting, "Waiting"),
    ("delivered", DeliveryState::Delivered, "Delivered"),
    ("failed", DeliveryState::Failed, "Failed"),
    ("given_up", DeliveryState::GivenUp, "Given up"),
];

/// The line of a state in [`STATES`].
pub(crate) fn state_line(state: DeliveryState) -> (&'static str, DeliveryState, &'static str) {
    STATES.into_iter().find(|(_, known, _)| *known == state).unwrap_or(STATES[0])
}

/// In which state a delivery is that was tried so often.
pub(crate) fn badge(state: DeliveryState, attempts: i64) -> Badge<'static> {
    let (_, _, label) = state_line(state);
    match state {
        DeliveryState::Waiting if attempts > 0 => Badge::new("Retrying", Tone::Warning),
        DeliveryState::Waiting => Badge::new(label, Tone::Accent),
        DeliveryState::Delivered => Badge::new(label, Tone::Success),
        DeliveryState::Failed => Badge::new(label, Tone::Danger),
        DeliveryState::GivenUp => Badge::new(label, Tone::Neutral),
    }
}

pub(super) fn table() -> Vec<PageRoute> {
    const RIGHT: Right = Right::ManageSchool;
    vec![
        page(LIST, RIGHT, list::show),
        page(list::CSV, RIGHT, list::csv),
        page("/manage/deliveries/{id}", RIGHT, show::show),
        form("/manage/deliveries/resend", RIGHT, resend::resend_chosen),
        form("/manage/deliveries/{id}/resend", RIGHT, resend::resend),
    ]
}
