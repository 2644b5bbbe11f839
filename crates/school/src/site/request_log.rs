//! The request log: what each credential of a school called, for whoever looks why a program fails. Neither bodies, nor
//! queries of addresses, nor anything that was shown to be let in.

use crate::error::{Error, Result};
use std::collections::BTreeMap;
use store::request_log as rows;
pub use store::request_log::{RequestCredential as Credential, RequestLogFilter as Filter, RequestLogRow as Request};
use store::{ApiAccessTokenId, AppId, Page, PageRequest, RequestLogId, SiteId, Tx, UserId};

/// For how long a request is kept, in milliseconds: 30 days.
pub const KEPT_MS: i64 = 30 * 86_400_000;
/// So many requests with one status are counted at most.
pub const MOST_COUNTED: i64 = 1_000;
/// Longest path that is kept, in characters.
const LONGEST_PATH: usize = 500;

/// Who called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalledBy {
    /// A program with the API key.
    ApiKey,
    /// A program with the API key before the last rotation.
    PreviousApiKey,
    /// A program with a token of the school.
    ApiAccessToken(ApiAccessTokenId),
    /// An app, for somebody.
    App(AppId, UserId),
}

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who called.
    pub by: CalledBy,
    /// The method.
    pub method: &'static str,
    /// Where the API begins: `/api/public/v1`.
    pub root: &'static str,
    /// The path below it, with the names of its parameters.
    pub route: &'static str,
    /// The path as it was asked for, without its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// How long the answer took, in microseconds.
    pub microseconds: i64,
    /// The id that the answer carried.
    pub request_id: String,
    /// The address that it came from; empty where it is not known.
    pub address: String,
}

/// Writes requests down, in their order, and forgets the oldest beyond the newest `kept` of the school. Nothing is written
/// of a school that is gone meanwhile, and nothing about a user who is.
pub fn record(tx: &mut Tx<'_>, site: SiteId, answered: &[Answered], kept: i64) -> Result<()> {
    if store::sites::get(tx, site)?.is_none() {
        return Ok(());
    }
    // Before they are written: the count of the list does not know of them yet.
    let room = kept - i64::try_from(answered.len()).unwrap_or(i64::MAX / 2);
    let answered = &answered[usize::try_from(-room).unwrap_or(0)..];
    // Twice as many as come: a limit that was made smaller is reached in the end.
    let most = i64::try_from(answered.len()).unwrap_or(i64::MAX / 2).saturating_mul(2);
    rows::keep_newest(tx, site, room.max(0), most)?;
    let mut users = BTreeMap::new();
    for request in answered {
        let (credential, token_id, app_id, user_id) = match request.by {
            CalledBy::ApiKey => (Credential::ApiKey, None, None, None),
            CalledBy::PreviousApiKey => (Credential::PreviousApiKey, None, None, None),
            CalledBy::ApiAccessToken(token) => (Credential::ApiAccessToken, Some(token), None, None),
            CalledBy::App(app, user) => (Credential::App, None, Some(app), Some(user)),
        };
        let is_gone = match user_id {
            Some(user) => !is_there(tx, site, user, &mut users)?,
            None => false,
        };
        let row = Request {
            id: RequestLogId::next(tx)?,
            created_at: request.at,
            credential,
            token_id,
            app_id,
            user_id: user_id.filter(|_| !is_gone),
            method: request.method.to_owned(),
            route: [request.root, request.route].concat(),
            path: without_secrets(&request.path),
            status: i64::from(request.status),
            microseconds: request.microseconds,
            request_id: request.request_id.clone(),
            address: if is_gone { String::new() } else { request.address.clone() },
        };
        rows::insert(tx, site, &row)?;
    }
    Ok(())
}

/// A path as it is kept: of a key or a token that somebody has put into it, its beginning alone.
fn without_secrets(path: &str) -> String {
    let path: String = path.chars().filter(|c| !c.is_control()).take(LONGEST_PATH).collect();
    let parts: Vec<String> = path
        .split('/')
        .map(|part| if is_like_a_secret(part) { format!("{}…", &part[..4]) } else { part.to_owned() })
        .collect();
    parts.join("/")
}

/// Whether a part of a path is as long and as random as keys and tokens are. Names of things have blanks of a kind.
fn is_like_a_secret(part: &str) -> bool {
    let count = |fits: fn(&u8) -> bool| part.bytes().filter(fits).count();
    let blanks = count(|byte| matches!(byte, b'-' | b'_'));
    part.len() >= 32
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && blanks <= 2
        && count(u8::is_ascii_digit) >= 4
}

/// Whether there is a user, who is looked up once.
fn is_there(tx: &mut Tx<'_>, site: SiteId, user: UserId, known: &mut BTreeMap<UserId, bool>) -> Result<bool> {
    if let Some(is_there) = known.get(&user) {
        return Ok(*is_there);
    }
    let is_there = store::users::exists(tx, site, user)?;
    known.insert(user, is_there);
    Ok(is_there)
}

/// A page of the log.
pub fn list(tx: &mut Tx<'_>, site: SiteId, wanted: &Filter, request: &PageRequest) -> Result<Page<Request>> {
    Ok(rows::page(tx, site, wanted, request)?)
}

/// How many requests were answered with this status since a moment, of the newest [`MOST_COUNTED`] with it.
pub fn count_with_status(tx: &mut Tx<'_>, site: SiteId, status: u16, since: i64) -> Result<i64> {
    Ok(rows::count_with_status(tx, site, i64::from(status), since, MOST_COUNTED)?)
}

/// The request with this number.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: RequestLogId) -> Result<Request> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn a_key_in_a_path_is_not_kept() {
        for (path, kept) in [
            ("/users/58969facc5caafd380ba974ae75a25ae", "/users/5896…"),
            ("/users/58969facc5caafd380ba974ae75a25ae/x", "/users/5896…/x"),
            (
                "/course_files/24-ways-to-bake-bread-at-home-in-2026",
                "/course_files/24-ways-to-bake-bread-at-home-in-2026",
            ),
            ("/users/12", "/users/12"),
            ("/users/\u{e9}\n", "/users/\u{e9}"),
        ] {
            assert_eq!(without_secrets(path), kept);
        }
    }
}
