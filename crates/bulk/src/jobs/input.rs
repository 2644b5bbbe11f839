//! The rows that a job works on: read from a file, from a request or from a text, and kept in parts.

use crate::csv_file::{CsvFile, CsvRow};
use school::error::Result;
use school::jobs::rows::{json, parsed};
use school::text;
use serde_json::{Map, Value};
use store::job_chunks::{self, JobChunkRow, JobPart};
use store::{JobId, SiteId, Tx};

/// The most rows of a job.
pub const MOST_ROWS: usize = 50_000;
/// The most columns.
const MOST_COLUMNS: usize = 200;
/// So many rows are kept together.
const CHUNK: usize = 250;

/// Rows, and what their columns are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputRows {
    /// The names of the columns.
    pub names: Vec<String>,
    /// The rows. `line` is where one begins in a file, or its number from one.
    pub rows: Vec<CsvRow>,
}

impl InputRows {
    /// The rows of a file.
    ///
    /// # Errors
    /// A sentence for the person: what is wrong with the file as a whole.
    pub fn of_csv(bytes: Vec<u8>) -> std::result::Result<Self, String> {
        let file = CsvFile::read(bytes, None)?;
        Self { names: file.names().to_vec(), rows: file.rows() }.checked()
    }

    /// Rows whose cells are the fields of objects. What an object lacks is an empty cell.
    ///
    /// # Errors
    /// A sentence for the person.
    pub fn of_objects(objects: &[Map<String, Value>]) -> std::result::Result<Self, String> {
        let mut names: Vec<String> = Vec::new();
        for name in objects.iter().flat_map(Map::keys) {
            if !names.contains(name) {
                names.push(name.clone());
            }
            if names.len() > MOST_COLUMNS {
                return Err(format!("have too many columns (maximum is {MOST_COLUMNS})"));
            }
        }
        let mut rows = Vec::with_capacity(objects.len());
        for (line, object) in (1_u64..).zip(objects) {
            let cell = |name: &String| match object.get(name) {
                None | Some(Value::Null) => Ok(String::new()),
                Some(value) => cell(value).ok_or_else(|| format!("row {line}: `{name}` must be a text or a number")),
            };
            let cells = names.iter().map(cell).collect::<std::result::Result<Vec<_>, _>>()?;
            if cells.iter().any(|cell| !cell.is_empty()) {
                rows.push(CsvRow { line, cells });
            }
        }
        Self { names, rows }.checked()
    }

    /// Addresses, with blanks, commas or semicolons between them, as rows of one column.
    #[must_use]
    pub fn of_addresses(text: &str) -> Self {
        let addresses = text.split([' ', '\t', '\r', '\n', ',', ';']).filter(|address| !address.is_empty());
        let row = |(line, address): (u64, &str)| CsvRow { line, cells: vec![address.to_owned()] };
        Self { names: vec!["email".to_owned()], rows: (1_u64..).zip(addresses).map(row).collect() }
    }

    fn checked(mut self) -> std::result::Result<Self, String> {
        if self.names.len() > MOST_COLUMNS {
            return Err(format!("have too many columns (maximum is {MOST_COLUMNS})"));
        }
        let cells = self.rows.iter_mut().flat_map(|row| &mut row.cells).chain(&mut self.names);
        for cell in cells {
            if let std::borrow::Cow::Owned(other) = text::nfc(cell) {
                *cell = other;
            }
        }
        Ok(self)
    }
}

/// A value as the text of a cell.
fn cell(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Array(values) => {
            let texts: Option<Vec<String>> = values.iter().filter(|value| !value.is_array()).map(cell).collect();
            texts.filter(|texts| texts.len() == values.len()).map(|texts| texts.join(";"))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// Keeps the rows of a job's input.
pub(super) fn keep(tx: &mut Tx<'_>, site: SiteId, job: JobId, rows: &[CsvRow]) -> Result<()> {
    for (number, chunk) in rows.chunks(CHUNK).enumerate() {
        let rows: Vec<(u64, &[String])> = chunk.iter().map(|row| (row.line, row.cells.as_slice())).collect();
        let first_row = i64::try_from(number * CHUNK).unwrap_or(i64::MAX);
        job_chunks::insert(tx, site, &JobChunkRow { job_id: job, part: JobPart::Input, first_row, rows: json(&rows) })?;
    }
    Ok(())
}

/// The rows of a job's input from this one on, as far as they are kept together with it; empty after the last.
pub(super) fn from(tx: &mut Tx<'_>, site: SiteId, job: JobId, row: i64) -> Result<Vec<CsvRow>> {
    let Some(chunk) = job_chunks::with_row(tx, site, job, JobPart::Input, row)? else { return Ok(Vec::new()) };
    let rows: Vec<(u64, Vec<String>)> = parsed(&chunk)?;
    let skipped = usize::try_from(row - chunk.first_row).unwrap_or(usize::MAX);
    Ok(rows.into_iter().skip(skipped).map(|(line, cells)| CsvRow { line, cells }).collect())
}

/// Every row of a job's input.
pub fn all(tx: &mut Tx<'_>, site: SiteId, job: JobId) -> Result<Vec<CsvRow>> {
    let mut rows = Vec::new();
    loop {
        let more = from(tx, site, job, i64::try_from(rows.len()).unwrap_or(i64::MAX))?;
        if more.is_empty() {
            return Ok(rows);
        }
        rows.extend(more);
    }
}

/// The first rows of a job's input, at most so many.
pub fn first(tx: &mut Tx<'_>, site: SiteId, job: JobId, most: usize) -> Result<Vec<CsvRow>> {
    let mut rows = from(tx, site, job, 0)?;
    rows.truncate(most);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn objects(value: Value) -> std::result::Result<InputRows, String> {
        InputRows::of_objects(&serde_json::from_value::<Vec<_>>(value).expect("objects"))
    }

    #[test]
    fn objects_become_rows_of_all_their_fields() {
        let read = objects(json!([
            { "email": " a@x ", "roles": ["affiliate", "site_admin"], "n": 7 }, {}, { "email": null, "invite": true },
        ]));
        let read = read.expect("rows");
        assert_eq!(read.names, ["email", "roles", "n", "invite"]);
        assert_eq!(read.rows[0].cells, ["a@x", "affiliate;site_admin", "7", ""]);
        assert_eq!((read.rows[1].line, &*read.rows[1].cells[3]), (3, "yes"));
        for value in [json!([{ "a": {} }]), json!([{ "a": [[1]] }]), json!([{ "a": [{}] }])] {
            assert_eq!(objects(value).expect_err("refused"), "row 1: `a` must be a text or a number");
        }
    }

    #[test]
    fn addresses_are_told_apart_however_they_were_pasted() {
        let read = InputRows::of_addresses("a@x, b@x;c@x\r\n\n d@x\te@x ");
        let texts: Vec<&str> = read.rows.iter().map(|row| row.cells[0].as_str()).collect();
        assert_eq!(texts, ["a@x", "b@x", "c@x", "d@x", "e@x"]);
    }
}
