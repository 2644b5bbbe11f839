//! Names that the school makes up: ULIDs, UUIDs, tokens and keys.

use store::secrets::hex;
use ulid::Ulid;

/// A ULID (github.com/ulid/spec) of this moment, in milliseconds since 1970.
#[must_use]
pub fn ulid(at: i64) -> String {
    Ulid::from_parts(at.max(0).unsigned_abs(), rand::random()).to_string()
}

/// The moment in a ULID; none when the text is none.
#[must_use]
pub fn ulid_moment(text: &str) -> Option<i64> {
    // Read back, because other spellings of one (small letters, too many bits) are read too, and are no id of ours.
    let ulid = Ulid::from_string(text).ok().filter(|ulid| ulid.to_string() == text)?;
    i64::try_from(ulid.timestamp_ms()).ok()
}

/// A random UUID (version 4, RFC 9562).
#[must_use]
pub fn uuid() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().to_string()
}

/// A new API key: 128 random bits as 32 hexadecimal digits, the form that clients know.
#[must_use]
pub fn api_key() -> String {
    hex(&rand::random::<[u8; 16]>())
}

/// By what a new app names itself: 128 random bits as 32 hexadecimal digits.
#[must_use]
pub fn client_id() -> String {
    hex(&rand::random::<[u8; 16]>())
}

/// A new app's secret: 256 random bits as 64 hexadecimal digits.
#[must_use]
pub fn client_secret() -> String {
    hex(&rand::random::<[u8; 32]>())
}

/// A new authorization code: 128 random bits as 32 hexadecimal digits, the form that clients know.
#[must_use]
pub fn authorization_code() -> String {
    hex(&rand::random::<[u8; 16]>())
}

/// A new API access token: what it is, for whoever finds one where it should not be, and 192 random bits. Clients tell
/// tokens from API keys by their length: it is longer than 32 characters.
#[must_use]
pub fn api_access_token() -> String {
    format!("scholae_{}", hex(&rand::random::<[u8; 24]>()))
}

/// Eight hexadecimal digits, by which a group is named in links.
#[must_use]
pub fn group_token() -> String {
    hex(&rand::random::<[u8; 4]>())
}

/// The random part of a file's address, or of the name of what holds its bytes: 128 random bits as 32 hexadecimal digits.
#[must_use]
pub fn file_token() -> String {
    hex(&rand::random::<[u8; 16]>())
}

/// A new affiliate's code: 40 random bits as ten hexadecimal digits.
#[must_use]
pub fn affiliate_code() -> String {
    hex(&rand::random::<[u8; 5]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ulid_tells_its_moment() {
        for at in [0, 1, 1_735_689_600_000, (1 << 48) - 1] {
            assert_eq!(ulid_moment(&ulid(at)), Some(at));
        }
        for wrong in ["", "01HXAAXSZ80KZ0QS58T75YMD8", "01HXAAXSZ80KZ0QS58T75YMD8U", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ"] {
            assert_eq!(ulid_moment(wrong), None, "{wrong}");
        }
    }
}
