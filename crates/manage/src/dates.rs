//! Days in the addresses of lists and in forms. They begin at midnight UTC, as those of the books.

use maud::{Markup, html};
use pages::address::ListAddress;
use pages::components::{FilterChip, FormField, Input, day, day_of_input};
use school::TimeRange;

/// A day, in milliseconds.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// The moments of the days that a list is asked for, by its parameters `from` and `to`, both included.
pub(crate) fn range(address: &ListAddress) -> TimeRange {
    let mut range = TimeRange::default();
    if let Some(from) = day_of_input(address.get("from")) {
        range.from = from.saturating_mul(DAY_MS);
    }
    if let Some(to) = day_of_input(address.get("to")) {
        range.to = to.saturating_add(1).saturating_mul(DAY_MS);
    }
    range
}

/// The fields of the two days.
pub(crate) fn fields(address: &ListAddress) -> Markup {
    html! {
        (FormField::new("from", "From", address.get("from"), Input::Line("date")))
        (FormField::new("to", "To", address.get("to"), Input::Line("date")))
    }
}

/// What of the two days is in force.
pub(crate) fn chips(address: &ListAddress) -> Vec<FilterChip<'static>> {
    let chip = |(parameter, label): (&'static str, &str)| {
        let asked = address.get(parameter);
        (!asked.is_empty()).then(|| FilterChip {
            parameter,
            label: match day_of_input(asked) {
                Some(number) => format!("{label}: {}", day(number)),
                None => format!("{label}: “{asked}” is no date, so all days are shown"),
            },
        })
    };
    [("from", "From"), ("to", "To")].into_iter().filter_map(chip).collect()
}
