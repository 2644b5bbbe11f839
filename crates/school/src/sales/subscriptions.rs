//! Subscriptions that the school takes the payments of itself.
//!
//! One is active, past due after a payment that failed, unpaid when every attempt to take it has, and cancelled for
//! good. Opening one is no event of its own: the order that it comes of is.

use crate::check::Check;
use crate::error::{Error, Result};
use crate::events::{self, Topic, payloads};
use crate::products::{self, BillingInterval};
use crate::users::{self, User};
use store::subscriptions as rows;
pub use store::subscriptions::{SubscriptionRow as Subscription, SubscriptionStatus as Status};
use store::{ProductId, SiteId, SubscriptionId, Tx, UserId};

/// A subscription to be opened.
#[derive(Debug, Clone, Default)]
pub struct NewSubscription {
    /// Who pays.
    pub user_id: UserId,
    /// For which product.
    pub product_id: ProductId,
    /// What each payment is, in minor units; none is the product's main price.
    pub amount: Option<i64>,
    /// The unit of the time between payments; none is that of the product's main price, or a month.
    pub interval: Option<BillingInterval>,
}

/// One subscription.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such subscription.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: SubscriptionId) -> Result<Subscription> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Every subscription of a user, oldest first.
pub fn of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<Subscription>> {
    Ok(rows::of_user(tx, site, user)?)
}

/// Opens a subscription.
///
/// # Errors
/// [`Error::Invalid`] when the user or the product does not exist, or the amount is below zero.
pub fn open(tx: &mut Tx<'_>, site: SiteId, new: &NewSubscription) -> Result<Subscription> {
    let prices = products::prices(tx, site, new.product_id)?;
    let price = prices.iter().find(|price| price.is_primary);
    let amount = new.amount.or(price.map(|price| price.price)).unwrap_or(0);
    let interval = new.interval.or(price.and_then(|price| price.interval)).unwrap_or(BillingInterval::Month);
    let mut check = Check::new();
    check.that(users::exists(tx, site, new.user_id)?, "user_id", "could not be found");
    check.that(products::exists(tx, site, new.product_id)?, "product_id", "could not be found");
    check.that(amount >= 0, "amount", "must be greater than or equal to 0");
    check.done()?;
    let stamp = tx.stamp(site)?;
    let row = Subscription {
        id: SubscriptionId::next(tx)?,
        created_at: stamp.at,
        user_id: new.user_id,
        product_id: new.product_id,
        amount,
        interval,
        status: Status::Active,
        cancelled_at: None,
        scheduled_cancellation_at: None,
    };
    rows::insert(tx, site, &row)?;
    Ok(row)
}

/// Cancels a subscription, at once or from a later moment on, to which it is paid.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such subscription; [`Error::Invalid`] when it is cancelled already.
pub fn cancel(tx: &mut Tx<'_>, site: SiteId, id: SubscriptionId, ends_at: Option<i64>) -> Result<Subscription> {
    turn(tx, site, id, Status::Cancelled, Topic::SubscriptionCancelled, |row, at| {
        row.cancelled_at = Some(at);
        row.scheduled_cancellation_at = ends_at;
    })
}

/// Notes that a payment of an active subscription failed.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such subscription; [`Error::Invalid`] when it is not active.
pub fn past_due(tx: &mut Tx<'_>, site: SiteId, id: SubscriptionId) -> Result<Subscription> {
    turn(tx, site, id, Status::PastDue, Topic::SubscriptionPastDue, |_, _| {})
}

/// Notes that every attempt to take a payment of a subscription failed.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such subscription; [`Error::Invalid`] when it is unpaid already or
/// cancelled.
pub fn unpaid(tx: &mut Tx<'_>, site: SiteId, id: SubscriptionId) -> Result<Subscription> {
    turn(tx, site, id, Status::Unpaid, Topic::SubscriptionUnpaid, |_, _| {})
}

/// Cancels whatever a user still subscribes to, who is about to leave the school.
pub(crate) fn cancel_all_of(tx: &mut Tx<'_>, site: SiteId, user: &User) -> Result<()> {
    for subscription in rows::of_user(tx, site, user.id)? {
        if subscription.status != Status::Cancelled {
            cancel(tx, site, subscription.id, None)?;
        }
    }
    Ok(())
}

fn turn(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: SubscriptionId,
    to: Status,
    topic: Topic,
    change: impl FnOnce(&mut Subscription, i64),
) -> Result<Subscription> {
    let mut row = get(tx, site, id)?;
    let from: &[Status] = match to {
        Status::PastDue => &[Status::Active],
        Status::Unpaid => &[Status::Active, Status::PastDue],
        Status::Active | Status::Cancelled => &[Status::Active, Status::PastDue, Status::Unpaid],
    };
    if !from.contains(&row.status) {
        return Err(Error::invalid("status", format!("is {}", row.status)));
    }
    row.status = to;
    change(&mut row, tx.stamp(site)?.at);
    rows::update(tx, site, &row)?;
    let user = users::find(tx, site, row.user_id)?.ok_or(Error::NotFound)?;
    events::record(tx, site, topic, &payloads::Subscription::of(&row, user.person()))?;
    Ok(row)
}
