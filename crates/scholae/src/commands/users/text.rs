//! The text of a file: its encoding, its records, and the line each of them is on.

use csv::{ReaderBuilder, StringRecord};

/// The file's text, without the mark that some programs put before it.
pub fn text(mut bytes: Vec<u8>) -> Result<String, String> {
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

/// Whether a record has no text at all.
pub fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|cell| cell.trim().is_empty())
}

/// Reads the records after the first line, of any width.
pub fn reader(text: &str) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).from_reader(text.as_bytes())
}

/// Finds the line that a place in the text is on. Places are asked for in order.
pub struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Begins at the first line.
    pub fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 1 }
    }

    /// The line of the row that is read from this byte on; line ends that the reader skips come first.
    pub fn of(&mut self, byte: u64) -> u64 {
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

    #[test]
    fn text_that_is_not_utf_8_is_told_with_its_line() {
        let latin = b"first_name,last_name,email\r\nA,B,a@x\r\nJos\xe9,C,c@x\r\n".to_vec();
        assert!(text(latin).expect_err("refused").contains("line 3: the byte 0xe9"));
        assert!(text(b"\xff\xfef\0".to_vec()).expect_err("refused").contains("UTF-16"));
    }
}
