//! Names that the school makes up: ULIDs, UUIDs, tokens and keys.

use store::secrets::hex;

/// Crockford's base 32, in which a ULID is written (github.com/ulid/spec).
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A ULID: 48 bits of the time in milliseconds, then 80 random bits, as 26 characters.
#[must_use]
pub fn ulid(at: i64) -> String {
    let random: u128 = rand::random::<u128>() & ((1 << 80) - 1);
    let value = (u128::from(at.max(0) as u64) << 80) | random;
    (0..26).rev().map(|digit| char::from(BASE32[(value >> (digit * 5) & 31) as usize])).collect()
}

/// The moment in a ULID; none when the text is none.
#[must_use]
pub fn ulid_moment(ulid: &str) -> Option<i64> {
    let digit = |byte: &u8| BASE32.iter().position(|known| known == byte);
    if ulid.len() != 26 || !ulid.bytes().all(|byte| digit(&byte).is_some()) {
        return None;
    }
    // Ten digits are 50 bits, of which a ULID has 48: the first is 7 at most.
    let moment = ulid.as_bytes()[..10].iter().filter_map(digit).fold(0_i64, |value, digit| value << 5 | digit as i64);
    (moment < 1 << 48).then_some(moment)
}

/// A random UUID (version 4, RFC 9562).
#[must_use]
pub fn uuid() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
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
