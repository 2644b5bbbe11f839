//! Codes that an app on a telephone shows, which change every half a minute (TOTP, RFC 6238): six digits of HMAC-SHA-1, as
//! every such app knows them.

use aws_lc_rs::hmac;

/// For how long a code is shown, in milliseconds (RFC 6238, section 5.2, recommends 30 seconds).
const STEP_MS: i64 = 30_000;
/// A code of so many steps before or after counts too: clocks differ, and people need time to type.
const STEPS_AROUND: i64 = 1;
/// The length of a secret in bytes: that of a hash (RFC 4226, section 4, R6).
pub(crate) const SECRET_BYTES: usize = 20;

/// The step of time at a moment.
fn step_at(now: i64) -> i64 {
    now.div_euclid(STEP_MS)
}

/// The code of a step (RFC 4226, section 5.3).
fn code(secret: &[u8], step: i64) -> u32 {
    // What is weak in SHA-1 is of no use against HMAC (RFC 6194, section 3.3), and apps know no other hash.
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let hash = tag.as_ref();
    let offset = usize::from(hash[hash.len() - 1] & 0xf);
    let four = [hash[offset], hash[offset + 1], hash[offset + 2], hash[offset + 3]];
    (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000
}

/// The step later than `last_step` whose code this is, around now.
pub(crate) fn step_of(secret: &[u8], given: &str, now: i64, last_step: i64) -> Option<i64> {
    let digits: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let (given, here) = (digits.parse::<u32>().ok()?, step_at(now));
    let around = here - STEPS_AROUND..=here + STEPS_AROUND;
    around.filter(|step| *step > last_step).find(|step| code(secret, *step) == given)
}

/// The letters of Base32 (RFC 4648, section 6), as apps take secrets that are typed.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bytes as letters, five bits each.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut five = [0; 8];
        five[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(five);
        let letters = (chunk.len() * 8).div_ceil(5);
        text.extend((0..letters).map(|at| char::from(LETTERS[(bits >> (35 - 5 * at) & 31) as usize])));
    }
    text
}

/// The bytes of letters that [`base32`] made.
pub(crate) fn bytes_of_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() * 5 / 8), 0_u32, 0);
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// The code that an app would show for a secret at a moment: for tests, which have no telephone.
#[must_use]
pub fn code_at(secret: &str, now: i64) -> Option<String> {
    Some(format!("{:06}", code(&bytes_of_base32(secret)?, step_at(now))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six digits.
        for (seconds, expected) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code(SECRET, step_at(seconds * 1000)), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_a_step_early_and_late_and_never_twice() {
        let now = 59_000;
        assert_eq!(step_of(SECRET, "287 082", now, 0), Some(1));
        assert_eq!(step_of(SECRET, "287082", now, 1), None, "it was used");
        assert_eq!(step_of(SECRET, "287082", now + 30_000, 0), Some(1));
        assert_eq!(step_of(SECRET, "287082", now - 30_000, 0), Some(1));
        assert_eq!(step_of(SECRET, "287082", now + 60_000, 0), None);
        for wrong in ["", "28708", "2870820", "28708a", "+87082", "２８７０８２"] {
            assert_eq!(step_of(SECRET, wrong, now, 0), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_written_as_apps_read_them() {
        // RFC 4648, section 10, without padding.
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
            assert_eq!(bytes_of_base32(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(bytes_of_base32("M1"), None);
        assert_eq!(code_at(&base32(SECRET), 59_000).as_deref(), Some("287082"));
    }
}
