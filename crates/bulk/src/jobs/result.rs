//! What came of a job, row by row; and how it is written out.

use super::{Job, names};
use crate::csv_cell::push_line;
use school::error::Result;
use school::jobs::columns;
use school::jobs::rows::{json, parsed};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use store::job_chunks::{self, JobChunkRow, JobPart};
use store::{JobId, SiteId, Tx};

/// What a result is written out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultFormat {
    /// Comma-separated values, with the names of the columns in the first line.
    Csv,
    /// A JSON object on each line.
    JsonLines,
}

/// A row of a result.
pub type ResultRow = Vec<Value>;

/// Some of the rows of a result.
#[derive(Debug, Clone, Default)]
pub struct ResultRows {
    /// They.
    pub rows: Vec<ResultRow>,
    /// From where on to read those that follow; none after the last.
    pub next: Option<i64>,
}

/// What a row says came of it when it was refused.
pub const REFUSED: &str = "refused";

/// Keeps rows of a result, of which the first has this number; gives how long they are, in bytes.
pub(super) fn keep(tx: &mut Tx<'_>, site: SiteId, job: JobId, first_row: i64, rows: &[ResultRow]) -> Result<i64> {
    if rows.is_empty() {
        return Ok(0);
    }
    let chunk = JobChunkRow { job_id: job, part: JobPart::Result, first_row, rows: json(&rows) };
    job_chunks::insert(tx, site, &chunk)?;
    Ok(i64::try_from(chunk.rows.len()).unwrap_or(i64::MAX))
}

/// Rows of a job's result, from the one with this number on.
pub fn rows(tx: &mut Tx<'_>, site: SiteId, job: JobId, from: i64) -> Result<ResultRows> {
    let Some(chunk) = job_chunks::from_row(tx, site, job, JobPart::Result, from)? else {
        return Ok(ResultRows::default());
    };
    let rows: Vec<ResultRow> = parsed(&chunk)?;
    let next = chunk.first_row + i64::try_from(rows.len()).unwrap_or(1).max(1);
    Ok(ResultRows { rows, next: Some(next) })
}

/// The place of the column that says what came of a row; none for an export.
fn outcome_at(job: &Job) -> Option<usize> {
    columns(job).iter().position(|name| name == "outcome")
}

/// Of rows those with this outcome.
pub fn with_outcome(job: &Job, rows: Vec<ResultRow>, outcome: &str) -> Vec<ResultRow> {
    let Some(at) = outcome_at(job) else { return rows };
    rows.into_iter().filter(|row| row.get(at).and_then(Value::as_str) == Some(outcome)).collect()
}

/// How often each outcome came of a job's rows.
pub fn outcomes(tx: &mut Tx<'_>, site: SiteId, job: &Job) -> Result<BTreeMap<String, i64>> {
    let mut counts = BTreeMap::new();
    let Some(at) = outcome_at(job) else { return Ok(counts) };
    let mut from = Some(0);
    while let Some(row) = from {
        let read = rows(tx, site, job.id, row)?;
        for outcome in read.rows.iter().filter_map(|row| row.get(at)?.as_str()) {
            *counts.entry(outcome.to_owned()).or_insert(0) += 1;
        }
        from = read.next;
    }
    Ok(counts)
}

/// What a result begins with.
#[must_use]
pub fn opening(format: ResultFormat, columns: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if format == ResultFormat::Csv {
        push_line(&mut bytes, columns);
    }
    bytes
}

/// Rows of a result, written out.
#[must_use]
pub fn written(format: ResultFormat, columns: &[String], rows: Vec<ResultRow>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len() * 128);
    for row in rows {
        match format {
            ResultFormat::Csv => push_cells(&mut bytes, &row),
            ResultFormat::JsonLines => {
                let object: Map<String, Value> = columns.iter().cloned().zip(row).collect();
                bytes.extend_from_slice(json(&object).as_bytes());
                bytes.push(b'\n');
            }
        }
    }
    bytes
}

/// Adds a line of values to a file of comma-separated ones.
pub fn push_cells(bytes: &mut Vec<u8>, row: &[Value]) {
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    push_line(bytes, row.iter().map(cell));
}

/// The rows of a job's input that were refused, as they came, each with the reason: what the columns are called, and
/// the rows.
pub fn refused(tx: &mut Tx<'_>, site: SiteId, job: &Job) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let mut names = names(job);
    // A file of refused rows that is brought in again has had a reason before.
    let had = names.iter().position(|name| name == "reason");
    if had.is_none() {
        names.push("reason".to_owned());
    }
    let (outcome_at, reason_at) = (outcome_at(job), columns(job).iter().position(|name| name == "reason"));
    let (Some(outcome_at), Some(reason_at)) = (outcome_at, reason_at) else { return Ok((names, Vec::new())) };
    let input = super::input::all(tx, site, job.id)?;
    let (mut found, mut number, mut from) = (Vec::new(), 0_usize, Some(0));
    while let Some(row) = from {
        let read = rows(tx, site, job.id, row)?;
        for result in &read.rows {
            let text = |at: usize| result.get(at).and_then(Value::as_str).unwrap_or_default();
            if text(outcome_at) == REFUSED
                && let Some(row) = input.get(number)
            {
                let mut cells = row.cells.clone();
                let reason = text(reason_at).to_owned();
                match had {
                    Some(at) if at < cells.len() => cells[at] = reason,
                    // Narrower rows are filled up, so that the reason stands in its own column.
                    _ => {
                        let at = had.unwrap_or(names.len() - 1);
                        cells.resize(cells.len().max(at), String::new());
                        cells.insert(at, reason);
                    }
                }
                found.push(cells);
            }
            number += 1;
        }
        from = read.next;
    }
    Ok((names, found))
}
