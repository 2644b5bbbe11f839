//! Rows of the code that a school adds to its pages.

use crate::enums::text_enum;
use crate::table::{select, table};
use crate::{SiteId, StoreError, Tx, params};

text_enum! {
    /// Where on a page.
    pub enum PageCodePlace {
        /// In the head.
        Head = "head",
        /// At its end.
        Footer = "footer",
    }
}

table! {
    /// A code's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PageCodeRow in "page_codes" of site {
        keys {
            /// Where on a page.
            place: PageCodePlace,
        }
        values {
            /// The code.
            code: String,
            /// When it was last changed.
            updated_at: i64,
        }
    }
}

/// What a school adds to its pages.
pub fn all(tx: &mut Tx<'_>, site: SiteId) -> Result<Vec<PageCodeRow>, StoreError> {
    tx.query(select!(PageCodeRow, "WHERE site_id = $1 ORDER BY place"), params![site], PageCodeRow::read)
}

/// Writes a code, in the place of the one that was there.
pub fn put(tx: &mut Tx<'_>, site: SiteId, code: &PageCodeRow) -> Result<(), StoreError> {
    delete(tx, site, code.place)?;
    code.insert(tx, site)?;
    Ok(())
}

/// Removes a code.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, place: PageCodePlace) -> Result<(), StoreError> {
    tx.execute("DELETE FROM page_codes WHERE site_id = $1 AND place = $2", params![site, place])?;
    Ok(())
}
