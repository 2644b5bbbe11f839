//! Which mails a school sends, and queuing them.
//!
//! A mail is queued in the transaction of its cause, by its kind alone; its words are found when it leaves, so that it
//! goes to where its reader is now. What nobody else may know (the secret of a link) is sealed until then.

use crate::error::Result;
use serde::{Deserialize, Serialize};
use store::{ServerKey, StoreError, Tx};

/// Which mails there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To somebody whom the school has made an account for.
    Welcome,
    /// To somebody who has signed up: is this your address?
    ConfirmSignUp,
    /// To somebody with an account, when their address was signed up again.
    HasAccount,
    /// To somebody with a password, when a link to sign in without one was asked for.
    HasPassword,
    /// A link to choose a password.
    NewPassword,
    /// A link to sign in.
    SignInLink,
    /// That a password has changed.
    PasswordChanged,
    /// That a product will be published.
    PublishRequestApproved,
    /// That it will not.
    PublishRequestDenied,
    /// To the owner: a webhook was switched off.
    WebhookSwitchedOff,
}

impl Kind {
    /// Every kind with its name in the database.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Welcome, "welcome"),
        (Self::ConfirmSignUp, "confirm_sign_up"),
        (Self::HasAccount, "has_account"),
        (Self::HasPassword, "has_password"),
        (Self::NewPassword, "new_password"),
        (Self::SignInLink, "sign_in_link"),
        (Self::PasswordChanged, "password_changed"),
        (Self::PublishRequestApproved, "publish_request_approved"),
        (Self::PublishRequestDenied, "publish_request_denied"),
        (Self::WebhookSwitchedOff, "webhook_switched_off"),
    ];

    /// Its name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// What of a mail nobody else may know.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Secret {
    /// The secret of the link in it.
    #[serde(default)]
    pub secret: String,
    /// Where the link goes on to afterwards.
    #[serde(default)]
    pub return_to: String,
    /// The address of somebody who is no user.
    #[serde(default)]
    pub email: String,
    /// Their first name.
    #[serde(default)]
    pub first_name: String,
    /// Their last name.
    #[serde(default)]
    pub last_name: String,
}

/// Queues a mail to a user.
pub fn queue(tx: &mut Tx<'_>, site: i64, kind: Kind, user: i64) -> Result<()> {
    let at = tx.moment();
    Ok(store::mails::enqueue(tx, site, at, kind.name(), user, None)?)
}

/// The same for a mail about something that has an id: a webhook, a request.
pub fn queue_about(tx: &mut Tx<'_>, site: i64, kind: Kind, user: i64, id: &str) -> Result<()> {
    let at = tx.moment();
    Ok(store::mails::enqueue(tx, site, at, kind.name(), user, Some(id))?)
}

/// The same for a mail with something that nobody else may know. `user` is zero when it goes to nobody who is a user.
pub fn queue_secret(tx: &mut Tx<'_>, key: &ServerKey, site: i64, kind: Kind, user: i64, secret: &Secret) -> Result<()> {
    let at = tx.moment();
    let sealed = key.seal(&serde_json::to_string(secret).map_err(|_| StoreError::Sealed)?)?;
    Ok(store::mails::enqueue_sealed(tx, site, at, kind.name(), user, None, Some(&sealed))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_their_names() {
        for (kind, name) in Kind::ALL {
            assert_eq!((Kind::named(name), kind.name()), (Some(kind), name));
        }
    }
}
