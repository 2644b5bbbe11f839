//! `order.created`, `order_transaction.*` and `subscription.*`

use super::parts::{Person, SAMPLE_COURSE, SAMPLE_FULL_NAME, SAMPLE_PRODUCT, Student};
use crate::money::Hundredths;
use crate::time::{DAY, Moment};
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

impl Order<'static> {
    /// A made-up order of this moment.
    pub(crate) fn sample(at: i64) -> Self {
        Order {
            affiliate_referral_code: None,
            amount_cents: 5_000,
            amount_dollars: Hundredths(5_000),
            billing_name: SAMPLE_FULL_NAME,
            coupon: Some(Coupon { id: CouponId::new(12), code: "TEST10", promotion_id: PromotionId::new(3) }),
            created_at: Moment(at),
            id: OrderId::new(19_796),
            order_number: 1_010,
            payment_type: PaymentType::OneTime,
            presentment_amount: 5_000,
            presentment_currency: "usd".to_owned(),
            product_id: SAMPLE_PRODUCT,
            product_name: SAMPLE_COURSE.name,
            status: "Complete".to_owned(),
            items: vec![Item {
                product_id: SAMPLE_PRODUCT,
                product_name: SAMPLE_COURSE.name,
                amount_dollars: Hundredths(5_000),
                amount_cents: 5_000,
            }],
            user: Person::SAMPLE,
        }
    }
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

impl OrderTransaction<'static> {
    /// A made-up payment of this moment, of which this much was paid back.
    pub(crate) fn sample(at: i64, refunded_amount: Option<i64>) -> Self {
        OrderTransaction {
            id: OrderTransactionId::new(22),
            created_at: Moment(at),
            amount: 5_000,
            action: "purchase",
            currency: "usd",
            payment_provider: "thinkific_payments",
            order: PaidOrder {
                id: OrderId::new(19_796),
                created_at: Moment(at),
                order_number: "ORD001010".to_owned(),
                product_name: SAMPLE_COURSE.name,
                amount_cents: 5_000,
                amount_dollars: Hundredths(5_000),
                billing_name: SAMPLE_FULL_NAME,
                payment_type: PaymentType::OneTime,
                items: vec![PaidItem {
                    amount_dollars: Hundredths(5_000),
                    amount_cents: 5_000,
                    product_id: SAMPLE_PRODUCT,
                    product_name: SAMPLE_COURSE.name,
                }],
                user: Person::SAMPLE.into(),
            },
            refunded: refunded_amount.is_some(),
            refunded_amount,
            presentment_amount: 5_000,
            presentment_currency: "usd",
        }
    }
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

impl Subscription<'static> {
    /// A made-up subscription that came to this status at this moment.
    pub(crate) fn sample(at: i64, status: SubscriptionStatus) -> Self {
        let cancelled = status == SubscriptionStatus::Cancelled;
        Subscription {
            id: SubscriptionId::new(6),
            created_at: Moment(at - 90 * DAY),
            payment_type: "subscription",
            amount: "1900".to_owned(),
            interval: BillingInterval::Month,
            cancelled_at: cancelled.then_some(Moment(at)),
            scheduled_cancellation_at: cancelled.then_some(Moment(at + 30 * DAY)),
            status,
            user: Subscriber {
                id: Person::SAMPLE.id,
                email: Person::SAMPLE.email,
                first_name: Person::SAMPLE.first_name,
                last_name: Person::SAMPLE.last_name,
            },
        }
    }
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
