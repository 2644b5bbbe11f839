//! A product as webhooks are told of it.

use super::{Price, Product};
use crate::events::payloads;
use crate::money::decimal;
use crate::time::Moment;

impl<'a> payloads::Product<'a> {
    /// A product with its prices.
    #[must_use]
    pub fn of(product: &'a Product) -> Self {
        Self {
            id: product.id,
            created_at: Moment(product.created_at),
            productable_id: product.productable_id,
            productable_type: product.productable_type,
            price: decimal(product.price()),
            position: product.position,
            status: product.status,
            name: &product.name,
            private: product.private,
            hidden: product.hidden,
            subscription: product.is_subscription(),
            days_until_expiry: product.days_until_expiry,
            has_certificate: product.has_certificate,
            keywords: product.keywords.as_deref(),
            seo_title: product.seo_title.as_deref(),
            seo_description: product.seo_description.as_deref(),
            collection_ids: &product.collection_ids,
            related_product_ids: &product.related_product_ids,
            description: product.description.as_deref(),
            card_image_url: product.card_image_url.as_deref(),
            slug: &product.slug,
            product_prices: product.prices.iter().map(|price| payloads::Price::of(product, price)).collect(),
            instructor_names: product.instructor_names.as_deref(),
        }
    }
}

impl<'a> payloads::Price<'a> {
    fn of(product: &Product, price: &'a Price) -> Self {
        let text = |count: Option<i64>| count.map(|count| count.to_string());
        Self {
            id: price.id,
            is_primary: price.is_primary,
            payment_type: price.payment_type,
            label: price.label.as_deref(),
            price: decimal(price.price),
            days_until_expiry: text(price.days_until_expiry),
            pay_button_text: price.pay_button_text.as_deref(),
            number_of_payments: text(price.number_of_payments),
            interval: price.interval,
            interval_count: text(price.interval_count),
            trial_interval: price.trial_interval,
            trial_interval_count: text(price.trial_interval_count),
            custom_first_price: price.custom_first_price.map(decimal),
            price_name: product.price_name(price),
            currency: &price.currency,
        }
    }
}
