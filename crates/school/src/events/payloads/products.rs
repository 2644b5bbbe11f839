//! `product.*`: a product as the Admin API shows it.

use super::parts::{SAMPLE_COURSE, SAMPLE_FULL_NAME, SAMPLE_PRODUCT};
use crate::time::Moment;
use serde::Serialize;
use store::product_prices::{BillingInterval, PaymentType, TrialInterval};
use store::products::{ProductStatus, ProductableType};
use store::{CollectionId, PriceId, ProductId};

/// A product.
#[derive(Debug, Clone, Serialize)]
pub struct Product<'a> {
    /// Its id.
    pub id: ProductId,
    /// When it was made.
    pub created_at: Moment,
    /// The id of the course or bundle that it sells.
    pub productable_id: i64,
    /// `Course` or `Bundle`.
    pub productable_type: ProductableType,
    /// Its main price, a decimal as text.
    pub price: String,
    /// Its place among the school's products.
    pub position: i64,
    /// `published`, `draft` or `presell`.
    pub status: ProductStatus,
    /// Its name.
    pub name: &'a str,
    /// Whether it cannot be bought.
    pub private: bool,
    /// Whether no page of the school shows it.
    pub hidden: bool,
    /// Whether its main price is a subscription.
    pub subscription: bool,
    /// For how many days after an enrollment it is open; null for ever.
    pub days_until_expiry: Option<i64>,
    /// Whether completing it earns a certificate.
    pub has_certificate: bool,
    /// Keywords.
    pub keywords: Option<&'a str>,
    /// Title for search engines.
    pub seo_title: Option<&'a str>,
    /// Description for search engines.
    pub seo_description: Option<&'a str>,
    /// The collections it is in.
    pub collection_ids: &'a [CollectionId],
    /// The products related to it.
    pub related_product_ids: &'a [ProductId],
    /// Its description.
    pub description: Option<&'a str>,
    /// The picture on its card.
    pub card_image_url: Option<&'a str>,
    /// The last part of its address.
    pub slug: &'a str,
    /// Its prices.
    pub product_prices: Vec<Price<'a>>,
    /// The names of its instructors.
    pub instructor_names: Option<&'a str>,
}

impl Product<'static> {
    /// A made-up product of the made-up course, made at this moment.
    pub(crate) fn sample(created_at: i64) -> Self {
        Product {
            id: SAMPLE_PRODUCT,
            created_at: Moment(created_at),
            productable_id: SAMPLE_COURSE.id.get(),
            productable_type: ProductableType::Course,
            price: "50.0".to_owned(),
            position: 1,
            status: ProductStatus::Published,
            name: SAMPLE_COURSE.name,
            private: false,
            hidden: false,
            subscription: false,
            days_until_expiry: None,
            has_certificate: false,
            keywords: None,
            seo_title: None,
            seo_description: None,
            collection_ids: &[],
            related_product_ids: &[],
            description: Some("[TEST] Better pictures with what is in your pocket."),
            card_image_url: None,
            slug: "test-photography-with-a-phone",
            product_prices: vec![Price {
                id: PriceId::new(9),
                is_primary: true,
                payment_type: PaymentType::OneTime,
                label: None,
                price: "50.0".to_owned(),
                days_until_expiry: None,
                pay_button_text: None,
                number_of_payments: None,
                interval: None,
                interval_count: None,
                trial_interval: None,
                trial_interval_count: None,
                custom_first_price: None,
                price_name: SAMPLE_COURSE.name.to_owned(),
                currency: "usd",
            }],
            instructor_names: Some(SAMPLE_FULL_NAME),
        }
    }
}

/// A price of a product. The counts are texts.
#[derive(Debug, Clone, Serialize)]
pub struct Price<'a> {
    /// Its id.
    pub id: PriceId,
    /// Whether it is the product's main price.
    pub is_primary: bool,
    /// `free`, `one-time`, `subscription` or `payment-plan`.
    pub payment_type: PaymentType,
    /// What tells it from the main price.
    pub label: Option<&'a str>,
    /// The amount, a decimal as text.
    pub price: String,
    /// For how many days a buyer is enrolled.
    pub days_until_expiry: Option<String>,
    /// What stands on the button.
    pub pay_button_text: Option<&'a str>,
    /// How many payments a payment plan has.
    pub number_of_payments: Option<String>,
    /// `month` or `year`, between payments.
    pub interval: Option<BillingInterval>,
    /// How many of them lie between payments.
    pub interval_count: Option<String>,
    /// `day` or `month`, of the trial.
    pub trial_interval: Option<TrialInterval>,
    /// How many of them the trial takes.
    pub trial_interval_count: Option<String>,
    /// What the first period of a subscription costs, a decimal as text.
    pub custom_first_price: Option<String>,
    /// What it is called.
    pub price_name: String,
    /// Its currency, ISO 4217 in lower case.
    pub currency: &'a str,
}
