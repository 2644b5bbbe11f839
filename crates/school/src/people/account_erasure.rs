//! Erasing a person: what deleting an account leaves of them goes too, and the books keep their sums.

mod person;

use super::account_deletion;
use super::users::{self, UserRef};
use crate::check::Set;
use crate::error::{Error, Result};
use crate::instructors::{self, InstructorInput};
use crate::jobs;
use person::Person;
use std::collections::BTreeSet;
use store::{ServerKey, SiteId, Tx, UserId};

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
/// Somebody whose account is gone already is erased by the id that it had, as long as orders or events say anything of
/// them. So is what other accounts left that had the same address and are gone. An address that somebody has an account
/// with now is that person's: texts are then only looked through for the number of the account that is gone.
///
/// Gives whom they were: the ids and the addresses.
///
/// # Errors
/// As [`account_deletion::delete`]; [`Error::NotFound`] when nothing is known of somebody with this id.
pub fn erase(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, who: &UserRef) -> Result<Erased> {
    let (person, teaches) = match (users::get(tx, site, who), who) {
        (Ok(user), _) => {
            let person = Person::of(&user);
            let teaches = store::instructors::of_person(tx, site, user.id, &user.email)?;
            (person, teaches)
        }
        (Err(Error::NotFound), UserRef::Id(id)) => (gone(tx, site, *id)?.ok_or(Error::NotFound)?, Vec::new()),
        (Err(error), _) => return Err(error),
    };
    // Before anything is written: what is looked for is replaced then.
    let mut people = vec![person];
    if let Some(email) = people[0].email().map(str::to_owned) {
        let id = people[0].id;
        for other in gone_of(tx, site, &email)?.into_iter().filter(|other| *other != id) {
            people.extend(gone(tx, site, other)?);
        }
    }
    tx.leave_nothing_behind();
    for person in &people {
        take_out(tx, key, site, person, &teaches)?;
    }
    Ok(Erased {
        ids: people.iter().map(|person| person.id).collect(),
        emails: people.iter().flat_map(|person| person.emails.clone()).collect(),
    })
}

/// Who was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The number that their account has or had, and those of earlier accounts with the same address.
    pub ids: Vec<UserId>,
    /// Their addresses, in lower case.
    pub emails: BTreeSet<String>,
}

/// Whether orders or events still say something of somebody whose account with this id is gone.
pub fn is_named(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<bool> {
    Ok(!users::exists(tx, site, id)? && gone(tx, site, id)?.is_some())
}

/// The ids of accounts that are gone and of which orders or events say that they had this address last. Reads every
/// event.
pub fn gone_of(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<Vec<UserId>> {
    let email = email.to_lowercase();
    let mut ids: BTreeSet<UserId> = store::orders::buyers_with(tx, site, &email)?.into_iter().collect();
    store::erasure::rewrite_events(tx, site, |body| {
        ids.extend(person::ids_with(body, &email));
        None
    })?;
    let mut gone_ids = Vec::new();
    for id in ids {
        if !users::exists(tx, site, id)? && last_email(tx, site, id)?.is_some_and(|last| last == email) {
            gone_ids.push(id);
        }
    }
    Ok(gone_ids)
}

/// What somebody is found by whose account is gone; none when nothing is said of them.
fn gone(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<Option<Person>> {
    let Some(email) = last_email(tx, site, id)? else { return Ok(None) };
    let somebodys = users::id_by_email(tx, site, &email)?.is_some();
    Ok(Some(Person { id, emails: Some(email).filter(|_| !somebodys).into_iter().collect() }))
}

/// The address that somebody had last, as events and orders have it, in lower case; none when nothing is said of them, or
/// they were erased.
fn last_email(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<Option<String>> {
    let mut last = store::orders::addresses_of(tx, site, id)?.pop();
    store::erasure::rewrite_events(tx, site, |body| {
        last = person::email_of(body, id).or(last.take());
        None
    })?;
    Ok(last.map(|email| email.to_lowercase()).filter(|email| !email.ends_with(&format!("@{NOWHERE}"))))
}

/// Takes one account with its traces away.
fn take_out(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    person: &Person,
    teaches: &[store::InstructorId],
) -> Result<()> {
    store::erasure::clear_security_log(tx, site, person.id, |text| person.is_in(text))?;
    if users::exists(tx, site, person.id)? {
        account_deletion::delete(tx, site, &UserRef::Id(person.id))?;
    }
    let mut teaches: BTreeSet<_> = teaches.iter().copied().collect();
    for email in &person.emails {
        teaches.extend(store::instructors::of_person(tx, site, person.id, email)?);
    }
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
    store::orders::rename_buyer(tx, site, person.id, &person.replacement_email(), ERASED)?;
    for email in &person.emails {
        store::leads::delete_by_email(tx, site, email)?;
    }
    store::erasure::remove_mails(tx, key, site, person.id, |text| person.is_in(text))?;
    store::erasure::remove_requests(tx, key, site, |text| person.is_in(text))?;
    store::erasure::clear_webhooks(tx, site, person.id)?;
    store::request_log::clear_paths(tx, site, |text| person.is_in(text))?;
    jobs::replace_rows(tx, site, person.id, |text| person.is_in(text))?;
    store::erasure::rewrite_answers(tx, site, |text| person.is_in(text), |body| person.replaced_in(body))?;
    // Last: what happened here is told in events too.
    Ok(store::erasure::rewrite_events(tx, site, |body| person.replaced_in(body))?)
}
