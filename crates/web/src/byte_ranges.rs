//! Which bytes of something a request asks for (RFC 9110, section 14).

use axum::http::{HeaderMap, header};

/// Which bytes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// All of them.
    Whole,
    /// From one to another, both included.
    Some(i64, i64),
    /// None that there are.
    Nothing,
}

impl ByteRange {
    /// The first and the last byte of something of this length.
    #[must_use]
    pub fn bounds(&self, length: i64) -> (i64, i64) {
        match self {
            Self::Some(first, last) => (*first, *last),
            Self::Whole | Self::Nothing => (0, length - 1),
        }
    }
}

/// The range that a request asks for of something of this length, which has this tag. What asks for several ranges, or in
/// words that are not understood, is given all of it, as a server may.
#[must_use]
pub fn asked_range(headers: &HeaderMap, length: i64, etag: &str) -> ByteRange {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(asked) = text(header::RANGE).and_then(|range| range.trim().strip_prefix("bytes=")) else {
        return ByteRange::Whole;
    };
    // Part of something else is of no use: all of this is then (section 13.1.5). A weak tag or a date never matches.
    if text(header::IF_RANGE).is_some_and(|tag| tag.trim() != etag) {
        return ByteRange::Whole;
    }
    let Some((first, last)) = asked.split_once('-').filter(|_| !asked.contains(',')) else { return ByteRange::Whole };
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|digit| digit.is_ascii_digit()) => Some(Some(digits.parse().unwrap_or(i64::MAX))),
        _ => None,
    };
    match (number(first), number(last)) {
        (Some(Some(first)), Some(None)) if first < length => ByteRange::Some(first, length - 1),
        (Some(Some(first)), Some(Some(last))) if last < first => ByteRange::Whole,
        (Some(Some(first)), Some(Some(last))) if first < length => ByteRange::Some(first, last.min(length - 1)),
        (Some(None), Some(Some(last))) if last > 0 => ByteRange::Some((length - last).max(0), length - 1),
        (Some(None), Some(None)) | (None, _) | (_, None) => ByteRange::Whole,
        _ => ByteRange::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteRange, asked_range};
    use axum::http::{HeaderMap, HeaderValue, header};

    fn asked(range: &'static str, if_range: Option<&'static str>) -> ByteRange {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        if let Some(tag) = if_range {
            headers.insert(header::IF_RANGE, HeaderValue::from_static(tag));
        }
        asked_range(&headers, 100, "\"tag\"")
    }

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        use ByteRange::{Nothing, Some as Bytes, Whole};
        for (range, expected) in [
            ("bytes=0-9", Bytes(0, 9)),
            ("bytes=90-", Bytes(90, 99)),
            ("bytes=90-500", Bytes(90, 99)),
            ("bytes=-10", Bytes(90, 99)),
            ("bytes=-500", Bytes(0, 99)),
            ("bytes=0-99999999999999999999", Bytes(0, 99)),
            ("bytes=100-", Nothing),
            ("bytes=99999999999999999999-", Nothing),
            ("bytes=-0", Nothing),
            ("bytes=9-0", Whole),
            ("bytes=-", Whole),
            ("bytes=0-1,5-6", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("lines=0-9", Whole),
        ] {
            assert_eq!(asked(range, None), expected, "{range}");
        }
        assert_eq!(asked("bytes=0-9", Some("\"tag\"")), Bytes(0, 9));
        assert_eq!(asked("bytes=0-9", Some("\"other\"")), Whole);
        assert_eq!(asked("bytes=0-9", Some("W/\"tag\"")), Whole);
    }
}
