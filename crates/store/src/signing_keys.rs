//! Rows of the keys that id tokens are signed with. They are the platform's, not a school's.

use crate::{Row, StoreError, Tx, params};

/// A signing key's row.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// Its id.
    pub id: i64,
    /// By what tokens name it.
    pub kid: String,
    /// The private key, sealed: PKCS#8 in base64.
    pub private_sealed: Vec<u8>,
    /// The modulus of the public key, in base64url.
    pub n: String,
    /// Its exponent, in base64url.
    pub e: String,
    /// When it was made.
    pub created_at: i64,
    /// From when on it signs.
    pub signs_from: i64,
    /// Until when its public half is shown; none while it is to sign.
    pub published_until: Option<i64>,
}

const COLUMNS: &str = "id, kid, private_sealed, n, e, created_at, signs_from, published_until";

fn read(row: &Row<'_>) -> Result<SigningKeyRow, StoreError> {
    Ok(SigningKeyRow {
        id: row.get(0)?,
        kid: row.get(1)?,
        private_sealed: row.get(2)?,
        n: row.get(3)?,
        e: row.get(4)?,
        created_at: row.get(5)?,
        signs_from: row.get(6)?,
        published_until: row.get(7)?,
    })
}

/// Adds a key.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, key: &SigningKeyRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO signing_keys (id, kid, private_sealed, n, e, created_at, signs_from, published_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            key.id,
            &key.kid,
            key.private_sealed.as_slice(),
            &key.n,
            &key.e,
            key.created_at,
            key.signs_from,
            key.published_until,
        ],
    )?;
    Ok(())
}

/// Every key, the newest first: a handful, because old ones are removed.
///
/// # Errors
/// Whatever the database says.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<SigningKeyRow>, StoreError> {
    tx.query(&format!("SELECT {COLUMNS} FROM signing_keys ORDER BY id DESC"), &[], read)
}

/// Says until when a key is shown.
///
/// # Errors
/// Whatever the database says.
pub fn retire(tx: &mut Tx<'_>, id: i64, published_until: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE signing_keys SET published_until = $1 WHERE id = $2", params![published_until, id])?;
    Ok(())
}

/// Removes the keys that are shown no more.
///
/// # Errors
/// Whatever the database says.
pub fn prune(tx: &mut Tx<'_>, now: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM signing_keys WHERE published_until <= $1", params![now])?;
    Ok(())
}

/// Removes all of them, of every school.
///
/// # Errors
/// Whatever the database says.
pub fn clear(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM signing_keys", &[])?;
    Ok(())
}
