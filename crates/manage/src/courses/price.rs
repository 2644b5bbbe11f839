//! The main price of what is sold: how it is shown, and the fields in which it is changed.

use crate::form_values::Values;
use pages::components::{Choice, FormField, Input};
use pages::fields::Problems;
use school::money::{decimal, hundredths_as_typed};
use school::products::{self, BillingInterval, NewPrice, PaymentType, Price};

/// What a product costs.
pub(crate) fn price_words(product: &products::Product) -> String {
    use products::PaymentType::{Free, OneTime, PaymentPlan, Subscription};
    let Some(price) = product.primary_price() else { return "Free".to_owned() };
    let amount = format!("{}.{:02} {}", price.price / 100, price.price % 100, price.currency.to_uppercase());
    match price.payment_type {
        Free => "Free".to_owned(),
        OneTime => amount,
        Subscription => format!("{amount} a {}", price.interval.map_or("month", |interval| interval.name())),
        PaymentPlan => format!("{} × {amount}", price.number_of_payments.unwrap_or(1)),
    }
}

/// The same values with a main price; free where there is none.
pub(crate) fn with_price(values: Values, price: Option<&Price>) -> Values {
    let payments = price.and_then(|price| price.number_of_payments);
    values
        .with("payment_type", price.map_or("free", |price| price.payment_type.name()))
        .with("price", price.filter(|price| price.price > 0).map(|price| decimal(price.price)).unwrap_or_default())
        .with("currency", price.map(|price| price.currency.to_uppercase()).unwrap_or_default())
        .with("interval", price.and_then(|price| price.interval).map_or("month", BillingInterval::name))
        .with("number_of_payments", payments.map(|payments| payments.to_string()).unwrap_or_default())
}

/// The fields of the main price: how it is paid, the price, its currency, the interval, the number of payments.
pub(crate) fn price_fields<'f>(values: &'f Values, problems: &'f Problems) -> [FormField<'f>; 5] {
    let kinds = vec![
        Choice { value: "free", label: "Free" },
        Choice { value: "one-time", label: "One payment" },
        Choice { value: "subscription", label: "Subscription" },
        Choice { value: "payment-plan", label: "Payment plan" },
    ];
    let intervals = vec![Choice { value: "month", label: "Month" }, Choice { value: "year", label: "Year" }];
    [
        FormField::new("payment_type", "It is paid", values.get("payment_type"), Input::Select(kinds))
            .required()
            .known_as("product_prices")
            .problems(problems),
        FormField::line("price", "Price", values.get("price"))
            .hint("Such as 49.00; of each payment.")
            .problems(problems),
        FormField::line("currency", "Currency", values.get("currency")).hint("Such as USD.").longest(3),
        FormField::new("interval", "Between payments", values.get("interval"), Input::Select(intervals)).required(),
        FormField::new(
            "number_of_payments",
            "Payments of a plan",
            values.get("number_of_payments"),
            Input::Line("number"),
        )
        .problems(problems),
    ]
}

/// The prices that something is to have: the main one as the form says, others as they are.
pub(crate) fn price_of(values: &Values, prices: &[Price]) -> Result<Vec<NewPrice>, Problems> {
    let had = prices.iter().find(|price| price.is_primary);
    let payment_type = PaymentType::named(values.get("payment_type")).unwrap_or_default();
    let amount = match values.get("price").trim() {
        "" => Some(0),
        text => hundredths_as_typed(text),
    };
    let Some(amount) = amount else { return Err(Problems::one("price", "must be an amount such as 49.00")) };
    let Ok(payments) = values.number("number_of_payments") else {
        return Err(Problems::one("number_of_payments", "must be a whole number"));
    };
    let recurs = matches!(payment_type, PaymentType::Subscription | PaymentType::PaymentPlan);
    let currency = values.text("currency").unwrap_or_else(|| had.map_or("usd".to_owned(), |had| had.currency.clone()));
    let as_it_was = had.map_or_else(|| NewPrice::primary(payment_type, amount, &currency), NewPrice::from);
    let main = NewPrice {
        payment_type,
        price: if payment_type == PaymentType::Free { 0 } else { amount },
        currency: currency.trim().to_lowercase(),
        number_of_payments: payments.filter(|_| payment_type == PaymentType::PaymentPlan),
        interval: BillingInterval::named(values.get("interval")).filter(|_| recurs),
        interval_count: as_it_was.interval_count.filter(|_| recurs),
        ..as_it_was
    };
    if had.is_none() {
        return Ok(vec![main]);
    }
    let one = |price: &Price| if price.is_primary { main.clone() } else { NewPrice::from(price) };
    Ok(prices.iter().map(one).collect())
}
