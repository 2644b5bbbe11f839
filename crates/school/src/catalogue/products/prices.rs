//! Prices of products: how each is paid, and what makes one.

use crate::check::{Check, LINE};
use crate::error::Result;
use crate::money::Currency;
pub use store::product_prices::{BillingInterval, PaymentType, TrialInterval};
pub use store::products::PriceRow as Price;
use store::{PriceId, ProductId, SiteId, Tx};

/// A price to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPrice {
    /// Whether it is the product's main price; with none given as such, the first is.
    pub is_primary: bool,
    /// How it is paid.
    pub payment_type: PaymentType,
    /// What tells it from the main price; needed when it is not the main price.
    pub label: Option<String>,
    /// Hundredths of the currency's unit.
    pub price: i64,
    /// Its currency, ISO 4217 in any case.
    pub currency: String,
    /// For how many days a buyer is enrolled; none leaves it to the product.
    pub days_until_expiry: Option<i64>,
    /// What stands on the button.
    pub pay_button_text: Option<String>,
    /// How many payments a payment plan has.
    pub number_of_payments: Option<i64>,
    /// The unit of the time between payments; none is a month.
    pub interval: Option<BillingInterval>,
    /// How many of them lie between payments; none is one.
    pub interval_count: Option<i64>,
    /// The unit of the trial.
    pub trial_interval: Option<TrialInterval>,
    /// How many of them the trial takes.
    pub trial_interval_count: Option<i64>,
    /// What the first period of a subscription costs, in hundredths.
    pub custom_first_price: Option<i64>,
}

impl NewPrice {
    /// A primary price of a payment type and an amount in hundredths.
    #[must_use]
    pub fn primary(payment_type: PaymentType, price: i64, currency: &str) -> Self {
        Self {
            is_primary: true,
            payment_type,
            label: None,
            price,
            currency: currency.to_owned(),
            days_until_expiry: None,
            pay_button_text: None,
            number_of_payments: None,
            interval: None,
            interval_count: None,
            trial_interval: None,
            trial_interval_count: None,
            custom_first_price: None,
        }
    }
}

/// A price as it is, to be made again or kept by an update.
impl From<&Price> for NewPrice {
    fn from(price: &Price) -> Self {
        Self {
            is_primary: price.is_primary,
            payment_type: price.payment_type,
            label: price.label.clone(),
            price: price.price,
            currency: price.currency.clone(),
            days_until_expiry: price.days_until_expiry,
            pay_button_text: price.pay_button_text.clone(),
            number_of_payments: price.number_of_payments,
            interval: price.interval,
            interval_count: price.interval_count,
            trial_interval: price.trial_interval,
            trial_interval_count: price.trial_interval_count,
            custom_first_price: price.custom_first_price,
        }
    }
}

fn recurs(kind: PaymentType) -> bool {
    matches!(kind, PaymentType::Subscription | PaymentType::PaymentPlan)
}

/// The primary one of these prices.
pub(super) fn primary(prices: &[Price]) -> Option<&Price> {
    prices.iter().find(|price| price.is_primary)
}

/// Checks the prices that a product is to have.
pub(super) fn check_all(prices: &[NewPrice], check: &mut Check) {
    let primaries = prices.iter().filter(|price| price.is_primary).count();
    check.that(primaries <= 1, "product_prices", "can have one primary price only");
    for (position, price) in prices.iter().enumerate() {
        check_price(price, price.is_primary || primaries == 0 && position == 0, check);
    }
}

fn check_price(new: &NewPrice, is_primary: bool, check: &mut Check) {
    let mut need = |holds: bool, message: &str| check.that(holds, "product_prices", message);
    let positive = |count: Option<i64>| count.is_none_or(|count| count > 0);
    let label = new.label.as_deref().is_some_and(|label| !label.trim().is_empty());
    need(is_primary || label, "need a label unless they are primary");
    need(Currency::named(&new.currency).is_some(), "need a currency of ISO 4217");
    need(new.price >= 0 && new.custom_first_price.is_none_or(|price| price >= 0), "must not be negative");
    need(new.payment_type != PaymentType::Free || new.price == 0, "of 0 only can be free");
    need(
        new.payment_type != PaymentType::PaymentPlan || new.number_of_payments.is_some(),
        "of a payment plan need a number of payments",
    );
    need(
        positive(new.number_of_payments)
            && positive(new.interval_count)
            && positive(new.trial_interval_count)
            && positive(new.days_until_expiry),
        "need counts greater than 0",
    );
    for text in [&new.label, &new.pay_button_text].into_iter().flatten() {
        check.length("product_prices", text, LINE);
    }
}

/// The prices that a product is to have, in place of those it had.
pub(super) fn of(
    tx: &mut Tx<'_>,
    site: SiteId,
    product: ProductId,
    new: &[NewPrice],
    had: &[Price],
) -> Result<Vec<Price>> {
    let free;
    let new = if new.is_empty() {
        let currency = store::sites::get(tx, site)?.map_or_else(|| "usd".to_owned(), |site| site.currency);
        free = [NewPrice::primary(PaymentType::Free, 0, &currency)];
        &free[..]
    } else {
        new
    };
    let any_primary = new.iter().any(|price| price.is_primary);
    let mut prices = Vec::with_capacity(new.len());
    for (position, new) in new.iter().enumerate() {
        let recurs = recurs(new.payment_type);
        prices.push(Price {
            id: match had.get(position) {
                Some(price) => price.id,
                None => PriceId::next(tx)?,
            },
            product_id: product,
            position: position as i64,
            is_primary: if any_primary { new.is_primary } else { position == 0 },
            payment_type: new.payment_type,
            label: new.label.clone(),
            price: new.price,
            currency: new.currency.to_lowercase(),
            days_until_expiry: new.days_until_expiry,
            pay_button_text: new.pay_button_text.clone(),
            number_of_payments: new.number_of_payments,
            interval: new.interval.or_else(|| recurs.then_some(BillingInterval::Month)),
            interval_count: new.interval_count.or_else(|| recurs.then_some(1)),
            trial_interval: new.trial_interval,
            trial_interval_count: new.trial_interval_count,
            custom_first_price: new.custom_first_price,
        });
    }
    Ok(prices)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_with(new: &NewPrice, is_primary: bool) -> bool {
        let mut check = Check::new();
        check_price(new, is_primary, &mut check);
        !check.is_fine()
    }

    #[test]
    fn prices_follow_the_rules_of_their_payment_type() {
        let price = NewPrice::primary(PaymentType::OneTime, 1099, "USD");
        assert!(!wrong_with(&price, true));
        assert!(wrong_with(&price, false), "a further price needs a label");
        assert!(!wrong_with(&NewPrice { label: Some("Team".to_owned()), ..price.clone() }, false));
        assert!(wrong_with(&NewPrice { payment_type: PaymentType::Free, ..price.clone() }, true));
        assert!(wrong_with(&NewPrice { payment_type: PaymentType::PaymentPlan, ..price.clone() }, true));
        assert!(wrong_with(&NewPrice { currency: "zzz".to_owned(), ..price.clone() }, true));
        assert!(wrong_with(&NewPrice { price: -1, ..price }, true));
    }
}
