//! Erasing a person: what deleting an account leaves of them goes too, and the books keep their sums.

mod person;

use super::account_deletion;
use super::users::{self, UserRef};
use crate::check::Set;
use crate::error::Result;
use crate::instructors::{self, InstructorInput};
use crate::jobs;
use person::Person;
use store::{ServerKey, SiteId, Tx};

/// The host of addresses that stand for nobody: no such host can ever be (RFC 2606, section 2).
const NOWHERE: &str = "erased.invalid";
/// What stands where a name was.
pub const ERASED: &str = "Erased";

/// Removes a user as [`account_deletion::delete`] does, and takes their names, address and everything else that they or
/// the school said of them from what that leaves.
///
/// | where | what becomes of it |
/// |---|---|
/// | orders | stay, with amounts and the number of the user; name and address are replaced |
/// | external orders, transactions, subscriptions | stay: they hold amounts and the number of the user |
/// | events | stay, with ids and amounts; what names the person is replaced, also in `user.deleted` itself |
/// | deliveries | stay; what receivers answered to such an event is forgotten |
/// | leads, mails, sign-ups, the mailbox of development | removed |
/// | answers to an `Idempotency-Key` | stay, with what names the person replaced; a key that names them is removed |
/// | security log | what happened stays, without who, from where and what else was said; counts of refusals are removed |
/// | request log | what was called stays, without for whom and from where; paths that name the person are replaced by their route |
/// | jobs | stay; what they brought in or wrote out of the person is emptied |
/// | webhooks | no longer say that they made or changed them |
/// | instructors | who they were shown as stays with the courses, without name, address, picture and words |
///
/// The number of the user stays where books, events and their receivers need it: it leads to nobody any more.
///
/// # Errors
/// As [`account_deletion::delete`].
pub fn erase(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, who: &UserRef) -> Result<()> {
    let user = users::get(tx, site, who)?;
    let person = Person::of(&user);
    let teaches = store::instructors::of_person(tx, site, user.id, &user.email)?;
    store::erasure::clear_security_log(tx, site, user.id, |text| person.is_in(text))?;
    account_deletion::delete(tx, site, &UserRef::Id(user.id))?;
    for instructor in teaches {
        let nobody = InstructorInput {
            user_id: Set::Clear,
            title: Set::Clear,
            first_name: Set::To(ERASED.to_owned()),
            last_name: Set::To("instructor".to_owned()),
            bio: Set::Clear,
            slug: Set::To(format!("erased-instructor-{instructor}")),
            avatar_url: Set::Clear,
            email: Set::Clear,
        };
        instructors::update(tx, site, instructor, &nobody)?;
    }
    store::orders::rename_buyer(tx, site, user.id, &person.replacement_email(), ERASED)?;
    store::leads::delete_by_email(tx, site, &user.email)?;
    store::erasure::remove_mails(tx, key, site, user.id, |text| person.is_in(text))?;
    store::erasure::remove_requests(tx, key, site, |text| person.is_in(text))?;
    store::erasure::clear_webhooks(tx, site, user.id)?;
    store::request_log::clear_paths(tx, site, |text| person.is_in(text))?;
    jobs::replace_rows(tx, site, user.id, |text| person.is_in(text))?;
    store::erasure::rewrite_answers(tx, site, |text| person.is_in(text), |body| person.replaced_in(body))?;
    // Last: what happened here is told in events too.
    Ok(store::erasure::rewrite_events(tx, site, |body| person.replaced_in(body))?)
}
