//! Parts of files on their way in.

use crate::Files;
use crate::storage::{ObjectKey, StorageError};
use bytes::Bytes;
use futures_util::stream::Fuse;
use futures_util::{Stream, StreamExt as _};
use school::files::{self, File, Part};

/// Why a part was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError<E> {
    /// It is not as long as it must be, or there is no such part.
    #[error(transparent)]
    Refused(school::Error),
    /// It did not come whole.
    #[error("the part did not come whole: {0}")]
    Broken(E),
    /// It could not be kept.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Bytes being cut into parts and kept: an object for each.
pub struct PartReader<S: Stream> {
    body: Fuse<S>,
    /// What has come and belongs to the next part.
    rest: Bytes,
}

impl<S, E> PartReader<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    /// Of the bytes that come.
    pub fn new(body: S) -> Self {
        Self { body: body.fuse(), rest: Bytes::new() }
    }

    async fn next(&mut self) -> Option<Result<Bytes, E>> {
        if self.rest.is_empty() { self.body.next().await } else { Some(Ok(std::mem::take(&mut self.rest))) }
    }

    /// Keeps the next part, which must have this many bytes; none when nothing is left. A shorter one is kept too where it is
    /// known to be the last.
    ///
    /// # Errors
    /// [`ReceiveError`]; no object is left then.
    pub async fn part(
        &mut self,
        files: &Files,
        school: &str,
        file: &File,
        number: i64,
        size: i64,
    ) -> Result<Option<Part>, ReceiveError<E>> {
        let token = school::ids::file_token();
        let key = ObjectKey { school: school.to_owned(), file: file.id, name: token.clone() };
        let mut writer = files.storage().writer(&key);
        let most = u64::try_from(size).unwrap_or_default();
        while writer.size() < most {
            let Some(piece) = self.next().await else { break };
            let mut piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    writer.abandon().await;
                    return Err(ReceiveError::Broken(error));
                }
            };
            let room = usize::try_from(most - writer.size()).unwrap_or(usize::MAX);
            if piece.len() > room {
                self.rest = piece.split_off(room);
            }
            if let Err(error) = writer.write(piece).await {
                writer.abandon().await;
                return Err(error.into());
            }
        }
        if writer.size() == 0 {
            writer.abandon().await;
            return Ok(None);
        }
        let size = i64::try_from(writer.finish().await?).unwrap_or(i64::MAX);
        Ok(Some(Part { number, token, size }))
    }

    /// Whether more bytes have come than were taken.
    ///
    /// # Errors
    /// When what comes breaks off.
    pub async fn has_more(&mut self) -> Result<bool, E> {
        loop {
            match self.next().await {
                None => return Ok(false),
                Some(Err(error)) => return Err(error),
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(piece)) => {
                    self.rest = piece;
                    return Ok(true);
                }
            }
        }
    }
}

/// Keeps one part of a file, which is all that comes.
///
/// # Errors
/// [`ReceiveError`]; no object is left then.
pub async fn part<S, E>(files: &Files, school: &str, file: &File, number: i64, body: S) -> Result<Part, ReceiveError<E>>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    let size = files::size_of_part(file, number).map_err(ReceiveError::Refused)?;
    let mut reader = PartReader::new(body);
    let part = reader.part(files, school, file, number, size).await?;
    let has = part.as_ref().map_or(0, |part| part.size);
    let more = match reader.has_more().await {
        Ok(more) => more,
        Err(error) => {
            if let Some(part) = &part {
                discard(files, school, file, part).await;
            }
            return Err(ReceiveError::Broken(error));
        }
    };
    match part {
        Some(part) if has == size && !more => Ok(part),
        part => {
            if let Some(part) = &part {
                discard(files, school, file, part).await;
            }
            Err(ReceiveError::Refused(files::wrong_length(number, size, if more { size + 1 } else { has })))
        }
    }
}

/// Removes the object of a part that nothing names. One that stays is found by the sweep.
pub async fn discard(files: &Files, school: &str, file: &File, part: &Part) {
    let key = ObjectKey { school: school.to_owned(), file: file.id, name: part.token.clone() };
    if let Err(error) = files.storage().delete(&key).await {
        tracing::warn!(%error, "an object that nothing names was not removed; the sweep will");
    }
}
