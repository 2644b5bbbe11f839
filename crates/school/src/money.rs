//! Money: whole minor units of a currency, never a fraction of one. Prices and orders of the school itself count
//! hundredths of the currency's unit instead, whatever the currency, as clients do; payment providers report minor units.

use serde::{Serialize, Serializer};

/// A currency of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The currency with this three-letter code, in any case.
    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        iso_currency::Currency::from_code(&code.to_ascii_uppercase()).map(Self)
    }

    /// Its code: three capital letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many digits of its amounts are minor units: 2 for USD, 0 for JPY.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

/// An amount in minor units of a currency: 1,099 of USD are 10.99 dollars, 1,099 of JPY are 1,099 yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// How many minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// An amount in the hundredths that prices and orders of the school count, whatever the currency.
    #[must_use]
    pub fn of_hundredths(hundredths: i64, currency: Currency) -> Self {
        let minor = i128::from(hundredths) * 10_i128.pow(currency.minor_digits()) / 100;
        let most = if minor < 0 { i64::MIN } else { i64::MAX };
        Self { minor: i64::try_from(minor).unwrap_or(most), currency }
    }

    /// The amount as a decimal with all places of its currency, without its name: `12.50`, and `1250` of yen.
    #[must_use]
    pub fn decimal(self) -> String {
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = self.currency.minor_digits();
        if digits == 0 {
            return format!("{sign}{}", self.minor.unsigned_abs());
        }
        let unit = 10_u64.pow(digits);
        let (whole, part) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        format!("{sign}{whole}.{part:0width$}", width = digits as usize)
    }

    /// Both together; none when they are of two currencies, or too much.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let minor = self.minor.checked_add(other.minor).filter(|_| self.currency == other.currency)?;
        Some(Self { minor, ..self })
    }

    /// What is left without the other; none when they are of two currencies.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        let minor = self.minor.checked_sub(other.minor).filter(|_| self.currency == other.currency)?;
        Some(Self { minor, ..self })
    }
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

/// The same as people type it into a form, who also write `19,90`. A comma before three digits may part thousands, and is
/// taken for nothing.
#[must_use]
pub fn hundredths_as_typed(text: &str) -> Option<i64> {
    match text.trim().split_once(',') {
        Some((whole, part)) if (1..=2).contains(&part.len()) && !whole.contains('.') => {
            hundredths(&format!("{whole}.{part}"))
        }
        Some(_) => None,
        None => hundredths(text),
    }
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
        assert_eq!(
            ["19,90", " 19,9", "19.90", "1,000", "1.000,50", "19,"].map(hundredths_as_typed),
            [Some(1990), Some(1990), Some(1990), None, None, None]
        );
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
        let digits = |code| Currency::named(code).map(|currency| (currency.code(), currency.minor_digits()));
        assert_eq!(
            [digits("usd"), digits("JPY"), digits("kwd")],
            [Some(("USD", 2)), Some(("JPY", 0)), Some(("KWD", 3))]
        );
        assert_eq!([digits("ZZZ"), digits("")], [None, None]);
    }

    #[test]
    fn hundredths_become_minor_units_of_any_currency() {
        let minor =
            |hundredths, code| Money::of_hundredths(hundredths, Currency::named(code).expect("a currency")).minor;
        assert_eq!([minor(1_999, "usd"), minor(150_000, "jpy"), minor(1_999, "kwd")], [1_999, 1_500, 19_990]);
        assert_eq!(minor(i64::MAX, "kwd"), i64::MAX);
    }

    #[test]
    fn amounts_of_two_currencies_are_never_taken_together() {
        let of = |minor, code| Money { minor, currency: Currency::named(code).expect("a currency") };
        assert_eq!(of(3, "usd").plus(of(4, "USD")), Some(of(7, "usd")));
        assert_eq!(of(3, "usd").minus(of(4, "usd")), Some(of(-1, "usd")));
        assert_eq!((of(3, "usd").plus(of(4, "eur")), of(3, "usd").minus(of(4, "eur"))), (None, None));
        assert_eq!(of(i64::MAX, "usd").plus(of(1, "usd")), None);
    }
}
