//! Pictures without what is not picture: where a photograph was taken and with what, words, previews, and whatever stands
//! after the end, where other formats begin. The pixels stay as they are, byte by byte.

use crate::content::Picture;

/// A picture with nothing but what shows it; none when it is not built as its format says.
pub fn strip(bytes: &[u8], picture: Picture) -> Option<Vec<u8>> {
    match picture {
        Picture::Jpeg => jpeg(bytes),
        Picture::Png => png(bytes),
        Picture::Gif => gif(bytes),
        Picture::WebP => webp(bytes),
    }
}

/// ITU T.81, annex B: segments, of which those of applications are left out but the ones that say how colours are meant.
fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = bytes.strip_prefix(b"\xff\xd8").map(|_| b"\xff\xd8".to_vec())?;
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1,
            0xd9 => {
                out.extend_from_slice(b"\xff\xd9");
                return Some(out);
            }
            0x01 | 0xd0..=0xd8 => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
                let segment = bytes.get(at..at + 2 + length)?;
                let body = segment.get(4..)?;
                let shows = match marker {
                    0xe0 => body.starts_with(b"JFIF\0"),
                    0xe2 => body.starts_with(b"ICC_PROFILE\0"),
                    0xee => body.starts_with(b"Adobe"),
                    0xe1..=0xef | 0xfe => false,
                    _ => true,
                };
                if shows {
                    out.extend_from_slice(segment);
                }
                at += 2 + length;
                if marker == 0xda {
                    let end = scan_end(bytes, at)?;
                    out.extend_from_slice(&bytes[at..end]);
                    at = end;
                }
            }
        }
    }
}

/// Where the compressed bytes of a scan end: at a marker that is none of those within.
fn scan_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match bytes.get(at + 1)? {
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

/// PNG (Third Edition), section 5: chunks, of which those that show the picture are kept.
fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    const SHOW: [&[u8; 4]; 18] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"hIST",
        b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT", b"cICP",
    ];
    let mut out = bytes.get(..8)?.to_vec();
    let mut rest = &bytes[8..];
    loop {
        let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
        let name: &[u8; 4] = rest.get(4..8)?.try_into().ok()?;
        let chunk = rest.get(..length.checked_add(12)?)?;
        if SHOW.contains(&name) {
            out.extend_from_slice(chunk);
        }
        if name == b"IEND" {
            return Some(out);
        }
        rest = &rest[chunk.len()..];
    }
}

/// GIF89a, sections 18 to 27: blocks, of which comments and those of applications are left out but how often it repeats.
fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let flags = *bytes.get(10)?;
    let mut at = 13 + table_length(flags);
    let mut out = bytes.get(..at)?.to_vec();
    loop {
        let begin = at;
        match bytes.get(at)? {
            0x3b => {
                out.push(0x3b);
                return Some(out);
            }
            0x2c => {
                let flags = *bytes.get(at + 9)?;
                at = blocks_end(bytes, at + 10 + table_length(flags) + 1)?;
                out.extend_from_slice(bytes.get(begin..at)?);
            }
            0x21 => {
                let label = *bytes.get(at + 1)?;
                at = blocks_end(bytes, at + 2)?;
                let block = bytes.get(begin..at)?;
                let repeats = || block.get(3..14).is_some_and(|name| name == b"NETSCAPE2.0" || name == b"ANIMEXTS1.0");
                if label == 0xf9 || label == 0xff && repeats() {
                    out.extend_from_slice(block);
                }
            }
            // Some programs fill up with nothing.
            0 => at += 1,
            _ => return None,
        }
    }
}

fn table_length(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn blocks_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        match usize::from(*bytes.get(at)?) {
            0 => return Some(at + 1),
            length => at += 1 + length,
        }
    }
}

/// RFC 9649, section 2: chunks, of which those with words about the picture are left out.
fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    const SHOW: [&[u8; 4]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
    /// That there are chunks of EXIF and XMP.
    const WORDS: u8 = 0x08 | 0x04;
    let length = usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?;
    let mut rest = bytes.get(12..length.checked_add(8)?)?;
    let mut out = bytes.get(..12)?.to_vec();
    while !rest.is_empty() {
        let length = usize::try_from(u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?)).ok()?;
        let padded = length.checked_add(length % 2)?.checked_add(8)?;
        let chunk = rest.get(..padded)?;
        let name: &[u8; 4] = rest.get(..4)?.try_into().ok()?;
        if SHOW.contains(&name) {
            let from = out.len();
            out.extend_from_slice(chunk);
            if name == b"VP8X" {
                *out.get_mut(from + 8)? &= !WORDS;
            }
        }
        rest = &rest[padded..];
    }
    let length = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    Some(out)
}
