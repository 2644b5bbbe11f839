//! Users: students and everybody else of a school.

mod fields;
mod input;
mod list;
mod payload;
mod user;

pub use fields::{FieldValues, StoredField};
pub use input::{CreationOptions, UserInput};
pub use list::{UserFilter, list, search};
pub use store::users::CommissionType;
pub use user::User;

use super::credentials;
use super::external_ids::{self, Provider};
use super::roles::{Role, Roles};
use crate::check::{Check, Set};
use crate::custom_profile_field_definitions::Definition;
use crate::error::{Error, Result, Taken};
use crate::events::{self, Topic, payloads};
use crate::mails;
use crate::security_log::{self, Kind, Who};
use crate::{ids, sites};
use input::{apply, checked};
use store::users::{self as rows, UserRow};
use store::{DefinitionId, SessionId, SiteId, Tx, UserId};

/// How a request names a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRef {
    /// By id.
    Id(UserId),
    /// By the id that a provider knows them by.
    External(Provider, String),
}

/// Who changes a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdatedBy {
    /// The school itself, by its key, or whoever runs its server. That is the owner, who may change everything.
    School,
    /// Somebody, themselves or by an app.
    User(UserEditor),
}

/// Somebody who changes a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserEditor {
    /// Who.
    pub id: UserId,
    /// The session in which they do it. It lasts when their own password changes; every other ends.
    pub session: Option<SessionId>,
    /// Whether they have the right to change the address and the password of the school's owner.
    pub changes_owner: bool,
    /// Whether they do it by an app that is for every school; those leave addresses alone.
    pub by_public_app: bool,
}

impl UpdatedBy {
    /// Whether they may change this of a user. Whoever changes an address or a password can sign in as that user: the
    /// owner's are the owner's alone.
    fn may_change(
        self,
        tx: &mut Tx<'_>,
        site: SiteId,
        user: &UserRow,
        input: &UserInput,
        check: &mut Check,
    ) -> Result<()> {
        let Self::User(editor) = self else { return Ok(()) };
        let moves = |email: &String| rows::email_key(email) != rows::email_key(&user.email);
        let moves = input.email.value().is_some_and(moves);
        if moves && editor.by_public_app {
            check.add("email", "can only be updated by private integrations");
        }
        let takes_over = moves || input.password != Set::Keep;
        if takes_over && !editor.changes_owner && sites::owner(tx, site)? == Some(user.id) {
            check.add("base", "Only the owner of the school can change their email or password");
        }
        Ok(())
    }

    /// The session that is left to a user whose password changes.
    fn session_of(self, user: UserId) -> Option<SessionId> {
        match self {
            Self::User(editor) if editor.id == user => editor.session,
            _ => None,
        }
    }
}

/// The user with this id, if there is one.
pub fn find(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<Option<User>> {
    Ok(rows::get(tx, site, id)?.map(User::from))
}

/// Whether there is a user with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<bool> {
    Ok(rows::exists(tx, site, id)?)
}

/// The id of the user with this address, in any case.
pub fn id_by_email(tx: &mut Tx<'_>, site: SiteId, email: &str) -> Result<Option<UserId>> {
    Ok(rows::id_by_email(tx, site, email)?)
}

/// One user.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such user.
pub fn get(tx: &mut Tx<'_>, site: SiteId, who: &UserRef) -> Result<User> {
    row(tx, site, who).map(User::from)
}

/// One user, shown while they are read.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such user.
pub fn show<T>(tx: &mut Tx<'_>, site: SiteId, who: &UserRef, mut show: impl FnMut(&User<&str>) -> T) -> Result<T> {
    let id = id_of(tx, site, who)?;
    rows::show(tx, site, id, |row| show(&User::from(row)))?.ok_or(Error::NotFound)
}

fn row(tx: &mut Tx<'_>, site: SiteId, who: &UserRef) -> Result<UserRow> {
    let id = id_of(tx, site, who)?;
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

fn id_of(tx: &mut Tx<'_>, site: SiteId, who: &UserRef) -> Result<UserId> {
    match who {
        UserRef::Id(id) => Ok(*id),
        UserRef::External(provider, external_id) => external_ids::user(tx, site, *provider, external_id),
    }
}

fn definitions(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<Definition>> {
    crate::custom_profile_field_definitions::all(tx, site)
}

const TAKEN: &[(&str, &str)] = &[("users.email_key", "email"), ("users.affiliate_code", "affiliate_code")];

/// Names what somebody else has already. When the address is all that could be, writing the row tells.
fn unique(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: Option<&UserRow>,
    has: &UserRow,
    welcome: &CreationOptions,
    check: &mut Check,
) -> Result<()> {
    let code = has.affiliate_code.as_ref().filter(|code| had.and_then(|had| had.affiliate_code.as_ref()) != Some(code));
    if check.is_fine() && code.is_none() && welcome.external_id.is_none() {
        return Ok(());
    }
    let own = had.map(|had| had.id);
    let others = |id: Option<UserId>| id.is_some() && id != own;
    if !has.email.is_empty() && others(rows::id_by_email(tx, site, &has.email)?) {
        check.taken("email");
    }
    if let Some(code) = code
        && others(rows::id_by_affiliate_code(tx, site, code)?)
    {
        check.taken("affiliate_code");
    }
    if let Some((provider, external_id)) = &welcome.external_id
        && rows::id_by_external_id(tx, site, *provider, external_id)?.is_some()
    {
        check.taken("external_id");
    }
    Ok(())
}

/// Gives an affiliate without a code one that nobody has.
fn give_code(tx: &mut Tx<'_>, site: SiteId, row: &mut UserRow) -> Result<()> {
    if row.roles.has(Role::Affiliate) && row.affiliate_code.is_none() {
        let mut code = ids::affiliate_code();
        while rows::id_by_affiliate_code(tx, site, &code)?.is_some() {
            code = ids::affiliate_code();
        }
        row.affiliate_code = Some(code);
    }
    Ok(())
}

/// Makes a user. An affiliate without a code is given one.
///
/// # Errors
/// [`Error::Invalid`] for everything that breaks a rule: missing names, an address or code in use, a short password,
/// unknown roles, a required custom profile field without a value, an affiliate without a commission.
pub fn create(tx: &mut Tx<'_>, site: SiteId, input: &UserInput, welcome: &CreationOptions) -> Result<User> {
    let definitions = definitions(tx, site)?;
    let mut check = Check::new();
    let (mut row, password_hash, fields) = checked(input, welcome, &definitions, &mut check);
    unique(tx, site, None, &row, welcome, &mut check)?;
    check.done()?;
    give_code(tx, site, &mut row)?;
    let stamp = tx.stamp(site)?;
    row.id = UserId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    row.gid = ids::ulid(stamp.at);
    let values = fields::store(tx, &mut row, &fields)?;
    rows::insert(tx, site, &row, password_hash, &values).taken(TAKEN)?;
    if let Some((provider, external_id)) = &welcome.external_id {
        external_ids::set(tx, site, row.id, *provider, external_id)?;
    }
    if welcome.send_welcome_email {
        mails::queue(tx, site, mails::Kind::Welcome, row.id)?;
    }
    let user = User::from(row);
    if user.roles != Roles::default() {
        log_roles(tx, site, user.id, Roles::default(), user.roles)?;
    }
    events::record(tx, site, Topic::UserSignup, &payloads::User::of(&user, &definitions))?;
    Ok(user)
}

/// Whether a user could be made of this, apart from whether the address is in use.
///
/// # Errors
/// As [`create`].
pub fn check(tx: &mut Tx<'_>, site: SiteId, input: &UserInput, welcome: &CreationOptions) -> Result<()> {
    let definitions = definitions(tx, site)?;
    let mut check = Check::new();
    checked(input, welcome, &definitions, &mut check);
    check.done()
}

/// Whether a user could be changed so, apart from whether the address is in use.
///
/// # Errors
/// As [`update`].
pub fn check_update(tx: &mut Tx<'_>, site: SiteId, who: &UserRef, input: &UserInput) -> Result<()> {
    let mut has = row(tx, site, who)?;
    let definitions = definitions(tx, site)?;
    let mut check = Check::new();
    let has_one_name = has.last_name.is_empty();
    apply(&mut has, input, &mut check, has_one_name);
    fields::after(&has, &input.custom_profile_fields, &definitions, &mut check);
    check.done()
}

/// Whether [`update`] with this would change anything of the user. A password always does.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn would_change(tx: &mut Tx<'_>, site: SiteId, who: &UserRef, input: &UserInput) -> Result<bool> {
    if input.password != Set::Keep {
        return Ok(true);
    }
    let had = row(tx, site, who)?;
    let definitions = definitions(tx, site)?;
    let (mut has, mut check) = (had.clone(), Check::new());
    apply(&mut has, input, &mut check, had.last_name.is_empty());
    let values = |given: &Set<FieldValues>, check: &mut Check| {
        let mut values = fields::after(&had, given, &definitions, check);
        values.retain(|(_, value)| value.is_some());
        values.sort();
        values
    };
    let lacks_code = has.roles.has(Role::Affiliate) && has.affiliate_code.is_none();
    let same_values = values(&input.custom_profile_fields, &mut check) == values(&Set::Keep, &mut check);
    Ok(has != had || lacks_code || !same_values)
}

/// The affiliate with this code.
pub fn id_by_affiliate_code(tx: &mut Tx<'_>, site: SiteId, code: &str) -> Result<Option<UserId>> {
    Ok(rows::id_by_affiliate_code(tx, site, code)?)
}

/// Changes a user.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user; [`Error::Invalid`] as [`create`], and when it is not theirs to change.
pub fn update(tx: &mut Tx<'_>, site: SiteId, by: &UpdatedBy, who: &UserRef, input: &UserInput) -> Result<User> {
    let had = row(tx, site, who)?;
    let mut check = Check::new();
    by.may_change(tx, site, &had, input, &mut check)?;
    let definitions = definitions(tx, site)?;
    let mut has = had.clone();
    let password_hash = apply(&mut has, input, &mut check, had.last_name.is_empty());
    let fields = fields::after(&has, &input.custom_profile_fields, &definitions, &mut check);
    unique(tx, site, Some(&had), &has, &CreationOptions::default(), &mut check)?;
    check.done()?;
    give_code(tx, site, &mut has)?;
    let values = fields::store(tx, &mut has, &fields)?;
    let has = write(tx, site, &had, has)?;
    rows::set_values(tx, site, has.id, &fields::hashes(&had.custom_fields), &values)?;
    if let Some(hash) = password_hash {
        rows::set_password(tx, site, has.id, hash)?;
        credentials::password_changed(tx, site, has.id, by.session_of(has.id))?;
        log_password(tx, site, by, has.id)?;
    }
    let told_of = |row: &UserRow| (row.email.clone(), row.first_name.clone(), row.last_name.clone(), row.roles);
    let changed = told_of(&has) != told_of(&had);
    let user = User::from(has);
    if changed {
        events::record(tx, site, Topic::UserUpdated, &payloads::User::of(&user, &definitions))?;
    }
    Ok(user)
}

/// Removes the values that some users have of a custom profile field which is no more, at most so many; gives how many.
///
/// # Errors
/// Only those of the store.
pub fn clear_values(tx: &mut Tx<'_>, site: SiteId, definition: DefinitionId, most: i64) -> Result<usize> {
    let users = store::custom_profile_field_definitions::users_with_value(tx, site, definition, most)?;
    for user in &users {
        remove_value(tx, site, *user, definition)?;
    }
    Ok(users.len())
}

/// Removes a user's value of a custom profile field.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
fn remove_value(tx: &mut Tx<'_>, site: SiteId, id: UserId, definition: DefinitionId) -> Result<()> {
    let had = row(tx, site, &UserRef::Id(id))?;
    let mut has = had.clone();
    let kept: Vec<_> = fields::values(&had).into_iter().filter(|(known, _)| *known != definition).collect();
    let values = fields::store(tx, &mut has, &kept)?;
    write(tx, site, &had, has)?;
    Ok(rows::set_values(tx, site, id, &fields::hashes(&had.custom_fields), &values)?)
}

/// Makes a user a partner of the school, or no longer one.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn set_partner(tx: &mut Tx<'_>, site: SiteId, id: UserId, partner: bool) -> Result<User> {
    let had = row(tx, site, &UserRef::Id(id))?;
    let mut has = had.clone();
    has.roles = if partner { had.roles.with(Role::Partner) } else { had.roles.without(Role::Partner) };
    Ok(write(tx, site, &had, has)?.into())
}

/// Writes a changed row over the one that was read.
fn write(tx: &mut Tx<'_>, site: SiteId, had: &UserRow, mut has: UserRow) -> Result<UserRow> {
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, had, &has, stamp).taken(TAKEN)?;
    has.rev = stamp.rev;
    has.updated_at = stamp.at;
    if has.roles != had.roles {
        credentials::roles_changed(tx, site, has.id)?;
        log_roles(tx, site, has.id, had.roles, has.roles)?;
    }
    Ok(has)
}

/// Notes that a user has shown that their address is theirs, by a link that was sent to it.
pub fn confirm_email(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<()> {
    Ok(rows::confirm_email(tx, site, id)?)
}

fn log_roles(tx: &mut Tx<'_>, site: SiteId, user: UserId, had: Roles, has: Roles) -> Result<()> {
    let names = |roles: Roles| {
        let partner = roles.has(Role::Partner).then_some("partner");
        match roles.names().chain(partner).collect::<Vec<_>>() {
            names if names.is_empty() => "none".to_owned(),
            names => names.join(", "),
        }
    };
    security_log::record(tx, site, Kind::RolesChanged, Some(user), &format!("{} -> {}", names(had), names(has)))
}

/// Whoever changes their own password without being signed in has had a link by mail.
fn log_password(tx: &mut Tx<'_>, site: SiteId, by: &UpdatedBy, user: UserId) -> Result<()> {
    match (by, security_log::who(tx)) {
        (UpdatedBy::User(editor), Who::Anyone) if editor.id == user => {
            security_log::record_of(tx, site, Who::User(user), Kind::PasswordReset, Some(user), "")
        }
        _ => security_log::record(tx, site, Kind::PasswordChanged, Some(user), ""),
    }
}

/// Notes that a user has signed in, whichever way.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn signed_in(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<()> {
    let user = get(tx, site, &UserRef::Id(id))?;
    let definitions = definitions(tx, site)?;
    events::record(tx, site, Topic::UserSignin, &payloads::User::of(&user, &definitions))
}

/// Removes a user's row and what finds it. What else there is of them is [`crate::account_deletion`]'s business.
pub(crate) fn remove(tx: &mut Tx<'_>, site: SiteId, id: UserId) -> Result<()> {
    let row = row(tx, site, &UserRef::Id(id))?;
    let definitions = definitions(tx, site)?;
    rows::delete(tx, site, &row, &fields::hashes(&row.custom_fields))?;
    events::record(tx, site, Topic::UserDeleted, &payloads::User::of(&row.into(), &definitions))
}
