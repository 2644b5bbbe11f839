//! Rows of the prices of products.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{PriceId, ProductId, SiteId, StoreError, Tx, params};

text_enum! {
    /// How something is paid.
    #[derive(Default)]
    pub enum PaymentType {
        /// Not at all.
        #[default]
        Free = "free",
        /// Once.
        OneTime = "one-time",
        /// At every interval, until it is cancelled.
        Subscription = "subscription",
        /// In a fixed number of payments.
        PaymentPlan = "payment-plan",
    }
}

text_enum! {
    /// What lies between payments.
    pub enum BillingInterval {
        /// A month.
        Month = "month",
        /// A year.
        Year = "year",
    }
}

text_enum! {
    /// What a trial is measured in.
    pub enum TrialInterval {
        /// Days.
        Day = "day",
        /// Months.
        Month = "month",
    }
}

table! {
    /// A price's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PriceRow in "product_prices" of site {
        keys {
            /// The product's id.
            product_id: ProductId,
            /// Its place among the product's prices, from zero.
            position: i64,
        }
        values {
            /// Its id, which it keeps when the product changes.
            id: PriceId,
            /// Whether it is the product's main price. One of them is.
            is_primary: bool,
            /// How it is paid.
            payment_type: PaymentType,
            /// What tells it from the main price.
            label: Option<String>,
            /// Hundredths of the currency's unit.
            price: i64,
            /// Its currency, ISO 4217 in lower case.
            currency: String,
            /// For how many days a buyer is enrolled; none leaves it to the product.
            days_until_expiry: Option<i64>,
            /// What stands on the button.
            pay_button_text: Option<String>,
            /// How many payments a payment plan has.
            number_of_payments: Option<i64>,
            /// What lies between payments.
            interval as "billing_interval": Option<BillingInterval>,
            /// How many of them lie between payments.
            interval_count: Option<i64>,
            /// What the trial is measured in.
            trial_interval: Option<TrialInterval>,
            /// How many of them the trial takes.
            trial_interval_count: Option<i64>,
            /// What the first period of a subscription costs, in hundredths.
            custom_first_price: Option<i64>,
        }
    }
}

/// The prices of products, by product and position.
pub fn prices(tx: &mut Tx<'_>, site: SiteId, products: &[ProductId]) -> Result<Vec<PriceRow>, StoreError> {
    let sql = select!(PriceRow, "WHERE t.site_id = $1 AND t.product_id IN ");
    tx.query_in(site, products.iter().copied(), sql, " ORDER BY t.product_id, t.position", PriceRow::read)
}

/// Replaces the prices of a product.
pub fn set_prices(tx: &mut Tx<'_>, site: SiteId, product: ProductId, prices: &[PriceRow]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM product_prices WHERE site_id = $1 AND product_id = $2", params![site, product])?;
    for price in prices {
        PriceRow { product_id: product, ..price.clone() }.insert(tx, site)?;
    }
    Ok(())
}
