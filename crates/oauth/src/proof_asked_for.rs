//! That somebody was sent to prove anew who they are, for one request of an app, at a moment.
//!
//! An app may want a recent proof (`prompt=login`, `max_age`). Whoever is sent to give one comes back with the same
//! request, and must not be sent again; but a browser that somebody has found open must not pass by saying that it was.
//! So the moment travels signed under the server's key together with all of the request, and counts for a while.

use crate::authorization_request::SIGNED_IN_SINCE;
use pages::form::Fields;
use web::ServerKey;
use web::form::encode;

/// For how long one may take to sign in, in milliseconds.
const LIFE: i64 = 30 * 60 * 1000;

/// The request again, as a query that says that a proof was asked for at this moment.
pub(super) fn query_asked_at(key: &ServerKey, issuer: &str, fields: &Fields, now: i64) -> String {
    let signed = signed(key, issuer, fields, now);
    encode(rest(fields).chain([(SIGNED_IN_SINCE, signed.as_str())]))
}

/// When a proof was asked for because of this request; none when it was not, or too long ago.
pub(super) fn asked_at(key: &ServerKey, issuer: &str, fields: &Fields, now: i64) -> Option<i64> {
    let given = fields.get(SIGNED_IN_SINCE);
    let at: i64 = given.split_once('.')?.0.parse().ok()?;
    // Hashes are compared: how long the comparison takes says nothing about what was signed.
    let ours = key.fingerprint(given) == key.fingerprint(&signed(key, issuer, fields, at));
    (ours && (0..=LIFE).contains(&now.saturating_sub(at))).then_some(at)
}

fn rest(fields: &Fields) -> impl Iterator<Item = (&str, &str)> {
    fields.iter().filter(|(name, _)| *name != SIGNED_IN_SINCE)
}

fn signed(key: &ServerKey, issuer: &str, fields: &Fields, at: i64) -> String {
    let request = encode(rest(fields));
    format!("{at}.{}", key.fingerprint(&format!("proof-asked-for:{at}:{issuer}:{request}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_for_this_request_counts_and_for_a_while() {
        let key = ServerKey::from_text("a key for tests that is long enough").expect("long enough");
        let fields = |query: &str| Fields::parse(query.as_bytes()).expect("fields");
        let query = query_asked_at(&key, "https://a", &fields("state=x&max_age=1&signed_in_since=0"), 1000);
        assert_eq!(asked_at(&key, "https://a", &fields(&query), 1000 + LIFE), Some(1000));
        assert_eq!(asked_at(&key, "https://a", &fields(&query), 1001 + LIFE), None);
        assert_eq!(asked_at(&key, "https://a", &fields(&query), 999), None);
        assert_eq!(asked_at(&key, "https://b", &fields(&query), 1000), None);
        for forged in [
            query.replace("state=x", "state=y"),
            query.replace("max_age=1", "max_age=01"),
            query.replace("since=1000", "since=0"),
            query.replace("since=1000", "since=01000"),
            format!("{query}&prompt=login"),
            "state=x&max_age=1&signed_in_since=0".to_owned(),
        ] {
            assert_eq!(asked_at(&key, "https://a", &fields(&forged), 1000), None, "{forged}");
        }
    }
}
