//! External orders: what students paid elsewhere, as apps that take the payments report it.

mod filters;
mod reconciliation;
mod references;
mod reporting;
mod transactions;

use crate::resources::asserted::with;
use crate::support::{Reply, TestSchool};
use serde_json::{Value, json};

/// An order of one type, without a transaction.
fn order(user: i64, product: i64, order_type: &str) -> Value {
    json!({ "payment_provider": "Till", "user_id": user, "product_id": product, "order_type": order_type })
}

/// An amount of US dollars in cents.
fn dollars(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

/// The same, with the reference by which the provider knows it.
fn referenced(amount: i64, reference: &str) -> Value {
    with(&dollars(amount), &json!({ "reference": reference }))
}

/// Reports an order: its id.
async fn report(school: &TestSchool, body: Value) -> i64 {
    let reply = school.post("/external_orders", body).await.expect(201);
    assert_eq!(reply.json(), json!({ "id": reply.id() }));
    reply.id()
}

async fn purchase(school: &TestSchool, id: i64, transaction: Value) -> Reply {
    school.post(&format!("/external_orders/{id}/transactions/purchase"), transaction).await
}

async fn refund(school: &TestSchool, id: i64, transaction: Value) -> Reply {
    school.post(&format!("/external_orders/{id}/transactions/refund"), transaction).await
}

/// An order with its ledger.
async fn shown(school: &TestSchool, id: i64) -> Value {
    school.get(&format!("/external_orders/{id}")).await.expect(200).json()
}
