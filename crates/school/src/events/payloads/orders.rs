//! `order.created`, `order_transaction.*` and `subscription.*`

use super::parts::{Person, Student};
use crate::money::Hundredths;
use crate::time::Moment;
use serde::Serialize;
use store::product_prices::{BillingInterval, PaymentType};
use store::subscriptions::SubscriptionStatus;
use store::{CouponId, OrderId, OrderTransactionId, ProductId, PromotionId, SubscriptionId, UserId};

/// An order.
#[derive(Debug, Clone, Serialize)]
pub struct Order<'a> {
    /// The code of the affiliate who brought the student.
    pub affiliate_referral_code: Option<&'a str>,
    /// What was paid, in hundredths.
    pub amount_cents: i64,
    /// What was paid.
    pub amount_dollars: Hundredths,
    /// Who ordered.
    pub billing_name: &'a str,
    /// The coupon that was used.
    pub coupon: Option<Coupon<'a>>,
    /// When it was made.
    pub created_at: Moment,
    /// Its id.
    pub id: OrderId,
    /// Its number in the school's books.
    pub order_number: i64,
    /// `one-time`, `subscription`, `payment-plan` or `free`.
    pub payment_type: PaymentType,
    /// What the buyer paid, in minor units of their currency.
    pub presentment_amount: i64,
    /// The currency they paid in, ISO 4217 in lower case.
    pub presentment_currency: String,
    /// The (first) product's id.
    pub product_id: ProductId,
    /// Its name.
    pub product_name: &'a str,
    /// `Complete`.
    pub status: String,
    /// Everything that was ordered.
    pub items: Vec<Item<'a>>,
    /// Who ordered.
    pub user: Person<'a>,
}

/// The coupon of an order.
#[derive(Debug, Clone, Serialize)]
pub struct Coupon<'a> {
    /// Its id.
    pub id: CouponId,
    /// Its code.
    pub code: &'a str,
    /// The promotion it is of.
    pub promotion_id: PromotionId,
}

/// A product of an order.
#[derive(Debug, Clone, Serialize)]
pub struct Item<'a> {
    /// The product's id.
    pub product_id: ProductId,
    /// Its name.
    pub product_name: &'a str,
    /// What was paid for it.
    pub amount_dollars: Hundredths,
    /// What was paid for it, in hundredths.
    pub amount_cents: i64,
}

/// A payment of an order that the school takes itself. Amounts are minor units.
#[derive(Debug, Clone, Serialize)]
pub struct OrderTransaction<'a> {
    /// Its id.
    pub id: OrderTransactionId,
    /// When it was charged; a refund leaves it.
    pub created_at: Moment,
    /// What was charged.
    pub amount: i64,
    /// `purchase`
    pub action: &'static str,
    /// Its currency, ISO 4217 in lower case.
    pub currency: &'a str,
    /// Who took it. Receivers look for this word.
    pub payment_provider: &'static str,
    /// The whole order, whatever part of it was paid now.
    pub order: PaidOrder<'a>,
    /// Whether something was paid back.
    pub refunded: bool,
    /// How much of it was paid back.
    pub refunded_amount: Option<i64>,
    /// What the buyer paid.
    pub presentment_amount: i64,
    /// The currency they paid in.
    pub presentment_currency: &'a str,
}

/// The order of a payment.
#[derive(Debug, Clone, Serialize)]
pub struct PaidOrder<'a> {
    /// Its id.
    pub id: OrderId,
    /// When it was made.
    pub created_at: Moment,
    /// Its number in the school's books, as it is printed: `ORD001001`.
    pub order_number: String,
    /// The (first) product's name.
    pub product_name: &'a str,
    /// What it is about, in hundredths.
    pub amount_cents: i64,
    /// What it is about.
    pub amount_dollars: Hundredths,
    /// Who ordered.
    pub billing_name: &'a str,
    /// `one-time`, `subscription` or `payment-plan`.
    pub payment_type: PaymentType,
    /// Everything that was ordered.
    pub items: Vec<PaidItem<'a>>,
    /// Who ordered.
    pub user: Student<'a>,
}

/// A product of a payment's order.
#[derive(Debug, Clone, Serialize)]
pub struct PaidItem<'a> {
    /// What it costs.
    pub amount_dollars: Hundredths,
    /// What it costs, in hundredths.
    pub amount_cents: i64,
    /// The product's id.
    pub product_id: ProductId,
    /// Its name.
    pub product_name: &'a str,
}

/// A subscription that the school takes the payments of itself.
#[derive(Debug, Clone, Serialize)]
pub struct Subscription<'a> {
    /// Its id.
    pub id: SubscriptionId,
    /// When it was opened.
    pub created_at: Moment,
    /// `subscription`
    pub payment_type: &'static str,
    /// What each payment is, in minor units: a number as text.
    pub amount: String,
    /// `month` or `year`.
    pub interval: BillingInterval,
    /// When it was cancelled.
    pub cancelled_at: Option<Moment>,
    /// When a cancelled one ends.
    pub scheduled_cancellation_at: Option<Moment>,
    /// `cancelled`, `past_due` or `unpaid`.
    pub status: SubscriptionStatus,
    /// Who pays.
    pub user: Subscriber<'a>,
}

/// Who pays a subscription: a person in yet another order.
#[derive(Debug, Clone, Serialize)]
pub struct Subscriber<'a> {
    /// Their id.
    pub id: UserId,
    /// Address.
    pub email: &'a str,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
}
