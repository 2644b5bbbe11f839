//! Files that a visitor sends from one of our pages: as a form with a file in it, or by script as bytes.

use crate::csrf::is_same_origin;
use crate::device;
use crate::error::PageError;
use crate::form::{Fields, SubmittedForm};
use crate::visitor::Visitor;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, Limited};
use identity::sessions::Device;
pub use web::uploads::FormFile;
use web::uploads::{BUSY_FOR, BodyMeter, FileForm, FormLimits, UploadBody, UploadError, form_boundary};
use web::{App, StoreError};

/// The header in which a script sends the token of a form.
const TOKEN: &str = "x-csrf-token";
/// Longest form without a file, in bytes.
const LONGEST: usize = 64 * 1024;
/// What may be held of a form with small files.
const WHOLE: FormLimits = FormLimits { fields: 1000, bytes: 8 * 1024 * 1024 };

/// What was sent, once it is known that the visitor meant to.
pub struct SubmittedUpload {
    /// Who.
    pub visitor: Visitor,
    /// The fields of the form before the file, or of the query of what a script sends.
    pub fields: Fields,
    /// The headers.
    pub headers: HeaderMap,
    /// What there is of a file.
    pub file: SentFile,
}

/// A file on its way.
pub enum SentFile {
    /// In a form that has been read up to it.
    Form(Box<FileForm>),
    /// As the whole body.
    Bytes(UploadBody),
    /// There is none.
    None,
}

impl From<UploadError> for PageError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Refused(refusal) => refusal.into(),
            UploadError::TooSlow => Self::Malformed("The file did not come in time. Please try again."),
            UploadError::Broken(_) => Self::Malformed("The file did not come whole. Please try again."),
            UploadError::NoText => Self::Malformed("It holds a character that no text has."),
            UploadError::TooLarge => Self::TooLarge,
            UploadError::Busy => Self::TooMany(BUSY_FOR),
            UploadError::Storage(error) => Self::Store(StoreError::Unavailable(error.to_string())),
        }
    }
}

impl FromRequest<App> for SubmittedUpload {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let (visitor, _) = sender(&parts, app).await?;
        Self::read(parts, body, visitor, FormLimits::STREAMED).await
    }
}

/// Who sends a request from one of our pages, and from which device.
async fn sender(parts: &Parts, app: &App) -> Result<(Visitor, Device), PageError> {
    let device = device::of(parts, app);
    let visitor = Visitor::from_headers(app, &parts.headers, device.clone()).await?;
    match is_same_origin(&parts.headers, visitor.host(), &app.config.scheme) {
        true => Ok((visitor, device)),
        false => Err(PageError::Forged),
    }
}

impl SubmittedUpload {
    async fn read(parts: Parts, body: Body, visitor: Visitor, limits: FormLimits) -> Result<Self, PageError> {
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let meter = parts.extensions.get::<BodyMeter>().cloned();
        let token = |fields: &Fields| fields.get("csrf").to_owned();
        let (fields, token, file) = if let Some(boundary) = form_boundary(&parts.headers) {
            let form = FileForm::read(UploadBody::new(body, meter), boundary, limits).await?;
            let fields = Fields::of(form.fields.clone());
            let file = if form.file_name.is_some() { SentFile::Form(Box::new(form)) } else { SentFile::None };
            (fields.clone(), token(&fields), file)
        } else if kind.starts_with("application/octet-stream") {
            let sent = parts.headers.get(TOKEN).and_then(|token| token.to_str().ok()).unwrap_or_default();
            let fields = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
            (fields, sent.to_owned(), SentFile::Bytes(UploadBody::new(body, meter)))
        } else {
            let bytes = Limited::new(body, LONGEST).collect().await.map_err(|_| PageError::TooLarge)?.to_bytes();
            let fields = Fields::parse(&bytes)?;
            (fields.clone(), token(&fields), SentFile::None)
        };
        if !visitor.is_csrf_token(&token) {
            return Err(PageError::Forged);
        }
        Ok(Self { visitor, fields, headers: parts.headers, file })
    }
}

/// A form that somebody who is signed in has sent from one of our pages, with the files in it, which are small. Without
/// files it may be sent as any other form.
pub struct FormWithFiles {
    /// Who, and what they wrote.
    pub form: SubmittedForm,
    /// The files that are not empty.
    pub files: Vec<FormFile>,
}

impl FromRequest<App> for FormWithFiles {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        if form_boundary(request.headers()).is_none() {
            return Ok(Self { form: SubmittedForm::from_request(request, app).await?, files: Vec::new() });
        }
        let (mut parts, body) = request.into_parts();
        let (visitor, device) = sender(&parts, app).await?;
        // Nobody else may have so much read.
        if visitor.session.is_none() {
            return Err(PageError::Forged);
        }
        // All of it is held until the request has ended.
        parts.extensions.remove::<BodyMeter>();
        let SubmittedUpload { visitor, fields, file, .. } = SubmittedUpload::read(parts, body, visitor, WHOLE).await?;
        let (fields, files) = match file {
            SentFile::Form(form) => {
                let (fields, files) = form.whole().await?;
                (Fields::of(fields), files)
            }
            SentFile::Bytes(_) | SentFile::None => (fields, Vec::new()),
        };
        Ok(Self { form: SubmittedForm { visitor, device, fields }, files })
    }
}
