//! The keys that id tokens are signed with: RSA of 2048 bits, made by the server when it first needs one, kept sealed,
//! the same for all schools of a server. With rotation the next key is shown before it signs, and the last one as long
//! as its tokens count.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use school::error::Result;
use school::ids;
use serde_json::{Value, json};
use std::fmt;
use store::signing_keys::{self as rows, SigningKeyRow};
use store::{ServerKey, SigningKeyId, StoreError, Tx};

/// How long an id token counts, in milliseconds.
pub const ID_TOKEN_MS: i64 = 3_600_000;
/// How long a new key is shown before it signs, in milliseconds: whoever keeps our keys has looked again by then.
const SHOWN_BEFORE_MS: i64 = 3_600_000;

/// A key that was just made.
pub struct NewKey {
    pair: RsaKeyPair,
}

impl NewKey {
    /// Makes a key. Takes some hundred milliseconds: never call it in a transaction.
    ///
    /// # Errors
    /// Should the machine have no randomness.
    pub fn generate() -> std::result::Result<Self, StoreError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048);
        pair.map(|pair| Self { pair }).map_err(|_| StoreError::Config("no RSA key can be made".to_owned()))
    }

    fn row(&self, key: &ServerKey, id: SigningKeyId, created_at: i64, signs_from: i64) -> Result<SigningKeyRow> {
        let failed = |()| StoreError::Config("an RSA key cannot be written".to_owned());
        let der = self.pair.as_der().map_err(|_| failed(()))?;
        let [n, e] = components(self.pair.public_key().as_ref()).ok_or_else(|| failed(()))?;
        Ok(SigningKeyRow {
            id,
            kid: ids::client_id(),
            private_sealed: key.seal(&STANDARD.encode(der.as_ref()))?,
            n: URL_SAFE_NO_PAD.encode(n),
            e: URL_SAFE_NO_PAD.encode(e),
            created_at,
            signs_from,
            published_until: None,
        })
    }
}

/// Modulus and exponent of a public key in DER (RFC 8017, appendix A.1.1): a sequence of two integers.
fn components(der: &[u8]) -> Option<[&[u8]; 2]> {
    let (sequence, _) = element(der, 0x30)?;
    let (n, rest) = element(sequence, 0x02)?;
    let (e, _) = element(rest, 0x02)?;
    // An integer whose first bit is set has a zero before it.
    Some([n, e].map(|integer| integer.strip_prefix(&[0]).unwrap_or(integer)))
}

/// The contents of the element of DER that begins here, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(*length & 0x7f))?;
        (bytes.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?, rest)
    };
    (*first == tag).then(|| rest.split_at_checked(length))?
}

/// The keys, ready to be used.
pub struct Keys {
    signing: RsaKeyPair,
    kid: String,
    published: Vec<(String, String, String)>,
    /// When another key begins to sign.
    changes_at: Option<i64>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The keys that there are; none when there is none to sign with.
///
/// # Errors
/// [`StoreError::Sealed`] when they were sealed under another server key.
pub fn load(tx: &mut Tx<'_>, key: &ServerKey) -> Result<Option<Keys>> {
    let now = tx.moment();
    let rows = rows::all(tx)?;
    let shown = |row: &&SigningKeyRow| row.published_until.is_none_or(|end| now < end);
    // The newest that may sign already.
    let Some(row) = rows.iter().filter(shown).find(|row| row.signs_from <= now) else { return Ok(None) };
    let der = STANDARD.decode(key.open(&row.private_sealed)?).map_err(|_| StoreError::Sealed)?;
    let signing = RsaKeyPair::from_pkcs8(&der).map_err(|_| StoreError::Sealed)?;
    let published = rows.iter().filter(shown).map(|row| (row.kid.clone(), row.n.clone(), row.e.clone())).collect();
    let changes_at = rows.iter().map(|row| row.signs_from).filter(|from| *from > now).min();
    Ok(Some(Keys { signing, kid: row.kid.clone(), published, changes_at }))
}

/// Keeps the first key, unless another process was quicker.
pub fn first(tx: &mut Tx<'_>, key: &ServerKey, new: &NewKey) -> Result<()> {
    let now = tx.moment();
    let ready = |row: &SigningKeyRow| row.signs_from <= now && row.published_until.is_none_or(|end| now < end);
    if rows::all(tx)?.iter().any(ready) {
        return Ok(());
    }
    let id = SigningKeyId::next(tx)?;
    Ok(rows::insert(tx, &new.row(key, id, now, now)?)?)
}

/// What came of [`rotate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// By what tokens name the new key.
    pub kid: String,
    /// From when on it signs.
    pub signs_from: i64,
    /// Until when the last one is shown.
    pub last_until: i64,
}

/// Brings in a new key. It is shown at once and signs after an hour, and the keys before it are shown until their last
/// tokens have expired. With `at_once` it signs now and the others are shown no more: for a key that was stolen.
pub fn rotate(tx: &mut Tx<'_>, key: &ServerKey, new: &NewKey, at_once: bool) -> Result<Rotated> {
    let now = tx.moment();
    rows::prune(tx, now)?;
    let signs_from = if at_once { now } else { now + SHOWN_BEFORE_MS };
    let last_until = if at_once { now } else { signs_from + ID_TOKEN_MS + 60_000 };
    for row in rows::all(tx)? {
        let until = row.published_until.unwrap_or(i64::MAX).min(last_until);
        rows::retire(tx, row.id, until)?;
    }
    let id = SigningKeyId::next(tx)?;
    let row = new.row(key, id, now, signs_from)?;
    rows::insert(tx, &row)?;
    Ok(Rotated { kid: row.kid, signs_from, last_until })
}

impl Keys {
    /// Whether another key is to sign by now.
    #[must_use]
    pub fn outdated(&self, now: i64) -> bool {
        self.changes_at.is_some_and(|at| at <= now)
    }

    /// The public halves, as a JWK set (RFC 7517, section 5).
    #[must_use]
    pub fn jwks(&self) -> Value {
        let keys: Vec<Value> = self
            .published
            .iter()
            .map(|(kid, n, e)| json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e }))
            .collect();
        json!({ "keys": keys })
    }

    /// Signs claims as a JWT (RFC 7519) with RS256. The key pair is kept ready: reading it from its bytes, as libraries
    /// for JWTs do each time, takes longer than to sign. One millisecond or two of a core.
    ///
    /// # Errors
    /// Should the machine have no randomness.
    pub fn sign(&self, claims: &Value) -> std::result::Result<String, StoreError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.kid });
        let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut token);
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .map_err(|_| StoreError::Config("nothing can be signed".to_owned()))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    #[test]
    fn what_is_signed_is_verified_with_what_is_shown() {
        let pair = NewKey::generate().expect("a key").pair;
        let [n, e] = components(pair.public_key().as_ref()).expect("components");
        let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
        let keys = Keys {
            signing: pair,
            kid: "one".to_owned(),
            published: vec![("one".to_owned(), n.clone(), e.clone())],
            changes_at: None,
        };
        let token = keys.sign(&json!({ "sub": "x", "exp": 4_000_000_000_u64 })).expect("a token");
        let key = DecodingKey::from_rsa_components(&n, &e).expect("a key");
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_aud = false;
        let claims = decode::<Value>(&token, &key, &validation).expect("verified").claims;
        assert_eq!(claims["sub"], "x");
        assert!(decode::<Value>(&token.replace("one", "two"), &key, &validation).is_ok(), "the text is base64");
        let mut other = token.clone();
        other.replace_range(20..21, if &other[20..21] == "A" { "B" } else { "A" });
        assert!(decode::<Value>(&other, &key, &validation).is_err());
        assert_eq!(keys.jwks()["keys"][0]["n"], n);
    }
}
