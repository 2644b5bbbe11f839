//! ZIP archives, as far as they can hurt whoever opens them: one that says it holds a thousand times as much as it has is a
//! trap ("A better zip bomb", USENIX WOOT 2019). Nothing is ever unpacked here.

/// So much of the end of an archive is looked at: where its directory ends, with the longest comment there can be (APPNOTE,
/// section 4.3.16).
pub const TAIL: i64 = 66 * 1024;
/// The longest directory that is read.
const LONGEST_DIRECTORY: u64 = 16 * 1024 * 1024;
/// An archive may hold so many times as much as it has bytes; what compresses well by nature has about a hundredth.
const MOST_TIMES: u64 = 200;
/// What it may hold in any case.
const FREE: u64 = 256 * 1024 * 1024;

/// Where the directory of an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directory {
    /// Where it begins.
    pub begin: i64,
    /// Its length in bytes.
    pub length: i64,
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Finds the directory of an archive of `size` bytes, of which `tail` is the end.
///
/// # Errors
/// A sentence that says why the archive is not taken.
pub fn directory(tail: &[u8], size: i64) -> Result<Directory, String> {
    let damaged = || "It is not a whole ZIP archive".to_owned();
    let end = tail.windows(4).rposition(|word| word == b"PK\x05\x06").ok_or_else(damaged)?;
    let (mut length, mut begin) =
        (number(tail, end + 12, 4).ok_or_else(damaged)?, number(tail, end + 16, 4).ok_or_else(damaged)?);
    if length == u64::from(u32::MAX) || begin == u64::from(u32::MAX) {
        // The numbers are in another record (APPNOTE, section 4.3.14).
        let wide = tail[..end].windows(4).rposition(|word| word == b"PK\x06\x06").ok_or_else(damaged)?;
        (length, begin) =
            (number(tail, wide + 40, 8).ok_or_else(damaged)?, number(tail, wide + 48, 8).ok_or_else(damaged)?);
    }
    let size = u64::try_from(size).unwrap_or_default();
    if length > LONGEST_DIRECTORY || begin.checked_add(length).is_none_or(|ends| ends > size) {
        return Err(damaged());
    }
    Ok(Directory { begin: begin as i64, length: length as i64 })
}

/// Looks whether what an archive of `size` bytes says it holds can be.
///
/// # Errors
/// A sentence that says why the archive is not taken.
pub fn check(directory: &[u8], size: i64) -> Result<(), String> {
    let damaged = || "It is not a whole ZIP archive".to_owned();
    let (mut rest, mut holds) = (directory, 0_u64);
    while !rest.is_empty() {
        if !rest.starts_with(b"PK\x01\x02") {
            return Err(damaged());
        }
        let short = |at| number(rest, at, 2).ok_or_else(damaged);
        let unpacked = number(rest, 24, 4).ok_or_else(damaged)?;
        let (name, extra, comment) = (short(28)? as usize, short(30)? as usize, short(32)? as usize);
        let fields = rest.get(46 + name..46 + name + extra).ok_or_else(damaged)?;
        holds = holds.saturating_add(if unpacked == u64::from(u32::MAX) {
            wide_size(fields).unwrap_or(unpacked)
        } else {
            unpacked
        });
        rest = rest.get(46 + name + extra + comment..).ok_or_else(damaged)?;
    }
    let size = u64::try_from(size).unwrap_or_default();
    if holds > FREE.max(size.saturating_mul(MOST_TIMES)) {
        let (holds, has) = (i64::try_from(holds).unwrap_or(i64::MAX), i64::try_from(size).unwrap_or(i64::MAX));
        let words = school::files::in_words;
        return Err(format!(
            "It is an archive of {} that unpacks to {}, which would fill the disk of whoever opens it",
            words(has),
            words(holds)
        ));
    }
    Ok(())
}

/// The size of what does not fit into 32 bits (APPNOTE, section 4.5.3).
fn wide_size(mut fields: &[u8]) -> Option<u64> {
    while fields.len() >= 4 {
        let (id, length) = (number(fields, 0, 2)?, number(fields, 2, 2)? as usize);
        if id == 1 {
            return number(fields, 4, 8);
        }
        fields = fields.get(4 + length..)?;
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An archive whose directory names so many files of so many bytes each, and which holds none of them.
    pub fn archive(files: usize, unpacked: u32) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.resize(100, 0);
        let begin = bytes.len() as u32;
        for _ in 0..files {
            let mut entry = b"PK\x01\x02".to_vec();
            entry.resize(46, 0);
            entry[24..28].copy_from_slice(&unpacked.to_le_bytes());
            entry[28..30].copy_from_slice(&1_u16.to_le_bytes());
            entry.push(b'a');
            bytes.extend(entry);
        }
        let length = bytes.len() as u32 - begin;
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend((files as u16).to_le_bytes());
        bytes.extend((files as u16).to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(begin.to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }

    fn looked_at(bytes: &[u8]) -> Result<(), String> {
        let directory = directory(bytes, bytes.len() as i64)?;
        let (begin, length) = (directory.begin as usize, directory.length as usize);
        check(&bytes[begin..begin + length], bytes.len() as i64)
    }

    #[test]
    fn an_archive_that_unpacks_to_more_than_can_be_is_refused() {
        assert_eq!(looked_at(&archive(0, 0)), Ok(()));
        assert_eq!(looked_at(&archive(3, 1_000_000)), Ok(()));
        assert!(looked_at(&archive(250, 0xffff_fff0)).expect_err("refused").contains("unpacks to 1.1 TB"));
        assert!(looked_at(b"PK\x03\x04 and then nothing").is_err());
        let mut cut = archive(3, 10);
        cut[104] = 0;
        assert!(looked_at(&cut).is_err() || looked_at(&cut).is_ok(), "it is looked at without a panic");
        let whole = archive(3, 10);
        for at in 0..whole.len() {
            let _whatever = looked_at(&whole[..at]);
        }
    }
}
