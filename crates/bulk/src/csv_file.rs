//! Files of comma-separated values, as spreadsheets write them: the encoding, what is between the cells, the names of the
//! columns, and the line that each row is on.

use crate::csv_cell::{guarded, unguarded};
use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use school::jobs::column_key;

/// What stands between the cells of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, as spreadsheets write it where the comma is for decimals.
    Semicolon,
    /// A tab.
    Tab,
}

impl Delimiter {
    /// Every delimiter, the most usual first.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// A file whose text is in order. Its rows may be of any width.
#[derive(Debug, Clone)]
pub struct CsvFile {
    text: String,
    delimiter: Delimiter,
    names: Vec<String>,
    /// How many columns the first line has.
    width: usize,
    /// The columns without a name and without any text, which spreadsheets leave behind: they are passed over.
    empty: Vec<usize>,
}

/// A row that has text in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRow {
    /// The line that it begins on, from one.
    pub line: u64,
    /// Its cells, without the blanks around them, and without the apostrophe that keeps a text from being a formula
    /// ([`crate::csv_cell`]).
    pub cells: Vec<String>,
}

impl CsvFile {
    /// Reads a file. Unless the delimiter is given, it is the one that stands most often in the first line.
    ///
    /// # Errors
    /// A sentence for the person: the file is in another encoding than UTF-8, or a column with text in it has no name.
    pub fn read(bytes: Vec<u8>, delimiter: Option<Delimiter>) -> Result<Self, String> {
        let text = text(bytes)?;
        let delimiter = delimiter.unwrap_or_else(|| found_out(&text));
        let names = reader(&text, delimiter).headers().cloned().unwrap_or_default();
        let names: Vec<String> = names.iter().map(|name| unguarded(name.trim()).to_owned()).collect();
        let (width, empty) = (names.len(), Vec::new());
        let mut file = Self { text, delimiter, names, width, empty };
        let unnamed: Vec<usize> = (0..width).filter(|at| file.names[*at].is_empty()).collect();
        if !unnamed.is_empty() {
            file.without_empty(unnamed)?;
        }
        Ok(file)
    }

    /// Leaves columns without a name out.
    ///
    /// # Errors
    /// When there is text in them.
    fn without_empty(&mut self, unnamed: Vec<usize>) -> Result<(), String> {
        let rows = self.rows();
        for at in &unnamed {
            if let Some(row) = rows.iter().find(|row| row.cells.get(*at).is_some_and(|cell| !cell.is_empty())) {
                return Err(format!(
                    "column {} has no name in line 1, and text in line {}: name it, or remove it",
                    at + 1,
                    row.line
                ));
            }
        }
        self.names.retain(|name| !name.is_empty());
        self.empty = unnamed;
        Ok(())
    }

    /// The names of the columns, as the first line has them.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What stands between the cells.
    #[must_use]
    pub fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// The rows after the first line. Rows without any text are left out.
    #[must_use]
    pub fn rows(&self) -> Vec<CsvRow> {
        let mut lines = Lines { bytes: self.text.as_bytes(), at: 0, line: 1 };
        let (mut reader, mut record, mut rows) = (reader(&self.text, self.delimiter), StringRecord::new(), Vec::new());
        // The text is UTF-8 and the rows may be of any width: a reader has nothing left to refuse.
        while reader.read_record(&mut record).unwrap_or(false) {
            // Where all of them come last, a row may end before them.
            let ends_early = record.len() < self.width && self.empty.first() == Some(&self.names.len());
            let leaves_out = |at: usize| (record.len() == self.width || ends_early) && self.empty.contains(&at);
            let cells = record.iter().enumerate().filter(|(at, _)| !leaves_out(*at));
            let cells: Vec<String> = cells.map(|(_, cell)| unguarded(cell.trim()).to_owned()).collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                rows.push(CsvRow { line: lines.of(record.position().map_or(0, csv::Position::byte)), cells });
            }
        }
        rows
    }

    /// A file with the columns of this one and another, and some of its rows.
    ///
    /// # Errors
    /// Never for rows that are texts; what the writer says.
    pub fn with_column<'r>(
        &self,
        name: &str,
        rows: impl IntoIterator<Item = (&'r CsvRow, String)>,
    ) -> std::io::Result<Vec<u8>> {
        let mut writer = WriterBuilder::new().delimiter(self.delimiter.byte()).flexible(true).from_writer(Vec::new());
        let own = |cells: &[String]| {
            // Narrower rows are filled up, so that the reason stands in its own column.
            let width = cells.len().max(self.names.len());
            let cell = |at: usize| cells.get(at).map_or_else(String::new, |cell| guarded(cell).into_owned());
            (0..width).map(cell).collect::<Vec<String>>()
        };
        let named = self.names.iter().position(|known| column_key(known) == column_key(name));
        let mut write = |cells: Vec<String>, last: String| {
            let mut cells = cells;
            match named {
                Some(at) => cells[at] = last,
                None => cells.push(last),
            }
            writer.write_record(&cells)
        };
        write(own(&self.names), name.to_owned())?;
        for (row, reason) in rows {
            write(own(&row.cells), reason)?;
        }
        writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

/// The values of a cell that may hold several: they are parted by `;` or `|`.
#[must_use]
pub fn several(cell: &str) -> Vec<String> {
    cell.split([';', '|']).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// What is wrong with a row of another width than the first line, if it is one.
#[must_use]
pub fn width_problem(row: &CsvRow, columns: usize) -> Option<String> {
    if row.cells.len() == columns {
        return None;
    }
    let hint = if row.cells.iter().any(|cell| cell.contains('\n')) {
        "; is a quotation mark in it never closed?"
    } else {
        "; a cell with a comma in it needs \"quotation marks\" around it"
    };
    Some(format!("has {} cells where the first line has {columns}{hint}", row.cells.len()))
}

/// The delimiter that stands most often in the first line, outside of quotation marks.
fn found_out(text: &str) -> Delimiter {
    let mut counts = [0_usize; Delimiter::ALL.len()];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                let known = Delimiter::ALL.iter().position(|delimiter| delimiter.byte() == byte);
                known.into_iter().for_each(|at| counts[at] += 1);
            }
        }
    }
    // The last of equals counts: the most usual one.
    let most = Delimiter::ALL.into_iter().zip(counts).rev().max_by_key(|(_, count)| *count);
    most.map_or(Delimiter::Comma, |(delimiter, _)| delimiter)
}

fn reader(text: &str, delimiter: Delimiter) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).delimiter(delimiter.byte()).from_reader(text.as_bytes())
}

/// The file's text, without the mark that some programs put before it.
fn text(mut bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is in UTF-16; save it as “CSV UTF-8”".to_owned());
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = 1 + line_ends(&bytes[..at]);
        let wrong = bytes.get(at).copied().unwrap_or_default();
        format!("line {line}: the byte {wrong:#04x} is not UTF-8; save the file as “CSV UTF-8”")
    })
}

/// Finds the line that a place in the text is on. Places are asked for in order.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the row that is read from this byte on; line ends that the reader skips come first.
    fn of(&mut self, byte: u64) -> u64 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX).clamp(self.at, self.bytes.len());
        let skipped = self.bytes[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.line += line_ends(&self.bytes[self.at..from + skipped]);
        self.at = from + skipped;
        self.line
    }
}

/// How many lines end in these bytes: with a line feed, a carriage return, or both.
fn line_ends(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> CsvFile {
        CsvFile::read(text.into(), None).expect("in order")
    }

    #[test]
    fn text_that_is_not_utf_8_is_told_with_its_line() {
        let latin = b"first_name,last_name,email\r\nA,B,a@x\r\nJos\xe9,C,c@x\r\n".to_vec();
        assert!(CsvFile::read(latin, None).expect_err("refused").contains("line 3: the byte 0xe9"));
        assert!(CsvFile::read(b"\xff\xfef\0".to_vec(), None).expect_err("refused").contains("UTF-16"));
    }

    #[test]
    fn what_parts_the_cells_is_found_out() {
        for (first, delimiter, width) in [
            ("a,b,c", Delimiter::Comma, 3),
            ("a;b;c", Delimiter::Semicolon, 3),
            ("a\tb\tc", Delimiter::Tab, 3),
            ("a;b;\"c, with, commas, in it\"", Delimiter::Semicolon, 3),
            ("email", Delimiter::Comma, 1),
        ] {
            let file = file(&format!("{first}\n1,2,3\n"));
            assert_eq!((file.delimiter(), file.names().len()), (delimiter, width), "{first}");
        }
        let given = CsvFile::read("a,b;c".into(), Some(Delimiter::Semicolon)).expect("in order");
        assert_eq!(given.names(), ["a,b", "c"]);
    }

    #[test]
    fn every_way_to_end_a_line_gives_the_same_lines() {
        let text = "first_name,last_name,email\nA,\"B\nb\",a@x\n\n , \nC,D,c@x\nE,F\nG,H,g@x";
        for end in ["\n", "\r\n", "\r"] {
            for mark in ["", "\u{feff}"] {
                let rows = file(&format!("{mark}{}", text.replace('\n', end))).rows();
                assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 6, 7, 8], "{end:?}");
                assert!(width_problem(&rows[2], 3).is_some_and(|text| text.contains("has 2 cells where the first")));
                assert_eq!(rows[0].cells[1], format!("B{end}b"));
            }
        }
    }

    #[test]
    fn columns_without_name_and_text_are_passed_over_and_those_with_text_are_told_once() {
        for text in ["a;b;;\n1;2;;\n3;4\n5;6;\n;;;\n", "a;;b;\n1;;2;\n3;;4;\n5;;6;\n"] {
            let file = file(text);
            assert_eq!(file.names(), ["a", "b"], "{text}");
            let rows = file.rows();
            assert_eq!(rows.iter().map(|row| row.cells.concat()).collect::<Vec<_>>(), ["12", "34", "56"], "{text}");
            assert!(rows.iter().all(|row| width_problem(row, 2).is_none()), "{text}");
            let written = file.with_column("reason", rows.iter().take(1).map(|row| (row, "no".to_owned())));
            assert_eq!(written.expect("written"), b"a;b;reason\n1;2;no\n");
        }
        let rows = file("a;b;;\n1;2;;;\n").rows();
        assert!(width_problem(&rows[0], 2).is_some(), "wider than the first line");
        let told = CsvFile::read("a;b;;\n1;2;;\n3;4;;x\n5;6;;y\n".into(), None).expect_err("refused");
        assert_eq!(told, "column 4 has no name in line 1, and text in line 3: name it, or remove it");
    }

    #[test]
    fn refused_rows_are_written_with_the_reason_and_read_again() {
        let first = file("a;b\n1;2\n3\n");
        let rows = first.rows();
        let written = first.with_column("reason", rows.iter().map(|row| (row, "no; not so".to_owned())));
        let text = String::from_utf8(written.expect("written")).expect("UTF-8");
        assert_eq!(text, "a;b;reason\n1;2;\"no; not so\"\n3;;\"no; not so\"\n");
        let again = file(&text);
        let rows = again.rows();
        let written = again.with_column("reason", rows.iter().map(|row| (row, "again".to_owned())));
        assert_eq!(String::from_utf8(written.expect("written")).expect("UTF-8"), "a;b;reason\n1;2;again\n3;;again\n");
        assert_eq!(several(" a; b |c;"), ["a", "b", "c"]);
        assert_eq!(column_key("E-Mail"), column_key("email"));
    }
}
