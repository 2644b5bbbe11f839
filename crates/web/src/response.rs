//! Successful responses: a record, a page of a list, or nothing but a status.

use crate::query::Query;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::Range;
use store::Page;

/// Says that this is the response to an earlier request: one with the same `Idempotency-Key`, or one that reported the
/// same transaction.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A successful response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResponse {
    status: StatusCode,
    body: Vec<u8>,
    link: Option<String>,
    replayed: bool,
    warning: Option<&'static str>,
}

/// Where in a list a page is. All three ways in which clients find the end agree: `next_page` is null, `current_page`
/// equals `total_pages`, and there are fewer items than the limit or none are left.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pagination {
    /// This page, from one.
    #[schemars(example = 1)]
    pub current_page: i64,
    /// The next page; null on the last one.
    pub next_page: Option<i64>,
    /// The page before; null on the first one.
    pub prev_page: Option<i64>,
    /// How many pages there are: one for an empty list.
    #[schemars(example = 1)]
    pub total_pages: i64,
    /// How many items there are.
    #[schemars(example = 1)]
    pub total_items: i64,
    /// Which items these are, such as `1-25 of 310`.
    #[schemars(example = &"1-1 of 1")]
    pub entries_info: String,
}

/// What a list says about itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Meta {
    /// Where in the list the page is.
    pub pagination: Pagination,
}

/// Where in a list that is read from cursor to cursor a page is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CursorPage {
    /// Whether another page follows.
    #[schemars(example = false)]
    pub has_next: bool,
    /// What to send as `next` for the page that follows; empty on the last one.
    #[schemars(example = &"")]
    pub next_page: String,
    /// How many items this page has.
    #[schemars(example = 1)]
    pub page_items: i64,
    /// How many items there are.
    #[schemars(example = 1)]
    pub total_items: i64,
    /// How many pages there are: one for an empty list.
    #[schemars(example = 1)]
    pub total_pages: i64,
}

/// What a list that is read from cursor to cursor says about itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CursorMeta {
    /// Where in the list the page is.
    pub page: CursorPage,
}

fn pages(total: i64, limit: i64) -> i64 {
    (total.max(1) + limit - 1) / limit
}

impl Pagination {
    fn of<T>(page: &Page<T>, query: &Query) -> Self {
        let limit = query.limit();
        let total_pages = pages(page.total, limit);
        let current_page = query.page().unwrap_or(page.offset / limit + 1);
        let more = page.next_after.is_some();
        let (first, last) = match page.items.len() as i64 {
            0 => (0, 0),
            n => (page.offset + 1, page.offset + n),
        };
        Self {
            current_page,
            next_page: more.then_some(current_page + 1),
            prev_page: (current_page > 1).then(|| current_page - 1),
            total_pages,
            total_items: page.total,
            entries_info: format!("{first}-{last} of {}", page.total),
        }
    }
}

impl ApiResponse {
    /// A record: 200.
    pub fn ok(view: &impl Serialize) -> Self {
        Self::with(StatusCode::OK, view)
    }

    /// A created record: 201.
    pub fn created(view: &impl Serialize) -> Self {
        Self::with(StatusCode::CREATED, view)
    }

    /// A record, with any status.
    pub fn with(status: StatusCode, view: &impl Serialize) -> Self {
        let mut body = Vec::with_capacity(1024);
        write(&mut body, view);
        Self { status, body, link: None, replayed: false, warning: None }
    }

    /// Nothing but a status.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        Self { status, body: Vec::new(), link: None, replayed: false, warning: None }
    }

    /// Done, without a body: 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// A page of a list, each row rendered by `view`.
    pub fn page<'p, T, V: Serialize>(query: &Query, page: &'p Page<T>, view: impl FnMut(&'p T) -> V) -> Self {
        let meta = Meta { pagination: Pagination::of(page, query) };
        Self::listed(page, view, &meta, page.next_after.map(|cursor| query.link_after(cursor)))
    }

    /// A page of a list whose items were written while they were read.
    pub fn page_of_items(query: &Query, page: &Page<Range<usize>>, items: ListItems) -> Self {
        let meta = Meta { pagination: Pagination::of(page, query) };
        items.select(&page.items).with(&meta, page.next_after.map(|cursor| query.link_after(cursor)))
    }

    /// A page of a list that is read from cursor to cursor. `id` gives the id of a row, which is the cursor to what
    /// follows it.
    pub fn cursors<'p, T, V: Serialize>(
        query: &Query,
        page: &'p Page<T>,
        id: impl FnOnce(&T) -> String,
        view: impl FnMut(&'p T) -> V,
    ) -> Self {
        let next = page.items.last().filter(|_| page.next_after.is_some()).map(id);
        let link = next.as_ref().map(|next| query.link_next(next));
        let meta = CursorMeta {
            page: CursorPage {
                has_next: next.is_some(),
                next_page: next.unwrap_or_default(),
                page_items: page.items.len() as i64,
                total_items: page.total,
                total_pages: pages(page.total, query.limit()),
            },
        };
        Self::listed(page, view, &meta, link)
    }

    fn listed<'p, T, V: Serialize>(
        page: &'p Page<T>,
        view: impl FnMut(&'p T) -> V,
        meta: &impl Serialize,
        link: Option<String>,
    ) -> Self {
        let mut items = ListItems::with_capacity(page.items.len());
        for item in page.items.iter().map(view) {
            items.push(&item);
        }
        items.with(meta, link)
    }

    pub(crate) fn replayed(status: StatusCode, body: Vec<u8>) -> Self {
        Self { status, body, link: None, replayed: true, warning: None }
    }

    /// The same, as the response to what was done before.
    #[must_use]
    pub fn as_replay(self) -> Self {
        Self { replayed: true, ..self }
    }

    /// The same with something that the client should be told: ASCII without quotes (RFC 7234, section 5.5).
    #[must_use]
    pub fn with_warning(self, warning: &'static str) -> Self {
        Self { warning: Some(warning), ..self }
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// The items of a page, written one after the other.
#[derive(Debug)]
pub struct ListItems {
    body: Vec<u8>,
}

const OPENING: &[u8] = b"{\"items\":[";

impl ListItems {
    /// None yet, with capacity for as many as the query asks for.
    #[must_use]
    pub fn for_page(query: &Query) -> Self {
        Self::with_capacity(query.limit() as usize)
    }

    fn with_capacity(items: usize) -> Self {
        let mut body = Vec::with_capacity(512 + 640 * items);
        body.extend_from_slice(OPENING);
        Self { body }
    }

    /// Adds one; gives where it stands.
    pub fn push(&mut self, view: &impl Serialize) -> Range<usize> {
        self.comma();
        let begin = self.body.len();
        write(&mut self.body, view);
        begin..self.body.len()
    }

    fn comma(&mut self) {
        if self.body.len() > OPENING.len() {
            self.body.push(b',');
        }
    }

    /// These of the items, in this order. They nearly always stand so already; a list that is read backwards, or twice,
    /// has written them in another order, or more of them.
    fn select(self, selected: &[Range<usize>]) -> Self {
        let mut end = OPENING.len();
        let in_place = selected.iter().enumerate().all(|(index, item)| {
            let begin = end + usize::from(index > 0);
            end = item.end;
            item.start == begin
        });
        if in_place && end == self.body.len() {
            return self;
        }
        let mut ordered = Self::with_capacity(selected.len());
        for item in selected {
            ordered.comma();
            ordered.body.extend_from_slice(&self.body[item.clone()]);
        }
        ordered
    }

    fn with(mut self, meta: &impl Serialize, link: Option<String>) -> ApiResponse {
        self.body.extend_from_slice(b"],\"meta\":");
        write(&mut self.body, meta);
        self.body.push(b'}');
        ApiResponse { status: StatusCode::OK, body: self.body, link, replayed: false, warning: None }
    }
}

fn write(body: &mut Vec<u8>, view: &impl Serialize) {
    if let Err(error) = crate::json::write(body, view) {
        unreachable!("a view is plain data and a vector takes everything: {error}");
    }
}

impl IntoResponse for ApiResponse {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        // Capacity for what the middleware adds too.
        headers.reserve(16);
        if !self.body.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if self.status == StatusCode::OK {
                headers.insert(header::ETAG, etag(&self.body));
            }
        }
        if let Some(Ok(link)) = self.link.map(HeaderValue::try_from) {
            headers.insert(header::LINK, link);
        }
        if self.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        if let Some(Ok(warning)) = self.warning.map(|text| HeaderValue::try_from(["299 - \"", text, "\""].concat())) {
            headers.append(header::WARNING, warning);
        }
        *response.body_mut() = Body::from(self.body);
        response
    }
}

/// A tag that changes with the body. Weak, because the same answer may travel compressed.
fn etag(body: &[u8]) -> HeaderValue {
    let hash = store::secrets::hex(&xxhash_rust::xxh3::xxh3_128(body).to_be_bytes());
    let tag = ["W/\"", &hash, "\""].concat();
    HeaderValue::try_from(tag).unwrap_or_else(|_| unreachable!("hexadecimal digits are a header value"))
}
