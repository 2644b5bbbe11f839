//! Rows of outgoing mail: queued in the transaction of its cause, claimed and sent from here.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{FromColumn, MailId, Row, SiteId, StoreError, Tx, UserId, Value, params};
use database::ToValue;

text_enum! {
    /// What kinds of mail there are.
    pub enum MailKind {
        /// To somebody whom the school has made an account for.
        Welcome = "welcome",
        /// To somebody who has signed up: is this your address?
        ConfirmSignUp = "confirm_sign_up",
        /// To somebody with an account, when their address was signed up again.
        HasAccount = "has_account",
        /// To somebody with a password, when a link to sign in without one was asked for.
        HasPassword = "has_password",
        /// A link to choose a password.
        NewPassword = "new_password",
        /// A link to sign in.
        SignInLink = "sign_in_link",
        /// That a password has changed.
        PasswordChanged = "password_changed",
        /// That one signs in with a second factor now.
        SecondFactorOn = "second_factor_on",
        /// That one signs in without a second factor again.
        SecondFactorOff = "second_factor_off",
        /// That a recovery code was used to sign in.
        RecoveryCodeUsed = "recovery_code_used",
        /// To an address that somebody wants for theirs: is this your address?
        ConfirmEmail = "confirm_email",
        /// To somebody whose address another user of the school wanted for theirs.
        EmailTaken = "email_taken",
        /// To the address that somebody has when another was asked for: how to stop it.
        EmailChangeAsked = "email_change_asked",
        /// A link to change one's own address, where there is no password.
        ChangeEmailLink = "change_email_link",
        /// A link to delete one's own account, where there is no password.
        DeleteAccountLink = "delete_account_link",
        /// To somebody who has deleted their account.
        AccountDeleted = "account_deleted",
        /// That a product will be published.
        PublishRequestApproved = "publish_request_approved",
        /// That it will not.
        PublishRequestDenied = "publish_request_denied",
        /// To the owner: the school is closed, and how to open it again. It leaves although the school is suspended.
        SchoolClosed = "school_closed",
        /// To the owner: a webhook was switched off.
        WebhookSwitchedOff = "webhook_switched_off",
    }
}

/// Whom a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// A user, at the address that they have when it is sent.
    User(UserId),
    /// Somebody who is no user: their address is in what is sealed.
    Sealed,
}

impl ToValue for Recipient {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::User(user) => user.to_value(),
            Self::Sealed => Value::Int(0),
        }
    }
}

impl<'r> FromColumn<'r> for Recipient {
    fn from_nullable(row: &Row<'r>, column: usize) -> Result<Option<Self>, StoreError> {
        let user = UserId::from_nullable(row, column)?;
        Ok(user.map(|user| if user == UserId::default() { Self::Sealed } else { Self::User(user) }))
    }
}

table! {
    /// A mail's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailRow in "outgoing_mails" of site {
        keys {
            /// Its id.
            id: MailId,
        }
        fixed {
            /// When it was queued.
            created_at: i64,
            /// What kind of mail it is.
            kind: MailKind,
            /// Whom it is for.
            recipient as "user_id": Recipient,
            /// What it is about.
            detail: Option<String>,
            /// What nobody else may know, sealed; gone when the mail is.
            sealed: Option<Vec<u8>>,
        }
        values {
            /// How often it was tried, this time included.
            tries: i64,
        }
        written { due_at: i64 }
    }
}

/// Queues a mail of some kind to a user.
pub fn enqueue(
    tx: &mut Tx<'_>,
    site: SiteId,
    at: i64,
    kind: MailKind,
    user: UserId,
    detail: Option<&str>,
) -> Result<(), StoreError> {
    enqueue_sealed(tx, site, at, kind, Recipient::User(user), detail, None)
}

/// The same with something that nobody else may know, sealed.
pub fn enqueue_sealed(
    tx: &mut Tx<'_>,
    site: SiteId,
    at: i64,
    kind: MailKind,
    recipient: Recipient,
    detail: Option<&str>,
    sealed: Option<&[u8]>,
) -> Result<(), StoreError> {
    let id = MailId::next(tx)?;
    let mail = MailRow {
        id,
        created_at: at,
        kind,
        recipient,
        detail: detail.map(str::to_owned),
        sealed: sealed.map(<[u8]>::to_vec),
        tries: 0,
    };
    mail.insert(tx, site, at)?;
    Ok(())
}

/// The schools that have mail that is due and may leave: all of it of those that are open, and what tells of its closing of
/// one that is not. One look into an index for each school.
pub fn due(tx: &mut Tx<'_>, now: i64) -> Result<Vec<SiteId>, StoreError> {
    tx.query(
        "SELECT s.id FROM sites s WHERE EXISTS (
           SELECT 1 FROM outgoing_mails m WHERE m.site_id = s.id AND m.due_at <= $1 AND m.due_at IS NOT NULL
             AND (s.suspended_at IS NULL OR s.closes_at IS NOT NULL AND m.kind = 'school_closed'))
         ORDER BY s.id",
        params![now],
        |row| row.get(0),
    )
}

/// Takes mail of a school that is due, at most `most`, and leaves it alone until `lease_ends`: nobody else takes it
/// before, and then it is due again.
pub fn claim(tx: &mut Tx<'_>, site: SiteId, now: i64, lease_ends: i64, most: i64) -> Result<Vec<MailRow>, StoreError> {
    let sql = select!(
        MailRow,
        "WHERE site_id = $1 AND due_at <= $2 AND due_at IS NOT NULL
           AND (kind = 'school_closed'
             OR EXISTS (SELECT 1 FROM sites s WHERE s.id = $1 AND s.suspended_at IS NULL))
         ORDER BY due_at, id LIMIT $3"
    );
    let mut mails = tx.query(sql, params![site, now, most], MailRow::read)?;
    for mail in &mut mails {
        mail.tries += 1;
        let sql = "UPDATE outgoing_mails SET due_at = $1, tries = $2 WHERE site_id = $3 AND id = $4";
        tx.execute(sql, params![lease_ends, mail.tries, site, mail.id])?;
    }
    Ok(mails)
}

/// Notes when a mail is tried again, and why it could not be sent.
pub fn again(tx: &mut Tx<'_>, site: SiteId, id: MailId, due_at: i64, failure: &str) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_mails SET due_at = $1, failure = $2
               WHERE site_id = $3 AND id = $4 AND due_at IS NOT NULL";
    tx.execute(sql, params![due_at, failure, site, id])?;
    Ok(())
}

/// Notes why a mail could not be sent.
pub fn failed(tx: &mut Tx<'_>, site: SiteId, id: MailId, failure: &str) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_mails SET failure = $1 WHERE site_id = $2 AND id = $3";
    tx.execute(sql, params![failure, site, id])?;
    Ok(())
}

/// Lets mail of a school be due now that is not due before `leases_end`, so that nobody is sending it, and that waits for
/// this reason or for none: it was never tried.
pub fn due_after_all(tx: &mut Tx<'_>, site: SiteId, now: i64, leases_end: i64, reason: &str) -> Result<(), StoreError> {
    let sql = "UPDATE outgoing_mails SET due_at = $1, tries = 0, failure = NULL
               WHERE site_id = $2 AND due_at > $3 AND due_at IS NOT NULL AND (failure = $4 OR failure IS NULL)";
    tx.execute(sql, params![now, site, leases_end, reason])?;
    Ok(())
}

/// Mails that could not be sent for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// The reason.
    pub failure: String,
    /// How many wait to be tried again.
    pub waiting: i64,
    /// How many are not tried any more.
    pub ended: i64,
}

/// Why mails of any school could not be sent that were queued since a moment, the most frequent reason first. Reads every
/// mail; meant for `doctor`.
pub fn failures(tx: &mut Tx<'_>, since: i64) -> Result<Vec<Failures>, StoreError> {
    let sql = "SELECT failure, CAST(sum(CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END) AS BIGINT),
                 CAST(sum(CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END) AS BIGINT)
               FROM outgoing_mails
               WHERE failure IS NOT NULL AND created_at >= $1 AND (outcome IS NULL OR outcome <> 'sent')
               GROUP BY failure ORDER BY count(*) DESC, failure";
    tx.query(sql, params![since], |row| Ok(Failures { failure: row.get(0)?, waiting: row.get(1)?, ended: row.get(2)? }))
}

/// A mail that could not be sent when that was last tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentMail {
    /// Its id.
    pub id: MailId,
    /// When it was queued.
    pub created_at: i64,
    /// What it is about.
    pub kind: MailKind,
    /// For whom it is.
    pub recipient: Recipient,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried next; none when it is not tried any more.
    pub due_at: Option<i64>,
    /// Why it could not be sent.
    pub failure: String,
}

/// The newest mails of a school that could not be sent, of the last so many that once could not.
pub fn unsent(tx: &mut Tx<'_>, site: SiteId, most: i64) -> Result<Vec<UnsentMail>, StoreError> {
    let sql = "SELECT id, created_at, kind, user_id, tries, due_at, failure, outcome FROM outgoing_mails
               WHERE site_id = $1 AND failure IS NOT NULL ORDER BY id DESC LIMIT $2";
    let mails = tx.query(sql, params![site, most], |row| {
        let (outcome, mail): (Option<String>, _) = (
            row.get(7)?,
            UnsentMail {
                id: row.get(0)?,
                created_at: row.get(1)?,
                kind: row.get(2)?,
                recipient: row.get(3)?,
                tries: row.get(4)?,
                due_at: row.get(5)?,
                failure: row.get(6)?,
            },
        );
        Ok((outcome.as_deref() != Some("sent")).then_some(mail))
    })?;
    Ok(mails.into_iter().flatten().collect())
}

/// Since when the first mail of a school is due that nobody has taken; none when nothing waits.
pub fn due_since(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT due_at FROM outgoing_mails WHERE site_id = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";
    tx.first(sql, params![site], |row| row.get(0))
}

/// Notes what became of a mail; what was sealed is gone with it. Gives whether nobody else has noted it before.
pub fn end(tx: &mut Tx<'_>, site: SiteId, id: MailId, at: i64, outcome: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE outgoing_mails SET due_at = NULL, sealed = NULL, ended_at = $1, outcome = $2
               WHERE site_id = $3 AND id = $4 AND due_at IS NOT NULL";
    Ok(tx.execute(sql, params![at, outcome, site, id])? > 0)
}

/// Forgets mail that ended before a moment, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, before: i64, most: i64) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM outgoing_mails WHERE site_id = $1 AND id IN (
           SELECT id FROM outgoing_mails WHERE site_id = $1 AND ended_at <= $2 AND ended_at IS NOT NULL
           ORDER BY ended_at LIMIT $3)",
        params![site, before, most],
    )
}
