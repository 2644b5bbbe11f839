//! `/files/…` on the platform's own host: the files of schools, as nothing in a browser can run them. A file comes without
//! any right of the host that it comes from (`Content-Security-Policy: sandbox`), as what its content was found to be and
//! nothing else (`nosniff`), and what is no picture, video, sound or caption is offered for keeping, not shown.

use ::files::picture::offered_width;
use ::files::read;
use ::files::sizes::{SmallPicture, in_width};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::{StreamExt as _, TryStreamExt as _};
use school::files::{self, File, FileAddresses, FileKind, FileState, Part, Signed, Visibility};
use school::security_log::{Origin, Who};
use school::{FileId, Site, SiteId, sites};
use serde::Deserialize;
use web::byte_ranges::{ByteRange, asked_range};
use web::{App, Authority, FromStore, StoreError, Tx, host, now};

/// The route of files.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/files/{site}/{file}/{token}/{name}", get(show))
}

/// What the query of an address may say.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    expires: Option<i64>,
    signature: Option<String>,
    width: Option<u32>,
    download: Option<String>,
}

/// Why a file is not sent.
#[derive(Debug, thiserror::Error)]
enum FileError {
    /// There is none at this address, or the address has ended.
    #[error("no such file")]
    None,
    /// The server's own trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<school::Error> for FileError {
    fn from(error: school::Error) -> Self {
        match error {
            school::Error::Store(error) => Self::Store(error),
            _ => Self::None,
        }
    }
}

impl FromStore for FileError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::None => None,
        }
    }
}

impl IntoResponse for FileError {
    fn into_response(self) -> Response {
        let mut response = match self {
            Self::None => {
                (StatusCode::NOT_FOUND, "There is no file here, or its address counts no longer.\n").into_response()
            }
            Self::Store(error) => {
                tracing::error!(%error, "a file could not be sent");
                let retry = [(header::RETRY_AFTER, "1")];
                (StatusCode::SERVICE_UNAVAILABLE, retry, "The file cannot be reached at the moment.\n").into_response()
            }
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        protect(response.headers_mut());
        response
    }
}

/// Whoever has an address of a file that counts.
struct Holder {
    addresses: FileAddresses,
    site: SiteId,
    file: FileId,
    token: String,
    expires: Option<i64>,
    signature: Option<String>,
}

impl Authority for Holder {
    type Actor = (Site, File);
    type Error = FileError;

    fn confirm(&self, tx: &mut Tx<'_>) -> Result<(Site, File), FileError> {
        let site = sites::get(tx, self.site)?;
        let file = files::get(tx, self.site, self.file)?;
        let signed = self.expires.zip(self.signature.as_deref());
        let signed = signed.map(|(expires, signature)| Signed { expires, signature });
        let counts = site.suspended_at.is_none()
            && file.token == self.token
            && file.state == FileState::Ready
            && self.addresses.counts(site.id, &file, signed, now());
        if counts { Ok((site, file)) } else { Err(FileError::None) }
    }

    fn origin(&self, _: &(Site, File)) -> Origin {
        Origin { who: Who::Anyone, ..Origin::default() }
    }
}

/// A file that is to be sent, and which bytes of it.
struct Sent {
    site: Site,
    file: File,
    parts: Vec<Part>,
    range: ByteRange,
}

/// `GET /files/{site}/{file}/{token}/{name}`
async fn show(
    State(app): State<App>,
    Path((site, file, token, _name)): Path<(i64, i64, String, String)>,
    Query(asked): Query<Asked>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    // Elsewhere it would be of the origin of whoever is there.
    if !host::is_platforms(&headers, &app.config.base_domain) {
        return FileError::None.into_response();
    }
    let Asked { expires, signature, width, download } = asked;
    let addresses = app.file_addresses();
    let holder = Holder { addresses, site: SiteId::new(site), file: FileId::new(file), token, expires, signature };
    let range_headers = headers.clone();
    let read = app.read_as(holder, move |tx, (site, file)| {
        let is_smaller = small_width(file, width).is_some();
        let range = match is_smaller {
            true => ByteRange::Whole,
            false => asked_range(&range_headers, file.size, &etag(file, None)),
        };
        let (first, last) = range.bounds(file.size);
        let parts = files::parts_with(tx, site.id, file, first, last)?;
        Ok(Sent { site: site.clone(), file: file.clone(), parts, range })
    });
    let sent = match read.await {
        Ok(sent) => sent,
        Err(error) => return error.into_response(),
    };
    let mut response = match small_width(&sent.file, width) {
        Some(width) => picture(&app, &sent, width, &headers).await,
        None => bytes(&app, &sent, &method, &headers).await,
    };
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        cache(response.headers_mut(), &sent.file, expires);
        disposition(response.headers_mut(), &sent.file, download.is_some());
    }
    protect(response.headers_mut());
    response
}

/// In which width a picture is to be sent, when that is not its own.
fn small_width(file: &File, asked: Option<u32>) -> Option<u32> {
    let own = file.width.filter(|_| file.kind == FileKind::Image && file.content_type != "image/gif")?;
    offered_width(asked?, u32::try_from(own).ok()?)
}

fn etag(file: &File, width: Option<u32>) -> String {
    let sum: String = file.checksum.as_deref().unwrap_or(&file.token).chars().take(32).collect();
    match width {
        Some(width) => format!("\"{sum}-{width}\""),
        None => format!("\"{sum}\""),
    }
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let asked = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    asked.flat_map(|tags| tags.split(',')).any(|one| one.trim() == "*" || one.trim().trim_start_matches("W/") == tag)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: impl TryInto<HeaderValue>) {
    if let Ok(value) = value.try_into() {
        headers.insert(name, value);
    }
}

/// The picture in a width.
async fn picture(app: &App, sent: &Sent, width: u32, asked: &HeaderMap) -> Response {
    let tag = etag(&sent.file, Some(width));
    let mut response = Response::new(Body::empty());
    if is_known(asked, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        match in_width(app.files(), &sent.site.gid, &sent.file, sent.parts.clone(), width).await {
            Ok(SmallPicture { bytes, content_type }) => {
                set(response.headers_mut(), header::CONTENT_TYPE, content_type);
                *response.body_mut() = Body::from(bytes);
            }
            Err(error) => return FileError::Store(StoreError::Unavailable(error.to_string())).into_response(),
        }
    }
    set(response.headers_mut(), header::ETAG, tag);
    response
}

/// The bytes of the file, or those that were asked for (RFC 9110, section 14).
async fn bytes(app: &App, sent: &Sent, method: &Method, asked: &HeaderMap) -> Response {
    let Sent { site, file, parts, range } = sent;
    let tag = etag(file, None);
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    set(headers, header::ETAG, tag.as_str());
    set(headers, header::ACCEPT_RANGES, "bytes");
    if is_known(asked, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    let (first, last) = range.bounds(file.size);
    match range {
        ByteRange::Whole => {}
        ByteRange::Some(..) => set(headers, header::CONTENT_RANGE, format!("bytes {first}-{last}/{}", file.size)),
        ByteRange::Nothing => {
            set(headers, header::CONTENT_RANGE, format!("bytes */{}", file.size));
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            return response;
        }
    }
    let text = if file.content_type.starts_with("text/") { "; charset=utf-8" } else { "" };
    set(headers, header::CONTENT_TYPE, format!("{}{text}", file.content_type));
    set(headers, header::CONTENT_LENGTH, last - first + 1);
    if matches!(range, ByteRange::Some(..)) {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if *method != Method::HEAD {
        let mut stream = read::range(app.files(), &site.gid, file, parts.clone(), (first, last));
        // What cannot be had is told before the answer begins.
        match stream.try_next().await {
            Ok(begin) => {
                let begin = futures_util::stream::iter(begin.map(Ok));
                *response.body_mut() = Body::from_stream(begin.chain(stream));
            }
            Err(error) => return FileError::Store(StoreError::Unavailable(error.to_string())).into_response(),
        }
    }
    response
}

/// For how long it may be kept: for ever where its address stays, since a file never changes, and as long as its address
/// counts where that ends.
fn cache(headers: &mut HeaderMap, file: &File, expires: Option<i64>) {
    let cache = match file.visibility {
        Visibility::Public => web::static_file::FOR_EVER.to_owned(),
        Visibility::Private => {
            let left = expires.unwrap_or_default().saturating_sub(now() / 1000).max(0);
            format!("private, max-age={left}")
        }
    };
    set(headers, header::CACHE_CONTROL, cache);
}

/// Whether it is shown, or offered for keeping under its name (RFC 6266).
fn disposition(headers: &mut HeaderMap, file: &File, download: bool) {
    let shown = matches!(file.kind, FileKind::Image | FileKind::Video | FileKind::Audio | FileKind::Captions);
    let how = if shown && !download { "inline" } else { "attachment" };
    let plain: String = file
        .name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' { c } else { '_' })
        .collect();
    let name = files::encoded_name(&file.name);
    set(headers, header::CONTENT_DISPOSITION, format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{name}"));
}

/// What keeps a file from being anything but a file, and lets any page show it that has its address.
fn protect(headers: &mut HeaderMap) {
    // A browser that shows a picture or video alone makes a page around it, which loads it once more.
    let policy = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; sandbox";
    set(headers, header::CONTENT_SECURITY_POLICY, policy);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, "Accept-Ranges, Content-Length, Content-Range, ETag");
}
