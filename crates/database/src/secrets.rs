//! Secrets that must be shown again: sealed under the server's key, found by a keyed hash.

use crate::StoreError;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;

/// The server's key. Everything sealed in the database opens only with it, so that a stolen copy of the database
/// is not a stolen school.
#[derive(Clone)]
pub struct ServerKey {
    key: [u8; 32],
    /// The keyed hash of fingerprints, begun: every request takes one.
    begun: Hmac<Sha256>,
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(hidden)")
    }
}

impl ServerKey {
    /// Derives the key from a text of the configuration.
    ///
    /// # Errors
    /// [`StoreError::Config`] when the text is shorter than 32 characters.
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        if text.trim().len() < 32 {
            return Err(StoreError::Config("the server key must have at least 32 characters".to_owned()));
        }
        let key: [u8; 32] = Sha256::digest(text.trim().as_bytes()).into();
        let mut begun =
            Hmac::<Sha256>::new_from_slice(&key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        // A key of its own for each use: the cipher's key is never also the hash's.
        begun.update(b"fingerprint\0");
        Ok(Self { key, begun })
    }

    /// Reads the key from a file, making the file with a new random key when it is missing (readable by its owner
    /// only).
    ///
    /// # Errors
    /// [`StoreError::Config`] when the file cannot be read or made, or holds no key.
    pub fn from_file(path: &Path) -> Result<Self, StoreError> {
        let failed = |error: std::io::Error| {
            StoreError::Config(format!("the server key {} cannot be used: {error}", path.display()))
        };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_text(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let text = hex(&rand::random::<[u8; 32]>());
                write_private(path, &text).map_err(failed)?;
                // Whoever was first, when two make it at once.
                Self::from_text(&std::fs::read_to_string(path).map_err(failed)?)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Seals a secret; each call gives another text, which [`ServerKey::open`] reads.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] should the cipher refuse, which it does only for texts of many gigabytes.
    pub fn seal(&self, secret: &str) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; 12] = rand::random();
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), secret.as_bytes()).map_err(|_| StoreError::Sealed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a sealed secret.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was sealed under another key, or changed since.
    pub fn open(&self, sealed: &[u8]) -> Result<String, StoreError> {
        let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or(StoreError::Sealed)?;
        let secret = self.cipher().decrypt(&Nonce::from(*nonce), sealed).map_err(|_| StoreError::Sealed)?;
        String::from_utf8(secret).map_err(|_| StoreError::Sealed)
    }

    /// A hash by which a secret is found again. Without the server's key nobody can tell what it is the hash of.
    #[must_use]
    pub fn fingerprint(&self, secret: &str) -> String {
        let mut mac = self.begun.clone();
        mac.update(secret.as_bytes());
        hex(&mac.finalize().into_bytes())
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.key.into())
    }
}

/// Makes a file that is there whole or not at all, whatever happens meanwhile; one that is there already stays.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".server-key-{:016x}", rand::random::<u64>()));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match std::fs::hard_link(&draft, path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    std::fs::remove_file(&draft)?;
    linked?;
    std::fs::File::open(folder)?.sync_all()
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = vec![0; bytes.len() * 2];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    String::from_utf8(digits).unwrap_or_else(|_| unreachable!("the digits are ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_under_its_key_only() {
        let ours = ServerKey::from_text("0123456789abcdef0123456789abcdef").expect("a key");
        let theirs = ServerKey::from_text("fedcba9876543210fedcba9876543210").expect("a key");
        let sealed = ours.seal("9eda19c55435829ef301b1979c96f96a").expect("sealed");
        assert_eq!(ours.open(&sealed).expect("opened"), "9eda19c55435829ef301b1979c96f96a");
        assert!(matches!(theirs.open(&sealed), Err(StoreError::Sealed)));
        assert_ne!(ours.seal("x").expect("sealed"), ours.seal("x").expect("sealed"));
        assert_eq!(ours.fingerprint("x"), ours.fingerprint("x"));
        assert_ne!(ours.fingerprint("x"), theirs.fingerprint("x"));
    }
}
