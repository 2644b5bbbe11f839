//! Money: whole minor units of a currency, never a fraction of one.

use iso_currency::Currency;
use serde::{Serialize, Serializer};

/// The currency with this three-letter code, in any case (ISO 4217).
#[must_use]
pub fn currency(code: &str) -> Option<Currency> {
    Currency::from_code(&code.to_ascii_uppercase())
}

/// How many digits of a currency's amounts are minor units: 2 for USD, 0 for JPY.
#[must_use]
pub fn minor_digits(code: &str) -> u32 {
    currency(code).and_then(|currency| currency.exponent()).map_or(2, u32::from)
}

/// Hundredths: as a number 5,000 is written `50`, and 9,950 `99.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hundredths(pub i64);

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            serializer.serialize_i64(self.0 / 100)
        } else {
            serializer.serialize_f64(self.0 as f64 / 100.0)
        }
    }
}

/// Hundredths written as the API writes decimals: `1099` is `10.99`, `100` is `1.0`.
#[must_use]
pub fn decimal(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, part) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    match (part / 10, part % 10) {
        (tens, 0) => format!("{sign}{whole}.{tens}"),
        (tens, ones) => format!("{sign}{whole}.{tens}{ones}"),
    }
}

/// Hundredths with both decimals, always: `1500` is `15.00`.
#[must_use]
pub fn two_decimals(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100)
}

/// Reads a decimal of at most two places into hundredths: `10.99`, `5`, `1.5`. None for anything else.
#[must_use]
pub fn hundredths(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !numeric(whole) || !numeric(part) || part.trim_end_matches('0').len() > 2 {
        return None;
    }
    let part = part.trim_end_matches('0');
    let cents: i64 = if part.is_empty() { 0 } else { part.parse::<i64>().ok()? * if part.len() == 1 { 10 } else { 1 } };
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_as_clients_expect_and_read_back() {
        for (value, text) in [(1099, "10.99"), (100, "1.0"), (0, "0.0"), (150, "1.5"), (-250, "-2.5"), (5, "0.05")] {
            assert_eq!(decimal(value), text);
            assert_eq!(hundredths(text), Some(value));
            assert_eq!(hundredths(&two_decimals(value)), Some(value));
        }
        assert_eq!(two_decimals(1500), "15.00");
        assert_eq!(two_decimals(-5), "-0.05");
        assert_eq!(hundredths("5"), Some(500));
        assert_eq!(hundredths("10.999"), None);
        assert_eq!(hundredths("1e3"), None);
        assert_eq!(hundredths("99999999999999999999"), None);
    }

    #[test]
    fn amounts_are_written_as_any_program_writes_them() {
        for (cents, text) in [(5_000, "50"), (9_950, "99.5"), (1, "0.01"), (0, "0"), (-1_999, "-19.99"), (10, "0.1")] {
            assert_eq!(serde_json::to_string(&Hundredths(cents)).expect("JSON"), text);
        }
    }

    #[test]
    fn currencies_are_those_of_iso_4217() {
        assert!(currency("usd").is_some() && currency("JPY").is_some());
        assert!(currency("ZZZ").is_none() && currency("").is_none());
        assert_eq!((minor_digits("usd"), minor_digits("jpy"), minor_digits("kwd")), (2, 0, 3));
    }
}
