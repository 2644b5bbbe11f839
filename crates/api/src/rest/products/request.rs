//! Products and prices as clients send them.

use crate::rest::courses::set_flag;
use schemars::JsonSchema;
use school::input::Object;
use school::product_sale::ProductChanges;
use school::products::{BillingInterval, NewPrice, PaymentType, Product, ProductStatus, TrialInterval};
use school::{PriceId, ProductId, Set};
use serde::Deserialize;
use web::ApiError;
use web::input::{Bool, Decimal, Field, IdInput, IdList, Int, Text};

/// The changes to how a product is sold: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ProductRequest {
    /// `published`, `draft` or `presell`.
    #[serde(default)]
    #[schemars(example = &"published")]
    pub status: Field<ProductStatus>,
    /// Whether it cannot be bought: users are enrolled by hand.
    #[serde(default)]
    pub private: Field<Bool>,
    /// Whether no page of the school shows it.
    #[serde(default)]
    pub hidden: Field<Bool>,
    /// Whether completing it earns a certificate.
    #[serde(default)]
    pub has_certificate: Field<Bool>,
    /// For how many days after an enrollment it is open; empty for ever.
    #[serde(default)]
    pub days_until_expiry: Field<Int>,
    /// Title for search engines.
    #[serde(default)]
    pub seo_title: Field<Text>,
    /// Description for search engines.
    #[serde(default)]
    pub seo_description: Field<Text>,
    /// Its prices, in order, in place of those it has; an empty list makes it free. Those that name their id keep what is
    /// not given.
    #[serde(default)]
    pub product_prices: Field<Vec<Object<PriceRequest>>>,
    /// The products related to it, in place of those that are.
    #[serde(default)]
    pub related_product_ids: Field<IdList<ProductId>>,
}

/// A price of a product.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct PriceRequest {
    /// The id of the price that it was.
    #[serde(default)]
    pub id: Field<IdInput<PriceId>>,
    /// Whether it is the product's main price; the first is when none says so.
    #[serde(default)]
    #[schemars(example = true)]
    pub is_primary: Field<Bool>,
    /// `free`, `one-time`, `subscription` or `payment-plan`.
    #[serde(default)]
    #[schemars(required, with = "PaymentType", example = &"one-time")]
    pub payment_type: Field<PaymentType>,
    /// What tells it from the main price; needed when it is not the main price.
    #[serde(default)]
    pub label: Field<Text>,
    /// The amount.
    #[serde(default)]
    #[schemars(example = 49.0)]
    pub price: Field<Decimal>,
    /// Its currency, ISO 4217; that of the product when it is left out.
    #[serde(default)]
    #[schemars(example = &"usd")]
    pub currency: Field<Text>,
    /// For how many days a buyer is enrolled.
    #[serde(default)]
    pub days_until_expiry: Field<Int>,
    /// What stands on the button.
    #[serde(default)]
    pub pay_button_text: Field<Text>,
    /// How many payments a payment plan has.
    #[serde(default)]
    pub number_of_payments: Field<Int>,
    /// `month` or `year`, between payments.
    #[serde(default)]
    pub interval: Field<BillingInterval>,
    /// How many of them lie between payments.
    #[serde(default)]
    pub interval_count: Field<Int>,
    /// `day` or `month`, of the trial.
    #[serde(default)]
    pub trial_interval: Field<TrialInterval>,
    /// How many of them the trial takes.
    #[serde(default)]
    pub trial_interval_count: Field<Int>,
    /// What the first period of a subscription costs.
    #[serde(default)]
    pub custom_first_price: Field<Decimal>,
}

impl ProductRequest {
    /// What is to become of a product.
    pub(super) fn changes(self, product: &Product) -> Result<ProductChanges, ApiError> {
        let flag = |sent: Field<Bool>| match sent.0 {
            Set::Keep => None,
            Set::Clear => Some(false),
            Set::To(Bool(flag)) => Some(flag),
        };
        let currency = product.primary_price().map_or("usd", |price| &price.currency);
        Ok(ProductChanges {
            status: self.status.value(),
            private: flag(self.private),
            hidden: flag(self.hidden),
            has_certificate: flag(self.has_certificate),
            days_until_expiry: self.days_until_expiry.set(i64::from),
            seo_title: self.seo_title.text(),
            seo_description: self.seo_description.text(),
            prices: match self.product_prices.0 {
                Set::Keep => None,
                Set::Clear => Some(Vec::new()),
                Set::To(prices) => {
                    Some(prices.into_iter().map(|Object(price)| price.price(product, currency)).collect())
                }
            },
            related_product_ids: match self.related_product_ids.0 {
                Set::Keep => None,
                Set::Clear => Some(Vec::new()),
                Set::To(ids) => Some(ids.ids("related_product_ids")?),
            },
        })
    }
}

impl PriceRequest {
    fn price(self, product: &Product, currency: &str) -> NewPrice {
        let had = self.id.id().and_then(|id| product.prices.iter().find(|price| price.id == id));
        let mut price = match had {
            Some(had) => NewPrice::from(had),
            None => NewPrice { is_primary: false, ..NewPrice::primary(PaymentType::Free, 0, currency) },
        };
        set_flag(self.is_primary, &mut price.is_primary);
        if let Some(payment_type) = self.payment_type.value() {
            price.payment_type = payment_type;
        }
        match self.price.0 {
            Set::Keep => {}
            Set::Clear => price.price = 0,
            Set::To(Decimal(amount)) => price.price = amount,
        }
        if let Some(Text(currency)) = self.currency.value() {
            price.currency = currency;
        }
        self.label.text().apply(&mut price.label);
        self.pay_button_text.text().apply(&mut price.pay_button_text);
        for (sent, field) in [
            (self.days_until_expiry, &mut price.days_until_expiry),
            (self.number_of_payments, &mut price.number_of_payments),
            (self.interval_count, &mut price.interval_count),
            (self.trial_interval_count, &mut price.trial_interval_count),
        ] {
            sent.set(i64::from).apply(field);
        }
        self.interval.0.apply(&mut price.interval);
        self.trial_interval.0.apply(&mut price.trial_interval);
        self.custom_first_price.set(i64::from).apply(&mut price.custom_first_price);
        price
    }
}
