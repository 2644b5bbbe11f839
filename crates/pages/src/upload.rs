//! Files that a visitor sends from one of our pages: as a form with a file in it, or by script as bytes.

use crate::csrf::is_same_origin;
use crate::error::PageError;
use crate::form::Fields;
use crate::visitor::Visitor;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, Limited};
use web::uploads::{BUSY_FOR, BodyMeter, FileForm, UploadBody, UploadError, form_boundary};
use web::{App, StoreError, device};

/// The header in which a script sends the token of a form.
const TOKEN: &str = "x-csrf-token";
/// Longest form without a file, in bytes.
const LONGEST: usize = 64 * 1024;

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
            UploadError::Busy => Self::TooMany(BUSY_FOR),
            UploadError::Storage(error) => Self::Store(StoreError::Unavailable(error.to_string())),
        }
    }
}

impl FromRequest<App> for SubmittedUpload {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let visitor = Visitor::from_headers(app, &parts.headers, device::of(&parts, app)).await?;
        if !is_same_origin(&parts.headers, visitor.host(), &app.config.scheme) {
            return Err(PageError::Forged);
        }
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let meter = parts.extensions.get::<BodyMeter>().cloned();
        let token = |fields: &Fields| fields.get("csrf").to_owned();
        let (fields, token, file) = if let Some(boundary) = form_boundary(&parts.headers) {
            let form = FileForm::read(UploadBody::new(body, meter), boundary).await?;
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
