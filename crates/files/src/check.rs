//! What a file is that has come whole, and whether it is taken.

use crate::content::{self, Content, HEAD, Picture};
use crate::scan::Scanned;
use crate::storage::{ObjectKey, StorageError};
use crate::{Files, archive, media, picture, read, receive};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use school::files::{self, File, FileKind, FileState, Found, Part, Verdict};
use sha2::{Digest, Sha256};
use store::secrets::hex;
use store::{FileId, SiteId, Store, StoreError};

/// The longest captions, in bytes.
const LONGEST_CAPTIONS: i64 = 4 * 1024 * 1024;

/// Why a file was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule was broken, or the database failed.
    #[error(transparent)]
    School(#[from] school::Error),
}

impl store::FromStore for CheckError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::School(error) => error.store_error(),
        }
    }
}

/// Looks at a file whose upload has ended, and writes down what came of it. Gives the file as it is then; none when it is
/// gone, or was settled before.
///
/// # Errors
/// When the database fails. The file is then looked at again later.
pub async fn run(files: &Files, store: &Store, site: SiteId, id: FileId) -> Result<Option<File>, CheckError> {
    let _turn = files.0.checks.acquire().await;
    let read = move |tx: &mut store::Tx<'_>| -> Result<_, CheckError> {
        let Some(file) = files::find(tx, site, id)?.filter(|file| file.state == FileState::Checking) else {
            return Ok(None);
        };
        let parts = store::files::parts(tx, site, id, 1, i64::MAX)?;
        let gid = store::sites::gid(tx, site)?.unwrap_or_default();
        Ok(Some((file, parts, gid)))
    };
    let Some((file, parts, school)) = store.read(read).await? else { return Ok(None) };
    let looked = Look { files, school: &school, file: &file, parts: &parts };
    let verdict = match looked.verdict().await {
        Ok(Ok(found)) => Verdict::Ready(found),
        Ok(Err(refusal)) => Verdict::Refused(refusal),
        Err(later) => {
            tracing::warn!(%site, file = %id, why = later.0, "a file could not be looked at; it is tried again");
            Verdict::Later(later.0)
        }
    };
    let written = verdict.clone();
    let settled = store.write(site, move |tx| files::settle(tx, site, id, &written)).await?;
    // What is not named any more: what was sent of a picture that was written anew, or what was written in vain.
    if let Verdict::Ready(Found { rewritten: Some(whole), .. }) = &verdict {
        let unnamed = if settled.is_some() { &parts[..] } else { std::slice::from_ref(whole) };
        for part in unnamed {
            receive::discard(files, &school, &file, part).await;
        }
    }
    Ok(settled)
}

/// Why a file could not be looked at.
struct Later(String);

impl From<StorageError> for Later {
    fn from(error: StorageError) -> Self {
        Self(error.to_string())
    }
}

/// What was found, or why it is not taken.
type Looked = Result<Found, String>;

struct Look<'l> {
    files: &'l Files,
    school: &'l str,
    file: &'l File,
    parts: &'l [Part],
}

impl Look<'_> {
    async fn verdict(&self) -> Result<Looked, Later> {
        let head = self.bytes(0, HEAD as i64 - 1).await?;
        let content = match content::of(&head, &self.file.name) {
            Ok(content) => content,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match self.scan().await? {
            Ok(()) => {}
            Err(refusal) => return Ok(Err(refusal)),
        }
        match content.kind {
            FileKind::Image => self.picture(content).await,
            FileKind::Captions => self.captions(content).await,
            FileKind::Download if head.starts_with(b"PK") => match self.archive().await? {
                Ok(()) => self.found(content, media::Measures::default()).await,
                Err(refusal) => Ok(Err(refusal)),
            },
            _ => {
                let measures = self.measures(content, &head).await?;
                self.found(content, measures).await
            }
        }
    }

    /// The bytes from one to another, as far as there are any.
    async fn bytes(&self, first: i64, last: i64) -> Result<Vec<u8>, Later> {
        let last = last.min(self.file.size - 1);
        let mut bytes = Vec::with_capacity(usize::try_from(last + 1 - first).unwrap_or_default());
        let mut stream = read::range(self.files, self.school, self.file, self.parts.to_vec(), (first, last));
        while let Some(piece) = stream.try_next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// What the program of the host says, where there is one.
    async fn scan(&self) -> Result<Result<(), String>, Later> {
        let Some(scan) = &self.files.0.scan else { return Ok(Ok(())) };
        match scan.look(read::whole(self.files, self.school, self.file, self.parts.to_vec())).await {
            Scanned::Fine => Ok(Ok(())),
            Scanned::Infected => Ok(Err("The scanner for viruses has found something in it".to_owned())),
            Scanned::Failed(why) => Err(Later(format!("It could not be scanned for viruses: {why}"))),
        }
    }

    async fn picture(&self, content: Content) -> Result<Looked, Later> {
        let Some(format) = Picture::of(content.content_type) else { return Err(Later("no format".to_owned())) };
        if self.file.size > picture::MOST_BYTES {
            return Ok(Err(format!(
                "A picture may have {} at most: make it smaller",
                files::in_words(picture::MOST_BYTES)
            )));
        }
        let turn = self.files.0.pictures.acquire().await.map_err(|error| Later(error.to_string()))?;
        let sent = self.bytes(0, self.file.size - 1).await?;
        let cleaned = tokio::task::spawn_blocking(move || {
            let cleaned = picture::clean(&sent, format)?;
            let is_new = cleaned.bytes != sent;
            Ok::<_, String>((cleaned, is_new))
        });
        // A decoder that panics has met something that it was not made for.
        let cleaned = cleaned.await.unwrap_or_else(|_| Err("The picture is damaged: it cannot be decoded".to_owned()));
        drop(turn);
        let (cleaned, is_new) = match cleaned {
            Ok(cleaned) => cleaned,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let checksum = hex(&Sha256::digest(&cleaned.bytes));
        let measures = media::Measures {
            width: Some(cleaned.width.into()),
            height: Some(cleaned.height.into()),
            duration_ms: None,
        };
        let rewritten = if is_new { Some(self.write(cleaned.bytes).await?) } else { None };
        Ok(Ok(found(content, checksum, measures, rewritten)))
    }

    async fn write(&self, bytes: Vec<u8>) -> Result<Part, Later> {
        let token = school::ids::file_token();
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let key = ObjectKey { school: self.school.to_owned(), file: self.file.id, name: token.clone() };
        self.files.storage().write(&key, Bytes::from(bytes)).await?;
        Ok(Part { number: 1, token, size })
    }

    async fn captions(&self, content: Content) -> Result<Looked, Later> {
        if self.file.size > LONGEST_CAPTIONS {
            return Ok(Err(format!("Captions may have {} at most", files::in_words(LONGEST_CAPTIONS))));
        }
        let bytes = self.bytes(0, self.file.size - 1).await?;
        if std::str::from_utf8(&bytes).is_err() {
            return Ok(Err("Captions must be UTF-8 text: save them so".to_owned()));
        }
        Ok(Ok(found(content, hex(&Sha256::digest(&bytes)), media::Measures::default(), None)))
    }

    async fn archive(&self) -> Result<Result<(), String>, Later> {
        let size = self.file.size;
        let tail = self.bytes((size - archive::TAIL).max(0), size - 1).await?;
        let directory = match archive::directory(&tail, size) {
            Ok(directory) => directory,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let bytes = match directory.length {
            0 => Vec::new(),
            length => self.bytes(directory.begin, directory.begin + length - 1).await?,
        };
        Ok(archive::check(&bytes, size))
    }

    async fn measures(&self, content: Content, head: &[u8]) -> Result<media::Measures, Later> {
        match content.content_type {
            "audio/wav" => Ok(media::of_wav(head, self.file.size)),
            "video/mp4" | "video/quicktime" | "audio/mp4" => {
                let mut at = 0;
                for _ in 0..media::MOST_BOXES {
                    let begin = self.bytes(at, at + 15).await?;
                    let Some((Some(length), name, own)) = media::box_at(&begin) else { break };
                    let length = i64::try_from(length).unwrap_or(i64::MAX);
                    if name == *b"moov" && length <= media::LONGEST_HEAD {
                        return Ok(media::of_head(&self.bytes(at + own as i64, at + length - 1).await?));
                    }
                    at = at.saturating_add(length);
                    if length < own as i64 || at >= self.file.size {
                        break;
                    }
                }
                Ok(media::Measures::default())
            }
            _ => Ok(media::Measures::default()),
        }
    }

    /// A file that stays as it came.
    async fn found(&self, content: Content, measures: media::Measures) -> Result<Looked, Later> {
        let mut sum = Sha256::new();
        let mut stream = read::whole(self.files, self.school, self.file, self.parts.to_vec());
        let mut size = 0;
        while let Some(piece) = stream.try_next().await? {
            size += piece.len() as i64;
            sum.update(&piece);
        }
        if size != self.file.size {
            return Err(Later(format!("{size} of {} bytes are there", self.file.size)));
        }
        Ok(Ok(found(content, hex(&sum.finalize()), measures, None)))
    }
}

fn found(content: Content, checksum: String, measures: media::Measures, rewritten: Option<Part>) -> Found {
    let media::Measures { width, height, duration_ms } = measures;
    let content_type = content.content_type.to_owned();
    Found { kind: content.kind, content_type, checksum, width, height, duration_ms, rewritten }
}
