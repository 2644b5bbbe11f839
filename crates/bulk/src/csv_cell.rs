//! Cells that a spreadsheet takes for what they say, and never for a formula (OWASP, CSV Injection).
//!
//! A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return is written with an apostrophe before it, which
//! spreadsheets show as a plain text. Reading takes the apostrophe away again. So that exactly what was written is read,
//! a text that begins with apostrophes and goes on with one of these is given another one.

use std::borrow::Cow;

/// What stands before a text that would be a formula.
const GUARD: char = '\'';

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A text as it is written into a cell.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches(GUARD)) { Cow::Owned(format!("{GUARD}{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that was written so.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(text) if is_formula(text.trim_start_matches(GUARD)) => text,
        _ => cell,
    }
}

/// Adds a line of texts to a file with commas between them, each guarded.
pub fn push_line<S: AsRef<str>>(file: &mut Vec<u8>, cells: impl IntoIterator<Item = S>) {
    let mut writer = csv::WriterBuilder::new().from_writer(file);
    let cells = cells.into_iter().map(|cell| guarded(cell.as_ref()).into_owned());
    // Into memory, and of any width: a writer has nothing to refuse.
    let _written = writer.write_record(cells.map(String::into_bytes));
    let _flushed = writer.flush();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_would_be_a_formula_is_a_text_in_every_spreadsheet() {
        for (text, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+49 30 1234", "'+49 30 1234"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("'=1", "''=1"),
            ("O'Brien = me", "O'Brien = me"),
            ("'tis", "'tis"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), cell);
        }
        let mut file = Vec::new();
        push_line(&mut file, ["=1", "a,\"b\"", ""]);
        push_line(&mut file, ["x"]);
        assert_eq!(String::from_utf8(file).expect("UTF-8"), "'=1,\"a,\"\"b\"\"\",\nx\n");
    }

    proptest! {
        #[test]
        fn exactly_what_was_written_is_read(text in "['=+@\\-\t\ra]{0,6}") {
            let cell = guarded(&text).into_owned();
            prop_assert!(!is_formula(&cell));
            prop_assert_eq!(unguarded(&cell), text);
        }
    }
}
