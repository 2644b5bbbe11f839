//! The middleware of every endpoint, in this order: CORS, a request id, who is asking,
//! the rate limit, the body, the limit of requests at once, unknown parameters; then the handler; then the headers of the answer.

use crate::authentication::{self, AuthContext, Credential};
use crate::context::{ApiContext, Inner};
use crate::definition::ApiDefinition;
use crate::endpoint::Endpoint;
use crate::query::Query;
use crate::rate_limit::{ConcurrencyPermit, RateLimitStatus, SiteRequests};
use crate::{ApiError, App, body, device, request_log};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use identity::access::Need;
use identity::sessions::Device;
use prometheus_client::metrics::counter::Counter;
use school::Site;
use school::request_log::Answered;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Names a request in the answer and in the logs.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest `Idempotency-Key`.
const LONGEST_KEY: usize = 255;
/// Requests that take longer than this are logged.
const SLOW: Duration = Duration::from_secs(1);

/// The middleware of one endpoint.
pub struct EndpointMiddleware {
    app: App,
    definition: &'static ApiDefinition,
    endpoint: Endpoint,
    /// The counter of what the endpoint usually answers, once it has.
    usual: OnceLock<Counter>,
}

impl EndpointMiddleware {
    /// The middleware of an endpoint of this API.
    #[must_use]
    pub fn new(app: App, definition: &'static ApiDefinition, endpoint: Endpoint) -> Self {
        Self { app, definition, endpoint, usual: OnceLock::new() }
    }

    /// The counter of an answer with this status.
    fn answers(&self, status: u16) -> Cow<'_, Counter> {
        let find = || self.app.metrics.answers(method_name(&self.endpoint.method), self.endpoint.path, status);
        if status == self.endpoint.status { Cow::Borrowed(self.usual.get_or_init(find)) } else { Cow::Owned(find()) }
    }
}

/// Lets a request through to its handler, or answers it here.
pub async fn run(middleware: Arc<EndpointMiddleware>, request: Request) -> Response {
    let started = Instant::now();
    let metrics = &middleware.app.metrics;
    let running = metrics.begin();
    let id = request_id(request.headers());
    let cross_origin = request.headers().contains_key(header::ORIGIN);
    let if_none_match = request.headers().get(header::IF_NONE_MATCH).cloned();
    let method = middleware.endpoint.method.clone();
    let log = begin_log(&middleware, &request);
    let mut caller = None;
    let (mut response, left) = match pass(&middleware, request, &mut caller).await {
        Ok(passed) => passed,
        Err((error, left)) => (error.into_response(), left),
    };
    if method == Method::GET {
        not_modified(&mut response, if_none_match.as_ref());
    }
    let headers = response.headers_mut();
    cache_headers(headers, method == Method::GET);
    headers.insert(REQUEST_ID, id.clone());
    if let Some(left) = left {
        limit_headers(headers, left);
    }
    if cross_origin {
        cors_headers(headers);
    }
    drop(running);
    let (took, status) = (started.elapsed(), response.status());
    metrics.done(&middleware.answers(status.as_u16()), status.as_u16(), took.as_secs_f64());
    let id = id.to_str().unwrap_or_default();
    if let (Some((path, address)), Some(caller)) = (log, caller) {
        let answered = Answered {
            at: store::now(),
            by: request_log::called_by(&caller.caller),
            method: method_name(&method),
            root: middleware.definition.root,
            route: middleware.endpoint.path,
            path,
            status: status.as_u16(),
            microseconds: i64::try_from(took.as_micros()).unwrap_or(i64::MAX),
            request_id: id.to_owned(),
            address,
        };
        middleware.app.note_request(caller.id, answered);
    }
    if status.is_server_error() || took > SLOW && !middleware.endpoint.long_poll {
        tracing::warn!(id, %method, route = middleware.endpoint.path, status = status.as_u16(), ms = took.as_millis() as u64, "slow or failed request");
    } else {
        tracing::debug!(id, %method, route = middleware.endpoint.path, status = status.as_u16(), ms = took.as_millis() as u64, "request");
    }
    response
}

/// What the request log says of a request that is not there any more when it is answered: its path, and from where it
/// came. None where nothing is written down.
fn begin_log(middleware: &EndpointMiddleware, request: &Request) -> Option<(String, String)> {
    let app = &middleware.app;
    let address = || device::address(request.headers(), request.extensions(), app);
    (app.config.request_log_rows > 0).then(|| (request.uri().path().to_owned(), address()))
}

type Rejection = (ApiError, Option<RateLimitStatus>);

/// Authenticates a request, counts it, reads it and has it answered.
async fn pass(
    middleware: &EndpointMiddleware,
    request: Request,
    caller: &mut Option<Arc<AuthContext>>,
) -> Result<(Response, Option<RateLimitStatus>), Rejection> {
    let app = &middleware.app;
    let (parts, sent) = request.into_parts();
    let early = |error| (error, None);
    let need = middleware.endpoint.access;
    let authenticated = authentication::authenticate_any(app, &parts.headers, middleware.definition, need).await;
    let (credential, mut site) = match authenticated {
        Ok(authenticated) => authenticated,
        Err(refused) => {
            // Whose request it is that is refused for want of a scope, say.
            *caller = authentication::known(app, &parts.headers, middleware.definition);
            return Err(early(refused));
        }
    };
    *caller = Some(Arc::clone(&site));
    authentication::note(app, &site);
    let requests = app.limits.of(site.id);
    let left = match count(app, &site, &requests) {
        Err(refused) => {
            site = looked_up_again(app, &credential, need, &site, refused).await?;
            count(app, &site, &requests)?
        }
        counted => counted?,
    };
    let late = |error| (error, Some(left));
    let streams = middleware.endpoint.streams;
    let (bytes, stream) = match streams {
        true => (Bytes::new(), sent),
        false => {
            let bytes = receive(&parts.headers, &parts.method, sent, app.config.body_limit).await.map_err(late)?;
            (bytes, Body::empty())
        }
    };
    // A body may take its time, and takes none of the school's places meanwhile; uploads have places of their own.
    let permit = match (streams, enter(app, &site, &requests)) {
        (true, _) => None,
        (false, Err(refused)) => {
            site = looked_up_again(app, &credential, need, &site, late(refused)).await?;
            Some(enter(app, &site, &requests).map_err(late)?)
        }
        (false, entered) => Some(entered.map_err(late)?),
    };
    let admitted = Admitted { site, credential, need, permit };
    let response = answer(middleware, parts, admitted, bytes, stream).await.map_err(late)?;
    Ok((response, Some(left)))
}

/// Who sends a request, and its place among those of the school.
struct Admitted {
    site: Arc<AuthContext>,
    credential: Credential,
    need: Need,
    permit: Option<ConcurrencyPermit>,
}

/// Has a request answered by its handler.
async fn answer(
    middleware: &EndpointMiddleware,
    mut parts: Parts,
    admitted: Admitted,
    bytes: Bytes,
    stream: Body,
) -> Result<Response, ApiError> {
    let app = &middleware.app;
    let query = query(middleware, &parts, &bytes)?;
    let cut = (middleware.endpoint.is_list && query.limit_is_cut()).then_some(LIMIT_CUT);
    let warnings =
        warning(&query.unknown(middleware.endpoint.query, middleware.endpoint.is_list)).into_iter().chain(cut);
    let idempotency_key = idempotency_key(&parts.method, &parts.headers)?.filter(|_| !middleware.endpoint.streams);
    let device = if parts.method == Method::GET { Device::default() } else { device::of(&parts, app) };
    let api = ApiContext::new(Inner {
        app: app.clone(),
        site: admitted.site,
        credential: admitted.credential,
        need: admitted.need,
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        body: bytes,
        form: is_form(&parts.headers),
        idempotency_key,
        place: Mutex::new(admitted.permit),
        unreadable_subject: Mutex::default(),
        unreadable: Mutex::default(),
        device,
    });
    parts.extensions.insert(api.clone());
    parts.extensions.insert(query);
    let mut response = middleware.endpoint.handle(Request::from_parts(parts, stream), app.clone()).await;
    api.release_concurrency_permit();
    for warning in warnings {
        response.headers_mut().append(header::WARNING, warning);
    }
    Ok(response)
}

/// The query of the address, and what a body says of paging.
fn query(middleware: &EndpointMiddleware, parts: &Parts, bytes: &[u8]) -> Result<Query, ApiError> {
    let mut query = Query::parse(middleware.definition, parts.uri.path(), parts.uri.query().unwrap_or_default())?;
    if parts.method == Method::GET && middleware.endpoint.is_list && !bytes.is_empty() {
        // A GET's body decides nothing but the page; one that is not JSON decides nothing at all.
        if let Ok(value) = body::parse_json(bytes) {
            query.take_from_body(&value);
        }
    }
    Ok(query)
}

/// What is known of the caller now, for a request that a limit refuses: it never reaches the transaction that would notice
/// a limit which was changed meanwhile.
async fn looked_up_again(
    app: &App,
    credential: &Credential,
    need: Need,
    known: &AuthContext,
    refused: Rejection,
) -> Result<Arc<AuthContext>, Rejection> {
    authentication::again(app, credential, need, known).await.ok_or(refused)
}

/// A school's own number counts; zero or less means no limit. Without one, the server's.
fn limit(own: Option<i64>, servers: Option<u32>) -> Option<u32> {
    match own {
        None => servers,
        Some(number) => u32::try_from(number).ok().filter(|number| *number > 0),
    }
}

/// Counts a request of a school in this minute.
fn count(app: &App, site: &Site, requests: &SiteRequests) -> Result<RateLimitStatus, Rejection> {
    let now = store::now();
    let per_minute = limit(site.requests_per_minute, app.config.requests_per_minute);
    requests.count(now, per_minute).map_err(|left| {
        let retry_after = u64::try_from((left.reset - now + 999) / 1000).unwrap_or(1).max(1);
        (ApiError::RateLimited { retry_after }, Some(left))
    })
}

/// Takes one of the places of a school's requests at once.
fn enter(app: &App, site: &Site, requests: &SiteRequests) -> Result<ConcurrencyPermit, ApiError> {
    let at_once = limit(site.requests_at_once, app.config.requests_at_once);
    requests.enter(at_once).ok_or(ApiError::RateLimited { retry_after: 1 })
}

async fn receive(headers: &HeaderMap, method: &Method, body: Body, most: usize) -> Result<Bytes, ApiError> {
    let sent = headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0");
    if !sent && *method == Method::GET {
        return Ok(Bytes::new());
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(ApiError::TooLarge(most));
    }
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::TooLarge(most)),
        Err(error) if body::TooSlow::caused(&*error) => Err(ApiError::TooSlow),
        Err(_) => Err(ApiError::BadRequest("The request body broke off.".to_owned())),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"))
}

fn idempotency_key(method: &Method, headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    if *method != Method::POST {
        return Ok(None);
    }
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match key.to_str() {
        Ok(key) if !key.trim().is_empty() && key.len() <= LONGEST_KEY && school::text::is_one_line(key) => {
            Ok(Some(key.trim().to_owned()))
        }
        _ => Err(ApiError::BadRequest(format!("Idempotency-Key must be 1 to {LONGEST_KEY} printable characters."))),
    }
}

/// Says that a page has fewer items than were asked for.
const LIMIT_CUT: HeaderValue = HeaderValue::from_static("299 - \"Parameter limit is cut to 250\"");

/// Names the parameters that were not understood (RFC 7234, section 5.5: 299 is for whatever has no code).
fn warning(unknown: &[&str]) -> Option<HeaderValue> {
    if unknown.is_empty() {
        return None;
    }
    let mut text = String::from("299 - \"Unknown query parameter: ");
    for (index, name) in unknown.iter().take(10).enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.extend(name.chars().take(64).filter(|c| (' '..='~').contains(c) && *c != '"' && *c != '\\'));
    }
    text.push('"');
    HeaderValue::try_from(text).ok()
}

/// The caller's name for the request, when it is a plain one; else a new one.
pub fn request_id(headers: &HeaderMap) -> HeaderValue {
    let plain = |id: &&HeaderValue| {
        id.len() <= 64
            && !id.is_empty()
            && id.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
    };
    headers.get(REQUEST_ID).filter(plain).cloned().unwrap_or_else(|| {
        let id = store::secrets::hex(&rand::random::<[u8; 16]>());
        HeaderValue::try_from(id).unwrap_or_else(|_| unreachable!("hexadecimal digits are a header value"))
    })
}

fn not_modified(response: &mut Response, if_none_match: Option<&HeaderValue>) {
    let (Some(asked), Some(tag)) = (if_none_match, response.headers().get(header::ETAG)) else { return };
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let same = asked.to_str().is_ok_and(|asked| {
        asked.trim() == "*" || tag.to_str().is_ok_and(|tag| asked.split(',').any(|one| weak(one) == weak(tag)))
    });
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
}

fn limit_headers(headers: &mut HeaderMap, left: RateLimitStatus) {
    const LIMIT: [HeaderName; 2] =
        [HeaderName::from_static("ratelimit-limit"), HeaderName::from_static("x-ratelimit-limit-minute")];
    const REMAINING: [HeaderName; 2] =
        [HeaderName::from_static("ratelimit-remaining"), HeaderName::from_static("x-ratelimit-remaining-minute")];
    for name in LIMIT {
        headers.insert(name, left.limit.into());
    }
    for name in REMAINING {
        headers.insert(name, left.remaining.into());
    }
    headers.insert(HeaderName::from_static("ratelimit-reset"), left.reset.into());
}

/// Says that an answer is for this caller alone: it may be kept by them where it has a tag by which they ask whether it
/// still holds, and it depends on who asks.
pub fn cache_headers(headers: &mut HeaderMap, is_read: bool) {
    let asked_after = is_read && headers.contains_key(header::ETAG);
    let cache = if asked_after { "private, no-cache" } else { "private, no-store" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.append(header::VARY, HeaderValue::from_static("Authorization, X-Auth-API-Key, X-Auth-Subdomain, Origin"));
}

/// Which headers a page of another origin may read.
const EXPOSED: &str = "ETag, Link, Location, Retry-After, Warning, X-Request-Id, Idempotency-Replayed, RateLimit-Limit, \
                       RateLimit-Remaining, RateLimit-Reset, X-RateLimit-Limit-Minute, X-RateLimit-Remaining-Minute";

/// Lets pages of any origin read the answer (Fetch standard, CORS protocol). No cookie ever counts at the API.
pub fn cors_headers(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// Answers a browser's question whether it may call (a preflight): yes, with any of the headers it names.
pub fn preflight(headers: &HeaderMap, methods: &str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    cors_headers(answer);
    let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let usual = HeaderValue::from_static(
        "authorization, content-type, idempotency-key, if-none-match, x-auth-api-key, x-auth-subdomain, x-request-id",
    );
    answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.unwrap_or(usual));
    if let Ok(methods) = HeaderValue::try_from(methods) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    answer.insert(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    response
}

fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
