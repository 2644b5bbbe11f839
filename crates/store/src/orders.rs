//! Rows of orders and of what was ordered.

use crate::enums::text_enum;
use crate::pairs::by_owner;
use crate::product_prices::PaymentType;
use crate::table::{select, table};
use crate::{
    ALL_STATES, CountSelection, CountedRow, CouponId, Filter, ListQuery, OrderId, Page, PageRequest, ProductId, SiteId,
    Stamp, StoreError, Tx, UserId, lists, order_days, params,
};

text_enum! {
    /// How an order stands.
    #[derive(Default)]
    pub enum OrderStatus {
        /// Paid.
        #[default]
        Complete = "complete",
        /// Paid back.
        Refunded = "refunded",
        /// Not paid yet.
        Pending = "pending",
    }
}

table! {
    /// An order's row. It keeps the names and amounts of the day it was made.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OrderRow in "orders" of site {
        keys {
            /// Its id.
            id: OrderId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was made.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        fixed {
            /// Its number in the school's books: 1001, 1002, …
            order_number: i64,
            /// Who ordered.
            user_id: UserId,
            /// The first product ordered.
            product_id: ProductId,
            /// Its name then.
            product_name: String,
            /// What was paid, in minor units of the currency.
            amount_cents: i64,
            /// Three letters, ISO 4217.
            currency: String,
            /// How it is paid.
            payment_type: PaymentType,
            /// The coupon that was used.
            coupon_id: Option<CouponId>,
            /// The coupon's code then.
            coupon_code: Option<String>,
            /// The code of the affiliate who brought the student.
            affiliate_referral_code: Option<String>,
        }
        values {
            /// Their address then; no one's once they were erased.
            user_email: String,
            /// Their name then; no one's once they were erased.
            user_name: String,
            /// How it stands.
            status: OrderStatus,
        }
        attached {
            /// What was ordered, in order.
            items: Vec<OrderItemRow>,
        }
    }
}

table! {
    /// One product of an order.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OrderItemRow in "order_items" of site {
        parent { order_id: OrderId, position: i64 }
        fixed {
            /// Which product.
            product_id: ProductId,
            /// Its name then.
            product_name: String,
            /// What was paid for it, in minor units of the order's currency.
            amount_cents: i64,
        }
    }
}

fn counted_rows(site: SiteId, id: OrderId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::ORDERS, lists::ORDERS_BY_REV], id, rev)
}

/// The state that the counts divide orders by.
fn state(status: OrderStatus) -> i64 {
    match status {
        OrderStatus::Complete => 0,
        OrderStatus::Refunded => 1,
        OrderStatus::Pending => 2,
    }
}

/// Takes an order into the sums of its day, or out of them. What is not paid yet is not in them.
fn count_on_day(tx: &mut Tx<'_>, site: SiteId, order: &OrderRow, by: i64) -> Result<(), StoreError> {
    match order.status {
        OrderStatus::Pending => Ok(()),
        OrderStatus::Complete | OrderStatus::Refunded => {
            order_days::add(tx, site, order.created_at, &order.currency, (by * order.amount_cents, by))
        }
    }
}

fn counted_by_status(site: SiteId, order: &OrderRow) -> [CountedRow; 2] {
    let state = state(order.status);
    [
        lists::counted_row(site, lists::ORDERS_BY_STATUS, order.id),
        lists::counted_row_of(site, lists::ORDERS_OF_PRODUCT, order.product_id, order.id),
    ]
    .map(|counted| CountedRow { state, ..counted })
}

/// The number before a school's first.
const NUMBERS_AFTER: i64 = 1000;

/// The next number of the school's books. An order that is rolled back gives its number back.
fn next_number(tx: &mut Tx<'_>, site: SiteId) -> Result<i64, StoreError> {
    let number = tx.first(
        "INSERT INTO order_numbers (site_id, last) VALUES ($1, $2)
         ON CONFLICT (site_id) DO UPDATE SET last = order_numbers.last + 1 RETURNING last",
        params![site, NUMBERS_AFTER + 1],
        |row| row.get(0),
    )?;
    number.ok_or_else(|| StoreError::Engine("no number for an order".to_owned()))
}

/// Adds an order with its items; gives it its id, its number, and the stamp as its time and revision.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, order: &mut OrderRow, stamp: Stamp) -> Result<(), StoreError> {
    order.id = OrderId::next(tx)?;
    order.order_number = next_number(tx, site)?;
    order.rev = stamp.rev;
    order.created_at = stamp.at;
    order.updated_at = stamp.at;
    order.insert(tx, site)?;
    for (position, item) in (0_i64..).zip(&order.items) {
        item.insert(tx, site, order.id, position)?;
    }
    tx.update_counts(&[], &counted_rows(site, order.id, order.rev));
    tx.update_counts(&[], &counted_by_status(site, order));
    count_on_day(tx, site, order, 1)
}

/// Changes how an order stands; the stamp becomes its revision.
pub fn set_status(
    tx: &mut Tx<'_>,
    site: SiteId,
    order: &mut OrderRow,
    status: OrderStatus,
    stamp: Stamp,
) -> Result<(), StoreError> {
    let had = counted_rows(site, order.id, order.rev);
    let had_status = counted_by_status(site, order);
    count_on_day(tx, site, order, -1)?;
    order.status = status;
    order.update(tx, site, stamp)?;
    order.rev = stamp.rev;
    order.updated_at = stamp.at;
    tx.update_counts(&had, &counted_rows(site, order.id, order.rev));
    tx.update_counts(&had_status, &counted_by_status(site, order));
    count_on_day(tx, site, order, 1)
}

/// Writes another address and name on every order of a user.
pub fn rename_buyer(tx: &mut Tx<'_>, site: SiteId, user: UserId, email: &str, name: &str) -> Result<(), StoreError> {
    let sql = select!(OrderRow, "WHERE t.site_id = $1 AND t.user_id = $2 ORDER BY t.id");
    for had in tx.query(sql, params![site, user], OrderRow::read)? {
        let stamp = tx.stamp(site)?;
        let has = OrderRow { user_email: email.to_owned(), user_name: name.to_owned(), ..had.clone() };
        has.update(tx, site, stamp)?;
        tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    }
    Ok(())
}

/// The addresses that a user's orders have, that of the newest last.
pub fn addresses_of(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT user_email FROM orders WHERE site_id = $1 AND user_id = $2 ORDER BY id";
    tx.query(sql, params![site, user], |row| row.get(0))
}

/// The users whose orders have an address, which is given in lower case. Reads every order: meant for erasing.
pub fn buyers_with(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT DISTINCT user_id FROM orders WHERE site_id = $1 AND lower(user_email) = $2";
    tx.query(sql, params![site, email], |row| row.get(0))
}

/// The order with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
    let order = tx.first(select!(OrderRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], OrderRow::read)?;
    let Some(mut order) = order else { return Ok(None) };
    fill(tx, site, std::slice::from_mut(&mut order))?;
    Ok(Some(order))
}

/// The order with this number in the school's books.
pub fn by_number(tx: &mut Tx<'_>, site: SiteId, number: i64) -> Result<Option<OrderRow>, StoreError> {
    let sql = select!(OrderRow, "WHERE t.site_id = $1 AND t.order_number = $2");
    let order = tx.first(sql, params![site, number], OrderRow::read)?;
    let Some(mut order) = order else { return Ok(None) };
    fill(tx, site, std::slice::from_mut(&mut order))?;
    Ok(Some(order))
}

/// Every order of some users.
pub fn of_users(tx: &mut Tx<'_>, site: SiteId, users: &[UserId]) -> Result<Vec<OrderRow>, StoreError> {
    let sql = select!(OrderRow, "WHERE t.site_id = $1 AND t.user_id IN ");
    let mut orders = tx.query_in(site, users.iter().copied(), sql, " ORDER BY t.user_id, t.id", OrderRow::read)?;
    fill(tx, site, &mut orders)?;
    Ok(orders)
}

/// Which orders a list is of.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrderFilter {
    /// Those that stand so.
    pub status: Option<OrderStatus>,
    /// Those whose first product this is.
    pub product_id: Option<ProductId>,
    /// Those of this user.
    pub user_id: Option<UserId>,
}

impl OrderFilter {
    /// The query of the list, with the counts that know its conditions.
    fn query<'a>(self, site: SiteId) -> ListQuery<'a> {
        let states = self.status.map_or(ALL_STATES, |status| 1 << state(status));
        let counts = |list, scope: i64| Some(CountSelection { states, ..lists::of(site, list, scope) });
        let mut source = OrderRow::list();
        match self {
            Self { status: None, product_id: None, user_id: None } => {
                source.by_id = Some(lists::whole(site, lists::ORDERS));
                source.by_rev = Some(lists::whole(site, lists::ORDERS_BY_REV));
            }
            // Nobody has many orders: these are walked.
            Self { user_id: Some(user), .. } => source.scope.push(Filter::is("t.user_id = ?", user)),
            Self { product_id: Some(product), .. } => source.by_id = counts(lists::ORDERS_OF_PRODUCT, product.get()),
            Self { product_id: None, .. } => source.by_id = counts(lists::ORDERS_BY_STATUS, 0),
        }
        // Where a user drives the list, the other conditions are written so that no index of theirs is taken.
        let driven = self.user_id.is_some();
        if let Some(product) = self.product_id {
            source.scope.push(Filter::is(if driven { "t.product_id + 0 = ?" } else { "t.product_id = ?" }, product));
        }
        if let Some(status) = self.status {
            source.scope.push(Filter::is(if driven { "t.status || '' = ?" } else { "t.status = ?" }, status));
        }
        source
    }
}

/// A page of the school's orders.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    filter: OrderFilter,
    request: &PageRequest,
) -> Result<Page<OrderRow>, StoreError> {
    let mut page = tx.page(site, &filter.query(site), request, OrderRow::read)?;
    fill(tx, site, &mut page.items)?;
    Ok(page)
}

/// Reads the items of orders, with one query.
fn fill(tx: &mut Tx<'_>, site: SiteId, orders: &mut [OrderRow]) -> Result<(), StoreError> {
    let sql = select!(OrderItemRow + "t.order_id", "WHERE t.site_id = $1 AND t.order_id IN ");
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let items = tx.query_in(site, ids, sql, " ORDER BY t.order_id, t.position", |row| {
        Ok((row.get::<OrderId>(OrderItemRow::WIDTH)?, OrderItemRow::read(row)?))
    })?;
    let mut items = by_owner(items);
    for order in orders {
        order.items = items.remove(&order.id).unwrap_or_default();
    }
    Ok(())
}
