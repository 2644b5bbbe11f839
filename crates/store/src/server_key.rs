//! Which server key a database is under. With another one nothing sealed opens and no fingerprint is found again: a
//! server would look well and refuse everybody. So the first key that is used is remembered, by its fingerprint of a
//! fixed text, and every later one is compared.

use crate::{ServerKey, StoreError, Tx, params};

/// What the fingerprint is taken of.
const TEXT: &str = "scholae server key";

/// How a key stands to what is in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMatch {
    /// The database is under this key.
    Kept,
    /// It is not yet known to be under any key, and nothing in it speaks against this one.
    Free,
    /// It is under another key.
    Foreign,
}

/// By what a key is recognised, also outside the database.
#[must_use]
pub fn mark(key: &ServerKey) -> String {
    key.fingerprint(TEXT)
}

/// The mark of the key that the database is under; none when none was used yet.
pub fn kept(tx: &mut Tx<'_>) -> Result<Option<String>, StoreError> {
    tx.first("SELECT fingerprint FROM server_key WHERE id = 1", &[], |row| row.get(0))
}

/// How a key, or having none, stands to what is in the database.
pub fn look(tx: &mut Tx<'_>, key: Option<&ServerKey>) -> Result<KeyMatch, StoreError> {
    if let Some(kept) = kept(tx)? {
        let same = key.is_some_and(|key| mark(key) == kept);
        return Ok(if same { KeyMatch::Kept } else { KeyMatch::Foreign });
    }
    // A database that was made before keys were remembered tells by what was sealed in it.
    let mut sealed_by_another = false;
    for sql in [
        "SELECT api_key_sealed FROM sites WHERE api_key_sealed IS NOT NULL",
        "SELECT secret_sealed FROM apps",
        "SELECT private_sealed FROM signing_keys",
    ] {
        for sealed in tx.query(sql, &[], |row| row.get::<Vec<u8>>(0))? {
            if key.is_some_and(|key| key.open(&sealed).is_ok()) {
                return Ok(KeyMatch::Free);
            }
            sealed_by_another = true;
        }
    }
    Ok(if sealed_by_another { KeyMatch::Foreign } else { KeyMatch::Free })
}

/// Puts a database that is [`KeyMatch::Free`] under a key. What is then: [`KeyMatch::Kept`], or [`KeyMatch::Foreign`]
/// when another process was quicker with another key.
pub fn keep(tx: &mut Tx<'_>, key: &ServerKey, at: i64) -> Result<KeyMatch, StoreError> {
    if look(tx, Some(key))? == KeyMatch::Free {
        insert(tx, key, at)?;
    }
    look(tx, Some(key))
}

/// Writes when this is: a write that changes nothing else, and reaches the disk (a row that stays as it is does not).
pub fn touch(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let now = tx.moment();
    tx.execute("UPDATE server_key SET tried_at = $1 WHERE id = 1", params![now])?;
    Ok(())
}

/// Puts a database under a key, whatever it was under: what the old one sealed is lost.
pub fn replace(tx: &mut Tx<'_>, key: &ServerKey, at: i64) -> Result<(), StoreError> {
    forget(tx)?;
    insert(tx, key, at)
}

/// Forgets which key the database is under: it is about to be filled from a backup, which says it.
pub fn forget(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM server_key", &[])?;
    Ok(())
}

fn insert(tx: &mut Tx<'_>, key: &ServerKey, at: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO server_key (id, fingerprint, first_used_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING",
        params![&mark(key), at],
    )?;
    Ok(())
}
