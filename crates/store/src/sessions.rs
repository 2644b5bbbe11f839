//! Rows of sessions: who is signed in, and on what.

use crate::table::{select, table};
use crate::{SessionId, SiteId, StoreError, Tx, UserId, params};

table! {
    /// A session's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SessionRow in "sessions" of site {
        keys {
            /// Its id, by which its owner can end it.
            id: SessionId,
        }
        fixed {
            /// Whose it is.
            user_id: UserId,
            /// When it began.
            created_at: i64,
            /// When it ends in any case.
            ends_at: i64,
            /// Whether it outlives the browser.
            remembered: bool,
            /// What the browser calls itself.
            user_agent: String,
            /// From which address it began.
            address: String,
        }
        values {
            /// The fingerprint of its secret, which only the browser has.
            fingerprint: String,
            /// When its owner last proved who they are.
            signed_in_at: i64,
            /// When it was last used, give or take a few minutes.
            seen_at: i64,
            /// When it ends unless it is used before.
            expires_at: i64,
            /// As whom its owner looks at the school; none as themselves.
            acting_as_user_id: Option<UserId>,
            /// Until when at most.
            acting_until: Option<i64>,
        }
    }
}

/// Adds a session.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, session: &SessionRow) -> Result<(), StoreError> {
    session.insert(tx, site)?;
    Ok(())
}

/// The session with this fingerprint, also when it has expired.
pub fn by_fingerprint(tx: &mut Tx<'_>, site: SiteId, fingerprint: &str) -> Result<Option<SessionRow>, StoreError> {
    let sql = select!(SessionRow, "WHERE site_id = $1 AND fingerprint = $2");
    tx.first(sql, params![site, fingerprint], SessionRow::read)
}

/// A user's sessions that have not expired, the newest first; at most `most`.
pub fn of_user(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    now: i64,
    most: i64,
) -> Result<Vec<SessionRow>, StoreError> {
    let sql = select!(
        SessionRow,
        "WHERE site_id = $1 AND user_id = $2 AND expires_at > $3
         ORDER BY id DESC LIMIT $4"
    );
    tx.query(sql, params![site, user, now, most], SessionRow::read)
}

/// The sessions of several users that have not expired, each user's newest first.
pub fn of_users(tx: &mut Tx<'_>, site: SiteId, users: &[UserId], now: i64) -> Result<Vec<SessionRow>, StoreError> {
    let sql = select!(SessionRow, "WHERE site_id = $1 AND user_id IN ");
    let mut found = tx.query_in(site, users.iter().copied(), sql, "", SessionRow::read)?;
    found.retain(|session| session.expires_at > now);
    found.sort_by_key(|session| std::cmp::Reverse(session.id));
    Ok(found)
}

/// Notes that a session was used, and until when it lasts now.
pub fn seen(tx: &mut Tx<'_>, site: SiteId, id: SessionId, seen_at: i64, expires_at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE site_id = $3 AND id = $4 AND seen_at < $1";
    tx.execute(sql, params![seen_at, expires_at, site, id])?;
    Ok(())
}

/// Gives a session another secret: its owner has just proved again who they are.
pub fn renew(tx: &mut Tx<'_>, site: SiteId, id: SessionId, fingerprint: &str, at: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE sessions SET fingerprint = $1, signed_in_at = $2 WHERE site_id = $3 AND id = $4";
    Ok(tx.execute(sql, params![fingerprint, at, site, id])? > 0)
}

/// Lets the owner of a session look at the school as somebody else until a moment, or as themselves again.
pub fn act_as(tx: &mut Tx<'_>, site: SiteId, id: SessionId, whom: Option<(UserId, i64)>) -> Result<(), StoreError> {
    let (user, until) = whom.unzip();
    let sql = "UPDATE sessions SET acting_as_user_id = $1, acting_until = $2 WHERE site_id = $3 AND id = $4";
    tx.execute(sql, params![user, until, site, id])?;
    Ok(())
}

/// The sessions in which a user looks at the school as somebody else.
pub fn acting_of(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<SessionRow>, StoreError> {
    let sql = select!(SessionRow, "WHERE site_id = $1 AND user_id = $2 AND acting_as_user_id IS NOT NULL");
    tx.query(sql, params![site, user], SessionRow::read)
}

/// The sessions in which somebody else looks at the school as a user.
pub fn acting_as(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<SessionRow>, StoreError> {
    let sql = select!(SessionRow, "WHERE site_id = $1 AND acting_as_user_id = $2");
    tx.query(sql, params![site, user], SessionRow::read)
}

/// Removes one of a user's sessions; gives whether there was one.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sessions WHERE site_id = $1 AND id = $2 AND user_id = $3";
    Ok(tx.execute(sql, params![site, id, user])? > 0)
}

/// Removes every session of a user but one.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId, but: Option<SessionId>) -> Result<u64, StoreError> {
    let sql = "DELETE FROM sessions WHERE site_id = $1 AND user_id = $2 AND id <> $3";
    tx.execute(sql, params![site, user, but.unwrap_or_default()])
}

/// Removes sessions that expired before now, at most `most`; gives how many.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, now: i64, most: i64) -> Result<u64, StoreError> {
    crate::expired::remove(tx, ("sessions", "id"), site, now, most)
}
