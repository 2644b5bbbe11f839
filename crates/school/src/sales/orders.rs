//! Orders: what students bought in the school itself. They are made by the checkout, not by the API, which reads them.

use crate::check::{Check, LINE};
use crate::error::{Error, Result};
use crate::events::{self, Topic, payloads};
use crate::money::Currency;
use crate::{coupons, products, users};
use store::orders as rows;
pub use store::orders::{OrderFilter, OrderItemRow as OrderItem, OrderRow as Order, OrderStatus as Status};
use store::{OrderId, Page, PageRequest, ProductId, SiteId, Tx, UserId};

/// An order to be made.
#[derive(Debug, Clone, Default)]
pub struct NewOrder {
    /// Who orders.
    pub user_id: UserId,
    /// What, the main product first.
    pub items: Vec<NewItem>,
    /// The code of the coupon that is used.
    pub coupon_code: Option<String>,
    /// The code of the affiliate who brought the student.
    pub affiliate_referral_code: Option<String>,
    /// How it stands.
    pub status: Status,
}

/// A product of an order to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewItem {
    /// Which product.
    pub product_id: ProductId,
    /// What is paid for it, in minor units of the first product's currency; none for its price.
    pub amount_cents: Option<i64>,
}

/// Whether an order is for a subscription.
#[must_use]
pub fn is_subscription(order: &Order) -> bool {
    order.payment_type == products::PaymentType::Subscription
}

/// A page of the school's orders.
pub fn list(tx: &mut Tx<'_>, site: SiteId, wanted: &OrderFilter, ask: &PageRequest) -> Result<Page<Order>> {
    Ok(rows::page(tx, site, *wanted, ask)?)
}

/// So many buyers are looked for at most; whoever searches says more then.
const MOST_BUYERS: usize = 50;

/// The orders with this number, or of the users who are found by these words, the newest first.
pub fn search(tx: &mut Tx<'_>, site: SiteId, text: &str) -> Result<Vec<Order>> {
    let number = text.trim().trim_start_matches('#');
    if let Ok(number) = number.parse::<i64>() {
        return Ok(rows::by_number(tx, site, number)?.into_iter().collect());
    }
    let buyers: Vec<UserId> = users::search(tx, site, text, MOST_BUYERS)?.iter().map(|user| user.id).collect();
    let mut orders = rows::of_users(tx, site, &buyers)?;
    orders.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
    Ok(orders)
}

/// One order.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such order.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: OrderId) -> Result<Order> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Makes an order, with the next number of the school's books, and uses its coupon. It keeps the names that the
/// user and the products have now. Enrolling the user is the caller's business.
///
/// # Errors
/// [`Error::Invalid`] when the user, a product or the coupon does not exist, an amount is below zero, the prices are
/// of several currencies, or the coupon is used up.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewOrder) -> Result<Order> {
    let mut check = Check::new();
    let user = users::find(tx, site, new.user_id)?;
    check.that(user.is_some(), "user_id", "could not be found");
    check.that(!new.items.is_empty(), "items", "can't be blank");
    let mut order = Order {
        id: OrderId::default(),
        rev: 0,
        created_at: 0,
        updated_at: 0,
        order_number: 0,
        user_id: new.user_id,
        user_email: user.as_ref().map(|user| user.email.clone()).unwrap_or_default(),
        user_name: user.as_ref().map(|user| format!("{} {}", user.first_name, user.last_name)).unwrap_or_default(),
        product_id: ProductId::default(),
        product_name: String::new(),
        amount_cents: 0,
        currency: String::new(),
        payment_type: products::PaymentType::Free,
        coupon_id: None,
        coupon_code: None,
        affiliate_referral_code: check.optional("affiliate_referral_code", new.affiliate_referral_code.clone(), LINE),
        status: new.status,
        items: Vec::with_capacity(new.items.len()),
    };
    for item in &new.items {
        take(tx, site, &mut order, *item, &mut check)?;
    }
    let coupon = match &new.coupon_code {
        Some(code) => coupons::by_code(tx, site, code)?,
        None => None,
    };
    check.that(coupon.is_some() || new.coupon_code.is_none(), "coupon_code", "could not be found");
    check.done()?;
    let mut promotion_id = None;
    if let Some(coupon) = coupon {
        let coupon = coupons::use_one(tx, site, coupon.id)?;
        order.coupon_id = Some(coupon.id);
        order.coupon_code = Some(coupon.code);
        promotion_id = Some(coupon.promotion_id);
    }
    let stamp = tx.stamp(site)?;
    rows::insert(tx, site, &mut order, stamp)?;
    if let (Some(user), Status::Complete) = (&user, new.status) {
        events::record(tx, site, Topic::OrderCreated, &payloads::Order::of(&order, promotion_id, user.person()))?;
    }
    Ok(order)
}

/// Completes an order that was not paid yet.
pub(crate) fn complete(tx: &mut Tx<'_>, site: SiteId, order: &mut Order) -> Result<()> {
    set_status(tx, site, order, Status::Complete)?;
    let promotion_id = match order.coupon_id {
        Some(id) => store::coupons::get(tx, site, id)?.map(|coupon| coupon.promotion_id),
        None => None,
    };
    let buyer = Buyer::of(tx, site, order)?;
    events::record(tx, site, Topic::OrderCreated, &payloads::Order::of(order, promotion_id, buyer.person()))
}

pub(crate) fn set_status(tx: &mut Tx<'_>, site: SiteId, order: &mut Order, status: Status) -> Result<()> {
    let stamp = tx.stamp(site)?;
    Ok(rows::set_status(tx, site, order, status, stamp)?)
}

/// Who made an order: their names now, or what the order says when they have left the school.
pub(crate) struct Buyer {
    id: UserId,
    email: String,
    first_name: String,
    last_name: String,
}

impl Buyer {
    pub(crate) fn of(tx: &mut Tx<'_>, site: SiteId, order: &Order) -> Result<Self> {
        let (first_name, last_name) = match users::find(tx, site, order.user_id)? {
            Some(user) => (user.first_name.clone(), user.last_name.clone()),
            None => {
                let (first, last) = order.user_name.split_once(' ').unwrap_or((&order.user_name, ""));
                (first.to_owned(), last.to_owned())
            }
        };
        Ok(Self { id: order.user_id, email: order.user_email.clone(), first_name, last_name })
    }

    pub(crate) fn person(&self) -> payloads::Person<'_> {
        let Self { id, email, first_name, last_name } = self;
        payloads::Person { email, first_name, id: *id, last_name }
    }
}

/// Takes one product into an order. The first one says in which currency and how it is paid.
fn take(tx: &mut Tx<'_>, site: SiteId, order: &mut Order, item: NewItem, check: &mut Check) -> Result<()> {
    let Some(product) = store::products::get(tx, site, item.product_id)? else {
        check.add("product_id", "could not be found");
        return Ok(());
    };
    let prices = products::prices(tx, site, product.id)?;
    let price = prices.iter().find(|price| price.is_primary).or(prices.first());
    if order.items.is_empty() {
        order.product_id = product.id;
        order.product_name.clone_from(&product.name);
        order.currency = price.map_or_else(|| "usd".to_owned(), |price| price.currency.clone());
        order.payment_type = price.map_or(products::PaymentType::Free, |price| price.payment_type);
        check.that(Currency::named(&order.currency).is_some(), "currency", "is not a currency of ISO 4217");
    }
    if item.amount_cents.is_none() {
        let same = price.is_none_or(|price| price.currency == order.currency);
        check.that(same, "items", "must have prices of one currency");
    }
    let amount_cents = item.amount_cents.or(price.map(|price| price.price)).unwrap_or(0);
    check.that(amount_cents >= 0, "amount_cents", "must be greater than or equal to 0");
    match order.amount_cents.checked_add(amount_cents) {
        Some(sum) => order.amount_cents = sum,
        None => check.add("amount_cents", "is too large"),
    }
    order.items.push(OrderItem { product_id: product.id, product_name: product.name, amount_cents });
    Ok(())
}
