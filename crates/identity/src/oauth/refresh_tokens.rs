//! Refresh tokens: how they are made, and which of a grant count.
//!
//! Each counts once, and a second use long after the first means that one of the two is a thief's (RFC 9700, section
//! 4.14.2). But two processes of an app may use one at nearly the same time, and an answer may be lost on its way: for a
//! minute after the first use, every further use gives another successor, up to [`MOST_SUCCESSORS`]. Each successor begins
//! a chain of its own, and all of them count until they are used, however long that takes.

use school::ids;
use store::ServerKey;
use store::grants::GrantRow;

/// For how long after the first use of a refresh token another use is taken for the same one, in milliseconds.
pub(super) const REPEAT_MS: i64 = 60_000;
/// At most this many tokens of a grant count beside the one that was given last; the one unused longest goes.
const MOST_OTHERS: usize = 200;
/// At most this many successors are given for a token: a hundred processes of an app may use it at once, and half as many
/// answers be lost. Fewer than [`MOST_OTHERS`], so that none of them makes another one go.
pub(super) const MOST_SUCCESSORS: u32 = 150;
/// Of tokens that were used in the last minute, at most this many are remembered, in about 14 KiB; nobody refreshes five
/// times a second. When there were more, it is remembered that some are not: a token that nobody knows is then refused,
/// and ends nothing.
const MOST_USED: usize = 300;
/// In the place of a fingerprint: when the last one was used that is not remembered.
const FORGOTTEN: &str = "forgotten";
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

/// What became of the use of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rotation {
    /// Its successor counts.
    Rotated,
    /// It has been used too often within its minute, or so many were that nobody knows.
    TooOften,
    /// It does not count: it was used more than a minute ago, or never was one.
    Unknown,
}

/// Writes into a grant that the token with the fingerprint `sent` is used now, and `next` given for it. Nothing is written
/// when that is not done.
pub(super) fn rotate(grant: &mut GrantRow, sent: &str, next: String, now: i64) -> Rotation {
    let Used { tokens: mut used, forgotten } = used(grant, now);
    let is_last = grant.refresh_fingerprint.as_deref() == Some(sent);
    let is_other = others(grant).any(|other| other == short(sent));
    if is_last || is_other {
        used.push(UsedToken { fingerprint: short(sent), at: now, uses: 1 });
    } else {
        match used.iter_mut().find(|used| used.fingerprint == short(sent)) {
            None if forgotten.is_some() => return Rotation::TooOften,
            None => return Rotation::Unknown,
            Some(used) if used.uses >= MOST_SUCCESSORS => return Rotation::TooOften,
            Some(used) => used.uses += 1,
        }
    }
    // Whichever was given last before stays one of those that count, unless it is the one that is used.
    let mut kept: Vec<&str> = others(grant).filter(|other| *other != short(sent)).collect();
    kept.extend(grant.refresh_fingerprint.as_deref().filter(|_| !is_last).map(short));
    let other_refresh_tokens = kept[kept.len().saturating_sub(MOST_OTHERS)..].join(" ");
    let (old, remembered) = used.split_at(used.len().saturating_sub(MOST_USED));
    let forgotten = old.iter().map(|token| token.at).chain(forgotten).max();
    let forgotten = forgotten.map(|at| format!("{FORGOTTEN}:{at}"));
    let used: Vec<String> = forgotten.into_iter().chain(remembered.iter().map(UsedToken::text)).collect();
    grant.used_refresh_tokens = used.join(" ");
    grant.other_refresh_tokens = other_refresh_tokens;
    grant.refresh_fingerprint = Some(next);
    Rotation::Rotated
}

fn short(fingerprint: &str) -> &str {
    fingerprint.get(..SHORT).unwrap_or(fingerprint)
}

fn others(grant: &GrantRow) -> impl Iterator<Item = &str> {
    grant.other_refresh_tokens.split_ascii_whitespace()
}

/// A token that was used in the last minute.
struct UsedToken<'g> {
    fingerprint: &'g str,
    /// When it was first used.
    at: i64,
    /// How often.
    uses: u32,
}

impl UsedToken<'_> {
    /// `fingerprint:moment`, and after a second use `fingerprint/uses:moment` too, which a server of the version before
    /// passes over.
    fn text(&self) -> String {
        let Self { fingerprint, at, uses } = self;
        match uses {
            0..=1 => format!("{fingerprint}:{at}"),
            _ => format!("{fingerprint}:{at} {fingerprint}/{uses}:{at}"),
        }
    }
}

/// The tokens whose first use is less than a minute ago.
struct Used<'g> {
    tokens: Vec<UsedToken<'g>>,
    /// When the last one of them was used that is not remembered, if there is one.
    forgotten: Option<i64>,
}

fn used(grant: &GrantRow, now: i64) -> Used<'_> {
    let (mut read, mut forgotten) = (Vec::<UsedToken<'_>>::new(), None);
    for (name, at) in grant.used_refresh_tokens.split_ascii_whitespace().filter_map(|entry| entry.split_once(':')) {
        if let Some((fingerprint, uses)) = name.split_once('/') {
            if let (Some(used), Ok(uses)) = (read.iter_mut().find(|used| used.fingerprint == fingerprint), uses.parse())
            {
                used.uses = uses;
            }
        } else if let Ok(at) = at.parse::<i64>()
            && now < at + REPEAT_MS
        {
            if name == FORGOTTEN {
                forgotten = Some(at);
            } else {
                read.push(UsedToken { fingerprint: name, at, uses: 1 });
            }
        }
    }
    Used { tokens: read, forgotten }
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
        assert_eq!(rotate(&mut grant, "a", "b".to_owned(), 0), Rotation::Rotated);
        assert_eq!(rotate(&mut grant, "b", "c".to_owned(), REPEAT_MS), Rotation::Rotated);
        assert_eq!(grant.refresh_fingerprint.as_deref(), Some("c"));
        assert_eq!((grant.other_refresh_tokens.as_str(), grant.used_refresh_tokens.as_str()), ("", "b:60000"));
    }

    #[test]
    fn the_minute_is_that_of_the_first_use_and_each_successor_is_used_once() {
        let mut grant = grant();
        assert_eq!(rotate(&mut grant, "a", "b".to_owned(), 0), Rotation::Rotated);
        assert_eq!(rotate(&mut grant, "a", "c".to_owned(), REPEAT_MS - 1), Rotation::Rotated);
        assert_eq!(rotate(&mut grant, "a", "d".to_owned(), REPEAT_MS), Rotation::Unknown);
        assert!(is_unused(&grant, "b") && is_unused(&grant, "c") && !is_unused(&grant, "a"));
        let late = 1_000 * REPEAT_MS;
        assert_eq!(rotate(&mut grant, "b", "e".to_owned(), late), Rotation::Rotated);
        assert_eq!(rotate(&mut grant, "c", "f".to_owned(), 2 * late), Rotation::Rotated);
        assert_eq!(rotate(&mut grant, "b", "g".to_owned(), 2 * late), Rotation::Unknown);
        assert!(is_unused(&grant, "e") && is_unused(&grant, "f"));
    }

    #[test]
    fn a_token_has_so_many_successors_in_its_minute_and_all_of_them_count() {
        let mut grant = grant();
        let successor = |n: u32| format!("{n:032}");
        for n in 0..MOST_SUCCESSORS {
            assert_eq!(rotate(&mut grant, "a", successor(n), i64::from(n)), Rotation::Rotated, "{n}");
        }
        let before = grant.clone();
        assert_eq!(rotate(&mut grant, "a", "x".to_owned(), 1_000), Rotation::TooOften);
        assert_eq!(grant, before);
        assert!((0..MOST_SUCCESSORS).all(|n| is_unused(&grant, &successor(n))));
        assert_eq!(grant.used_refresh_tokens, format!("a:0 a/{MOST_SUCCESSORS}:0"));
        assert_eq!(rotate(&mut grant, "a", "x".to_owned(), REPEAT_MS), Rotation::Unknown);
    }

    #[test]
    fn a_use_that_is_no_longer_remembered_is_refused_within_its_minute_and_is_a_thiefs_after_it() {
        let mut grant = grant();
        let token = |n: usize| format!("{n:032}");
        grant.refresh_fingerprint = Some(token(0));
        for n in 0..MOST_USED {
            assert_eq!(rotate(&mut grant, &token(n), token(n + 1), 1), Rotation::Rotated, "{n}");
        }
        assert_eq!(rotate(&mut grant.clone(), &token(0), token(9_999), 2), Rotation::Rotated, "all are remembered");
        assert_eq!(rotate(&mut grant, &token(MOST_USED), token(MOST_USED + 1), 2), Rotation::Rotated);
        let before = grant.clone();
        assert_eq!(rotate(&mut grant, &token(0), token(9_999), 3), Rotation::TooOften);
        assert_eq!(grant, before);
        assert!(grant.used_refresh_tokens.len() < 16 * 1024, "{}", grant.used_refresh_tokens.len());
        // Those that were used later are known still.
        assert_eq!(rotate(&mut grant.clone(), &token(1), token(9_999), 3), Rotation::Rotated);
        assert_eq!(rotate(&mut grant, &token(0), token(9_999), 1 + REPEAT_MS), Rotation::Unknown);
    }
}
