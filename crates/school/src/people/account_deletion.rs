//! Deleting a user: in one place what goes with them and what stays.

use super::credentials;
use super::users::{self, UserRef};
use crate::error::{Error, Result};
use crate::{courses, files, sites, subscriptions};
use store::{SiteId, Tx};

/// Removes a user.
///
/// What goes: their account with its profile and external ids, their sessions and links, what they let apps do, their
/// memberships of groups, their enrollments with all progress and the days on which they were active, their reviews, the
/// picture that they uploaded of themselves, and their place among those who look after courses. What they still subscribe
/// to is cancelled.
///
/// What stays: orders, payments and external orders, because they are the school's books; leads; mails that were sent;
/// instructors, who are shown with what they teach. Requests to publish a product, the school's apps, its API access tokens
/// its jobs and its files stay without saying whose they were. The log of events, what was answered to an `Idempotency-Key`,
/// and what jobs brought in and wrote out, end by themselves. Who wants more than that gone erases:
/// [`crate::account_erasure`].
///
/// # Errors
/// [`Error::NotFound`] when there is no such user; [`Error::Invalid`] when they own the school.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, who: &UserRef) -> Result<()> {
    let user = users::get(tx, site, who)?;
    if sites::owner(tx, site)? == Some(user.id) {
        return Err(Error::invalid("base", "The owner of the school can't be deleted"));
    }
    subscriptions::cancel_all_of(tx, site, &user)?;
    credentials::end_all(tx, site, user.id)?;
    store::groups::remove_user_everywhere(tx, site, user.id)?;
    store::enrollments::delete_of_user(tx, site, user.id)?;
    store::student_days::delete_of_user(tx, site, user.id)?;
    store::course_reviews::delete_of_user(tx, site, user.id)?;
    store::product_publish_requests::forget_user(tx, site, user.id)?;
    store::apps::forget_installer(tx, site, user.id)?;
    store::api_access_tokens::forget_user(tx, site, user.id)?;
    store::jobs::forget_user(tx, site, user.id)?;
    files::forget_user(tx, site, user.id)?;
    for course in store::courses::remove_user_everywhere(tx, site, user.id)? {
        courses::tell_updated(tx, site, course)?;
    }
    users::remove(tx, site, user.id)
}
