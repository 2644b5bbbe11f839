//! Bringing people in from a file: what its columns mean, what is wrong with its rows, and what a row becomes. Reading
//! the file is [`crate::csv_file`]'s business, so that a page may show its rows before anything is done.
//!
//! Checking reads alone: it leaves no trace, and finds everything that is wrong with every row at once.

mod columns;
mod row;

pub use columns::{COLUMNS, UserColumns, is_column};
pub use row::{ImportRow, UniqueValues};

use school::check::LINE;
use school::enrolling::{self, Access, Outcome};
use school::error::{Error, Result};
use school::products::Productable;
use school::roles::Roles;
use school::users::{self, UpdatedBy, User, UserRef};
use school::{external_ids, groups, sites};
use store::mailed_links::LinkPurpose;
use store::{SiteId, Tx, UserId, now};

/// How a file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOptions {
    /// Somebody whose address is known is changed, instead of being refused.
    pub update: bool,
    /// Required custom profile fields may be missing.
    pub skip_custom_fields_validation: bool,
    /// Whoever has no password is invited to choose one, whatever their row says.
    pub invite: bool,
    /// Groups that are not there yet are made.
    pub create_groups: bool,
}

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The line that the row begins on.
    pub line: u64,
    /// The name of the column; empty when it is the row as a whole.
    pub column: String,
    /// What is wrong.
    pub text: String,
}

/// What came of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Who it is.
    pub user: UserId,
    /// Whether they are new.
    pub created: bool,
    /// Whether anything of what the row says was not so before; of somebody new it always is.
    pub changed: bool,
    /// Whether they are to be invited to choose a password: they have none, and it was asked for.
    pub invite: bool,
}

/// Finds what the school has against a row, and adds it to what is wrong with it.
///
/// # Errors
/// Only those of the store.
pub fn check(tx: &mut Tx<'_>, site: SiteId, options: ImportOptions, row: &mut ImportRow) -> Result<()> {
    if row.is_unreadable() {
        return Ok(());
    }
    let known = known(tx, site, row)?;
    let checked = match known {
        Some(_) if !options.update => {
            row.add("email", "has already been taken");
            users::check(tx, site, &row.input, &row.creation)
        }
        Some(user) => users::check_update(tx, site, &UserRef::Id(user), &row.input),
        None => users::check(tx, site, &row.input, &row.creation),
    };
    match checked {
        Ok(()) => {}
        Err(Error::Invalid(found)) => {
            for (field, text) in found {
                row.add_from_school(&field, text);
            }
        }
        Err(error) => return Err(error),
    }
    check_unique(tx, site, known, row)?;
    let (mut no_courses, mut no_groups) = (Vec::new(), Vec::new());
    for name in row.courses.clone() {
        if enrolling::target(tx, site, &name, false)?.is_none() {
            no_courses.push(name);
        }
    }
    for name in row.groups.clone() {
        if groups::id_by_name(tx, site, &name)?.is_some() {
            continue;
        }
        match options.create_groups {
            true if name.chars().count() > LINE => {
                row.add("groups", format!("has a name that is too long (maximum is {LINE} characters)"));
            }
            true => {}
            false => no_groups.push(name),
        }
    }
    row.add_missing("courses", "there is no course or bundle", &no_courses);
    row.add_missing("groups", "there is no group", &no_groups);
    Ok(())
}

/// Whom the school knows by the address of a row.
fn known(tx: &mut Tx<'_>, site: SiteId, row: &ImportRow) -> Result<Option<UserId>> {
    match row.input.email.value() {
        Some(email) => users::id_by_email(tx, site, email),
        None => Ok(None),
    }
}

fn check_unique(tx: &mut Tx<'_>, site: SiteId, known: Option<UserId>, row: &mut ImportRow) -> Result<()> {
    if let Some(code) = row.input.affiliate_code.value() {
        let had = users::id_by_affiliate_code(tx, site, code)?;
        if had.is_some() && had != known {
            row.add("affiliate_code", "has already been taken");
        }
    }
    let Some((provider, external_id)) = row.creation.external_id.clone() else { return Ok(()) };
    if let Some(known) = known
        && is_staff(tx, site, known)?
    {
        row.add("external_id", OF_STAFF);
    }
    match external_ids::user(tx, site, provider, &external_id) {
        Err(Error::NotFound) => {}
        Ok(had) if Some(had) == known => return Ok(()),
        Ok(_) => row.add("external_id", "has already been taken"),
        Err(error) => return Err(error),
    }
    if let Some(user) = known
        && let Ok(other) = external_ids::get(tx, site, user, provider)
    {
        row.add("external_id", format!("is another than {other}, by which {} knows this user", provider.name()));
    }
    Ok(())
}

/// Makes or changes the user of a row that was checked, and puts them into its groups and courses.
///
/// # Errors
/// What has changed since the row was checked.
pub fn import(tx: &mut Tx<'_>, site: SiteId, options: ImportOptions, row: &ImportRow) -> Result<Imported> {
    let known = known(tx, site, row)?.filter(|_| options.update);
    let (user, mut changed) = match known {
        None => (users::create(tx, site, &row.input, &row.creation)?, true),
        Some(id) => update(tx, site, id, row)?,
    };
    if options.create_groups {
        for name in &row.groups {
            if groups::id_by_name(tx, site, name)?.is_none() {
                groups::create(tx, site, Some(name))?;
            }
        }
    }
    if !row.groups.is_empty() {
        changed |= groups::add_user(tx, site, Some(user.id), &row.groups)?;
    }
    let access = Access { activated_at: Some(tx.moment()), expiry_date: None };
    for name in &row.courses {
        let what: Productable = enrolling::target(tx, site, name, false)?.ok_or(Error::NotFound)?;
        changed |= enrolling::enroll(tx, site, user.id, what, access)? != Outcome::Already;
    }
    // Whoever was invited by an import that was cut off is not invited again by the one that goes on.
    let invited = store::mailed_links::is_waiting(tx, site, user.id, LinkPurpose::Password, now())?;
    let invite = (row.invite || options.invite) && !user.has_password && !invited;
    Ok(Imported { user: user.id, created: known.is_none(), changed, invite })
}

/// Why an id of another system is not given to somebody.
const OF_STAFF: &str = "of the owner, or of somebody with a role, comes with their single sign-on, not from a file";

/// Whether somebody is more than a student. Whoever has an id of theirs at another system signs in as them.
fn is_staff(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<bool> {
    let is_owner = sites::owner(tx, site)? == Some(id);
    Ok(is_owner || users::get(tx, site, &UserRef::Id(id))?.roles != Roles::default())
}

/// Changes a user as their row says, and gives whether that changed anything. When it does not, nothing is written, so
/// that nobody who asks for what has changed is told of everybody.
fn update(tx: &mut Tx<'_>, site: SiteId, id: UserId, row: &ImportRow) -> Result<(User, bool)> {
    let who = UserRef::Id(id);
    let mut changed = users::would_change(tx, site, &who, &row.input)?;
    let user = match changed {
        true => users::update(tx, site, &UpdatedBy::School, &who, &row.input)?,
        false => users::get(tx, site, &who)?,
    };
    if let Some((provider, external_id)) = &row.creation.external_id
        && external_ids::get(tx, site, id, *provider).is_err()
    {
        if is_staff(tx, site, id)? {
            return Err(Error::invalid("external_id", OF_STAFF));
        }
        external_ids::set(tx, site, id, *provider, external_id)?;
        changed = true;
    }
    Ok((user, changed))
}
