//! Rows of links that were sent by mail and work once.

use crate::enums::text_enum;
use crate::table::table;
use crate::{SiteId, StoreError, Tx, UserId, params};

text_enum! {
    /// What a link is for.
    pub enum LinkPurpose {
        /// To choose a new password.
        Password = "password",
        /// To sign in without one.
        SignIn = "sign_in",
        /// To change one's own address, where there is no password to ask for.
        ChangeEmail = "change_email",
        /// To delete one's own account, where there is no password to ask for.
        DeleteAccount = "delete_account",
        /// To open a school again that its owner, whose link it is, has closed.
        ReopenSchool = "reopen_school",
    }
}

table! {
    /// A link's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LinkRow in "mailed_links" of site {
        keys {
            /// The fingerprint of its secret, which only the mail has.
            fingerprint: String,
        }
        fixed {
            /// What it is for.
            purpose: LinkPurpose,
            /// Whom it was sent to.
            user_id: UserId,
            /// When it was made.
            created_at: i64,
            /// Until when it works.
            expires_at: i64,
            /// Where its owner goes on to afterwards; empty for the first page.
            return_to: String,
        }
    }
}

/// Adds a link.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, link: &LinkRow) -> Result<(), StoreError> {
    link.insert(tx, site)?;
    Ok(())
}

/// Whom a link was sent to and where they go on to, while it works.
pub fn find(
    tx: &mut Tx<'_>,
    site: SiteId,
    fingerprint: &str,
    purpose: LinkPurpose,
    now: i64,
) -> Result<Option<(UserId, String)>, StoreError> {
    tx.first(
        "SELECT user_id, return_to FROM mailed_links
         WHERE site_id = $1 AND fingerprint = $2 AND purpose = $3 AND expires_at > $4",
        params![site, fingerprint, purpose, now],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Whether a user has a link for this that still works.
pub fn is_waiting(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    purpose: LinkPurpose,
    now: i64,
) -> Result<bool, StoreError> {
    let sql =
        "SELECT 1 FROM mailed_links WHERE site_id = $1 AND user_id = $2 AND purpose = $3 AND expires_at > $4 LIMIT 1";
    Ok(tx.first(sql, params![site, user, purpose, now], |_| Ok(()))?.is_some())
}

/// Removes every link of a user that is for the same, used or not.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId, purpose: LinkPurpose) -> Result<(), StoreError> {
    let sql = "DELETE FROM mailed_links WHERE site_id = $1 AND user_id = $2 AND purpose = $3";
    tx.execute(sql, params![site, user, purpose])?;
    Ok(())
}

/// Lets the life of a link begin anew, as long as it was. False: there is none.
pub fn begin_life(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str, now: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE mailed_links SET expires_at = $1 + (expires_at - created_at), created_at = $1
               WHERE site_id = $2 AND fingerprint = $3";
    Ok(tx.execute(sql, params![now, site, fingerprint])? > 0)
}

/// Removes links that no longer work, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("mailed_links", "fingerprint"), site, now, most)
}
