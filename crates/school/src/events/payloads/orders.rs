//! `order.created`, `order_transaction.*` and `subscription.*`

use super::{Hundredths, Person, Student};
use crate::time::Moment;
use serde::Serialize;
use store::order_transactions::OrderTransactionRow;
use store::orders::{OrderItemRow, OrderRow};
use store::subscriptions::SubscriptionRow;

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
    pub id: i64,
    /// Its number in the school's books.
    pub order_number: i64,
    /// `one-time`, `subscription`, `payment-plan` or `free`.
    pub payment_type: &'a str,
    /// What the buyer paid, in minor units of their currency.
    pub presentment_amount: i64,
    /// The currency they paid in, ISO 4217 in lower case.
    pub presentment_currency: String,
    /// The (first) product's id.
    pub product_id: i64,
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
    pub id: i64,
    /// Its code.
    pub code: &'a str,
    /// The promotion it is of.
    pub promotion_id: i64,
}

/// A product of an order.
#[derive(Debug, Clone, Serialize)]
pub struct Item<'a> {
    /// The product's id.
    pub product_id: i64,
    /// Its name.
    pub product_name: &'a str,
    /// What was paid for it.
    pub amount_dollars: Hundredths,
    /// What was paid for it, in hundredths.
    pub amount_cents: i64,
}

impl<'a> Order<'a> {
    /// An order; `promotion_id` is that of its coupon.
    #[must_use]
    pub fn of(order: &'a OrderRow, promotion_id: Option<i64>, user: Person<'a>) -> Self {
        let coupon = match (order.coupon_id, &order.coupon_code, promotion_id) {
            (Some(id), Some(code), Some(promotion_id)) => Some(Coupon { id, code, promotion_id }),
            _ => None,
        };
        let item = |item: &'a OrderItemRow| Item {
            product_id: item.product_id,
            product_name: &item.product_name,
            amount_dollars: Hundredths(item.amount_cents),
            amount_cents: item.amount_cents,
        };
        Self {
            affiliate_referral_code: order.affiliate_referral_code.as_deref(),
            amount_cents: order.amount_cents,
            amount_dollars: Hundredths(order.amount_cents),
            billing_name: &order.user_name,
            coupon,
            created_at: Moment(order.created_at),
            id: order.id,
            order_number: order.order_number,
            payment_type: &order.payment_type,
            presentment_amount: order.amount_cents,
            presentment_currency: order.currency.to_lowercase(),
            product_id: order.product_id,
            product_name: &order.product_name,
            status: capitalised(&order.status),
            items: order.items.iter().map(item).collect(),
            user,
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A payment of an order that the school takes itself. Amounts are minor units.
#[derive(Debug, Clone, Serialize)]
pub struct OrderTransaction<'a> {
    /// Its id.
    pub id: i64,
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
    pub id: i64,
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
    pub payment_type: &'a str,
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
    pub product_id: i64,
    /// Its name.
    pub product_name: &'a str,
}

impl<'a> OrderTransaction<'a> {
    /// A payment of an order.
    #[must_use]
    pub fn of(row: &'a OrderTransactionRow, order: &'a OrderRow, user: Person<'a>) -> Self {
        let item = |item: &'a OrderItemRow| PaidItem {
            amount_dollars: Hundredths(item.amount_cents),
            amount_cents: item.amount_cents,
            product_id: item.product_id,
            product_name: &item.product_name,
        };
        Self {
            id: row.id,
            created_at: Moment(row.created_at),
            amount: row.amount,
            action: "purchase",
            currency: &row.currency,
            payment_provider: "thinkific_payments",
            order: PaidOrder {
                id: order.id,
                created_at: Moment(order.created_at),
                order_number: format!("ORD{:06}", order.order_number),
                product_name: &order.product_name,
                amount_cents: order.amount_cents,
                amount_dollars: Hundredths(order.amount_cents),
                billing_name: &order.user_name,
                payment_type: &order.payment_type,
                items: order.items.iter().map(item).collect(),
                user: user.into(),
            },
            refunded: row.refunded_amount.is_some(),
            refunded_amount: row.refunded_amount,
            presentment_amount: row.amount,
            presentment_currency: &row.currency,
        }
    }
}

/// A subscription that the school takes the payments of itself.
#[derive(Debug, Clone, Serialize)]
pub struct Subscription<'a> {
    /// Its id.
    pub id: i64,
    /// When it was opened.
    pub created_at: Moment,
    /// `subscription`
    pub payment_type: &'static str,
    /// What each payment is, in minor units: a number as text.
    pub amount: String,
    /// `month` or `year`.
    pub interval: &'a str,
    /// When it was cancelled.
    pub cancelled_at: Option<Moment>,
    /// When a cancelled one ends.
    pub scheduled_cancellation_at: Option<Moment>,
    /// `cancelled`, `past_due` or `unpaid`.
    pub status: &'a str,
    /// Who pays.
    pub user: Subscriber<'a>,
}

/// Who pays a subscription: a person in yet another order.
#[derive(Debug, Clone, Serialize)]
pub struct Subscriber<'a> {
    /// Their id.
    pub id: i64,
    /// Address.
    pub email: &'a str,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
}

impl<'a> Subscription<'a> {
    /// A subscription of a user.
    #[must_use]
    pub fn of(row: &'a SubscriptionRow, user: Person<'a>) -> Self {
        Self {
            id: row.id,
            created_at: Moment(row.created_at),
            payment_type: "subscription",
            amount: row.amount.to_string(),
            interval: &row.interval,
            cancelled_at: row.cancelled_at.map(Moment),
            scheduled_cancellation_at: row.scheduled_cancellation_at.map(Moment),
            status: &row.status,
            user: Subscriber { id: user.id, email: user.email, first_name: user.first_name, last_name: user.last_name },
        }
    }
}
