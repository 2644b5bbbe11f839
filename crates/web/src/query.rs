//! The query of an address: paging, order, filters.

use crate::definition::ApiDefinition;
use crate::paging::Paging;
use crate::parameter::Param;
use crate::{ApiError, input};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;
use std::sync::Arc;
use store::{Cursor, Order, PageRequest, PageStart, TimeRange};

/// Items on a page, when the client does not say.
pub const DEFAULT_LIMIT: i64 = 25;
/// The most items on a page; a larger limit is not refused but gives this many.
pub const MOST: i64 = 250;

const DAY: i64 = 86_400_000;

/// The query of a request, decoded.
#[derive(Debug, Clone)]
pub struct Query {
    definition: &'static ApiDefinition,
    path: Arc<str>,
    pairs: Arc<Vec<(String, String)>>,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // The middleware puts it there; without it nobody has asked who this is.
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthenticated)
    }
}

impl Query {
    /// Reads a query: pairs with `&` between them, names and values percent-encoded or not. `path` is the
    /// address before it, with which links begin.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when it is not UTF-8 or holds a NUL character.
    pub fn parse(definition: &'static ApiDefinition, path: &str, query: &str) -> Result<Self, ApiError> {
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Self { definition, path: path.into(), pairs: Arc::new(pairs) })
    }

    /// Takes what a body says of paging, where the address does not: one client pages in the body of a GET.
    pub(crate) fn take_from_body(&mut self, body: &serde_json::Value) {
        let names: &[&str] = match self.definition.paging {
            Paging::Pages => &["page", "limit"],
            Paging::Cursors => &["limit"],
        };
        for name in names.iter().copied() {
            if self.raw(name).is_none()
                && let Some(number) = body.get(name).and_then(serde_json::Value::as_i64)
            {
                Arc::make_mut(&mut self.pairs).push((name.to_owned(), number.to_string()));
            }
        }
    }

    /// The names in the query that the endpoint does not know.
    #[must_use]
    pub fn unknown<'q>(&'q self, known: &[Param], list: bool) -> Vec<&'q str> {
        let is_known = |name: &str| {
            known.iter().any(|param| param.name == name)
                || list && self.definition.paging.params().iter().any(|param| param.name == name)
        };
        self.pairs.iter().map(|(name, _)| name.as_str()).filter(|name| !is_known(name)).collect()
    }

    fn raw(&self, name: &str) -> Option<&str> {
        // The last of several wins, as in forms.
        self.pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter as text; none when it is missing or empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// A parameter as a whole number; none when it is missing or empty.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when it is anything else.
    pub fn int(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.read(name, "a whole number", |text| text.trim().parse().ok())
    }

    /// A parameter as a flag; none when it is missing or empty.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when it is anything else.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.read(name, "true or false", input::flag)
    }

    /// A parameter as a moment; none when it is missing or empty.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when it is anything else.
    pub fn moment(&self, name: &str) -> Result<Option<i64>, ApiError> {
        // A `+` before an offset reaches us as a space when it was not encoded.
        self.read(name, "a date and time such as 2024-01-31T12:00:00Z", |text| {
            input::moment(text).or_else(|| input::moment(&text.replacen(' ', "+", 1)))
        })
    }

    /// A parameter that must be there, as a whole number.
    ///
    /// # Errors
    /// [`ApiError::MissingParameter`] when it is missing; [`ApiError::BadRequest`] when it is no number.
    pub fn required_int(&self, name: &'static str) -> Result<i64, ApiError> {
        self.int(name)?.ok_or(ApiError::MissingParameter(name))
    }

    fn read<T>(&self, name: &str, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        match self.raw(name).filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(ApiError::BadRequest(format!("Parameter {name} must be {what}."))),
            },
        }
    }

    /// Items on a page.
    #[must_use]
    pub fn limit(&self) -> i64 {
        match self.raw("limit").and_then(whole) {
            Some(limit) if limit > 0 => limit.min(MOST),
            _ => DEFAULT_LIMIT,
        }
    }

    /// The page that was asked for by number; none when the list is read from a cursor on.
    #[must_use]
    pub fn page(&self) -> Option<i64> {
        if self.raw("after").is_some_and(|cursor| !cursor.is_empty()) {
            return None;
        }
        Some(self.raw("page").and_then(whole).unwrap_or(1).clamp(1, i64::MAX / MOST - 1))
    }

    /// Which page of the list is wanted, in which order, between which moments.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when a part of it cannot be understood.
    pub fn ask(&self) -> Result<PageRequest, ApiError> {
        self.ask_by(false)
    }

    /// As [`Query::ask`], for a list that is read backwards unless told otherwise: the newest first.
    ///
    /// # Errors
    /// As [`Query::ask`].
    pub fn ask_newest_first(&self) -> Result<PageRequest, ApiError> {
        self.ask_by(true)
    }

    fn ask_by(&self, descending: bool) -> Result<PageRequest, ApiError> {
        for name in ["page", "limit"] {
            self.read(name, "a whole number", whole)?;
        }
        let mut ask = PageRequest { descending, ..PageRequest::first(self.limit()) };
        ask.created = self.span("created")?;
        ask.updated = self.span("updated")?;
        if let Some(sort) = self.text("sort") {
            let (descending, name) = sort.strip_prefix('-').map_or((false, sort.as_str()), |name| (true, name));
            ask.descending = descending;
            ask.order = Some(match name {
                "id" | "created_at" => Order::Id,
                "updated_at" => Order::Rev,
                _ => {
                    let why =
                        "Parameter sort must be id, created_at or updated_at, with a - before it for the reverse.";
                    return Err(ApiError::BadRequest(why.to_owned()));
                }
            });
        }
        if let Some(cursor) = self.text("after") {
            let Cursor { order, descending, key } = read_cursor(&cursor)
                .ok_or_else(|| ApiError::BadRequest("Parameter after is no cursor of this API.".to_owned()))?;
            if ask.order.is_some_and(|asked| asked != order || ask.descending != descending) {
                let why = "Parameter after belongs to another order than parameter sort.";
                return Err(ApiError::BadRequest(why.to_owned()));
            }
            ask.order = Some(order);
            ask.descending = descending;
            ask.start = PageStart::After(key);
        } else if let Some(page) = self.page() {
            ask.start = PageStart::Page(page);
        }
        Ok(ask)
    }

    /// How much of a list that is read from cursor to cursor is wanted, and the cursor, for whose place the handler
    /// looks. `is_one` says whether a text could be a cursor of the list.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when a part of it cannot be understood.
    pub fn follow(&self, is_one: impl Fn(&str) -> bool) -> Result<(PageRequest, Option<String>), ApiError> {
        self.read("limit", "a whole number", whole)?;
        let next = self.text("next");
        if next.as_deref().is_some_and(|next| !is_one(next)) {
            return Err(ApiError::BadRequest("Parameter next is no cursor of this list.".to_owned()));
        }
        Ok((PageRequest::first(self.limit()), next))
    }

    /// The span of moments that the filters of the moment of creation leave.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when one of them is no moment.
    pub fn created(&self) -> Result<TimeRange, ApiError> {
        self.span("created")
    }

    /// The span of moments that the five date filters of a name leave.
    fn span(&self, name: &str) -> Result<TimeRange, ApiError> {
        let mut span = TimeRange::default();
        if !self.pairs.iter().any(|(known, _)| known.starts_with("query[")) {
            return Ok(span);
        }
        let mut narrow = |from: i64, to: i64| {
            span.from = span.from.max(from);
            span.to = span.to.min(to);
        };
        if let Some(at) = self.moment(&format!("query[{name}_on]"))? {
            let day = at.div_euclid(DAY) * DAY;
            narrow(day, day.saturating_add(DAY));
        }
        if let Some(at) = self.moment(&format!("query[{name}_before]"))? {
            narrow(i64::MIN, at);
        }
        if let Some(at) = self.moment(&format!("query[{name}_on_or_before]"))? {
            narrow(i64::MIN, at.saturating_add(1));
        }
        if let Some(at) = self.moment(&format!("query[{name}_after]"))? {
            narrow(at.saturating_add(1), i64::MAX);
        }
        if let Some(at) = self.moment(&format!("query[{name}_on_or_after]"))? {
            narrow(at, i64::MAX);
        }
        Ok(span)
    }

    /// The `Link` header of a page that another follows: the same query, from the cursor on.
    pub(crate) fn link_after(&self, cursor: Cursor) -> String {
        self.link("after", &write_cursor(cursor))
    }

    /// The `Link` header of a page that another follows, where the cursor is called `next`.
    pub(crate) fn link_next(&self, cursor: &str) -> String {
        self.link("next", cursor)
    }

    fn link(&self, place: &str, cursor: &str) -> String {
        let mut link = format!("<{}?", self.path);
        for (name, value) in self.pairs.iter().filter(|(name, _)| name != "page" && name != place) {
            link.push_str(&format!("{}={}&", encode(name), encode(value)));
        }
        link.push_str(&format!("{place}={cursor}>; rel=\"next\""));
        link
    }
}

fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    // Some clients call a limit a number and write `25.0`.
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

/// What is left as it is in a link: letters, digits, and the few marks that need no encoding (RFC 3986, 2.3).
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'[').remove(b']');

fn encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, PLAIN).into()
}

fn decode(text: &str) -> Result<String, ApiError> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text)
        .decode_utf8()
        .map_err(|_| ApiError::BadRequest("The query of the address is not valid UTF-8.".to_owned()))?;
    if decoded.contains('\0') {
        return Err(ApiError::BadRequest("The query of the address holds a NUL character.".to_owned()));
    }
    Ok(decoded.into_owned())
}

fn write_cursor(Cursor { order, descending, key }: Cursor) -> String {
    let order = if order == Order::Id { 'i' } else { 'r' };
    let direction = if descending { 'd' } else { 'a' };
    URL_SAFE_NO_PAD.encode(format!("{order}{direction}{key}"))
}

fn read_cursor(cursor: &str) -> Option<Cursor> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let mut chars = text.chars();
    let order = match chars.next()? {
        'i' => Order::Id,
        'r' => Order::Rev,
        _ => return None,
    };
    let descending = match chars.next()? {
        'd' => true,
        'a' => false,
        _ => return None,
    };
    Some(Cursor { order, descending, key: chars.as_str().parse().ok()? })
}
