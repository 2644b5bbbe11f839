//! Pictures in smaller sizes: made when they are first asked for, and kept beside the picture.

use crate::content::Picture;
use crate::storage::{ObjectKey, StorageError};
use crate::{Files, picture, read};
use bytes::Bytes;
use school::files::{File, Part};

/// A picture in a size.
#[derive(Debug, Clone)]
pub struct SmallPicture {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its media type.
    pub content_type: &'static str,
}

/// What objects of sizes are called: `w640`, with `j` or `w` for the format. No part is called so.
fn name(width: u32, format: Picture) -> String {
    let letter = if format == Picture::Jpeg { 'j' } else { 'w' };
    format!("w{width}{letter}")
}

/// Whether an object is a picture in a size.
#[must_use]
pub fn is_size(object: &str) -> bool {
    object.starts_with('w')
}

/// A picture in one of the widths that are offered. `parts` are all parts of the file.
///
/// # Errors
/// When the storage fails, or the picture cannot be decoded any more.
pub async fn in_width(
    files: &Files,
    school: &str,
    file: &File,
    parts: Vec<Part>,
    width: u32,
) -> Result<SmallPicture, StorageError> {
    if let Some(kept) = kept(files, school, file, width).await? {
        return Ok(kept);
    }
    let failed = |why: String| StorageError::Address(format!("the picture {} cannot be made smaller: {why}", file.id));
    let _turn = files.0.pictures.acquire().await.map_err(|error| failed(error.to_string()))?;
    // Whoever was before in the queue may have made it.
    if let Some(kept) = kept(files, school, file, width).await? {
        return Ok(kept);
    }
    let format = Picture::of(&file.content_type).ok_or_else(|| failed("it is none".to_owned()))?;
    let bytes = read::into_memory(files, school, file, parts).await?;
    let made = tokio::task::spawn_blocking(move || picture::resized(&bytes, format, width)).await;
    let (bytes, format) = made.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
    let bytes = Bytes::from(bytes);
    let key = ObjectKey { school: school.to_owned(), file: file.id, name: name(width, format) };
    files.storage().write(&key, bytes.clone()).await?;
    Ok(SmallPicture { bytes, content_type: format.content_type() })
}

async fn kept(files: &Files, school: &str, file: &File, width: u32) -> Result<Option<SmallPicture>, StorageError> {
    for format in [Picture::Jpeg, Picture::WebP] {
        let key = ObjectKey { school: school.to_owned(), file: file.id, name: name(width, format) };
        match files.storage().read_whole(&key).await {
            Ok(bytes) => return Ok(Some(SmallPicture { bytes, content_type: format.content_type() })),
            Err(StorageError::Missing(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
