//! Rows of the input and of the result of a job, many together.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{JobId, SiteId, StoreError, Tx, params};

text_enum! {
    /// What a chunk is a part of.
    pub enum JobPart {
        /// What is to be done.
        Input = "input",
        /// What of the input names what an earlier row named: found out once, for all rows.
        Repeated = "repeated",
        /// What came of it.
        Result = "result",
    }
}

table! {
    /// Some rows of a part of a job.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct JobChunkRow in "job_chunks" of site {
        keys {
            /// The job.
            job_id: JobId,
            /// Of which part.
            part: JobPart,
            /// The number of the first of the rows within the part, from zero.
            first_row: i64,
        }
        values {
            /// The rows, as a JSON list.
            rows: String,
        }
    }
}

/// Adds a chunk.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, chunk: &JobChunkRow) -> Result<(), StoreError> {
    chunk.insert(tx, site)?;
    Ok(())
}

/// Writes the rows of a chunk anew.
pub fn update(tx: &mut Tx<'_>, site: SiteId, chunk: &JobChunkRow) -> Result<(), StoreError> {
    chunk.update(tx, site)?;
    Ok(())
}

/// The chunk with a row in it: the last that begins with it or before.
pub fn with_row(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: JobId,
    part: JobPart,
    row: i64,
) -> Result<Option<JobChunkRow>, StoreError> {
    let sql = select!(
        JobChunkRow,
        "WHERE t.site_id = $1 AND t.job_id = $2 AND t.part = $3 AND t.first_row <= $4 ORDER BY t.first_row DESC LIMIT 1"
    );
    tx.first(sql, params![site, job, part, row], JobChunkRow::read)
}

/// The first chunk that begins with a row or after it.
pub fn from_row(
    tx: &mut Tx<'_>,
    site: SiteId,
    job: JobId,
    part: JobPart,
    row: i64,
) -> Result<Option<JobChunkRow>, StoreError> {
    let sql = select!(
        JobChunkRow,
        "WHERE t.site_id = $1 AND t.job_id = $2 AND t.part = $3 AND t.first_row >= $4 ORDER BY t.first_row LIMIT 1"
    );
    tx.first(sql, params![site, job, part, row], JobChunkRow::read)
}

/// The chunk of a school that follows another, whatever job it is of; the first without one.
pub fn following(
    tx: &mut Tx<'_>,
    site: SiteId,
    after: Option<&JobChunkRow>,
) -> Result<Option<JobChunkRow>, StoreError> {
    let Some(after) = after else {
        let sql = select!(JobChunkRow, "WHERE t.site_id = $1 ORDER BY t.job_id, t.part, t.first_row LIMIT 1");
        return tx.first(sql, params![site], JobChunkRow::read);
    };
    let sql = select!(
        JobChunkRow,
        "WHERE t.site_id = $1 AND (t.job_id, t.part, t.first_row) > ($2, $3, $4)
         ORDER BY t.job_id, t.part, t.first_row LIMIT 1"
    );
    tx.first(sql, params![site, after.job_id, after.part, after.first_row], JobChunkRow::read)
}

/// Removes a part of a job, or all parts.
pub fn delete_of(tx: &mut Tx<'_>, site: SiteId, job: JobId, part: Option<JobPart>) -> Result<(), StoreError> {
    match part {
        Some(part) => tx.execute(
            "DELETE FROM job_chunks WHERE site_id = $1 AND job_id = $2 AND part = $3",
            params![site, job, part],
        )?,
        None => tx.execute("DELETE FROM job_chunks WHERE site_id = $1 AND job_id = $2", params![site, job])?,
    };
    Ok(())
}
