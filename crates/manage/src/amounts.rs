//! Amounts that are kept in hundredths of their currency's unit, as people read them.

use pages::components::money;
use school::money::{Currency, Money};

/// An amount in a currency, by its code; without one when that is none of ISO 4217.
pub(crate) fn amount(hundredths: i64, code: &str) -> String {
    match Currency::named(code) {
        Some(currency) => money(Money::of_hundredths(hundredths, currency)),
        None => school::money::decimal(hundredths),
    }
}
