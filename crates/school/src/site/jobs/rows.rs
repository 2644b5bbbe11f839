//! Rows of jobs, as they are kept: JSON, many in one chunk.

use crate::error::Result;
use store::StoreError;
use store::job_chunks::JobChunkRow;

/// Plain data as JSON.
#[must_use]
pub fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| unreachable!("rows are plain data: {error}"))
}

/// What a chunk holds.
///
/// # Errors
/// When it cannot be read, which is a defect of ours or of the file.
pub fn parsed<T: serde::de::DeserializeOwned>(chunk: &JobChunkRow) -> Result<T> {
    let unreadable = |error| StoreError::Engine(format!("rows of job {} cannot be read: {error}", chunk.job_id));
    Ok(serde_json::from_str(&chunk.rows).map_err(unreadable)?)
}
