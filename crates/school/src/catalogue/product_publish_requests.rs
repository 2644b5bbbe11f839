//! Requests to publish a product: a course admin asks, a site admin answers.

use crate::check::{Check, TEXT};
use crate::error::{Error, Result};
use crate::mails::{self, Kind};
use crate::{products, users};
use store::product_publish_requests as rows;
pub use store::product_publish_requests::{PublishRequestRow as PublishRequest, PublishRequestStatus};
use store::{Page, PageRequest, ProductId, PublishRequestId, SiteId, Tx, UserId};

/// What a request is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The product is published.
    Approved,
    /// It stays as it is.
    Denied,
}

/// An answer to a request.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Who answers.
    pub user_id: Option<UserId>,
    /// What is said with it.
    pub response_text: Option<String>,
    /// Whether a mail about it is owed to who asked.
    pub notify_requester: bool,
}

/// A page of the requests that wait for an answer.
pub fn list(tx: &mut Tx<'_>, site: SiteId, ask: &PageRequest) -> Result<Page<PublishRequest>> {
    Ok(rows::pending(tx, site, ask)?)
}

/// One request, answered or not.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such request.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: PublishRequestId) -> Result<PublishRequest> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Asks for a product to be published.
///
/// # Errors
/// [`Error::Invalid`] when the product or the user does not exist.
pub fn create(tx: &mut Tx<'_>, site: SiteId, product: ProductId, user: UserId) -> Result<PublishRequest> {
    let mut check = Check::new();
    check.that(products::exists(tx, site, product)?, "product_id", "must exist");
    check.that(users::exists(tx, site, user)?, "user_id", "must exist");
    check.done()?;
    let stamp = tx.stamp(site)?;
    let id = rows::insert(tx, site, stamp, product, user)?;
    get(tx, site, id)
}

/// Answers a request; an approved product is published.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such request; [`Error::InvalidObjects`] when who answers does not
/// exist; [`Error::Invalid`] when the request was answered before.
pub fn answer(tx: &mut Tx<'_>, site: SiteId, id: PublishRequestId, verdict: Decision, answer: &Answer) -> Result<()> {
    let request = get(tx, site, id)?;
    let user = match answer.user_id {
        Some(user) if users::exists(tx, site, user)? => Some(user),
        _ => None,
    };
    let mut check = Check::new();
    check.that(request.status == PublishRequestStatus::Pending, "base", "has already been answered");
    check.length("response_text", answer.response_text.as_deref().unwrap_or_default(), TEXT);
    let Some(user) = user else {
        let mut wrong = vec![("user_id".into(), "not found".to_owned())];
        if let Err(Error::Invalid(more)) = check.done() {
            wrong.extend(more);
        }
        return Err(Error::InvalidObjects(wrong));
    };
    check.done()?;
    let (status, kind) = match verdict {
        Decision::Approved => (PublishRequestStatus::Approved, Kind::PublishRequestApproved),
        Decision::Denied => (PublishRequestStatus::Denied, Kind::PublishRequestDenied),
    };
    let stamp = tx.stamp(site)?;
    rows::answer(tx, site, &request, stamp, status, user, answer.response_text.as_deref())?;
    if verdict == Decision::Approved {
        products::publish(tx, site, request.product_id)?;
    }
    // Who asked may have left the school since.
    if answer.notify_requester && users::exists(tx, site, request.requesting_user_id)? {
        mails::queue_about(tx, site, kind, request.requesting_user_id, &id.to_string())?;
    }
    Ok(())
}
