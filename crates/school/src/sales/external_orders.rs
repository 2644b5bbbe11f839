//! External orders: what students paid elsewhere, reported by the apps that take the payments.
//!
//! Each order has a ledger of purchases and refunds that only grows, in whole minor units of one currency. What was
//! paid and refunded always equals the ledger's sums, and no more is refunded than was paid. A payment provider's
//! reference counts within its order (see [`Report`]). Nobody is enrolled by an external order.

mod order;
mod references;

use crate::check::{Check, LINE};
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::products::BillingInterval;
use crate::{products, users};
pub use order::{ExternalOrder, Status, Transaction};
use references::{Earlier, earlier_in_order, earlier_of_buyer};
pub use references::{REPLAYED_FOR, Report};
use store::external_order_references::Buyer;
use store::external_orders::{self as rows, ExternalOrderFilter, ExternalOrderRow, NewEntry};
pub use store::external_orders::{Action, OrderType};
use store::{ExternalOrderId, ExternalOrderTransactionId, Page, PageRequest, ProductId, SiteId, Tx, UserId};

/// The most that one transaction may be about, in minor units: enough for every currency, and far from where sums
/// of many would no longer fit.
pub const MOST: i64 = 1_000_000_000_000;

/// For how long after a missed payment a subscription still counts as being paid.
const GRACE_DAYS: i64 = 7;

/// A transaction as it is reported.
#[derive(Debug, Clone, Default)]
pub struct NewTransaction {
    /// Minor units of the currency.
    pub amount: Option<i64>,
    /// Three letters, ISO 4217.
    pub currency: Option<String>,
    /// By what the payment provider knows it.
    pub reference: Option<String>,
    /// `purchase` or `refund`; none leaves it to the address.
    pub action: Option<String>,
}

/// An order as it is reported.
#[derive(Debug, Clone, Default)]
pub struct NewExternalOrder {
    /// Who takes the payments.
    pub payment_provider: Option<String>,
    /// Who pays.
    pub user_id: Option<UserId>,
    /// For which product.
    pub product_id: Option<ProductId>,
    /// `one-time`, `subscription` or `payment-plan`.
    pub order_type: Option<String>,
    /// Its first purchase.
    pub transaction: Option<NewTransaction>,
}

/// Which orders a list is of.
pub type Wanted = ExternalOrderFilter;

/// A transaction that was found to be in order.
struct Checked {
    action: Action,
    amount: Money,
    reference: Option<String>,
}

impl Checked {
    fn entry(&self, reuse_of: Option<ExternalOrderTransactionId>) -> NewEntry<'_> {
        NewEntry {
            action: self.action,
            amount: self.amount.minor,
            currency: self.amount.currency.code(),
            reference: self.reference.as_deref(),
            reuse_of,
        }
    }
}

fn checked(new: &NewTransaction, action: Action, check: &mut Check) -> Option<Checked> {
    match new.amount {
        None => check.add("amount", "can't be blank"),
        Some(amount) if amount <= 0 => check.add("amount", "must be greater than 0"),
        Some(amount) if amount > MOST => check.add("amount", format!("must be less than or equal to {MOST}")),
        Some(_) => {}
    }
    let code = new.currency.as_deref().unwrap_or_default().trim();
    let currency = Currency::named(code);
    if code.is_empty() {
        check.add("currency", "can't be blank");
    } else if currency.is_none() {
        check.add("currency", "is not a currency of ISO 4217");
    }
    // Providers without a reference may send it empty.
    let reference = new.reference.as_deref().map(str::trim).filter(|reference| !reference.is_empty());
    if let Some(reference) = reference {
        check.length("reference", reference, LINE);
    }
    let named = new.action.as_deref().is_none_or(|name| name == action.name());
    check.that(named, "action", &format!("must be {}", action.name()));
    let amount = Money { minor: new.amount?, currency: currency? };
    Some(Checked { action, amount, reference: reference.map(str::to_owned) })
}

/// A page of the school's external orders.
pub fn list(tx: &mut Tx<'_>, site: SiteId, wanted: &Wanted, ask: &PageRequest) -> Result<Page<ExternalOrder>> {
    let currency = wanted.currency.as_ref().map(|code| code.to_ascii_uppercase());
    let page = rows::page(tx, site, &Wanted { currency, ..wanted.clone() }, ask)?;
    let Page { items, total, offset, next_after } = page;
    let items = items.into_iter().map(ExternalOrder::of_row).collect::<Result<_>>()?;
    Ok(Page { items, total, offset, next_after })
}

/// One order with its ledger, oldest transaction first.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such order.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: ExternalOrderId) -> Result<(ExternalOrder, Vec<Transaction>)> {
    let order = find(tx, site, id)?;
    let entries = rows::entries(tx, site, id)?.into_iter().map(Transaction::of_row);
    Ok((order, entries.collect::<Result<_>>()?))
}

fn find(tx: &mut Tx<'_>, site: SiteId, id: ExternalOrderId) -> Result<ExternalOrder> {
    ExternalOrder::of_row(rows::get(tx, site, id)?.ok_or(Error::NotFound)?)
}

/// Reports an order, with its first purchase when there was one. Reported again with a reference that an order of the
/// same user, product and provider has, it is that order for a day, and another one afterwards or with other content.
///
/// # Errors
/// [`Error::Invalid`] when a field breaks a rule, or the user or the product does not exist.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewExternalOrder) -> Result<Report> {
    let mut check = Check::new();
    let payment_provider = check.required("payment_provider", new.payment_provider.as_deref(), LINE);
    let user_id = new.user_id.unwrap_or_default();
    match new.user_id {
        None => check.add("user_id", "can't be blank"),
        Some(id) => check.that(users::exists(tx, site, id)?, "user_id", "could not be found"),
    }
    let product_id = new.product_id.unwrap_or_default();
    match new.product_id {
        None => check.add("product_id", "can't be blank"),
        Some(id) => check.that(products::exists(tx, site, id)?, "product_id", "could not be found"),
    }
    let order_type = new.order_type.as_deref().and_then(OrderType::named);
    match (&new.order_type, order_type) {
        (None, _) => check.add("order_type", "can't be blank"),
        (_, None) => check.add("order_type", "is not included in the list"),
        _ => {}
    }
    let first = new.transaction.as_ref().and_then(|transaction| checked(transaction, Action::Purchase, &mut check));
    check.done()?;
    let order_type = order_type.unwrap_or(OrderType::OneTime);
    let buyer = Buyer { payment_provider: &payment_provider, user_id, product_id };
    let earlier = match &first {
        Some(first) => earlier_of_buyer(tx, site, buyer, order_type, first)?,
        None => Earlier::None,
    };
    if let Earlier::Same(entry) = earlier {
        return Ok(Report::Replayed(find(tx, site, entry.order_id)?));
    }
    let currency = match &first {
        Some(first) => first.amount.currency.code().to_owned(),
        None => products::currency_of(tx, site, product_id)?.unwrap_or_else(|| "usd".to_owned()).to_ascii_uppercase(),
    };
    let mut row = ExternalOrderRow {
        id: ExternalOrderId::default(),
        rev: 0,
        created_at: 0,
        updated_at: 0,
        payment_provider,
        user_id,
        product_id,
        order_type,
        currency,
        paid: 0,
        refunded: 0,
        transactions: 0,
        paying_until: None,
    };
    let stamp = tx.stamp(site)?;
    rows::insert(tx, site, &mut row, stamp)?;
    let order = ExternalOrder::of_row(row)?;
    match first {
        Some(first) => enter(tx, site, &order, &first, earlier.used_by()),
        None => Ok(Report::New(order)),
    }
}

/// Reports a transaction of an order: the order with its new balance. Reported again with a reference that the order
/// has, it is the same transaction for a day, and another one afterwards or with other content.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such order; [`Error::Invalid`] when a field breaks a rule: another
/// currency than the order's, a second purchase of a one-time order, a refund of more than was paid.
pub fn report(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: ExternalOrderId,
    action: Action,
    new: &NewTransaction,
) -> Result<Report> {
    let order = find(tx, site, id)?;
    let mut check = Check::new();
    let transaction = checked(new, action, &mut check);
    check.done()?;
    // There is none only where something was found wrong.
    let transaction = transaction.ok_or_else(|| Error::invalid("amount", "can't be blank"))?;
    let earlier = earlier_in_order(tx, site, id, &transaction)?;
    if let Earlier::Same(_) = earlier {
        return Ok(Report::Replayed(order));
    }
    let mut check = Check::new();
    let currency = order.paid.currency;
    let one_currency = order.transactions == 0 || currency == transaction.amount.currency;
    check.that(one_currency, "currency", &format!("must be {}, the order's currency", currency.code()));
    match action {
        Action::Purchase => {
            let first = order.order_type != OrderType::OneTime || order.paid.minor == 0;
            check.that(first, "base", "a one-time order has just one purchase");
        }
        Action::Refund => {
            let covered = !one_currency || transaction.amount.minor <= order.balance();
            check.that(covered, "amount", "exceeds what was paid");
        }
    }
    check.done()?;
    enter(tx, site, &order, &transaction, earlier.used_by())
}

/// Enters a transaction, which is in order, into the books. `reuse_of` is the entry that had its reference before.
fn enter(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &ExternalOrder,
    transaction: &Checked,
    reuse_of: Option<ExternalOrderTransactionId>,
) -> Result<Report> {
    let stamp = tx.stamp(site)?;
    let mut has = had.clone();
    if has.transactions == 0 {
        // Until then it had its product's currency.
        has.paid.currency = transaction.amount.currency;
        has.refunded.currency = transaction.amount.currency;
    }
    has.transactions += 1;
    let sum = match transaction.action {
        Action::Purchase => &mut has.paid,
        Action::Refund => &mut has.refunded,
    };
    *sum = sum.plus(transaction.amount).ok_or_else(|| Error::invalid("amount", "is too large"))?;
    if had.order_type == OrderType::Subscription {
        has.paying_until = match transaction.action {
            Action::Purchase => Some(paying_until(tx, site, had.product_id, stamp.at)?),
            Action::Refund if has.refunded == has.paid => None,
            Action::Refund => has.paying_until,
        };
    }
    let mut row = has.row();
    rows::add_entry(tx, site, &had.row(), &mut row, &transaction.entry(reuse_of), stamp)?;
    let order = ExternalOrder::of_row(row)?;
    Ok(if reuse_of.is_some() { Report::Reused(order) } else { Report::New(order) })
}

/// Until when a subscription that was paid now counts as being paid: one interval of the product's primary price
/// (a month when it says none), and some days of grace.
fn paying_until(tx: &mut Tx<'_>, site: SiteId, product: ProductId, paid_at: i64) -> Result<i64> {
    let prices = products::prices(tx, site, product)?;
    let primary = prices.iter().find(|price| price.is_primary);
    let count = primary.and_then(|price| price.interval_count).unwrap_or(1).clamp(1, 1000);
    let span = match primary.and_then(|price| price.interval) {
        Some(BillingInterval::Year) => jiff::Span::new().years(count),
        Some(BillingInterval::Month) | None => jiff::Span::new().months(count),
    };
    let next = jiff::Timestamp::from_millisecond(paid_at)
        .map(|moment| moment.to_zoned_datetime(jiff::tz::TimeZone::UTC))
        .and_then(|moment| moment.checked_add(span))
        .and_then(|moment| moment.checked_add(jiff::Span::new().days(GRACE_DAYS)));
    // A moment beyond the calendar is not the client's mistake, and is later than any report asks for.
    Ok(next.map_or(i64::MAX, |moment| moment.timestamp().as_millisecond()))
}
