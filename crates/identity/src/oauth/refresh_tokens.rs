//! Refresh tokens: how they are made, and which of a grant count.
//!
//! Each counts once, and a second use long after the first means that one of the two is a thief's (RFC 9700, section
//! 4.14.2). But two processes of an app may use one at nearly the same time, and an answer may be lost on its way: for a
//! minute after the first use, every further use gives another successor. Each successor begins a chain of its own, and
//! all of them count until they are used, however long that takes.

use school::ids;
use store::ServerKey;
use store::grants::GrantRow;

/// For how long after the first use of a refresh token another use is taken for the same one, in milliseconds.
pub(super) const REPEAT_MS: i64 = 60_000;
/// At most this many tokens of a grant count beside the one that was given last; the one unused longest goes.
const MOST_OTHERS: usize = 200;
/// Of tokens that were used in the last minute, at most this many are remembered.
const MOST_USED: usize = 32;
/// How much of a fingerprint is kept of all but the token that was given last: 128 bits.
const SHORT: usize = 32;

/// A refresh token: a random UUID of version 4 (RFC 9562), of which the first half is the same for all tokens of a
/// grant, and the second new each time. So a token of the grant that does not count any more is recognised for ever,
/// however many there were, and nothing has to be kept of it. Both halves have 60 random bits or more, and a wrong
/// second half ends the grant: there is one guess.
pub(super) struct RefreshToken(String);

/// The first 18 characters of a UUID: 16 digits and two hyphens, and the third hyphen.
const HALF: usize = 19;

impl RefreshToken {
    pub(super) fn first() -> Self {
        Self(ids::uuid())
    }

    pub(super) fn sent(text: &str) -> Option<Self> {
        let formed = text.len() == 36 && text.is_ascii();
        formed.then(|| Self(text.to_owned()))
    }

    pub(super) fn family(&self) -> &str {
        &self.0[..HALF]
    }

    pub(super) fn next(&self) -> Self {
        Self(format!("{}{}", self.family(), &ids::uuid()[HALF..]))
    }

    pub(super) fn fingerprint(&self, key: &ServerKey) -> String {
        key.fingerprint(&self.0)
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Whether the refresh token with this fingerprint counts and was not used yet.
pub(super) fn is_unused(grant: &GrantRow, fingerprint: &str) -> bool {
    grant.refresh_fingerprint.as_deref() == Some(fingerprint) || others(grant).any(|other| other == short(fingerprint))
}

/// Writes into a grant that the token with the fingerprint `sent` is used now, and `next` given for it. False when it
/// does not count: it was used more than a minute ago, or never was one. Nothing is written then.
pub(super) fn rotate(grant: &mut GrantRow, sent: &str, next: String, now: i64) -> bool {
    let used = used(grant, now);
    let is_last = grant.refresh_fingerprint.as_deref() == Some(sent);
    let is_other = others(grant).any(|other| other == short(sent));
    if !is_last && !is_other && !used.iter().any(|(known, _)| *known == short(sent)) {
        return false;
    }
    // Whichever was given last before stays one of those that count, unless it is the one that is used.
    let mut kept: Vec<&str> = others(grant).filter(|other| *other != short(sent)).collect();
    kept.extend(grant.refresh_fingerprint.as_deref().filter(|_| !is_last).map(short));
    let other_refresh_tokens = kept[kept.len().saturating_sub(MOST_OTHERS)..].join(" ");
    let first_use = (is_last || is_other).then_some((short(sent), now));
    let used: Vec<String> = used.into_iter().chain(first_use).map(|(known, at)| format!("{known}:{at}")).collect();
    grant.used_refresh_tokens = used[used.len().saturating_sub(MOST_USED)..].join(" ");
    grant.other_refresh_tokens = other_refresh_tokens;
    grant.refresh_fingerprint = Some(next);
    true
}

fn short(fingerprint: &str) -> &str {
    fingerprint.get(..SHORT).unwrap_or(fingerprint)
}

fn others(grant: &GrantRow) -> impl Iterator<Item = &str> {
    grant.other_refresh_tokens.split_ascii_whitespace()
}

/// The tokens whose first use is less than a minute ago, and when that was.
fn used(grant: &GrantRow, now: i64) -> Vec<(&str, i64)> {
    let entries = grant.used_refresh_tokens.split_ascii_whitespace();
    let read = entries.filter_map(|entry| {
        let (fingerprint, at) = entry.split_once(':')?;
        Some((fingerprint, at.parse().ok()?))
    });
    read.filter(|(_, at)| now < at + REPEAT_MS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{AppId, GrantId, UserId};

    fn grant() -> GrantRow {
        GrantRow {
            id: GrantId::new(1),
            app_id: AppId::new(1),
            user_id: UserId::new(1),
            created_at: 0,
            scope: String::new(),
            nonce: None,
            signed_in_at: 0,
            redirect_uri: String::new(),
            code_fingerprint: String::new(),
            code_challenge: None,
            expires_at: None,
            redeemed_at: Some(0),
            family_fingerprint: None,
            refresh_fingerprint: Some("a".to_owned()),
            other_refresh_tokens: String::new(),
            used_refresh_tokens: String::new(),
        }
    }

    #[test]
    fn refresh_tokens_of_a_grant_share_a_half_and_are_uuids() {
        let first = RefreshToken::first();
        let next = first.next();
        assert_eq!(first.family(), next.family());
        assert_ne!(first.0, next.0);
        for token in [&first.0, &next.0] {
            assert_eq!(token.len(), 36);
            assert_eq!(&token[14..15], "4");
            assert!("89ab".contains(&token[19..20]));
        }
    }

    #[test]
    fn an_ordinary_use_leaves_one_token_that_counts_and_one_that_was_used() {
        let mut grant = grant();
        assert!(rotate(&mut grant, "a", "b".to_owned(), 0));
        assert!(rotate(&mut grant, "b", "c".to_owned(), REPEAT_MS));
        assert_eq!(grant.refresh_fingerprint.as_deref(), Some("c"));
        assert_eq!((grant.other_refresh_tokens.as_str(), grant.used_refresh_tokens.as_str()), ("", "b:60000"));
    }

    #[test]
    fn the_minute_is_that_of_the_first_use_and_each_successor_is_used_once() {
        let mut grant = grant();
        assert!(rotate(&mut grant, "a", "b".to_owned(), 0));
        assert!(rotate(&mut grant, "a", "c".to_owned(), REPEAT_MS - 1));
        assert!(!rotate(&mut grant, "a", "d".to_owned(), REPEAT_MS));
        assert!(is_unused(&grant, "b") && is_unused(&grant, "c") && !is_unused(&grant, "a"));
        let late = 1_000 * REPEAT_MS;
        assert!(rotate(&mut grant, "b", "e".to_owned(), late));
        assert!(rotate(&mut grant, "c", "f".to_owned(), 2 * late));
        assert!(!rotate(&mut grant, "b", "g".to_owned(), 2 * late));
        assert!(is_unused(&grant, "e") && is_unused(&grant, "f"));
    }
}
