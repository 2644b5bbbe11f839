//! The file of a backup: how its lines are written, and how it is read as a whole.
//!
//! It is lines of JSON. The first says what it is ([`Header`]); then each table has a line with its name and columns,
//! followed by a line for each row, an array (bytes as `{"hex": "00ff"}`); the last line has the number of rows of each
//! table and the SHA-256 of everything before it ([`Footer`]). A file without that line is incomplete, a file with
//! another sum is damaged, and neither is read into a database.

use crate::config::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use store::Value;
use store::secrets::hex;

/// What every backup says it is.
pub const FORMAT: &str = "scholae-backup";
/// The version of the format: another number means that older programs cannot read it.
pub const FORMAT_VERSION: u64 = 1;
/// The next ids stand in the file like a table of this name, although PostgreSQL keeps them elsewhere.
pub const COUNTERS: &str = "id_counters";

/// The first line of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
    pub format_version: u64,
    /// The version of the program that wrote it.
    pub program: String,
    /// When, RFC 3339.
    pub taken_at: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The number of the last migration of its tables.
    pub migration: i64,
    /// By which the server's key is known that the database is under; none when it is not known to be under any.
    pub server_key_fingerprint: Option<String>,
    /// The subdomain of the school that it is of; none when it is of the whole database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<String>,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    /// How many rows each table has.
    pub rows: Map<String, serde_json::Value>,
    /// Over all lines before this one, line ends included.
    pub sha256: String,
}

/// The line before the rows of a table.
#[derive(Debug, Serialize, Deserialize)]
pub struct Heading<'a> {
    #[serde(borrow)]
    pub table: Cow<'a, str>,
    pub columns: Vec<String>,
}

/// Lines on their way into the file, and the sum over them.
pub struct Sheet<W> {
    out: W,
    sum: Sha256,
    line: Vec<u8>,
    bytes: u64,
}

impl<W: Write> Sheet<W> {
    /// Begins a file.
    pub fn new(out: W) -> Self {
        Self { out, sum: Sha256::new(), line: Vec::new(), bytes: 0 }
    }

    /// Writes the line of anything but a row.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value).map_err(std::io::Error::from)?;
        self.end()
    }

    /// Writes the line of a row.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), Failure> {
        self.line.clear();
        for (at, value) in values.iter().enumerate() {
            self.line.push(if at == 0 { b'[' } else { b',' });
            match value {
                Value::Null => self.line.extend_from_slice(b"null"),
                Value::Int(number) => write!(self.line, "{number}")?,
                Value::Bool(flag) => write!(self.line, "{flag}")?,
                Value::Text(text) => serde_json::to_writer(&mut self.line, text).map_err(std::io::Error::from)?,
                Value::Bytes(bytes) => write!(self.line, "{{\"hex\":\"{}\"}}", hex(bytes))?,
            }
        }
        self.line.push(b']');
        self.end()
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.line.push(b'\n');
        self.sum.update(&self.line);
        self.bytes += self.line.len() as u64;
        Ok(self.out.write_all(&self.line)?)
    }

    /// Writes the last line; gives how many bytes there are.
    pub fn finish(mut self, rows: Map<String, serde_json::Value>) -> Result<u64, Failure> {
        let sha256 = hex(&std::mem::take(&mut self.sum).finalize());
        self.json(&Footer { rows, sha256 })?;
        self.out.flush()?;
        Ok(self.bytes)
    }
}

/// What [`walk`] comes by.
pub enum BackupItem<'a> {
    Header(&'a Header),
    Table(Heading<'a>),
    /// A row, still as text, with the number of its line.
    Row(&'a [u8], u64),
}

/// Goes through a backup from the first line to the last, and is only content when it is whole: every table there,
/// the numbers of rows right, the sum right. `visit` is also told how many bytes were read.
pub fn walk(
    path: &Path,
    visit: &mut dyn FnMut(u64, BackupItem<'_>) -> Result<(), Failure>,
) -> Result<(Header, Footer), Failure> {
    let mut lines = Lines::open(path)?;
    lines.next()?;
    let header = lines.header()?;
    visit(lines.bytes, BackupItem::Header(&header))?;
    lines.sum.update(&lines.line);
    let mut rows: Map<String, serde_json::Value> = Map::new();
    let mut table: Option<(String, u64)> = None;
    let footer = loop {
        if !lines.next()? || !lines.line.ends_with(b"\n") {
            return Err(lines.fault("it ends before its last line: it is not complete. Take another backup"));
        }
        if lines.line.starts_with(b"[") {
            let Some((_, count)) = table.as_mut() else {
                return Err(lines.fault(&format!("line {}: a row of no table", lines.number)));
            };
            *count += 1;
            visit(lines.bytes, BackupItem::Row(&lines.line, lines.number))?;
        } else {
            if let Some((name, count)) = table.take() {
                rows.insert(name, count.into());
            }
            if let Ok(footer) = serde_json::from_slice(&lines.line) {
                break footer;
            }
            let heading = lines.heading(&rows)?;
            table = Some((heading.table.clone().into_owned(), 0));
            visit(lines.bytes, BackupItem::Table(heading))?;
        }
        lines.sum.update(&lines.line);
    };
    lines.end(&footer, &rows)?;
    Ok((header, footer))
}

/// The lines of a backup, being read.
struct Lines<'p> {
    path: &'p Path,
    file: BufReader<File>,
    line: Vec<u8>,
    /// Of every line before this one.
    sum: Sha256,
    /// The number of this line, from one.
    number: u64,
    /// How many bytes were read.
    bytes: u64,
}

impl<'p> Lines<'p> {
    fn open(path: &'p Path) -> Result<Self, Failure> {
        let file =
            File::open(path).map_err(|error| Failure::Told(format!("{}: cannot be read: {error}", path.display())))?;
        let file = BufReader::with_capacity(1 << 20, file);
        Ok(Self { path, file, line: Vec::new(), sum: Sha256::new(), number: 0, bytes: 0 })
    }

    fn fault(&self, text: &str) -> Failure {
        Failure::Told(format!("{}: {text}", self.path.display()))
    }

    /// Reads the next line; false at the end of the file.
    fn next(&mut self) -> Result<bool, Failure> {
        self.line.clear();
        let length = self.file.read_until(b'\n', &mut self.line)?;
        self.number += 1;
        self.bytes += length as u64;
        Ok(length > 0)
    }

    fn header(&self) -> Result<Header, Failure> {
        let header: Header = serde_json::from_slice(&self.line)
            .ok()
            .filter(|header: &Header| header.format == FORMAT)
            .ok_or_else(|| self.fault("this is not a backup that `scholae backup` has written"))?;
        if header.format_version == FORMAT_VERSION {
            return Ok(header);
        }
        Err(self.fault(&format!(
            "it has version {} of the format, and this program knows {FORMAT_VERSION}: restore it with scholae {}",
            header.format_version, header.program
        )))
    }

    /// The heading of a table that did not come before.
    fn heading(&self, before: &Map<String, serde_json::Value>) -> Result<Heading<'_>, Failure> {
        let heading: Heading<'_> =
            serde_json::from_slice(&self.line).map_err(|_| self.fault(&format!("line {} is damaged", self.number)))?;
        if before.contains_key(heading.table.as_ref()) {
            return Err(self.fault(&format!("line {}: the table {} comes twice", self.number, heading.table)));
        }
        Ok(heading)
    }

    /// Checks what the last line says of everything before it, and that nothing follows.
    fn end(mut self, footer: &Footer, rows: &Map<String, serde_json::Value>) -> Result<(), Failure> {
        if hex(&self.sum.clone().finalize()) != footer.sha256 {
            return Err(self.fault("it is damaged: its content is not what its last line says. Take another backup"));
        }
        if self.next()? {
            return Err(self.fault("there is something after its last line: it is damaged. Take another backup"));
        }
        if *rows != footer.rows {
            return Err(self.fault("it is damaged: the numbers of its rows are not those its last line says"));
        }
        Ok(())
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::commands::backup::cell::Cell;
    use serde_json::json;

    pub fn header() -> Header {
        Header {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program: "0.1.0".to_owned(),
            taken_at: "2026-01-01T00:00:00Z".to_owned(),
            engine: "sqlite".to_owned(),
            migration: 1,
            server_key_fingerprint: None,
            school: None,
        }
    }

    const ROW: [Value<'_>; 6] = [
        Value::Null,
        Value::Int(i64::MIN),
        Value::Bool(true),
        Value::Text("a \"quote\", a\nline, ü\u{1f600}\u{2028}"),
        Value::Bytes(&[0, 127, 255]),
        Value::Int(i64::MAX),
    ];

    fn backup() -> String {
        let mut text = Vec::new();
        let mut sheet = Sheet::new(&mut text);
        sheet.json(&header()).expect("written");
        sheet.json(&json!({ "table": "things", "columns": ["a", "b"] })).expect("written");
        sheet.row(&ROW).expect("written");
        sheet.row(&ROW).expect("written");
        sheet.json(&json!({ "table": "none", "columns": ["a"] })).expect("written");
        let rows = json!({ "things": 2, "none": 0 });
        sheet.finish(rows.as_object().expect("an object").clone()).expect("written");
        String::from_utf8(text).expect("text")
    }

    fn walked(text: &str) -> Result<Vec<Vec<Cell>>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, text).expect("written");
        let mut rows = Vec::new();
        walk(&path, &mut |_, part| {
            if let BackupItem::Row(line, _) = part {
                rows.push(serde_json::from_slice(line).expect("a row"));
            }
            Ok(())
        })
        .map_err(|failure| failure.to_string())?;
        Ok(rows)
    }

    #[test]
    fn what_was_written_is_read_again() {
        let rows = walked(&backup()).expect("whole");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].iter().map(Cell::value).collect::<Vec<_>>(), ROW);
    }

    #[test]
    fn a_file_that_is_not_whole_is_told_from_one_that_is() {
        let whole = backup();
        let refused = |text: &str, why: &str| {
            let refusal = walked(text).expect_err("refused");
            assert!(refusal.contains(why), "{refusal}");
        };
        refused("", "not a backup");
        refused("{\"some\":\"json\"}\n", "not a backup");
        refused("PRAGMA foreign_keys=OFF;\n", "not a backup");
        refused(&whole.replace("\"format_version\":1", "\"format_version\":2"), "version 2 of the format");
        refused(&whole.replace("a \\\"quote", "A \\\"quote"), "it is damaged");
        refused(&format!("{whole}\n"), "after its last line");
        refused(&whole.replace("\"none\":0", "\"none\":1"), "the numbers of its rows");
        // Cut off anywhere: in a line, after a line, before the very last line end.
        for (at, _) in whole.char_indices() {
            let refusal = walked(&whole[..at]).expect_err("cut off");
            assert!(refusal.contains("not complete") || refusal.contains("not a backup"), "{at}: {refusal}");
        }
    }
}
