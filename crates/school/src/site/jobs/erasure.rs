//! Rows of jobs without somebody who is erased.

use super::columns::{column_key, columns};
use super::rows::{json, parsed};
use super::{Job, names};
use crate::error::Result;
use serde_json::Value;
use store::job_chunks::{self, JobChunkRow, JobPart};
use store::jobs::{self, JobKind};
use store::{SiteId, Tx, UserId};

/// Goes through the rows of every job's input and result, and empties those that are about a user, or in which `is_in`
/// finds them. They stay where they are, so that what has not been done yet is done of the others.
pub fn replace_rows(tx: &mut Tx<'_>, site: SiteId, user: UserId, is_in: impl Fn(&str) -> bool) -> Result<()> {
    let digits = user.to_string();
    let (mut last, mut job): (Option<JobChunkRow>, Option<Job>) = (None, None);
    while let Some(mut chunk) = job_chunks::following(tx, site, last.as_ref())? {
        // Most rows are about others, and need not be parsed.
        if is_in(&chunk.rows) || chunk.rows.contains(&digits) {
            if job.as_ref().is_none_or(|job| job.id != chunk.job_id) {
                job = jobs::get(tx, site, chunk.job_id)?;
            }
            let at = job.as_ref().and_then(|job| place_of_user(job, chunk.part));
            let is_theirs = |row: &Value| {
                let number = cells(row, chunk.part).and_then(|cells| cells.get(at?));
                is_in(&row.to_string()) || number.is_some_and(|cell| is_id(cell, user))
            };
            let mut all: Vec<Value> = parsed(&chunk)?;
            all.iter_mut().filter(|row| is_theirs(row)).for_each(|row| empty(row, chunk.part));
            chunk.rows = json(&all);
            job_chunks::update(tx, site, &chunk)?;
        }
        last = Some(chunk);
    }
    Ok(())
}

/// The place of the column with the number of a user.
fn place_of_user(job: &Job, part: JobPart) -> Option<usize> {
    let (columns, name) = match (part, job.kind) {
        (JobPart::Result, JobKind::UsersExport) => (columns(job), "id"),
        (JobPart::Result, _) => (columns(job), "userid"),
        (_, JobKind::UsersImport) => (names(job), "id"),
        _ => (names(job), "userid"),
    };
    columns.iter().position(|column| column_key(column) == name)
}

/// The cells of a row, as its part keeps them.
fn cells(row: &Value, part: JobPart) -> Option<&Vec<Value>> {
    let row = row.as_array()?;
    if part == JobPart::Input { row.get(1)?.as_array() } else { Some(row) }
}

fn is_id(cell: &Value, user: UserId) -> bool {
    match cell {
        Value::Number(number) => number.as_i64() == Some(user.get()),
        Value::String(text) => text.trim().parse() == Ok(user.get()),
        _ => false,
    }
}

/// Takes everything out of a row but its line.
fn empty(row: &mut Value, part: JobPart) {
    let Value::Array(cells) = row else { return };
    match part {
        JobPart::Input => {
            if let Some(Value::Array(cells)) = cells.get_mut(1) {
                cells.iter_mut().for_each(|cell| *cell = Value::String(String::new()));
            }
        }
        JobPart::Repeated => cells.iter_mut().skip(2).for_each(|cell| *cell = Value::String(String::new())),
        JobPart::Result => cells.iter_mut().filter(|cell| !cell.is_boolean()).for_each(|cell| *cell = Value::Null),
    }
}
