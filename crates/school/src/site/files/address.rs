//! Where a file is to be had: a public one at an address that stays, a private one at an address that ends.

use super::{File, Visibility};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use store::{FileId, ServerKey, SiteId};

/// A signed address counts for at least three hours and at most four: it is the same for an hour, so that browsers keep
/// what they have.
const HOUR: i64 = 3_600;
const COUNTS_HOURS: i64 = 4;

/// What a path may hold as it is (RFC 3986, section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Makes the addresses of files.
#[derive(Debug, Clone)]
pub struct FileAddresses {
    /// How they begin, without a slash at the end: `https://school.example`. It is no school's own host, so that nothing
    /// in a file is of a school's origin.
    pub url: String,
    /// Under which private ones are signed.
    pub key: ServerKey,
}

/// What makes the address of a private file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'a> {
    /// Until when, in seconds since 1970.
    pub expires: i64,
    /// The signature.
    pub signature: &'a str,
}

impl FileAddresses {
    /// Where a file is; `now` in milliseconds since 1970. A picture is to be had in sizes with `width` in the query.
    #[must_use]
    pub fn of(&self, site: SiteId, file: &File, now: i64) -> String {
        let File { id, token, .. } = file;
        let name = encoded_name(&file.name);
        let address = format!("{}/files/{site}/{id}/{token}/{name}", self.url);
        match file.visibility {
            Visibility::Public => address,
            Visibility::Private => {
                let expires = expires(now);
                format!("{address}?expires={expires}&signature={}", self.signature(site, *id, token, expires))
            }
        }
    }

    /// The same in a width of so many pixels, of a picture.
    #[must_use]
    pub fn in_width(&self, site: SiteId, file: &File, now: i64, width: u32) -> String {
        let address = self.of(site, file, now);
        let joined = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joined}width={width}")
    }

    /// Until when the address counts that is given now, in milliseconds since 1970; none where it does not end.
    #[must_use]
    pub fn expires_at(file: &File, now: i64) -> Option<i64> {
        (file.visibility == Visibility::Private).then(|| expires(now) * 1000)
    }

    /// Whether an address counts.
    #[must_use]
    pub fn counts(&self, site: SiteId, file: &File, signed: Option<Signed<'_>>, now: i64) -> bool {
        if file.visibility == Visibility::Public {
            return true;
        }
        signed.is_some_and(|Signed { expires, signature }| {
            let expected = self.signature(site, file.id, &file.token, expires);
            // Hashes are compared, so that how long it takes says nothing about the signature.
            expires.saturating_mul(1000) > now && self.key.fingerprint(signature) == self.key.fingerprint(&expected)
        })
    }

    fn signature(&self, site: SiteId, id: FileId, token: &str, expires: i64) -> String {
        self.key.fingerprint(&format!("file:{site}:{id}:{token}:{expires}"))
    }
}

/// A name as it stands in an address, and in the header that names a file (RFC 8187).
#[must_use]
pub fn encoded_name(name: &str) -> String {
    utf8_percent_encode(name, UNRESERVED).to_string()
}

fn expires(now: i64) -> i64 {
    (now.div_euclid(1000 * HOUR) + COUNTS_HOURS) * HOUR
}
