//! The bytes of a file on their way out.

use crate::Files;
use crate::storage::{ObjectKey, Storage, StorageError};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use school::files::{File, Part};
use std::ops::Range;

/// The object of a part.
#[must_use]
pub fn key(school: &str, file: &File, part: &Part) -> ObjectKey {
    ObjectKey { school: school.to_owned(), file: file.id, name: part.token.clone() }
}

/// The bytes of a file from one to another, both included. `parts` are those that hold them, in order.
#[must_use]
pub fn range(
    files: &Files,
    school: &str,
    file: &File,
    parts: Vec<Part>,
    (first, last): (i64, i64),
) -> BoxStream<'static, Result<Bytes, StorageError>> {
    let pieces: Vec<(ObjectKey, Range<u64>)> = parts
        .iter()
        .filter_map(|part| {
            let begin = (part.number - 1) * file.part_size;
            let (from, to) = (first.max(begin) - begin, (last + 1).min(begin + part.size) - begin);
            let range = u64::try_from(from).ok()?..u64::try_from(to).ok()?;
            (from < to).then(|| (key(school, file, part), range))
        })
        .collect();
    let storage: Storage = files.storage().clone();
    let read = move |(key, range): (ObjectKey, Range<u64>)| {
        let storage = storage.clone();
        async move { storage.read(&key, range).await }
    };
    stream::iter(pieces).then(read).try_flatten().boxed()
}

/// All bytes of a file.
#[must_use]
pub fn whole(
    files: &Files,
    school: &str,
    file: &File,
    parts: Vec<Part>,
) -> BoxStream<'static, Result<Bytes, StorageError>> {
    range(files, school, file, parts, (0, file.size - 1))
}

/// All bytes of a file that is known to be small enough for memory.
///
/// # Errors
/// When the storage fails.
pub async fn into_memory(files: &Files, school: &str, file: &File, parts: Vec<Part>) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::with_capacity(usize::try_from(file.size).unwrap_or_default());
    let mut stream = whole(files, school, file, parts);
    while let Some(piece) = stream.try_next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
