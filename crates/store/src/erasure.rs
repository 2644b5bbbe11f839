//! What is looked through when a person is erased: rows that may name them in a text, or in something sealed. They are read
//! from first to last, a part at a time, and each is written again, removed or left as the caller says.

use crate::{DeliveryId, EventId, MailId, SecurityLogId, ServerKey, SiteId, StoreError, Tx, UserId, lists, params};

/// So many rows are read at once.
const PART: i64 = 500;

/// Hands over the text of every event, and writes what comes back. What the receivers of such an event answered is
/// forgotten, because they may have repeated it.
pub fn rewrite_events(
    tx: &mut Tx<'_>,
    site: SiteId,
    mut rewrite: impl FnMut(&str) -> Option<String>,
) -> Result<(), StoreError> {
    let mut after = EventId::default();
    loop {
        let sql = "SELECT id, body FROM events WHERE site_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        let (mut last, mut changed) = (None, Vec::new());
        tx.for_each(sql, params![site, after, PART], |row| {
            let id: EventId = row.get(0)?;
            last = Some(id);
            if let Some(body) = rewrite(&row.get::<String>(1)?) {
                changed.push((id, body));
            }
            Ok::<_, StoreError>(())
        })?;
        for (id, body) in changed {
            tx.execute("UPDATE events SET body = $1 WHERE site_id = $2 AND id = $3", params![&body, site, id])?;
            let sql = "SELECT id FROM deliveries WHERE site_id = $1 AND event_id = $2";
            for delivery in tx.query(sql, params![site, id], |row| row.get::<DeliveryId>(0))? {
                let sql = "UPDATE delivery_attempts SET answer = NULL WHERE site_id = $1 AND delivery_id = $2";
                tx.execute(sql, params![site, delivery])?;
            }
        }
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// Hands over every answer that is kept for an `Idempotency-Key`, and writes what comes back. A key that `names` finds
/// something in is forgotten.
pub fn rewrite_answers(
    tx: &mut Tx<'_>,
    site: SiteId,
    names: impl Fn(&str) -> bool,
    mut rewrite: impl FnMut(&str) -> Option<String>,
) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let sql = "SELECT key, body FROM idempotency_keys WHERE site_id = $1 AND key > $2 ORDER BY key LIMIT $3";
        let rows: Vec<(String, Vec<u8>)> =
            tx.query(sql, params![site, &after, PART], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after.clone_from(last);
        for (key, body) in rows {
            if names(&key) {
                tx.execute("DELETE FROM idempotency_keys WHERE site_id = $1 AND key = $2", params![site, &key])?;
            } else if let Some(body) = std::str::from_utf8(&body).ok().and_then(&mut rewrite) {
                let sql = "UPDATE idempotency_keys SET body = $1 WHERE site_id = $2 AND key = $3";
                tx.execute(sql, params![body.as_bytes(), site, &key])?;
            }
        }
    }
}

/// Removes every mail to a user, and every mail to somebody who is no user in whose sealed part `names` finds something.
pub fn remove_mails(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    user: UserId,
    names: impl Fn(&str) -> bool,
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM outgoing_mails WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    let sql = "SELECT id, sealed FROM outgoing_mails WHERE site_id = $1 AND user_id = 0 AND sealed IS NOT NULL";
    let sealed: Vec<(MailId, Vec<u8>)> = tx.query(sql, params![site], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (mail, _) in sealed.into_iter().filter(|(_, sealed)| is_named_in(key, sealed, &names)) {
        tx.execute("DELETE FROM outgoing_mails WHERE site_id = $1 AND id = $2", params![site, mail])?;
    }
    let sql = "SELECT mail_id, sealed FROM mailbox WHERE site_id = $1";
    let sealed: Vec<(MailId, Vec<u8>)> = tx.query(sql, params![site], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (mail, _) in sealed.into_iter().filter(|(_, sealed)| is_named_in(key, sealed, &names)) {
        tx.execute("DELETE FROM mailbox WHERE site_id = $1 AND mail_id = $2", params![site, mail])?;
    }
    Ok(())
}

/// Removes sign-ups that were not confirmed, and addresses that were asked for, in whose sealed part `names` finds
/// something.
pub fn remove_requests(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: SiteId,
    names: impl Fn(&str) -> bool,
) -> Result<(), StoreError> {
    for table in ["sign_ups", "email_changes"] {
        let sql = format!("SELECT fingerprint, sealed FROM {table} WHERE site_id = $1");
        let sealed: Vec<(String, Vec<u8>)> = tx.query(&sql, params![site], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (fingerprint, _) in sealed.into_iter().filter(|(_, sealed)| is_named_in(key, sealed, &names)) {
            let sql = format!("DELETE FROM {table} WHERE site_id = $1 AND fingerprint = $2");
            tx.execute(&sql, params![site, &fingerprint])?;
        }
    }
    Ok(())
}

/// What was sealed under another key is nobody's any more.
fn is_named_in(key: &ServerKey, sealed: &[u8], names: &impl Fn(&str) -> bool) -> bool {
    key.open(sealed).is_ok_and(|text| names(&text))
}

/// Takes from the security log what is about a user or was done by them: what happened and when stays, without who, from
/// where and what else there was to say. Entries that count what strangers did are removed.
pub fn clear_security_log(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    names: impl Fn(&str) -> bool,
) -> Result<(), StoreError> {
    let sql = "SELECT id, rev, hour, user_id, actor_user_id, detail FROM security_log WHERE site_id = $1 ORDER BY id";
    let mut found: Vec<(SecurityLogId, i64, bool)> = Vec::new();
    tx.for_each(sql, params![site], |row| {
        let (about, by): (Option<UserId>, Option<UserId>) = (row.get(3)?, row.get(4)?);
        if about == Some(user) || by == Some(user) || names(&row.get::<String>(5)?) {
            found.push((row.get(0)?, row.get(1)?, row.get::<Option<i64>>(2)?.is_some()));
        }
        Ok::<_, StoreError>(())
    })?;
    for (id, rev, counts) in found {
        if counts {
            tx.execute("DELETE FROM security_log WHERE site_id = $1 AND id = $2", params![site, id])?;
            let counted = lists::counted_rows(site, [lists::SECURITY_LOG, lists::SECURITY_LOG_BY_REV], id, rev);
            tx.update_counts(&counted, &[]);
        } else {
            let sql = "UPDATE security_log SET user_id = NULL, actor_user_id = NULL, detail = '', address = '',
                         user_agent = '' WHERE site_id = $1 AND id = $2";
            tx.execute(sql, params![site, id])?;
        }
    }
    Ok(())
}

/// Lets webhooks no longer say that a user made or changed them.
pub fn clear_webhooks(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    for column in ["created_by", "updated_by"] {
        let sql = format!("UPDATE webhooks SET {column} = '0' WHERE site_id = $1 AND {column} = $2");
        tx.execute(&sql, params![site, &user.to_string()])?;
    }
    Ok(())
}
