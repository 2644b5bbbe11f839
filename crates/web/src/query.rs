//! The query of an address: paging, order, filters.

use crate::definition::ApiDefinition;
use crate::form::{self, Limits};
use crate::paging::Paging;
use crate::parameter::Param;
use crate::{ApiError, input};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::str::FromStr;
use std::sync::Arc;
use store::{Cursor, Order, PageRequest, PageStart, TimeRange};

/// Items on a page, when the client does not say.
pub const DEFAULT_LIMIT: i64 = 25;
/// The most items on a page; a larger limit is not refused but gives this many.
pub const MAX_LIMIT: i64 = 250;

const DAY: i64 = 86_400_000;

/// What an id must be.
pub(crate) const WHOLE_NUMBER: &str = "a whole number";

/// That a parameter is not what it must be.
pub(crate) fn not(name: &str, what: &str) -> ApiError {
    ApiError::BadRequest(format!("Parameter {name} must be {what}."))
}

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
    /// [`ApiError::BadRequest`] when it is not UTF-8 or holds a control character.
    pub fn parse(definition: &'static ApiDefinition, path: &str, query: &str) -> Result<Self, ApiError> {
        // The length of an address limits the number of its pairs.
        let pairs = form::decode(query.as_bytes(), Limits::pairs(usize::MAX))
            .map_err(|error| ApiError::BadRequest(format!("The query of the address {error}.")))?;
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
        self.read(name, WHOLE_NUMBER, |text| text.trim().parse().ok())
    }

    /// A parameter as a flag; none when it is missing or empty.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when it is anything else.
    pub fn bool(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.read(name, "true or false", input::parse_bool)
    }

    /// A parameter as a time; none when it is missing or empty.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when it is anything else.
    pub fn timestamp(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.read(name, "a date and time such as 2024-01-31T12:00:00Z", |text| {
            input::parse_timestamp(text).or_else(|| {
                // A `+` before an offset reaches us as a space when it was not encoded.
                let (before, offset) = text.rsplit_once(' ')?;
                input::parse_timestamp(&format!("{before}+{offset}"))
            })
        })
    }

    /// A parameter as the first and the last moment that it names: of a day alone those of the day.
    fn span(&self, name: &str) -> Result<Option<(i64, i64)>, ApiError> {
        let day = self.raw(name).is_some_and(input::is_day);
        Ok(self.timestamp(name)?.map(|first| (first, if day { first + DAY - 1 } else { first })))
    }

    /// A parameter as an address of mail. None has a blank: a `+` that was not encoded reaches us as one.
    #[must_use]
    pub fn email(&self, name: &str) -> Option<String> {
        self.text(name).map(|email| email.replace(' ', "+"))
    }

    /// A parameter as an id; none when it is missing or empty.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when it is anything else.
    pub fn id<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        self.read(name, WHOLE_NUMBER, |text| text.trim().parse().ok())
    }

    /// A parameter that must be there, as an id.
    ///
    /// # Errors
    /// [`ApiError::MissingParameter`] when it is missing; [`ApiError::BadRequest`] when it is no id.
    pub fn required_id<T: FromStr>(&self, name: &'static str) -> Result<T, ApiError> {
        self.id(name)?.ok_or(ApiError::MissingParameter(name))
    }

    fn read<T>(&self, name: &str, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        match self.raw(name).filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(not(name, what)),
            },
        }
    }

    /// Items on a page.
    #[must_use]
    pub fn limit(&self) -> i64 {
        match self.raw("limit").and_then(parse_limit) {
            Some(limit) if limit > 0 => limit.min(MAX_LIMIT),
            _ => DEFAULT_LIMIT,
        }
    }

    /// Makes sure that the limit is a number, if there is one.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when it is none.
    pub fn check_limit(&self) -> Result<(), ApiError> {
        self.read("limit", "a whole number", parse_limit).map(|_| ())
    }

    /// Whether more items were asked for than a page has.
    pub(crate) fn limit_is_cut(&self) -> bool {
        self.raw("limit").and_then(parse_limit).is_some_and(|limit| limit > MAX_LIMIT)
    }

    /// The page that was asked for by number; none when the list is read from a cursor on.
    #[must_use]
    pub fn page(&self) -> Option<i64> {
        if self.raw("after").is_some_and(|cursor| !cursor.is_empty()) {
            return None;
        }
        Some(self.raw("page").and_then(parse_integer).unwrap_or(1).clamp(1, i64::MAX / MAX_LIMIT - 1))
    }

    /// Which page of the list is requested, in which order, created and changed between which times.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when a part of it cannot be understood.
    pub fn page_request(&self) -> Result<PageRequest, ApiError> {
        self.page_request_by(false)
    }

    /// As [`Query::page_request`], for a list that is read backwards unless told otherwise: the newest first.
    ///
    /// # Errors
    /// As [`Query::page_request`].
    pub fn page_request_newest_first(&self) -> Result<PageRequest, ApiError> {
        self.page_request_by(true)
    }

    fn page_request_by(&self, descending: bool) -> Result<PageRequest, ApiError> {
        self.read("page", "a whole number", parse_integer)?;
        self.check_limit()?;
        let mut request = PageRequest { descending, ..PageRequest::first(self.limit()) };
        request.created = self.time_range("created")?;
        request.updated = self.time_range("updated")?;
        if let Some(sort) = self.text("sort") {
            let (descending, name) = sort.strip_prefix('-').map_or((false, sort.as_str()), |name| (true, name));
            request.descending = descending;
            request.order = Some(match name {
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
            if request.order.is_some_and(|asked| asked != order || request.descending != descending) {
                let why = "Parameter after belongs to another order than parameter sort.";
                return Err(ApiError::BadRequest(why.to_owned()));
            }
            request.order = Some(order);
            request.descending = descending;
            request.start = PageStart::After(key);
        } else if let Some(page) = self.page() {
            request.start = PageStart::Page(page);
        }
        Ok(request)
    }

    /// The page of a list that is read from cursor to cursor, and the cursor, which the handler makes the start of the
    /// page. `is_cursor` says whether a text could be a cursor of the list.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when a part of it cannot be understood.
    pub fn cursor_page_request(
        &self,
        is_cursor: impl Fn(&str) -> bool,
    ) -> Result<(PageRequest, Option<String>), ApiError> {
        self.check_limit()?;
        let next = self.text("next");
        if next.as_deref().is_some_and(|next| !is_cursor(next)) {
            return Err(ApiError::BadRequest("Parameter next is no cursor of this list.".to_owned()));
        }
        Ok((PageRequest::first(self.limit()), next))
    }

    /// The times of creation that the date filters allow.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when one of them is no time.
    pub fn created(&self) -> Result<TimeRange, ApiError> {
        self.time_range("created")
    }

    /// The times that the five date filters of a name allow.
    fn time_range(&self, name: &str) -> Result<TimeRange, ApiError> {
        let mut range = TimeRange::default();
        if !self.pairs.iter().any(|(known, _)| known.starts_with("query[")) {
            return Ok(range);
        }
        let mut narrow = |from: i64, to: i64| {
            range.from = range.from.max(from);
            range.to = range.to.min(to);
        };
        if let Some(at) = self.timestamp(&format!("query[{name}_on]"))? {
            let day = at.div_euclid(DAY) * DAY;
            narrow(day, day.saturating_add(DAY));
        }
        if let Some((first, _)) = self.span(&format!("query[{name}_before]"))? {
            narrow(i64::MIN, first);
        }
        if let Some((_, last)) = self.span(&format!("query[{name}_on_or_before]"))? {
            narrow(i64::MIN, last.saturating_add(1));
        }
        if let Some((_, last)) = self.span(&format!("query[{name}_after]"))? {
            narrow(last.saturating_add(1), i64::MAX);
        }
        if let Some((first, _)) = self.span(&format!("query[{name}_on_or_after]"))? {
            narrow(first, i64::MAX);
        }
        Ok(range)
    }

    /// The `Link` header of a page that another follows: the same query, from the cursor on.
    pub(crate) fn link_after(&self, cursor: Cursor) -> String {
        self.link("after", &write_cursor(cursor))
    }

    /// The `Link` header of a page that another follows, where the cursor is called `next`.
    pub(crate) fn link_next(&self, cursor: &str) -> String {
        self.link("next", cursor)
    }

    fn link(&self, parameter: &str, cursor: &str) -> String {
        let mut link = format!("<{}?", self.path);
        for (name, value) in self.pairs.iter().filter(|(name, _)| name != "page" && name != parameter) {
            link.push_str(&format!("{}={}&", form::encode_component(name), form::encode_component(value)));
        }
        link.push_str(&format!("{parameter}={cursor}>; rel=\"next\""));
        link
    }
}

fn parse_integer(text: &str) -> Option<i64> {
    let text = text.trim();
    // Some clients call a limit a number and write `25.0`.
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

/// A limit, which is cut when it is too large, however many digits it has.
fn parse_limit(text: &str) -> Option<i64> {
    let number = text.trim();
    let digits = number.strip_suffix(".0").unwrap_or(number);
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    parse_integer(text).or(is_number.then_some(i64::MAX))
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
