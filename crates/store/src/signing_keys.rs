//! Rows of the keys that id tokens are signed with. They are the platform's, not a school's.

use crate::table::{select, table};
use crate::{SigningKeyId, StoreError, Tx, params};

table! {
    /// A signing key's row.
    #[derive(Clone, PartialEq, Eq)]
    pub struct SigningKeyRow in "signing_keys" {
        keys {
            /// Its id.
            id: SigningKeyId,
        }
        fixed {
            /// By what tokens name it.
            kid: String,
            /// The private key, sealed: PKCS#8 in base64.
            private_sealed: Vec<u8>,
            /// The modulus of the public key, in base64url.
            n: String,
            /// Its exponent, in base64url.
            e: String,
            /// When it was made.
            created_at: i64,
            /// From when on it signs.
            signs_from: i64,
        }
        values {
            /// Until when its public half is shown; none while it is to sign.
            published_until: Option<i64>,
        }
    }
}

/// Adds a key.
pub fn insert(tx: &mut Tx<'_>, key: &SigningKeyRow) -> Result<(), StoreError> {
    key.insert(tx)?;
    Ok(())
}

/// Every key, the newest first: a handful, because old ones are removed.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<SigningKeyRow>, StoreError> {
    tx.query(select!(SigningKeyRow, "ORDER BY id DESC"), &[], SigningKeyRow::read)
}

/// Says until when a key is shown.
pub fn retire(tx: &mut Tx<'_>, id: SigningKeyId, published_until: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE signing_keys SET published_until = $1 WHERE id = $2", params![published_until, id])?;
    Ok(())
}

/// Removes the keys that are shown no more.
pub fn prune(tx: &mut Tx<'_>, now: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM signing_keys WHERE published_until <= $1", params![now])?;
    Ok(())
}

/// Removes all of them, of every school.
pub fn clear(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM signing_keys", &[])?;
    Ok(())
}
