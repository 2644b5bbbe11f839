//! Orders, payments and subscriptions as webhooks are told of them.

use crate::events::payloads::{self, Hundredths, Person};
use crate::time::Moment;
use store::PromotionId;
use store::order_transactions::OrderTransactionRow;
use store::orders::{OrderItemRow, OrderRow};
use store::subscriptions::SubscriptionRow;

impl<'a> payloads::Order<'a> {
    /// An order; `promotion_id` is that of its coupon.
    #[must_use]
    pub fn of(order: &'a OrderRow, promotion_id: Option<PromotionId>, user: Person<'a>) -> Self {
        let coupon = match (order.coupon_id, &order.coupon_code, promotion_id) {
            (Some(id), Some(code), Some(promotion_id)) => Some(payloads::Coupon { id, code, promotion_id }),
            _ => None,
        };
        let item = |item: &'a OrderItemRow| payloads::Item {
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
            payment_type: order.payment_type,
            presentment_amount: order.amount_cents,
            presentment_currency: order.currency.to_lowercase(),
            product_id: order.product_id,
            product_name: &order.product_name,
            status: capitalised(order.status.name()),
            items: order.items.iter().map(item).collect(),
            user,
        }
    }
}

impl<'a> payloads::OrderTransaction<'a> {
    /// A payment of an order.
    #[must_use]
    pub fn of(row: &'a OrderTransactionRow, order: &'a OrderRow, user: Person<'a>) -> Self {
        let item = |item: &'a OrderItemRow| payloads::PaidItem {
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
            order: payloads::PaidOrder {
                id: order.id,
                created_at: Moment(order.created_at),
                order_number: format!("ORD{:06}", order.order_number),
                product_name: &order.product_name,
                amount_cents: order.amount_cents,
                amount_dollars: Hundredths(order.amount_cents),
                billing_name: &order.user_name,
                payment_type: order.payment_type,
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

impl<'a> payloads::Subscription<'a> {
    /// A subscription of a user.
    #[must_use]
    pub fn of(row: &'a SubscriptionRow, user: Person<'a>) -> Self {
        Self {
            id: row.id,
            created_at: Moment(row.created_at),
            payment_type: "subscription",
            amount: row.amount.to_string(),
            interval: row.interval,
            cancelled_at: row.cancelled_at.map(Moment),
            scheduled_cancellation_at: row.scheduled_cancellation_at.map(Moment),
            status: row.status,
            user: payloads::Subscriber {
                id: user.id,
                email: user.email,
                first_name: user.first_name,
                last_name: user.last_name,
            },
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
