//! Files on their way in, from any surface: the body as it comes, part by part into the storage, and then a look at what
//! has come. What may be uploaded, and what is known of it, are [`school::files`]; each surface begins and notes an upload in
//! transactions of its own.

use crate::body::TooSlow;
use crate::form::checked_pair;
use crate::{ApiError, App, StoreError};
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use files::Files;
use files::receive::{self, PartReader, ReceiveError};
use files::storage::StorageError;
use futures_util::{Stream, StreamExt as _};
use school::files::{File, FileAddresses, Part};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use store::{FileId, SiteId};

/// So many parts of a school's files are received at once.
const AT_ONCE: u32 = 16;
/// So long a request waits until its file has been looked at; afterwards whoever asks is told.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tells the server that bytes of a body have gone on to where they are kept, so that they count no longer as held.
#[derive(Clone)]
pub struct BodyMeter(Arc<dyn Fn(usize) + Send + Sync>);

impl BodyMeter {
    /// What hears of it.
    pub fn new(forget: impl Fn(usize) + Send + Sync + 'static) -> Self {
        Self(Arc::new(forget))
    }
}

/// The error of a body that broke off.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body that is read as it comes, and never held as a whole.
pub struct UploadBody {
    stream: Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>,
    meter: Option<BodyMeter>,
    /// What was given out last, which has gone on when more is asked for.
    given: usize,
    is_empty: bool,
}

impl UploadBody {
    /// Of a body, and what counts the bytes of it that are held.
    #[must_use]
    pub fn new(body: Body, meter: Option<BodyMeter>) -> Self {
        let is_empty = body.is_end_stream();
        let stream = body.into_data_stream().map(|piece| piece.map_err(|error| error.into_inner()));
        Self { stream: Box::pin(stream), meter, given: 0, is_empty }
    }

    /// How many bytes it is said to have; none when that is not said.
    #[must_use]
    pub fn length(&self, headers: &HeaderMap) -> Option<i64> {
        content_length(headers).or(self.is_empty.then_some(0))
    }
}

impl<S: Sync> FromRequest<S> for UploadBody {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let meter = request.extensions().get::<BodyMeter>().cloned();
        Ok(Self::new(request.into_body(), meter))
    }
}

impl Stream for UploadBody {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let gone = std::mem::take(&mut self.given);
        if let Some(BodyMeter(forget)) = self.meter.as_ref().filter(|_| gone > 0) {
            forget(gone);
        }
        let piece = std::task::ready!(self.stream.as_mut().poll_next(context));
        if let Some(Ok(bytes)) = &piece {
            self.given = bytes.len();
        }
        Poll::Ready(piece)
    }
}

/// Why an upload was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// A rule was broken.
    #[error(transparent)]
    Refused(#[from] school::Error),
    /// The bytes did not come in time.
    #[error("the bytes did not come in time")]
    TooSlow,
    /// The connection broke, or the form that the file is in.
    #[error("{0}")]
    Broken(String),
    /// A field of the form that the file is in holds what no text has.
    #[error("a field holds a character that no text has")]
    NoText,
    /// There is more of the form than may be held.
    #[error("the fields of the form are too long")]
    TooLarge,
    /// The school is sending too many at once.
    #[error("too many uploads at once")]
    Busy,
    /// The storage cannot be reached.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<ReceiveError<BoxError>> for UploadError {
    fn from(error: ReceiveError<BoxError>) -> Self {
        match error {
            ReceiveError::Refused(refusal) => Self::Refused(refusal),
            ReceiveError::Broken(error) if TooSlow::caused(&*error) => Self::TooSlow,
            ReceiveError::Broken(_) => Self::Broken("The request body broke off.".to_owned()),
            ReceiveError::Storage(error) => Self::Storage(error),
        }
    }
}

/// When it is worth trying again that there were too many at once, in seconds.
pub const BUSY_FOR: u64 = 2;

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Refused(refusal) => Self::School(refusal),
            UploadError::TooSlow => Self::TooSlow,
            UploadError::Broken(why) => Self::BadRequest(why),
            UploadError::NoText => Self::BadRequest("A field holds a character that no text has.".to_owned()),
            UploadError::TooLarge => Self::BadRequest("A field before the file is too long.".to_owned()),
            UploadError::Busy => Self::RateLimited { retry_after: BUSY_FOR },
            UploadError::Storage(error) => StoreError::Unavailable(error.to_string()).into(),
        }
    }
}

/// How many bytes a request says that its body has.
#[must_use]
pub fn content_length(headers: &HeaderMap) -> Option<i64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What parts two bytes of a form are separated by, where a request is a form with files.
#[must_use]
pub fn form_boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(header::CONTENT_TYPE)?.to_str().ok()?).ok()
}

impl App {
    /// How files are kept.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.config.files
    }

    /// What makes the addresses of files.
    #[must_use]
    pub fn file_addresses(&self) -> FileAddresses {
        FileAddresses { url: self.config.platform_url(), key: self.key.clone() }
    }

    /// Receives one part of a file, whose upload has not ended. It counts when it is noted (`school::files::note_part`); one
    /// that is not is to be given to [`App::discard_part`].
    ///
    /// # Errors
    /// [`UploadError`]; nothing is left then.
    pub async fn receive_part(
        &self,
        (site, gid): (SiteId, &str),
        file: &File,
        number: i64,
        body: UploadBody,
    ) -> Result<Part, UploadError> {
        let _place = self.limits.of(site).enter_upload(AT_ONCE).ok_or(UploadError::Busy)?;
        Ok(receive::part(self.files(), gid, file, number, body).await?)
    }

    /// Receives all of a file, which may be shorter than it was said to be. Its parts count when they are noted
    /// (`school::files::complete_with`).
    ///
    /// # Errors
    /// [`UploadError`]; nothing is left then.
    pub async fn receive_whole<S>(
        &self,
        (site, gid): (SiteId, &str),
        file: &File,
        body: S,
    ) -> Result<Vec<Part>, UploadError>
    where
        S: Stream<Item = Result<Bytes, BoxError>> + Unpin,
    {
        let _place = self.limits.of(site).enter_upload(AT_ONCE).ok_or(UploadError::Busy)?;
        let (mut reader, mut parts) = (PartReader::new(body), Vec::new());
        let mut left = file.size;
        let failed = loop {
            let number = parts.len() as i64 + 1;
            match reader.part(self.files(), gid, file, number, file.part_size.min(left)).await {
                Ok(Some(part)) => {
                    left -= part.size;
                    parts.push(part);
                }
                Ok(None) => match reader.has_more().await {
                    Ok(false) => return Ok(parts),
                    Ok(true) => break school::Error::invalid("size", "is less than what has come").into(),
                    Err(error) => break ReceiveError::Broken(error).into(),
                },
                Err(error) => break error.into(),
            }
        };
        for part in &parts {
            self.discard_part(gid, file, part).await;
        }
        Err(failed)
    }

    /// Removes the bytes of a part that does not count.
    pub async fn discard_part(&self, gid: &str, file: &File, part: &Part) {
        receive::discard(self.files(), gid, file, part).await;
    }

    /// Has a file looked at whose upload has ended, and waits a while for what comes of it. What takes longer goes on.
    pub async fn look_at_file(&self, site: SiteId, id: FileId) {
        let (files, store) = (self.files().clone(), self.store.clone());
        let look = tokio::spawn(async move {
            if let Err(error) = files::check::run(&files, &store, site, id).await {
                tracing::warn!(%error, %site, file = %id, "a file could not be looked at; it is tried again");
            }
        });
        let _looked_or_later = tokio::time::timeout(PATIENCE, look).await;
    }
}

/// How much of a form with files may be held.
#[derive(Debug, Clone, Copy)]
pub struct FormLimits {
    /// So many fields, files among them.
    pub fields: usize,
    /// So many bytes of fields; of files too where they are read whole.
    pub bytes: usize,
}

impl FormLimits {
    /// Of a form whose file goes on to where it is kept as it comes.
    pub const STREAMED: Self = Self { fields: 20, bytes: 80 * 1024 };
}

/// A form with files in it (`multipart/form-data`, RFC 7578), of which the fields before the first file are read first.
pub struct FileForm {
    form: multer::Multipart<'static>,
    /// How much more of it may be held.
    left: FormLimits,
    /// The fields that came before the file: names and texts.
    pub fields: Vec<(String, String)>,
    /// What the file is called by whoever sends it; none where there is no file.
    pub file_name: Option<String>,
    file: Option<multer::Field<'static>>,
}

/// A file that was in a form.
#[derive(Debug, Clone)]
pub struct FormFile {
    /// The field that it was chosen in.
    pub field: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl FileForm {
    /// Reads a form up to its first file.
    ///
    /// # Errors
    /// [`UploadError::Broken`] when it is none; [`UploadError::TooLarge`] when its fields are more than may be held.
    pub async fn read(body: UploadBody, boundary: String, limits: FormLimits) -> Result<Self, UploadError> {
        let form = multer::Multipart::new(body, boundary);
        let mut read = Self { form, left: limits, fields: Vec::new(), file_name: None, file: None };
        read.file = read.next_file().await?;
        read.file_name = read.file.as_ref().and_then(|file| file.file_name().map(str::to_owned));
        Ok(read)
    }

    /// Reads on up to the next file; none at the end of the form.
    async fn next_file(&mut self) -> Result<Option<multer::Field<'static>>, UploadError> {
        while let Some(mut field) = self.form.next_field().await.map_err(broken)? {
            self.left.fields = self.left.fields.checked_sub(1).ok_or(UploadError::TooLarge)?;
            if field.file_name().is_some() {
                return Ok(Some(field));
            }
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = self.held(&mut field).await?;
            self.fields.push(checked_pair(&name, &bytes).map_err(|_| UploadError::NoText)?);
        }
        Ok(None)
    }

    /// All of a field or file.
    async fn held(&mut self, field: &mut multer::Field<'static>) -> Result<Vec<u8>, UploadError> {
        let mut bytes = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(broken)? {
            self.left.bytes = self.left.bytes.checked_sub(piece.len()).ok_or(UploadError::TooLarge)?;
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// All of a form with small files: its fields, and its files that are not empty.
    ///
    /// # Errors
    /// As [`FileForm::read`].
    pub async fn whole(mut self) -> Result<(Vec<(String, String)>, Vec<FormFile>), UploadError> {
        let mut files = Vec::new();
        let mut next = self.file.take();
        while let Some(mut file) = next {
            let field = file.name().unwrap_or_default().to_owned();
            let bytes = self.held(&mut file).await?;
            // The form goes on when it is let go.
            drop(file);
            if !bytes.is_empty() {
                files.push(FormFile { field, bytes });
            }
            next = self.next_file().await?;
        }
        Ok((self.fields, files))
    }

    /// The first value of a field before the file; empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The bytes of the file, as they come.
    pub fn into_bytes(self) -> impl Stream<Item = Result<Bytes, BoxError>> + Unpin {
        let Self { form, file, .. } = self;
        // The form is what the file is read from.
        let bytes = futures_util::stream::unfold((form, file), |(form, file)| async move {
            let mut file = file?;
            match file.chunk().await {
                Ok(Some(piece)) => Some((Ok(piece), (form, Some(file)))),
                Ok(None) => None,
                Err(error) => Some((Err(BoxError::from(error)), (form, None))),
            }
        });
        Box::pin(bytes)
    }
}

fn broken(error: multer::Error) -> UploadError {
    if TooSlow::caused(&error) {
        UploadError::TooSlow
    } else {
        UploadError::Broken(format!("The form cannot be read: {error}."))
    }
}
