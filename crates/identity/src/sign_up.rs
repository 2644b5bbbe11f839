//! Signing up: somebody says who they are, and shows by a link in a mail that the address is theirs. Only then is there
//! an account.
//!
//! Whether an address has an account already is not told to whoever asks, but in the mail to its owner. And nobody gets
//! into an account that somebody else has prepared for their address: a link that is opened in another browser than
//! the one that signed up asks for the password chosen there (see Sudhodanan and Paverd, "Pre-hijacked accounts", 2022).

use crate::attempts::{self, Attempt};
use crate::mailed_links;
use crate::passwords::{self, Password, StoredPassword, VerifiedPassword};
use crate::sessions::{self, Device, NewSession};
use school::Error;
use school::Set;
use school::error::Result;
use school::mails::{self, Kind, Recipient, Secret};
use school::security_log::Kind as LogKind;
use school::users::{self, CreationOptions, UserInput};
use school::{email, sign_up_rules, sites};
use serde::{Deserialize, Serialize};
use store::sign_ups::{self as rows, SignUpRow};
use store::{DefinitionId, ServerKey, SiteId, StoreError, Tx, secrets};

/// For how long a sign-up can be confirmed.
const LIFE: i64 = 24 * 60 * 60 * 1000;
/// With each sign-up, at most this many that were not confirmed in time are forgotten.
const FORGOTTEN_AT_ONCE: i64 = 8;

/// What somebody writes who signs up.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address.
    pub email: String,
    /// Values of custom profile fields.
    pub fields: Vec<(DefinitionId, Option<String>)>,
    /// Where they go on to afterwards.
    pub return_to: String,
}

impl SignUp {
    fn input(&self, password: Password) -> UserInput {
        UserInput {
            first_name: Set::To(self.first_name.clone()),
            last_name: Set::To(self.last_name.clone()),
            email: Set::To(self.email.clone()),
            password: Set::To(password),
            custom_profile_fields: Set::To(self.fields.clone()),
            ..UserInput::default()
        }
    }
}

/// What is kept of it until it is confirmed.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    first_name: String,
    last_name: String,
    email: String,
    password_hash: String,
    fields: Vec<(DefinitionId, Option<String>)>,
    return_to: String,
}

/// A sign-up that can be confirmed.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// The password that was chosen.
    pub password: StoredPassword,
    /// Whether this is the browser that it was made with: any other must know the password.
    pub same_browser: bool,
    /// Where they go on to afterwards.
    pub return_to: String,
}

/// Counts that somebody signs up, before their password is worth hashing; gives the seconds to wait when too much mail
/// was asked for.
///
/// # Errors
/// [`Error::Invalid`] as [`users::create`], but not that the address is taken.
pub fn begin(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    sign_up: &SignUp,
    password: &str,
    address: &str,
) -> Result<Option<u64>> {
    users::check(tx, site, &sign_up.input(passwords::unhashed(password)), &CreationOptions::default())?;
    check_rule(tx, site, sign_up)?;
    mailed_links::count(tx, key, site, Attempt::SignUpMailTo, &sign_up.email, address)
}

/// Takes a sign-up that was counted and sends the mail that confirms it, or tells the owner of the address that they
/// have an account. `browser` is by what theirs is known.
///
/// # Errors
/// As [`begin`].
pub fn ask(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    sign_up: &SignUp,
    password: &Password,
    browser: &str,
) -> Result<()> {
    users::check(tx, site, &sign_up.input(password.clone()), &CreationOptions::default())?;
    check_rule(tx, site, sign_up)?;
    if let Some(user) = users::id_by_email(tx, site, &sign_up.email)? {
        return mails::queue(tx, site, Kind::HasAccount, user);
    }
    let Ok(password_hash) = password.hash().map(str::to_owned) else {
        return Err(Error::invalid("password", "is invalid"));
    };
    let kept = Kept {
        first_name: sign_up.first_name.clone(),
        last_name: sign_up.last_name.clone(),
        email: email::address(&sign_up.email).unwrap_or_default().to_owned(),
        password_hash,
        fields: sign_up.fields.clone(),
        return_to: sign_up.return_to.clone(),
    };
    let secret = secrets::hex(&rand::random::<[u8; 32]>());
    let now = tx.moment();
    let row = SignUpRow {
        fingerprint: fingerprint(key, &secret),
        visitor_fingerprint: browser.to_owned(),
        sealed: key.seal(&serde_json::to_string(&kept).map_err(|_| StoreError::Sealed)?)?,
        created_at: now,
        expires_at: now + LIFE,
    };
    // The mail may be still to leave: see `sent_links`.
    rows::prune(tx, site, now - mails::TRIED_FOR_MS, FORGOTTEN_AT_ONCE)?;
    rows::insert(tx, site, &row)?;
    let to = Secret { secret, email: kept.email };
    mails::queue_secret(tx, key, site, Kind::ConfirmSignUp, Recipient::Sealed, &to)
}

/// The sign-up that a link confirms, while it can be.
pub fn find(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, secret: &str, browser: &str) -> Result<Option<Pending>> {
    let Some((row, kept)) = open(tx, key, site, secret)? else { return Ok(None) };
    Ok(Some(Pending {
        email: kept.email,
        first_name: kept.first_name,
        password: StoredPassword::new(Some(kept.password_hash)),
        same_browser: row.visitor_fingerprint == browser,
        return_to: kept.return_to,
    }))
}

/// Counts a try at the password that was chosen for a sign-up, beside the link that confirms it; gives the seconds to
/// wait when there were too many.
pub fn begin_confirming(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, secret: &str) -> Result<Option<u64>> {
    attempts::count(tx, key, site, Attempt::WithLink, secret)
}

/// Makes the account and begins its first session. In another browser than the one that signed up, this takes that
/// they know the password. None when the link does not work (any more).
///
/// # Errors
/// [`Error::Invalid`] when the address was taken meanwhile, or the school asks for more now.
pub fn confirm(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    secret: &str,
    browser: &str,
    verified: Option<&VerifiedPassword>,
    device: &Device,
) -> Result<Option<NewSession>> {
    let Some((row, kept)) = open(tx, key, site, secret)? else { return Ok(None) };
    let knows = verified.is_some_and(|verified| verified.has_hash(Some(&kept.password_hash)));
    if !knows && row.visitor_fingerprint != browser {
        return Ok(None);
    }
    let sign_up = SignUp {
        first_name: kept.first_name,
        last_name: kept.last_name,
        email: kept.email,
        fields: kept.fields,
        return_to: kept.return_to,
    };
    // Who may sign up counts to the end. What else the school asks for may have changed since; somebody who has shown that they are there is not sent away.
    let welcome =
        CreationOptions { skip_custom_fields_validation: true, email_confirmed: true, ..CreationOptions::default() };
    check_rule(tx, site, &sign_up)?;
    let password = Password::hashed(kept.password_hash);
    let user = users::create(tx, site, &sign_up.input(password), &welcome)?;
    rows::delete(tx, site, &row.fingerprint)?;
    sessions::begin(tx, key, site, user.id, device, (LogKind::SignIn, "after signing up"), false).map(Some)
}

/// Refuses whom the school does not let sign up. It is told before anything is looked up of the address.
fn check_rule(tx: &mut Tx<'_>, site: SiteId, sign_up: &SignUp) -> Result<()> {
    sign_up_rules::check(&sites::get(tx, site)?, &sign_up.email)
}

fn open(tx: &mut Tx<'_>, key: &ServerKey, site: SiteId, secret: &str) -> Result<Option<(SignUpRow, Kept)>> {
    let now = tx.moment();
    let Some(row) = rows::get(tx, site, &fingerprint(key, secret), now)? else { return Ok(None) };
    let kept = serde_json::from_str(&key.open(&row.sealed)?).map_err(|_| StoreError::Sealed)?;
    Ok(Some((row, kept)))
}

pub(crate) fn fingerprint(key: &ServerKey, secret: &str) -> String {
    key.fingerprint(&format!("sign-up:{secret}"))
}
