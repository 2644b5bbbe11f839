//! Amounts as people read them.

use super::grouped;
use school::money::Money;

/// An amount: `$1,234.50` where the sign of a currency is its alone, `CAD 1,234.50` otherwise.
#[must_use]
pub fn money(amount: Money) -> String {
    let digits = amount.currency.minor_digits();
    let unit = 10_u64.pow(digits);
    let (whole, part) = (amount.minor.unsigned_abs() / unit, amount.minor.unsigned_abs() % unit);
    let sign = if amount.minor < 0 { "\u{2212}" } else { "" };
    // A quotient by at least one is a number again; the largest of all loses its last unit.
    let whole = grouped(i64::try_from(whole).unwrap_or(i64::MAX));
    let part = if digits == 0 { String::new() } else { format!(".{part:0width$}", width = digits as usize) };
    match amount.currency.code() {
        "USD" => format!("{sign}${whole}{part}"),
        "EUR" => format!("{sign}€{whole}{part}"),
        "GBP" => format!("{sign}£{whole}{part}"),
        "JPY" => format!("{sign}¥{whole}{part}"),
        "INR" => format!("{sign}₹{whole}{part}"),
        code => format!("{sign}{code}\u{a0}{whole}{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::money;
    use school::money::{Currency, Money};

    #[test]
    fn amounts_have_the_places_of_their_currency() {
        let written = |minor, code| money(Money { minor, currency: Currency::named(code).expect("a currency") });
        assert_eq!(
            [written(123_450, "usd"), written(5, "EUR"), written(-1_999, "gbp")],
            ["$1,234.50", "€0.05", "−£19.99"]
        );
        assert_eq!([written(1_500, "jpy"), written(19_990, "kwd")], ["¥1,500", "KWD\u{a0}19.990"]);
        assert_eq!(written(i64::MIN, "jpy"), "−¥9,223,372,036,854,775,807");
    }
}
