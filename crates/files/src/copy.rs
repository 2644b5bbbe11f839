//! Files beside a backup: the same objects under the same keys, in a folder. One that is there already is not copied again,
//! because objects never change: a backup of every night copies what is new.

use crate::storage::{ObjectKey, Storage, StorageError};
use futures_util::TryStreamExt as _;

/// What came of copying.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Objects that were copied.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that were there already.
    pub known: u64,
    /// Objects that are not there to be copied.
    pub missing: u64,
}

/// Copies an object, unless it is there already in the same size.
///
/// # Errors
/// When one of the storages fails.
pub async fn object(
    from: &Storage,
    to: &Storage,
    key: &ObjectKey,
    size: i64,
    copied: &mut Copied,
) -> Result<(), StorageError> {
    let size = u64::try_from(size).unwrap_or_default();
    if to.size(key).await? == Some(size) {
        copied.known += 1;
        return Ok(());
    }
    if from.size(key).await? != Some(size) {
        copied.missing += 1;
        return Ok(());
    }
    let mut writer = to.writer(key);
    let mut bytes = from.read(key, 0..size).await?;
    loop {
        match bytes.try_next().await {
            Ok(Some(piece)) => {
                if let Err(error) = writer.write(piece).await {
                    writer.abandon().await;
                    return Err(error);
                }
            }
            Ok(None) => break,
            Err(error) => {
                writer.abandon().await;
                return Err(error);
            }
        }
    }
    copied.bytes += writer.finish().await?;
    copied.objects += 1;
    Ok(())
}
