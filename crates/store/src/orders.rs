//! Rows of orders and of what was ordered.

use crate::{CountedRow, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, Value, lists, params};
use std::fmt::Write as _;

/// An order's row. It keeps the names and amounts of the day it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// Its number in the school's books: 1001, 1002, …
    pub order_number: i64,
    /// Who ordered.
    pub user_id: i64,
    /// Their address then.
    pub user_email: String,
    /// Their name then.
    pub user_name: String,
    /// The first product ordered.
    pub product_id: i64,
    /// Its name then.
    pub product_name: String,
    /// What was paid, in minor units of the currency.
    pub amount_cents: i64,
    /// Three letters, ISO 4217.
    pub currency: String,
    /// `free`, `one-time`, `subscription` or `payment-plan`.
    pub payment_type: String,
    /// The coupon that was used.
    pub coupon_id: Option<i64>,
    /// The coupon's code then.
    pub coupon_code: Option<String>,
    /// The code of the affiliate who brought the student.
    pub affiliate_referral_code: Option<String>,
    /// `complete`, `refunded` or `pending`.
    pub status: String,
    /// What was ordered, in order.
    pub items: Vec<OrderItemRow>,
}

/// One product of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItemRow {
    /// Which product.
    pub product_id: i64,
    /// Its name then.
    pub product_name: String,
    /// What was paid for it, in minor units of the order's currency.
    pub amount_cents: i64,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.order_number, t.user_id, t.user_email, t.user_name, t.product_id, \
                       t.product_name, t.amount_cents, t.currency, t.payment_type, t.coupon_id, t.coupon_code, \
                       t.affiliate_referral_code, t.status";

fn read(row: &Row<'_>) -> Result<OrderRow, StoreError> {
    Ok(OrderRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        order_number: row.get(3)?,
        user_id: row.get(4)?,
        user_email: row.get(5)?,
        user_name: row.get(6)?,
        product_id: row.get(7)?,
        product_name: row.get(8)?,
        amount_cents: row.get(9)?,
        currency: row.get(10)?,
        payment_type: row.get(11)?,
        coupon_id: row.get(12)?,
        coupon_code: row.get(13)?,
        affiliate_referral_code: row.get(14)?,
        status: row.get(15)?,
        items: Vec::new(),
    })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::ORDERS, id), lists::place(site, lists::ORDERS_BY_REV, rev)]
}

/// The number before a school's first.
const NUMBERS_AFTER: i64 = 1000;

/// The next number of the school's books. An order that is rolled back gives its number back.
fn next_number(tx: &mut Tx<'_>, site: i64) -> Result<i64, StoreError> {
    let number = tx.first(
        "INSERT INTO order_numbers (site_id, last) VALUES ($1, $2)
         ON CONFLICT (site_id) DO UPDATE SET last = order_numbers.last + 1 RETURNING last",
        params![site, NUMBERS_AFTER + 1],
        |row| row.get(0),
    )?;
    number.ok_or_else(|| StoreError::Engine("no number for an order".to_owned()))
}

/// Adds an order with its items; gives it its id, its number, and the stamp as its time and revision.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, site: i64, order: &mut OrderRow, stamp: Stamp) -> Result<(), StoreError> {
    order.id = tx.next_id("orders")?;
    order.order_number = next_number(tx, site)?;
    order.rev = stamp.rev;
    order.created_at = stamp.at;
    tx.execute(
        "INSERT INTO orders (site_id, id, rev, created_at, updated_at, order_number, user_id, user_email, user_name,
           product_id, product_name, amount_cents, currency, payment_type, coupon_id, coupon_code,
           affiliate_referral_code, status)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        params![
            site,
            order.id,
            order.rev,
            order.created_at,
            order.order_number,
            order.user_id,
            &order.user_email,
            &order.user_name,
            order.product_id,
            &order.product_name,
            order.amount_cents,
            &order.currency,
            &order.payment_type,
            order.coupon_id,
            &order.coupon_code,
            &order.affiliate_referral_code,
            &order.status,
        ],
    )?;
    for (position, item) in (0_i64..).zip(&order.items) {
        tx.execute(
            "INSERT INTO order_items (site_id, order_id, position, product_id, product_name, amount_cents)
             VALUES ($1, $2, $3, $4, $5, $6)",
            params![site, order.id, position, item.product_id, &item.product_name, item.amount_cents],
        )?;
    }
    tx.update_counts(&[], &places(site, order.id, order.rev));
    Ok(())
}

/// Changes how an order stands; the stamp becomes its revision.
///
/// # Errors
/// Whatever the database says.
pub fn set_status(
    tx: &mut Tx<'_>,
    site: i64,
    order: &mut OrderRow,
    status: &str,
    stamp: Stamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE orders SET rev = $1, updated_at = $2, status = $3 WHERE site_id = $4 AND id = $5",
        params![stamp.rev, stamp.at, status, site, order.id],
    )?;
    tx.update_counts(&places(site, order.id, order.rev), &places(site, order.id, stamp.rev));
    order.rev = stamp.rev;
    status.clone_into(&mut order.status);
    Ok(())
}

/// The order with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<OrderRow>, StoreError> {
    let order = tx.first(
        &format!("SELECT {COLUMNS} FROM orders t WHERE t.site_id = $1 AND t.id = $2"),
        params![site, id],
        read,
    )?;
    let Some(mut order) = order else { return Ok(None) };
    fill(tx, site, std::slice::from_mut(&mut order))?;
    Ok(Some(order))
}

/// A page of the school's orders.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<OrderRow>, StoreError> {
    let source = ListQuery {
        table: "orders",
        columns: COLUMNS,
        from: "orders t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::ORDERS)),
        by_rev: Some(lists::whole(site, lists::ORDERS_BY_REV)),
        filters: vec![],
    };
    let mut page = tx.page(site, &source, request, read)?;
    fill(tx, site, &mut page.items)?;
    Ok(page)
}

/// Statements that request for so many orders at once: few different ones, so that each is prepared just once.
const AT_ONCE: [usize; 4] = [1, 25, 100, 250];

/// Reads the items of orders, with one query.
fn fill(tx: &mut Tx<'_>, site: i64, orders: &mut [OrderRow]) -> Result<(), StoreError> {
    for orders in orders.chunks_mut(AT_ONCE[AT_ONCE.len() - 1]) {
        let Some(first) = orders.first() else { continue };
        let places = AT_ONCE.into_iter().find(|size| *size >= orders.len()).unwrap_or(orders.len());
        let mut values = vec![Value::Int(first.id); places + 1];
        values[0] = Value::Int(site);
        for (value, order) in values[1..].iter_mut().zip(orders.iter()) {
            *value = Value::Int(order.id);
        }
        let mut sql = "SELECT order_id, product_id, product_name, amount_cents FROM order_items \
                       WHERE site_id = $1 AND order_id IN ("
            .to_owned();
        for number in 2..places + 2 {
            let comma = if number == 2 { "" } else { ", " };
            let _infallible = write!(sql, "{comma}${number}");
        }
        sql.push_str(") ORDER BY order_id, position");
        let items: Vec<(i64, OrderItemRow)> = tx.query(&sql, &values, |row| {
            let item = OrderItemRow { product_id: row.get(1)?, product_name: row.get(2)?, amount_cents: row.get(3)? };
            Ok((row.get(0)?, item))
        })?;
        for order in orders {
            let begin = items.partition_point(|(id, _)| *id < order.id);
            order.items = items[begin..].iter().take_while(|(id, _)| *id == order.id).map(|(_, i)| i.clone()).collect();
        }
    }
    Ok(())
}
