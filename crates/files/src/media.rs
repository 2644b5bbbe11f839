//! How long a video or sound is, and how large its picture, as far as its own head says so.

/// What is known of a video or sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// Its width in pixels.
    pub width: Option<i64>,
    /// Its height in pixels.
    pub height: Option<i64>,
    /// How long it is, in milliseconds.
    pub duration_ms: Option<i64>,
}

/// The longest head of an MP4 file that is read.
pub const LONGEST_HEAD: i64 = 8 * 1024 * 1024;
/// So many boxes are passed on the way to it.
pub const MOST_BOXES: usize = 64;

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    Some(bytes.get(at..at + length)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// The length and the name of a box that begins here, and how long its own head is (ISO/IEC 14496-12, section 4.2). A
/// length of none goes on to the end.
#[must_use]
pub fn box_at(bytes: &[u8]) -> Option<(Option<u64>, [u8; 4], usize)> {
    let name = bytes.get(4..8)?.try_into().ok()?;
    match number(bytes, 0, 4)? {
        0 => Some((None, name, 8)),
        1 => Some((Some(number(bytes, 8, 8)?), name, 16)),
        length => Some((Some(length), name, 8)),
    }
}

/// What the head (`moov`) of an MP4 file says.
#[must_use]
pub fn of_head(head: &[u8]) -> Measures {
    let mut measures = Measures::default();
    for (name, body) in boxes(head) {
        match &name {
            b"mvhd" => measures.duration_ms = duration(body),
            b"trak" => {
                for (name, body) in boxes(body) {
                    if name == *b"tkhd"
                        && let Some((width, height)) = size(body).filter(|size| *size != (0, 0))
                    {
                        (measures.width, measures.height) = (Some(width), Some(height));
                    }
                }
            }
            _ => {}
        }
    }
    measures
}

fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (length, name, head) = box_at(bytes)?;
        let length = length.map_or(bytes.len(), |length| usize::try_from(length).unwrap_or(usize::MAX));
        let body = bytes.get(head..length)?;
        bytes = &bytes[length..];
        Some((name, body))
    })
}

/// Section 8.2.2: in units of which so many are a second.
fn duration(body: &[u8]) -> Option<i64> {
    let (units, length) = match body.first()? {
        1 => (number(body, 20, 4)?, number(body, 24, 8)?),
        _ => (number(body, 12, 4)?, number(body, 16, 4)?),
    };
    let unknown = length == u64::MAX || length == u64::from(u32::MAX);
    i64::try_from(length.checked_mul(1000)?.checked_div(units)?).ok().filter(|_| !unknown)
}

/// Section 8.3.2: in 65536ths of a pixel, the last of what there is.
fn size(body: &[u8]) -> Option<(i64, i64)> {
    let at = body.len().checked_sub(8)?;
    Some(((number(body, at, 4)? >> 16) as i64, (number(body, at + 4, 4)? >> 16) as i64))
}

/// What a WAV file says of itself: bytes in a second, and bytes of sound.
#[must_use]
pub fn of_wav(head: &[u8], size: i64) -> Measures {
    let le = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let rate =
        head.windows(4).take(4096).position(|word| word == b"fmt ").and_then(|at| le(at + 16)).filter(|rate| *rate > 0);
    Measures {
        duration_ms: rate.map(|rate| (size - 44).max(0).saturating_mul(1000) / i64::from(rate)),
        ..Measures::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat()
    }

    #[test]
    fn the_head_of_a_video_says_how_long_and_how_large_it_is() {
        let mut movie = vec![0; 20];
        movie[12..16].copy_from_slice(&600_u32.to_be_bytes());
        movie[16..20].copy_from_slice(&90_000_u32.to_be_bytes());
        let mut track = vec![0; 84];
        track[76..80].copy_from_slice(&(1920_u32 << 16).to_be_bytes());
        track[80..84].copy_from_slice(&(1080_u32 << 16).to_be_bytes());
        let head = [
            boxed(b"mvhd", &movie),
            boxed(b"trak", &boxed(b"tkhd", &track)),
            boxed(b"trak", &boxed(b"tkhd", &[0; 84])),
        ]
        .concat();
        let expected = Measures { width: Some(1920), height: Some(1080), duration_ms: Some(150_000) };
        assert_eq!(of_head(&head), expected);
        for at in 0..head.len() {
            let _whatever = of_head(&head[..at]);
        }
    }

    #[test]
    fn a_wav_says_how_long_it_is() {
        let mut head = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
        head.resize(44, 0);
        head[28..32].copy_from_slice(&176_400_u32.to_le_bytes());
        assert_eq!(of_wav(&head, 44 + 352_800).duration_ms, Some(2000));
        assert_eq!(of_wav(b"RIFF", 10), Measures::default());
    }
}
