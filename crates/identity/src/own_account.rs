//! One's own account: what somebody who is signed in sees and changes of themselves.

use crate::actor::Actor;
use crate::attempts::{self, Attempt};
use crate::mailed_links::{self, Purpose as LinkPurpose};
use crate::managed_users::PICTURE_WIDTH;
use crate::passwords::{self, Password, StoredPassword, VerifiedPassword};
use crate::sessions::{self, Device, NewSession};
use school::error::{Error, Result};
use school::files::{self, FileAddresses};
use school::mails::{self, Kind, Recipient, Secret};
use school::security_log::{self, Kind as LogKind};
use school::users::{self, CreationOptions, UserInput, UserRef};
use school::{
    FileId, Set, account_deletion, courses,
    custom_profile_field_definitions::{self as definitions, FieldType},
    enrollments, landing_pages,
};
use store::users::email_key;
use store::{DefinitionId, PageRequest, ServerKey, SessionId, SiteId, Tx};

/// What a school asks people for beside their names, and what somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileField {
    /// The id of its definition.
    pub id: DefinitionId,
    /// What it is called.
    pub label: String,
    /// What is written into it.
    pub kind: FieldType,
    /// Whether it must be filled in.
    pub required: bool,
    /// What they say; empty for nothing.
    pub value: String,
}

/// Somebody's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// Where their picture is.
    pub picture: Option<String>,
    /// Whether they sign in with a password.
    pub has_password: bool,
    /// The school's own fields.
    pub fields: Vec<ProfileField>,
}

/// What the school asks people for, before anybody says anything.
pub fn fields(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<ProfileField>> {
    let field = |definition: definitions::Definition| ProfileField {
        id: definition.id,
        label: definition.label,
        kind: definition.field_type,
        required: definition.required,
        value: String::new(),
    };
    Ok(definitions::all(tx, site)?.into_iter().map(field).collect())
}

/// The actor's profile.
pub fn profile(tx: &mut Tx<'_>, actor: &Actor) -> Result<Profile> {
    let user = actor.user();
    let said = user.custom_fields();
    let mut fields = fields(tx, actor.site().id)?;
    for field in &mut fields {
        if let Some((.., value)) = said.iter().find(|(_, definition, _)| *definition == field.id) {
            field.value = value.to_string();
        }
    }
    Ok(Profile {
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        email: user.email.clone(),
        picture: user.avatar_url.clone(),
        has_password: user.has_password,
        fields,
    })
}

/// What somebody changes of their profile.
#[derive(Debug, Clone)]
pub struct ProfileInput {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Values of the school's own fields, by definition.
    pub fields: Vec<(DefinitionId, Option<String>)>,
}

/// Changes the actor's profile.
///
/// # Errors
/// [`Error::Invalid`] when something is missing that is asked of whoever signs up, or breaks a rule.
pub fn update_profile(tx: &mut Tx<'_>, actor: &Actor, input: &ProfileInput) -> Result<()> {
    let site = actor.site().id;
    let input = UserInput {
        first_name: Set::To(input.first_name.clone()),
        last_name: Set::To(input.last_name.clone()),
        custom_profile_fields: Set::To(input.fields.clone()),
        ..UserInput::default()
    };
    let whole = UserInput { email: Set::To(actor.email().to_owned()), ..input.clone() };
    let may_have_one_name = actor.user().last_name.is_empty();
    users::check(tx, site, &whole, &CreationOptions { may_have_one_name, ..CreationOptions::default() })?;
    users::update(tx, site, &actor.as_editor(), &UserRef::Id(actor.user_id()), &input)?;
    Ok(())
}

/// Gives the actor the picture that was uploaded as theirs.
///
/// # Errors
/// As [`files::use_as_avatar`].
pub fn set_picture(tx: &mut Tx<'_>, actor: &Actor, picture: FileId, addresses: &FileAddresses) -> Result<()> {
    let (site, user) = (actor.site().id, actor.user_id());
    let picture = files::use_as_avatar(tx, site, user, picture)?;
    let url = addresses.in_width(site, &picture, store::now(), PICTURE_WIDTH);
    let input = UserInput { avatar_url: Set::To(url), ..UserInput::default() };
    users::update(tx, site, &actor.as_editor(), &UserRef::Id(user), &input).map(drop)
}

/// Takes the actor's picture away.
pub fn remove_picture(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let (site, user) = (actor.site().id, actor.user_id());
    files::remove_avatar(tx, site, user)?;
    let input = UserInput { avatar_url: Set::Clear, ..UserInput::default() };
    users::update(tx, site, &actor.as_editor(), &UserRef::Id(user), &input).map(drop)
}

/// Whether the actor's password may be tried in their session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It may. What it is compared with, and a name of the session.
    Begin(StoredPassword, String),
    /// Not for so many seconds.
    Wait(u64),
}

/// Counts a try at the actor's password in their session, and finds what it is compared with. What strangers try
/// elsewhere does not count here.
pub fn begin_password_check(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor) -> Result<PasswordCheck> {
    let (site, session) = (actor.site().id, session_name(actor));
    Ok(match attempts::count(tx, key, site, Attempt::InSession, &session)? {
        Some(seconds) => PasswordCheck::Wait(seconds),
        None => PasswordCheck::Begin(passwords::stored(tx, site, actor.user_id())?, session),
    })
}

pub(crate) fn session_name(actor: &Actor) -> String {
    format!("session {} {}", actor.site().id, actor.session_id())
}

/// Records that the actor did not know their password when they were asked for it.
pub fn refuse_password(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    security_log::count(tx, actor.site().id, LogKind::PasswordChangeRefused, Some(actor.user_id()), "")
}

/// Gives the actor, who has shown that they know the one they have, another password; ends their other sessions and
/// the links that were sent to them, gives this session another secret, and tells them by mail. None when the password
/// that they knew is no longer theirs.
///
/// # Errors
/// [`Error::Invalid`] when the new password breaks a rule.
pub fn change_password(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    actor: &Actor,
    verified: &VerifiedPassword,
    new: &Password,
    device: &Device,
) -> Result<Option<NewSession>> {
    let (site, user) = (actor.site().id, actor.user());
    if !verified.is_of(tx, site, user.id)? {
        return Ok(None);
    }
    let input = UserInput { password: Set::To(new.clone()), ..UserInput::default() };
    users::update(tx, site, &actor.as_editor(), &UserRef::Id(user.id), &input)?;
    attempts::forget(tx, key, site, Attempt::SignInTo, &email_key(&user.email))?;
    mails::queue(tx, site, Kind::PasswordChanged, user.id)?;
    attempts::forget(tx, key, site, Attempt::InSession, &session_name(actor))?;
    sessions::renew(tx, key, site, actor.session(), device).map(Some)
}

/// How somebody who is signed in shows that they are who they are, before something that a stolen session must not do.
#[derive(Debug, Clone)]
pub enum Proof {
    /// By their password, which was compared.
    Password(VerifiedPassword),
    /// By a link from a mail to them, where they have no password: its purpose and its secret.
    Link(LinkPurpose, String),
}

impl Proof {
    /// Whether it shows that, now.
    pub(crate) fn is_of(&self, tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor) -> Result<bool> {
        match self {
            Self::Password(verified) => verified.is_of(tx, actor.site().id, actor.user_id()),
            Self::Link(purpose, secret) => mailed_links::is_of(tx, key, actor, *purpose, secret),
        }
    }

    /// Lets it count no more: links work once, and tries before the right one are forgotten.
    pub(crate) fn spend(&self, tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor) -> Result<()> {
        let site = actor.site().id;
        match self {
            Self::Password(_) => attempts::forget(tx, key, site, Attempt::InSession, &session_name(actor)),
            Self::Link(purpose, _) => Ok(store::mailed_links::delete_of_user(tx, site, actor.user_id(), *purpose)?),
        }
    }
}

/// Sends the actor a link by which they change their address; gives the seconds to wait when too many were asked for.
pub fn ask_to_change_email(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor) -> Result<Option<u64>> {
    mailed_links::ask_for_proof(tx, key, actor, LinkPurpose::ChangeEmail, Kind::ChangeEmailLink)
}

/// Sends the actor a link by which they delete their account; gives the seconds to wait when too many were asked for.
pub fn ask_to_delete(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor) -> Result<Option<u64>> {
    mailed_links::ask_for_proof(tx, key, actor, LinkPurpose::DeleteAccount, Kind::DeleteAccountLink)
}

/// Whether the actor owns their school: they cannot delete their account before they have given it to another.
#[must_use]
pub fn is_owner(actor: &Actor) -> bool {
    actor.site().owner_user_id == Some(actor.user_id())
}

/// How many courses the actor takes.
pub fn course_count(tx: &mut Tx<'_>, actor: &Actor) -> Result<i64> {
    let wanted = enrollments::EnrollmentFilter { user_id: Some(actor.user_id()), ..Default::default() };
    Ok(enrollments::list(tx, actor.site().id, &wanted, &PageRequest::first(1))?.total)
}

/// Deletes the actor's account, and says so by mail. False when they have not shown who they are.
///
/// # Errors
/// As [`account_deletion::delete`]: the owner stays.
pub fn delete(tx: &mut Tx<'_>, key: &ServerKey, actor: &Actor, proof: &Proof) -> Result<bool> {
    let site = actor.site().id;
    if !proof.is_of(tx, key, actor)? {
        return Ok(false);
    }
    account_deletion::delete(tx, site, &UserRef::Id(actor.user_id()))?;
    let to = Secret { email: actor.email().to_owned(), ..Secret::default() };
    mails::queue_secret(tx, key, site, Kind::AccountDeleted, Recipient::Sealed, &to)?;
    Ok(true)
}

/// Somewhere that the actor is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Its id.
    pub id: SessionId,
    /// What the browser calls itself.
    pub user_agent: String,
    /// The address that it began from.
    pub address: String,
    /// When it began, in milliseconds since 1970.
    pub created_at: i64,
    /// About when it was last used.
    pub seen_at: i64,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// Where the actor is signed in, the newest first.
pub fn sessions(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<OpenSession>> {
    let sessions = sessions::list(tx, actor.site().id, actor.user_id())?;
    Ok(sessions.into_iter().map(|session| open_session(actor, session)).collect())
}

/// A session, as the actor sees it.
pub(crate) fn open_session(actor: &Actor, session: sessions::Session) -> OpenSession {
    OpenSession {
        id: session.id,
        here: session.id == actor.session_id(),
        user_agent: session.user_agent,
        address: session.address,
        created_at: session.created_at,
        seen_at: session.seen_at,
    }
}

/// Ends the session that asks, as whomever its owner looks at the school.
pub fn sign_out(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let (site, session) = (actor.site().id, actor.session());
    sessions::end(tx, site, session.user_id, session.id)?;
    security_log::record(tx, site, LogKind::SignOut, Some(session.user_id), "this session")
}

/// Ends one of the actor's sessions, if they have it.
pub fn end_session(tx: &mut Tx<'_>, actor: &Actor, id: SessionId) -> Result<()> {
    match sessions::end(tx, actor.site().id, actor.user_id(), id) {
        // It has ended by itself, or is somebody else's.
        Err(Error::NotFound) => Ok(()),
        ended => {
            ended?;
            signed_out(tx, actor, if id == actor.session_id() { "this session" } else { "another session" })
        }
    }
}

/// Ends every session of the actor but the one that asks.
pub fn end_other_sessions(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    sessions::end_all(tx, actor.site().id, actor.user_id(), Some(actor.session_id()))?;
    signed_out(tx, actor, "all other sessions")
}

fn signed_out(tx: &mut Tx<'_>, actor: &Actor, of_what: &str) -> Result<()> {
    security_log::record(tx, actor.site().id, LogKind::SignOut, Some(actor.user_id()), of_what)
}

/// A course that somebody takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenCourse {
    /// Its name.
    pub name: String,
    /// The path of its page.
    pub path: String,
    /// How much of it they have done, of a hundred.
    pub percent: i64,
    /// Whether they can no longer go on with it.
    pub ended: bool,
}

/// The courses that the actor takes, those that they came to last first; so many at most.
pub fn courses(tx: &mut Tx<'_>, actor: &Actor, most: i64) -> Result<Vec<TakenCourse>> {
    let (site, now) = (actor.site().id, tx.moment());
    let wanted = enrollments::EnrollmentFilter { user_id: Some(actor.user_id()), ..Default::default() };
    let page = enrollments::list(tx, site, &wanted, &PageRequest { descending: true, ..PageRequest::first(most) })?;
    let mut taken = Vec::with_capacity(page.items.len());
    for enrollment in page.items {
        let course = courses::get(tx, site, enrollment.course_id)?;
        taken.push(TakenCourse {
            name: course.name.clone(),
            path: landing_pages::course_path(&course.slug),
            percent: enrollment.percentage_completed / 100,
            ended: enrollments::is_expired(&enrollment, now),
        });
    }
    Ok(taken)
}
