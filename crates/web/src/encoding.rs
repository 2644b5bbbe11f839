//! How answers are compressed for clients that accept it.

use axum::http::{HeaderMap, HeaderValue, header};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

/// A way to compress an answer (RFC 9110, section 8.4.1; RFC 7932).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The smaller one.
    Brotli,
    /// The older one, which every client knows.
    Gzip,
}

/// How much is tried to make it small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// While somebody waits.
    Quick,
    /// Once, for everybody.
    Thorough,
}

impl Encoding {
    /// What a client accepts and likes best (RFC 9110, section 12.5.3); none when that is the answer as it is.
    #[must_use]
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all(header::ACCEPT_ENCODING).iter().peekable();
        given.peek()?;
        let (mut brotli, mut gzip, mut identity, mut others) = (None, None, None, 0.0);
        for one in given.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')) {
            let (name, parameter) = one.split_once(';').unwrap_or((one, ""));
            let weight = parameter.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse::<f32>().ok());
            let weight = weight.unwrap_or(0.0);
            match name.trim().to_ascii_lowercase().as_str() {
                "br" => brotli = Some(weight),
                "gzip" | "x-gzip" => gzip = Some(weight),
                "identity" => identity = Some(weight),
                "*" => others = weight,
                _ => {}
            }
        }
        let (brotli, gzip) = (brotli.unwrap_or(others), gzip.unwrap_or(others));
        let (best, weight) = if brotli >= gzip { (Self::Brotli, brotli) } else { (Self::Gzip, gzip) };
        (weight > 0.0 && identity.is_none_or(|identity| weight >= identity)).then_some(best)
    }

    /// Its name in headers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Its name as the value of a header.
    #[must_use]
    pub fn value(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }

    /// The bytes compressed; none when they cannot be.
    #[must_use]
    pub fn compress(self, bytes: &[u8], effort: Effort) -> Option<Vec<u8>> {
        let mut compressed = Vec::with_capacity(bytes.len() / 4);
        match self {
            Self::Brotli => {
                let (quality, lgwin) = if effort == Effort::Quick { (4, 18) } else { (9, 22) };
                let settings =
                    BrotliEncoderParams { quality, lgwin, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
                brotli::BrotliCompress(&mut &*bytes, &mut compressed, &settings).ok()?;
            }
            Self::Gzip => {
                let level = if effort == Effort::Quick { Compression::new(5) } else { Compression::best() };
                let mut encoder = GzEncoder::new(&mut compressed, level);
                encoder.write_all(bytes).ok()?;
                encoder.finish().ok()?;
            }
        }
        Some(compressed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_given_what_it_likes_best_of_what_it_accepts() {
        for (accepted, encoding) in [
            ("gzip", Some(Encoding::Gzip)),
            ("gzip, deflate, br, zstd", Some(Encoding::Brotli)),
            ("gzip;q=1.0, br;q=0.5", Some(Encoding::Gzip)),
            ("br;q=0, gzip;q=0.2", Some(Encoding::Gzip)),
            ("*", Some(Encoding::Brotli)),
            ("br;q=0, *;q=0.1", Some(Encoding::Gzip)),
            ("identity", None),
            ("identity;q=1, gzip;q=0.5", None),
            ("gzip;q=0", None),
            ("gzip;q=x", None),
            ("deflate", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(Encoding::accepted(&headers), encoding, "{accepted}");
        }
        assert_eq!(Encoding::accepted(&HeaderMap::new()), None);
    }
}
