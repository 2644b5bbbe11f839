//! Rows of the request log: what programs called.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{
    ApiAccessTokenId, AppId, CountedRow, Filter, ListQuery, Page, PageRequest, RequestLogId, SiteId, StoreError, Tx,
    UserId, Value, lists, params,
};

text_enum! {
    /// What a program showed to be let in.
    pub enum RequestCredential {
        /// The school's API key.
        ApiKey = "api_key",
        /// The API key before the last rotation.
        PreviousApiKey = "previous_api_key",
        /// A token that the school made for a program of its own.
        ApiAccessToken = "api_access_token",
        /// The token of an app, for somebody.
        App = "app",
    }
}

table! {
    /// A request's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RequestLogRow in "request_log" of site {
        keys {
            /// Its number.
            id: RequestLogId,
        }
        fixed {
            /// When it was answered, in milliseconds since 1970.
            created_at: i64,
            /// What was shown.
            credential: RequestCredential,
            /// Which token of the school it was.
            token_id: Option<ApiAccessTokenId>,
            /// Which app it was.
            app_id: Option<AppId>,
            /// For whom the app called.
            user_id: Option<UserId>,
            /// The method.
            method: String,
            /// The path with the names of its parameters: `/api/public/v1/users/{id}`.
            route: String,
            /// The path as it was asked for, without its query.
            path: String,
            /// The status of the answer.
            status: i64,
            /// How long the answer took.
            microseconds: i64,
            /// The id that the answer carried.
            request_id: String,
            /// The address that it came from.
            address: String,
        }
    }
}

fn counted_row(site: SiteId, id: RequestLogId) -> [CountedRow; 1] {
    [lists::counted_row(site, lists::REQUEST_LOG, id)]
}

/// Adds a request.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, request: &RequestLogRow) -> Result<(), StoreError> {
    request.insert(tx, site)?;
    tx.update_counts(&[], &counted_row(site, request.id));
    Ok(())
}

/// The request with this number.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: RequestLogId) -> Result<Option<RequestLogRow>, StoreError> {
    tx.first(select!(RequestLogRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], RequestLogRow::read)
}

/// Which requests are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestLogFilter {
    /// Only the one with this id, or those: a program may give several the same.
    pub request_id: Option<String>,
    /// Only those that were answered with a status from here on.
    pub status_from: Option<i64>,
    /// Only those that were answered with a status up to here.
    pub status_to: Option<i64>,
    /// Only those of this route.
    pub route: Option<String>,
    /// Only those with this method.
    pub method: Option<String>,
    /// Only those by which this was shown.
    pub credential: Option<RequestCredential>,
    /// Only those with this token of the school.
    pub token_id: Option<ApiAccessTokenId>,
    /// Only those of this app.
    pub app_id: Option<AppId>,
}

/// A page of the log.
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    wanted: &RequestLogFilter,
    request: &PageRequest,
) -> Result<Page<RequestLogRow>, StoreError> {
    let filters = [
        wanted.request_id.as_deref().map(|id| Filter::is("t.request_id = ?", Value::from(id))),
        wanted.status_from.map(|status| Filter::is("t.status >= ?", status)),
        wanted.status_to.map(|status| Filter::is("t.status <= ?", status)),
        wanted.route.as_deref().map(|route| Filter::is("t.route = ?", Value::from(route))),
        wanted.method.as_deref().map(|method| Filter::is("t.method = ?", Value::from(method))),
        wanted.credential.map(|credential| Filter::is("t.credential = ?", credential)),
        wanted.token_id.map(|token| Filter::is("t.token_id = ?", token)),
        wanted.app_id.map(|app| Filter::is("t.app_id = ?", app)),
    ];
    let source = ListQuery {
        by_id: Some(lists::whole(site, lists::REQUEST_LOG)),
        filters: filters.into_iter().flatten().collect(),
        ..RequestLogRow::list()
    };
    tx.page(site, &source, request, RequestLogRow::read)
}

/// How many of the newest `most` requests with a status were answered since a moment.
pub fn count_with_status(tx: &mut Tx<'_>, site: SiteId, status: i64, since: i64, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT created_at FROM request_log WHERE site_id = $1 AND status = $2
               ORDER BY id DESC LIMIT $3) AS newest WHERE created_at >= $4";
    Ok(tx.first(sql, params![site, status, most, since], |row| row.get(0))?.unwrap_or_default())
}

/// Forgets the oldest requests beyond the newest `kept`, at most `most`. Gives how many it forgot.
pub fn keep_newest(tx: &mut Tx<'_>, site: SiteId, kept: i64, most: i64) -> Result<usize, StoreError> {
    let all = page(tx, site, &RequestLogFilter::default(), &PageRequest::first(1))?.total;
    let beyond = (all - kept).clamp(0, most);
    if beyond == 0 {
        return Ok(0);
    }
    let sql = "SELECT id FROM request_log WHERE site_id = $1 ORDER BY id LIMIT $2";
    let old: Vec<RequestLogId> = tx.query(sql, params![site, beyond], |row| row.get(0))?;
    delete(tx, site, &old)
}

/// Forgets the oldest requests that were answered before a moment, at most so many. Gives how many it forgot.
pub fn prune(tx: &mut Tx<'_>, site: SiteId, before: i64, most: i64) -> Result<usize, StoreError> {
    let old: Vec<RequestLogId> = tx.query(
        // Only the first are looked at: they are the oldest. The rest is never searched through.
        "SELECT id FROM (SELECT id, created_at FROM request_log WHERE site_id = $1 ORDER BY id LIMIT $2) AS first
         WHERE created_at < $3 ORDER BY id",
        params![site, most, before],
        |row| row.get(0),
    )?;
    delete(tx, site, &old)
}

fn delete(tx: &mut Tx<'_>, site: SiteId, ids: &[RequestLogId]) -> Result<usize, StoreError> {
    for id in ids {
        tx.execute("DELETE FROM request_log WHERE site_id = $1 AND id = $2", params![site, *id])?;
        tx.update_counts(&counted_row(site, *id), &[]);
    }
    Ok(ids.len())
}

/// Lets the log name a user no more, nor from where their apps called.
pub fn forget_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    let sql = "UPDATE request_log SET user_id = NULL, address = '' WHERE site_id = $1 AND user_id = $2";
    tx.execute(sql, params![site, user])?;
    Ok(())
}

/// Writes the route in the place of every path in which `names` finds something.
pub fn clear_paths(tx: &mut Tx<'_>, site: SiteId, names: impl Fn(&str) -> bool) -> Result<(), StoreError> {
    let mut found: Vec<RequestLogId> = Vec::new();
    tx.for_each("SELECT id, path FROM request_log WHERE site_id = $1 ORDER BY id", params![site], |row| {
        if names(&row.get::<String>(1)?) {
            found.push(row.get(0)?);
        }
        Ok::<_, StoreError>(())
    })?;
    for id in found {
        tx.execute("UPDATE request_log SET path = route WHERE site_id = $1 AND id = $2", params![site, id])?;
    }
    Ok(())
}
