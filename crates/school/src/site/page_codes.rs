//! Code that a school adds to the pages of its students, for its head or its foot. It runs in the school's own pages, with
//! the rights of whoever looks at them: who may change it is the owner's to say.

use crate::check::Check;
use crate::error::Result;
use crate::security_log::{self, Kind};
use store::page_codes::{self as rows, PageCodePlace, PageCodeRow};
use store::{SiteId, Tx};

/// The longest code of a place, in characters.
pub const LONGEST: usize = 20_000;

/// What a school adds to its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageCodes {
    /// In the head of each page.
    pub head: String,
    /// At the end of each page.
    pub footer: String,
}

/// What a school adds to its pages.
pub fn get(tx: &mut Tx<'_>, site: SiteId) -> Result<PageCodes> {
    let mut codes = PageCodes::default();
    for row in rows::all(tx, site)? {
        match row.place {
            PageCodePlace::Head => codes.head = row.code,
            PageCodePlace::Footer => codes.footer = row.code,
        }
    }
    Ok(codes)
}

/// Changes what a school adds to its pages, and says in the security log that it did.
///
/// # Errors
/// [`crate::Error::Invalid`] when one is too long.
pub fn set(tx: &mut Tx<'_>, site: SiteId, codes: &PageCodes) -> Result<()> {
    let mut check = Check::new();
    check.lines("head", &codes.head, LONGEST);
    check.lines("footer", &codes.footer, LONGEST);
    check.done()?;
    let had = get(tx, site)?;
    let updated_at = tx.moment();
    for (place, name, had, has) in [
        (PageCodePlace::Head, "head", &had.head, &codes.head),
        (PageCodePlace::Footer, "footer", &had.footer, &codes.footer),
    ] {
        if had == has {
            continue;
        }
        match has.trim().is_empty() {
            true => rows::delete(tx, site, place)?,
            false => rows::put(tx, site, &PageCodeRow { place, code: has.clone(), updated_at })?,
        }
        security_log::record(tx, site, Kind::PageCodeChanged, None, name)?;
    }
    Ok(())
}
