//! The prices of what is sold: how the main one is shown, and the fields in which they are changed. The first has its fields
//! under their plain names, the others with their number behind.

use crate::amounts::amount;
use crate::form_values::Values;
use maud::{Markup, html};
use pages::components::{Choice, FormField, Input};
use pages::fields::Problems;
use school::money::{decimal, hundredths_as_typed};
use school::products::{self, BillingInterval, NewPrice, PaymentType, Price};

/// What a product costs.
pub(crate) fn price_words(product: &products::Product) -> String {
    use products::PaymentType::{Free, OneTime, PaymentPlan, Subscription};
    let Some(price) = product.primary_price() else { return "Free".to_owned() };
    let amount = amount(price.price, &price.currency);
    match price.payment_type {
        Free => "Free".to_owned(),
        OneTime => amount,
        Subscription => format!("{amount} a {}", price.interval.map_or("month", |interval| interval.name())),
        PaymentPlan => format!("{} × {amount}", price.number_of_payments.unwrap_or(1)),
    }
}

/// A form has no more prices than this.
const MOST: usize = 20;

/// The names of the fields of a price.
struct Names {
    id: String,
    payment_type: String,
    label: String,
    price: String,
    currency: String,
    interval: String,
    number_of_payments: String,
}

impl Names {
    /// Those of the price with a number from one.
    fn of(number: usize) -> Self {
        let name = |stem: &str| if number == 1 { stem.to_owned() } else { format!("{stem}_{number}") };
        Self {
            id: name("price_id"),
            payment_type: name("payment_type"),
            label: name("label"),
            price: name("price"),
            currency: name("currency"),
            interval: name("interval"),
            number_of_payments: name("number_of_payments"),
        }
    }
}

/// The same values with prices, the main one first; free where there is none.
pub(crate) fn with_prices(values: Values, prices: &[Price]) -> Values {
    let mut prices: Vec<&Price> = prices.iter().collect();
    prices.sort_by_key(|price| !price.is_primary);
    if prices.is_empty() {
        return values.with("payment_type", "free").with("primary", "1");
    }
    (1..).zip(prices).fold(values.with("primary", "1"), |values, (number, price)| {
        let names = Names::of(number);
        let text = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        values
            .with(&names.id, price.id.to_string())
            .with(&names.payment_type, price.payment_type.name())
            .with(&names.label, price.label.clone().unwrap_or_default())
            .with(&names.price, Some(price.price).filter(|price| *price > 0).map(decimal).unwrap_or_default())
            .with(&names.currency, price.currency.to_uppercase())
            .with(&names.interval, price.interval.map_or("month", BillingInterval::name))
            .with(&names.number_of_payments, text(price.number_of_payments))
    })
}

/// The fields of prices in a form: those that there are, and one more.
pub(crate) struct PriceFields(Vec<Names>);

impl PriceFields {
    /// As many as the values have, and one more.
    pub fn of(values: &Values) -> Self {
        let is_there = |number: &usize| {
            let names = Names::of(*number);
            !values.get(&names.payment_type).is_empty() || !values.get(&names.price).is_empty()
        };
        let last = (1..=MOST).rev().find(is_there).unwrap_or(1);
        Self((1..=(last + 1).min(MOST)).map(Names::of).collect())
    }

    fn fields<'f>(&'f self, at: usize, values: &'f Values, problems: &'f Problems) -> [FormField<'f>; 6] {
        let names = &self.0[at];
        let none = Choice { value: "", label: "No price" };
        let kinds = [
            Choice { value: "free", label: "Free" },
            Choice { value: "one-time", label: "One payment" },
            Choice { value: "subscription", label: "Subscription" },
            Choice { value: "payment-plan", label: "Payment plan" },
        ];
        let kinds = Some(none).filter(|_| at > 0).into_iter().chain(kinds).collect();
        let intervals = vec![Choice { value: "month", label: "Month" }, Choice { value: "year", label: "Year" }];
        let kind =
            FormField::new(&names.payment_type, "It is paid", values.get(&names.payment_type), Input::Select(kinds));
        let kind = if at == 0 { kind.known_as("product_prices").required() } else { kind };
        [
            kind.problems(problems),
            FormField::line(&names.price, "Price", values.get(&names.price))
                .hint("Such as 49.00; of each payment.")
                .problems(problems),
            FormField::line(&names.currency, "Currency", values.get(&names.currency)).hint("Such as USD.").longest(3),
            FormField::new(&names.interval, "Between payments", values.get(&names.interval), Input::Select(intervals))
                .required(),
            FormField::new(
                &names.number_of_payments,
                "Payments of a plan",
                values.get(&names.number_of_payments),
                Input::Line("number"),
            )
            .problems(problems),
            FormField::line(&names.label, "What it is called", values.get(&names.label))
                .hint("Every price but the main one needs it: In three parts.")
                .longest(255)
                .problems(problems),
        ]
    }

    /// The names of the fields, by which a summary of problems leads to them.
    pub fn named<'f>(&'f self, values: &'f Values, problems: &'f Problems) -> Vec<(&'f str, &'f str, String)> {
        (0..self.0.len()).flat_map(|at| self.fields(at, values, problems).map(|field| field.named())).collect()
    }

    /// The fields: the main price, and the others folded away.
    pub fn show(&self, values: &Values, problems: &Problems) -> Markup {
        let others = self.0.len() - 2;
        html! {
            (self.one(0, values, problems))
            details open[others > 0] {
                summary { "More prices" }
                div.fields {
                    p.muted { "Buyers choose among them: at once, in parts, as a subscription. The main one is shown first." }
                    @for at in 1..self.0.len() { (self.one(at, values, problems)) }
                }
            }
        }
    }

    fn one(&self, at: usize, values: &Values, problems: &Problems) -> Markup {
        let number = at + 1;
        let fields = self.fields(at, values, problems);
        let is_primary = values.get("primary").parse() == Ok(number) || at == 0 && values.get("primary").is_empty();
        let id = format!("field-primary-{number}");
        html! {
            fieldset.fields.price {
                legend { @if at == 0 { "Price" } @else { "Price " (number) } }
                input type="hidden" name=(self.0[at].id) value=(values.get(&self.0[at].id));
                (fields[0])
                div.fields.pair { (fields[1]) (fields[2]) }
                div.fields.pair { (fields[3]) (fields[4]) }
                (fields[5])
                div.choice {
                    input id=(id) type="radio" name="primary" value=(number) checked[is_primary];
                    label for=(id) { "This is the main price" }
                }
            }
        }
    }
}

/// The prices that something is to have. What the form says nothing of stays as it is: trials, and prices that it does not
/// know.
pub(crate) fn prices_of(values: &Values, had: &[Price]) -> Result<Vec<NewPrice>, Problems> {
    let main = had.iter().find(|price| price.is_primary);
    let primary = values.get("primary").parse().unwrap_or(1);
    let (mut prices, mut known) = (Vec::new(), Vec::new());
    for number in 1..=MOST {
        let names = Names::of(number);
        let own = had.iter().find(|price| price.id.to_string() == values.get(&names.id));
        let own = own.or(main.filter(|_| number == 1));
        known.extend(own.map(|price| price.id));
        if number == 1 || !values.get(&names.payment_type).is_empty() {
            let currency = main.map_or("usd", |main| main.currency.as_str());
            let price = price_of(values, &names, own, currency)?;
            prices.push(NewPrice { is_primary: number == primary, ..price });
        } else if !values.get(&names.price).trim().is_empty() {
            return Err(Problems::one(&names.payment_type, "must be chosen for a price"));
        }
    }
    if !prices.iter().any(|price| price.is_primary) {
        return Err(Problems::one("product_prices", "need a main price: choose one that is there"));
    }
    let unknown = had.iter().filter(|price| !known.contains(&price.id));
    prices.extend(unknown.map(|price| NewPrice { is_primary: false, ..NewPrice::from(price) }));
    // The main one comes first.
    prices.sort_by_key(|price| !price.is_primary);
    Ok(prices)
}

/// One price as the form says it.
fn price_of(values: &Values, names: &Names, had: Option<&Price>, currency: &str) -> Result<NewPrice, Problems> {
    let payment_type = PaymentType::named(values.get(&names.payment_type)).unwrap_or_default();
    let amount = match values.get(&names.price).trim() {
        "" => Some(0),
        text => hundredths_as_typed(text),
    };
    let Some(amount) = amount else { return Err(Problems::one(&names.price, "must be an amount such as 49.00")) };
    let payments = match values.get(&names.number_of_payments).trim() {
        "" => None,
        text => match text.parse() {
            Ok(payments) => Some(payments),
            Err(_) => return Err(Problems::one(&names.number_of_payments, "must be a whole number")),
        },
    };
    let recurs = matches!(payment_type, PaymentType::Subscription | PaymentType::PaymentPlan);
    let currency = values.text(&names.currency).unwrap_or_else(|| currency.to_owned());
    let as_it_was = had.map_or_else(|| NewPrice::primary(payment_type, amount, &currency), NewPrice::from);
    Ok(NewPrice {
        payment_type,
        label: values.text(&names.label).or(as_it_was.label.clone().filter(|_| !values.has(&names.label))),
        price: if payment_type == PaymentType::Free { 0 } else { amount },
        currency: currency.trim().to_lowercase(),
        number_of_payments: payments.filter(|_| payment_type == PaymentType::PaymentPlan),
        interval: BillingInterval::named(values.get(&names.interval)).filter(|_| recurs),
        interval_count: as_it_was.interval_count.filter(|_| recurs),
        ..as_it_was
    })
}
