//! Users: students and everybody else of a school.

mod fields;
mod input;

use crate::check::{Check, Set};
use crate::error::{Error, Result, Taken};
use crate::events::{self, Topic, payloads};
use crate::mails::Kind;
use crate::{access, courses, ids, mailed_links, owners, sessions, subscriptions};
pub use fields::StoredField;
pub use input::{UserInput, Welcome};
use input::{apply, checked};
use store::users::{self as rows, UserFilter, UserRow};
use store::{Ask, Page, Tx};

/// What a user may be beside a student. The numbers are stored; never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Earns a commission for those they bring.
    Affiliate = 0,
    /// Looks after courses.
    CourseAdmin = 1,
    /// Looks at the progress of groups.
    GroupAnalyst = 2,
    /// Runs the school.
    SiteAdmin = 3,
    /// Runs the school for its owner, from outside. The API neither shows nor sets this.
    Partner = 4,
}

impl Role {
    /// Every role that the API knows, with its name there.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Affiliate, "affiliate"),
        (Self::CourseAdmin, "course_admin"),
        (Self::GroupAnalyst, "group_analyst"),
        (Self::SiteAdmin, "site_admin"),
    ];

    /// The role with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(role, _)| *role)
    }
}

/// A user. Lists show `User<&str>`, whose texts are still the database's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User<S = String>(UserRow<S>);

impl<S> std::ops::Deref for User<S> {
    type Target = UserRow<S>;

    fn deref(&self) -> &UserRow<S> {
        &self.0
    }
}

impl<S: AsRef<str>> User<S> {
    /// Whether the user has a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles >> role as i64 & 1 == 1
    }

    /// The user's values of custom profile fields.
    #[must_use]
    pub fn custom_fields(&self) -> Vec<StoredField<'_>> {
        fields::stored(self.custom_fields.as_ref())
    }
}

impl User {
    /// The user, as most events name one.
    pub(crate) fn person(&self) -> payloads::Person<'_> {
        payloads::Person { email: &self.email, first_name: &self.first_name, id: self.id, last_name: &self.last_name }
    }
}

/// Who gave a user an external id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Single sign-on by the school's own signed tokens.
    Sso,
    /// Single sign-on by OpenID Connect.
    OpenidConnect,
}

impl Provider {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sso => "SSO",
            Self::OpenidConnect => "OPENID_CONNECT",
        }
    }

    /// The provider with this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sso, Self::OpenidConnect].into_iter().find(|known| known.name().eq_ignore_ascii_case(name))
    }
}

/// How a request names a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// By id.
    Id(i64),
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
    pub id: i64,
    /// The session in which they do it. It lasts when their own password changes; every other ends.
    pub session: Option<i64>,
    /// Whether they may change the address and the password of the school's owner.
    pub changes_owner: bool,
    /// Whether they do it by an app that is for every school; those leave addresses alone.
    pub by_public_app: bool,
}

impl UpdatedBy {
    /// Whether they may change this of a user. Whoever changes an address or a password can sign in as that user: the
    /// owner's are the owner's alone.
    fn may_change(self, tx: &mut Tx<'_>, site: i64, user: &UserRow, input: &UserInput) -> Result<()> {
        let Self::User(editor) = self else { return Ok(()) };
        let moves = |email: &String| rows::email_key(email) != rows::email_key(&user.email);
        let moves = input.email.value().is_some_and(moves);
        if moves && editor.by_public_app {
            return Err(Error::invalid("email", "can only be updated by private integrations"));
        }
        let takes_over = moves || input.password != Set::Keep;
        if takes_over && !editor.changes_owner && owners::is_owner(tx, site, user.id)? {
            return Err(Error::invalid("base", "Only the owner of the school can change their email or password"));
        }
        Ok(())
    }

    /// The session that is left to a user whose password changes.
    fn session_of(self, user: i64) -> Option<i64> {
        match self {
            Self::User(editor) if editor.id == user => editor.session,
            _ => None,
        }
    }
}

/// Which users a list is of.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The one with this address.
    pub email: Option<String>,
    /// Those with this role, by name.
    pub role: Option<String>,
    /// Those from this source.
    pub external_source: Option<String>,
    /// Those with this value of the field with this label.
    pub field: Option<(String, String)>,
    /// Those in this group.
    pub group_id: Option<i64>,
}

/// A page of the school's users, each shown while it is read.
///
/// # Errors
/// Whatever the store says.
pub fn list<T>(
    tx: &mut Tx<'_>,
    site: i64,
    wanted: &Wanted,
    ask: &Ask,
    mut show: impl FnMut(&User<&str>) -> T,
) -> Result<Page<T>> {
    let mut filter = UserFilter {
        email: wanted.email.clone(),
        external_source: wanted.external_source.clone(),
        group_id: wanted.group_id,
        ..UserFilter::default()
    };
    if let Some(name) = &wanted.role {
        // A role that nobody can have is had by nobody.
        let Some(role) = Role::named(name) else { return Ok(Page::empty()) };
        filter.role = Some(role as i64);
    }
    if let Some((label, value)) = &wanted.field {
        let definitions = store::custom_profile_field_definitions::all(tx, site)?;
        let Some(definition) = definitions.iter().find(|known| known.label == *label) else {
            return Ok(Page::empty());
        };
        filter.value = Some((definition.id, fields::value_hash(value)));
    }
    Ok(rows::page(tx, site, &filter, ask, |row| show(&User(row)))?)
}

/// The user with this id, if there is one.
///
/// # Errors
/// Whatever the store says.
pub fn find(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<User>> {
    Ok(rows::get(tx, site, id)?.map(User))
}

/// Whether there is a user with this id.
///
/// # Errors
/// Whatever the store says.
pub fn exists(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool> {
    Ok(rows::exists(tx, site, id)?)
}

/// The id of the user with this address, in any case.
///
/// # Errors
/// Whatever the store says.
pub fn id_by_email(tx: &mut Tx<'_>, site: i64, email: &str) -> Result<Option<i64>> {
    Ok(rows::id_by_email(tx, site, email)?)
}

/// One user.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such user.
pub fn get(tx: &mut Tx<'_>, site: i64, who: &Who) -> Result<User> {
    let id = id_of(tx, site, who)?;
    find(tx, site, id)?.ok_or(Error::NotFound)
}

/// One user, shown while they are read.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such user.
pub fn show<T>(tx: &mut Tx<'_>, site: i64, who: &Who, mut show: impl FnMut(&User<&str>) -> T) -> Result<T> {
    let id = id_of(tx, site, who)?;
    rows::show(tx, site, id, |row| show(&User(row)))?.ok_or(Error::NotFound)
}

fn id_of(tx: &mut Tx<'_>, site: i64, who: &Who) -> Result<i64> {
    match who {
        Who::Id(id) => Ok(*id),
        Who::External(provider, external_id) => {
            rows::id_by_external_id(tx, site, provider.name(), external_id)?.ok_or(Error::NotFound)
        }
    }
}

/// The id by which a provider knows a user.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, or the provider does not know them.
pub fn external_id(tx: &mut Tx<'_>, site: i64, id: i64, provider: Provider) -> Result<String> {
    rows::external_id(tx, site, id, provider.name())?.ok_or(Error::NotFound)
}

/// Notes by which id a provider knows a user, whom it knew by none.
///
/// # Errors
/// [`Error::Invalid`] when it knows somebody else by it.
pub fn set_external_id(tx: &mut Tx<'_>, site: i64, id: i64, provider: Provider, external_id: &str) -> Result<()> {
    rows::set_external_id(tx, site, id, provider.name(), external_id).taken(TAKEN)
}

const TAKEN: &[(&str, &str)] = &[
    ("users.email_key", "email"),
    ("users.affiliate_code", "affiliate_code"),
    ("authentications.external_id", "external_id"),
    ("authentications_pkey", "external_id"),
];

/// Makes a user.
///
/// # Errors
/// [`Error::Invalid`] for everything that breaks a rule: missing names, an address or code in use, a short password,
/// unknown roles, a required custom profile field without a value, an affiliate without a commission.
pub fn create(tx: &mut Tx<'_>, site: i64, input: &UserInput, welcome: &Welcome) -> Result<User> {
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    let (mut row, fields) = checked(input, welcome, &definitions)?;
    let stamp = tx.stamp(site)?;
    row.id = tx.next_id("users")?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    row.gid = ids::ulid(stamp.at);
    let values = fields::store(tx, &mut row, &fields)?;
    rows::insert(tx, site, &row, &values).taken(TAKEN)?;
    if let Some((provider, external_id)) = &welcome.external_id {
        rows::set_external_id(tx, site, row.id, provider.name(), external_id).taken(TAKEN)?;
    }
    if welcome.send_welcome_email {
        store::mails::owe(tx, site, stamp.at, Kind::Welcome.name(), row.id, None)?;
    }
    let user = User(row);
    events::record(tx, site, Topic::UserSignup, &payloads::User::of(&user, &definitions))?;
    Ok(user)
}

/// Whether a user could be made of this, apart from whether the address is in use.
///
/// # Errors
/// As [`create`].
pub fn check(tx: &mut Tx<'_>, site: i64, input: &UserInput, welcome: &Welcome) -> Result<()> {
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    checked(input, welcome, &definitions).map(|_| ())
}

/// Changes a user.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user; [`Error::Invalid`] as [`create`], and when it is not theirs to change.
pub fn update(tx: &mut Tx<'_>, site: i64, by: &UpdatedBy, who: &Who, input: &UserInput) -> Result<User> {
    let had = get(tx, site, who)?;
    by.may_change(tx, site, &had, input)?;
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    let mut row = had.0.clone();
    let mut check = Check::new();
    apply(&mut row, input, &mut check);
    let fields = fields::after(&row, input, &definitions, &mut check);
    check.done()?;
    let stamp = tx.stamp(site)?;
    let values = fields::store(tx, &mut row, &fields)?;
    rows::update(tx, site, &had.0, &row, stamp).taken(TAKEN)?;
    rows::set_values(tx, site, row.id, &fields::hashes(&had.0.custom_fields), &values)?;
    row.rev = stamp.rev;
    row.updated_at = stamp.at;
    if row.password_hash != had.password_hash {
        // Whoever knew the old one is signed out, and links that stood for it lead nowhere.
        sessions::end_all(tx, site, row.id, by.session_of(row.id))?;
        mailed_links::end_all(tx, site, row.id)?;
    }
    let user = User(row);
    if user.roles != had.roles {
        access::person_changed(tx, site, user.id, false)?;
    }
    let heard_of = |user: &User| (user.email.clone(), user.first_name.clone(), user.last_name.clone(), user.roles);
    if heard_of(&user) != heard_of(&had) {
        events::record(tx, site, Topic::UserUpdated, &payloads::User::of(&user, &definitions))?;
    }
    Ok(user)
}

/// Makes a user a partner of the school, or no longer one.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn set_partner(tx: &mut Tx<'_>, site: i64, id: i64, partner: bool) -> Result<User> {
    let had = find(tx, site, id)?.ok_or(Error::NotFound)?;
    let mut row = had.0.clone();
    let bit = 1 << Role::Partner as i64;
    row.roles = if partner { row.roles | bit } else { row.roles & !bit };
    let stamp = tx.stamp(site)?;
    rows::update(tx, site, &had.0, &row, stamp).taken(TAKEN)?;
    access::person_changed(tx, site, id, false)?;
    row.rev = stamp.rev;
    row.updated_at = stamp.at;
    Ok(User(row))
}

/// Notes that a user has signed in, whichever way.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user.
pub fn signed_in(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<()> {
    let user = find(tx, site, id)?.ok_or(Error::NotFound)?;
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    events::record(tx, site, Topic::UserSignin, &payloads::User::of(&user, &definitions))
}

/// Removes a user: their account, memberships, enrollments and reviews. Orders are books and stay; what they still
/// subscribe to is cancelled.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user; [`Error::Invalid`] when they own the school.
pub fn delete(tx: &mut Tx<'_>, site: i64, who: &Who) -> Result<()> {
    let user = get(tx, site, who)?;
    if owners::is_owner(tx, site, user.id)? {
        return Err(Error::invalid("base", "The owner of the school can't be deleted"));
    }
    let definitions = store::custom_profile_field_definitions::all(tx, site)?;
    subscriptions::cancel_all_of(tx, site, &user)?;
    sessions::end_all(tx, site, user.id, None)?;
    mailed_links::end_all(tx, site, user.id)?;
    store::groups::remove_user_everywhere(tx, site, user.id)?;
    store::enrollments::delete_of_user(tx, site, user.id)?;
    store::course_reviews::delete_of_user(tx, site, user.id)?;
    for course in store::courses::remove_user_everywhere(tx, site, user.id)? {
        courses::tell_updated(tx, site, course)?;
    }
    access::person_changed(tx, site, user.id, true)?;
    rows::delete(tx, site, &user.0, &fields::hashes(&user.0.custom_fields))?;
    events::record(tx, site, Topic::UserDeleted, &payloads::User::of(&user, &definitions))
}
