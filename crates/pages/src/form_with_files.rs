//! A form with files in it (`multipart/form-data`, RFC 7578).

use crate::csrf::is_same_origin;
use crate::device;
use crate::error::PageError;
use crate::form::{Fields, SubmittedForm};
use crate::visitor::Visitor;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use multer::Multipart;
use web::App;
use web::form::checked_pair;

/// Longest form with files, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;
/// Most fields of one.
const MOST_FIELDS: usize = 1000;

/// A file of a form.
#[derive(Debug, Clone)]
pub struct FormFile {
    /// The field that it was chosen in.
    pub field: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A form that somebody who is signed in has sent from one of our pages, with the files in it. Without files it may be
/// sent as any other form.
pub struct FormWithFiles {
    /// Who, and what they wrote.
    pub form: SubmittedForm,
    /// The files that are not empty.
    pub files: Vec<FormFile>,
}

impl FromRequest<App> for FormWithFiles {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let Some(boundary) = kind.and_then(|kind| multer::parse_boundary(kind).ok()) else {
            return Ok(Self { form: SubmittedForm::from_request(request, app).await?, files: Vec::new() });
        };
        let (parts, body) = request.into_parts();
        let device = device::of(&parts, app);
        let visitor = Visitor::from_headers(app, &parts.headers, device.clone()).await?;
        // Nobody else may have so much read.
        if visitor.session.is_none() || !is_same_origin(&parts.headers, visitor.host(), &app.config.scheme) {
            return Err(PageError::Forged);
        }
        let bytes = to_bytes(body, LONGEST).await.map_err(|_| PageError::TooLarge)?;
        let stream = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(bytes) });
        let (mut pairs, mut files) = (Vec::new(), Vec::new());
        let mut form = Multipart::new(stream, boundary);
        let malformed = |_| PageError::Malformed("Its parts cannot be told apart.");
        while let Some(part) = form.next_field().await.map_err(malformed)? {
            if pairs.len() + files.len() >= MOST_FIELDS {
                return Err(PageError::Malformed("It has too many fields."));
            }
            let (field, is_file) = (part.name().unwrap_or_default().to_owned(), part.file_name().is_some());
            let bytes = part.bytes().await.map_err(malformed)?;
            if !is_file {
                let pair = checked_pair(&field, &bytes);
                pairs.push(pair.map_err(|_| PageError::Malformed("It holds a character that no text has."))?);
            } else if !bytes.is_empty() {
                files.push(FormFile { field, bytes: bytes.to_vec() });
            }
        }
        let fields = Fields::of(pairs);
        if !visitor.is_csrf_token(fields.get("csrf")) {
            return Err(PageError::Forged);
        }
        Ok(Self { form: SubmittedForm { visitor, device, fields }, files })
    }
}
