//! Rows of the security log: what happened to the ways into a school.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{
    CountedRow, Filter, ListQuery, Page, PageRequest, SecurityLogId, SiteId, Stamp, StoreError, Tx, UserId, lists,
    params,
};
use std::collections::HashMap;

text_enum! {
    /// What happened.
    pub enum SecurityEventKind {
        /// Somebody signed in with their password, or for the first time after signing up.
        SignIn = "sign_in",
        /// Somebody signed in by a link that was mailed to them.
        SignInByLink = "sign_in_by_link",
        /// Somebody was signed in by another system of the school.
        SignInBySso = "sign_in_by_sso",
        /// Somebody tried to sign in and could not. One entry for each address and hour, with how often.
        SignInRefused = "sign_in_refused",
        /// Somebody tried to sign in after too many tries. One entry for each address and hour, with how often.
        SignInLocked = "sign_in_locked",
        /// Somebody ended a session of theirs.
        SignOut = "sign_out",
        /// A user has another password.
        PasswordChanged = "password_changed",
        /// A user chose a password by a link that was mailed to them.
        PasswordReset = "password_reset",
        /// Somebody who is signed in did not know the password that they wanted to change. One entry for each address
        /// and hour, with how often.
        PasswordChangeRefused = "password_change_refused",
        /// Somebody asked for another address for their account.
        EmailChangeAsked = "email_change_asked",
        /// Somebody confirmed the other address that they had asked for.
        EmailChanged = "email_changed",
        /// The owner of the address before stopped or undid such a change.
        EmailChangeStopped = "email_change_stopped",
        /// A user signs in with a second factor from now on.
        SecondFactorOn = "second_factor_on",
        /// A user signs in without a second factor again: they turned it off, or it was taken away from them.
        SecondFactorOff = "second_factor_off",
        /// A recovery code was used in the place of a second factor.
        RecoveryCodeUsed = "recovery_code_used",
        /// A user has other recovery codes.
        RecoveryCodesReplaced = "recovery_codes_replaced",
        /// Somebody who knew the password, or had a link from a mail, gave a wrong code. One entry for each address and
        /// hour, with how often.
        SecondFactorRefused = "second_factor_refused",
        /// Somebody gave codes after too many wrong ones. One entry for each address and hour, with how often.
        SecondFactorLocked = "second_factor_locked",
        /// Everybody with a role must have a second factor from now on, or need not.
        SecondFactorRequirementChanged = "second_factor_requirement_changed",
        /// Others may have an account by themselves than before.
        SignUpRuleChanged = "sign_up_rule_changed",
        /// The code that the school adds to its pages was changed.
        PageCodeChanged = "page_code_changed",
        /// The API key was shown.
        ApiKeyShown = "api_key_shown",
        /// The school has another API key.
        ApiKeyRotated = "api_key_rotated",
        /// The API key was taken away.
        ApiKeyRevoked = "api_key_revoked",
        /// A token was made for a program of the school's own.
        ApiAccessTokenCreated = "api_access_token_created",
        /// Such a token was taken away.
        ApiAccessTokenRevoked = "api_access_token_revoked",
        /// The school has an app that it did not have.
        AppInstalled = "app_installed",
        /// An app that the school has may do something else.
        AppScopesChanged = "app_scopes_changed",
        /// The school no longer has an app.
        AppUninstalled = "app_uninstalled",
        /// An app that the school has was given another secret.
        AppSecretRotated = "app_secret_rotated",
        /// Somebody who runs the school began to look at it as a user.
        ImpersonationBegun = "impersonation_begun",
        /// They look at it as themselves again.
        ImpersonationEnded = "impersonation_ended",
        /// A user has other roles.
        RolesChanged = "roles_changed",
        /// The school was suspended: nobody gets in, and nothing leaves.
        SchoolSuspended = "school_suspended",
        /// The school is open again.
        SchoolResumed = "school_resumed",
        /// The owner has closed the school: it is suspended, and deleted after a while.
        SchoolClosed = "school_closed",
        /// The school was opened again after its owner had closed it.
        SchoolReopened = "school_reopened",
        /// The school has another owner.
        OwnerChanged = "owner_changed",
        /// An authorization code was sent a second time; what it had given ended.
        AuthorizationCodeReplayed = "authorization_code_replayed",
        /// An authorization code was sent with a `redirect_uri` that it was not given for, and counts no more.
        RedirectUriMismatch = "redirect_uri_mismatch",
        /// A refresh token was used again; what its person had let the app do ended.
        RefreshTokenReused = "refresh_token_reused",
    }
}

text_enum! {
    /// What kind of somebody or something did it.
    pub enum ActorKind {
        /// Nobody who was signed in.
        Anyone = "anyone",
        /// A user of the school.
        User = "user",
        /// An app, for somebody or for itself.
        App = "app",
        /// A program with the school's API key.
        ApiKey = "api_key",
        /// A program with an API access token of the school.
        ApiAccessToken = "api_access_token",
        /// A command on the server.
        Command = "command",
    }
}

table! {
    /// An entry.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SecurityLogRow in "security_log" of site {
        keys {
            /// Its id.
            id: SecurityLogId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it happened (first).
            created_at: i64,
            /// When it happened last.
            updated_at: i64,
        }
        fixed {
            /// What happened.
            kind: SecurityEventKind,
            /// What kind of somebody did it.
            actor: ActorKind,
            /// Who did it, or for whom an app did.
            actor_user_id: Option<UserId>,
            /// The slug of the app that did it, or the name of the API access token.
            actor_name: Option<String>,
            /// What more there is to say.
            detail: String,
            /// The address that it came from; empty when it is not known, or stands for several.
            address: String,
            /// What the program there calls itself.
            user_agent: String,
            /// The hour since 1970 that an entry of several stands for.
            hour: Option<i64>,
        }
        values {
            /// Whom it is about; none for nobody, or for several.
            user_id: Option<UserId>,
            /// How often it happened.
            times: i64,
        }
        attached {
            /// The address of whom it is about.
            user_email: Option<String>,
            /// The address of who did it.
            actor_email: Option<String>,
        }
    }
}

fn counted_rows(site: SiteId, id: SecurityLogId, rev: i64) -> [CountedRow; 2] {
    lists::counted_rows(site, [lists::SECURITY_LOG, lists::SECURITY_LOG_BY_REV], id, rev)
}

/// Adds an entry, under the id and the stamp that it carries.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, entry: &SecurityLogRow) -> Result<(), StoreError> {
    entry.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, entry.id, entry.rev));
    Ok(())
}

/// Writes a changed entry over the one that was read.
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &SecurityLogRow,
    has: &SecurityLogRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had.id, had.rev), &counted_rows(site, had.id, stamp.rev));
    Ok(())
}

/// The entry of several that stands for this kind, detail and address in an hour.
pub fn of_hour(
    tx: &mut Tx<'_>,
    site: SiteId,
    hour: i64,
    kind: SecurityEventKind,
    (detail, address): (&str, &str),
) -> Result<Option<SecurityLogRow>, StoreError> {
    let sql = select!(
        SecurityLogRow,
        "WHERE t.site_id = $1 AND t.hour = $2 AND t.kind = $3 AND t.detail = $4 AND t.address = $5"
    );
    tx.first(sql, params![site, hour, kind, detail, address], SecurityLogRow::read)
}

/// Whether an hour has this many entries of several, or more.
pub fn hour_is_full(tx: &mut Tx<'_>, site: SiteId, hour: i64, most: i64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM security_log WHERE site_id = $1 AND hour = $2 LIMIT 1 OFFSET $3";
    Ok(tx.first(sql, params![site, hour, most - 1], |_| Ok(()))?.is_some())
}

/// Which entries are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecurityLogFilter {
    /// Only those of this kind.
    pub kind: Option<SecurityEventKind>,
    /// Only those about this user.
    pub user_id: Option<UserId>,
    /// Only what this user did.
    pub actor_user_id: Option<UserId>,
}

/// A page of the log.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    wanted: &SecurityLogFilter,
    request: &PageRequest,
) -> Result<Page<SecurityLogRow>, StoreError> {
    let filters = [
        wanted.kind.map(|kind| Filter::is("t.kind = ?", kind)),
        wanted.user_id.map(|user| Filter::is("t.user_id = ?", user)),
        wanted.actor_user_id.map(|user| Filter::is("t.actor_user_id = ?", user)),
    ];
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::SECURITY_LOG)),
        by_rev: Some(lists::whole(site, lists::SECURITY_LOG_BY_REV)),
        filters: filters.into_iter().flatten().collect(),
        ..SecurityLogRow::list()
    };
    let mut page = tx.page(site, &source, request, SecurityLogRow::read)?;
    fill(tx, site, &mut page.items)?;
    Ok(page)
}

/// Reads the addresses of everybody who is named, with one query.
fn fill(tx: &mut Tx<'_>, site: SiteId, entries: &mut [SecurityLogRow]) -> Result<(), StoreError> {
    let named: Vec<UserId> = entries.iter().flat_map(|entry| [entry.user_id, entry.actor_user_id]).flatten().collect();
    let sql = "SELECT id, email FROM users WHERE site_id = $1 AND id IN ";
    let found = tx.query_in(site, named, sql, "", |row| Ok((row.get::<UserId>(0)?, row.get::<String>(1)?)))?;
    let emails: HashMap<UserId, String> = found.into_iter().collect();
    let of = |user: Option<UserId>| user.and_then(|user| emails.get(&user).cloned());
    for entry in entries {
        entry.user_email = of(entry.user_id);
        entry.actor_email = of(entry.actor_user_id);
    }
    Ok(())
}

/// Lets the log name a user no more, who is gone, nor from where they came.
pub fn forget_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    tx.execute("UPDATE security_log SET user_id = NULL WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    tx.execute(
        "UPDATE security_log SET actor_user_id = NULL, address = '', user_agent = ''
         WHERE site_id = $1 AND actor_user_id = $2",
        params![site, user],
    )?;
    Ok(())
}

/// Forgets the oldest entries from before a moment, at most so many. Gives how many it forgot.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, before: i64, most: i64) -> Result<usize, StoreError> {
    let old: Vec<(SecurityLogId, i64)> = tx.query(
        // Only the first are looked at: they are the oldest. The rest is never searched through.
        "SELECT id, rev FROM (
           SELECT id, rev, created_at FROM security_log WHERE site_id = $1 ORDER BY id LIMIT $2) AS first
         WHERE created_at < $3 ORDER BY id",
        params![site, most, before],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (id, rev) in &old {
        tx.execute("DELETE FROM security_log WHERE site_id = $1 AND id = $2", params![site, *id])?;
        tx.update_counts(&counted_rows(site, *id, *rev), &[]);
    }
    Ok(old.len())
}
