//! Rows of bundles, and the courses in them.

use crate::files::{self, FileUserKind};
use crate::short_list::{Keys, cut};
use crate::table::{select, table};
use crate::{
    BundleId, CourseId, Filter, ListQuery, Page, PageRequest, ProductId, SiteId, Stamp, StoreError, Tx, params,
};

table! {
    /// A bundle's row.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BundleRow in "bundles" of site {
        keys {
            /// Its id.
            id: BundleId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was made.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        values {
            /// The product that sells it.
            product_id: ProductId,
            /// Its name.
            name: String,
            /// The last part of its address; unique among the school's bundles.
            slug: String,
            /// Its description.
            description: Option<String>,
            /// A few words beneath its name.
            tagline: Option<String>,
            /// The picture above its page.
            banner_image_url: Option<String>,
            /// The picture on its card.
            bundle_card_image_url: Option<String>,
        }
    }
}

/// Adds a bundle with its courses, in their order.
///
/// # Errors
/// [`StoreError::Taken`] `bundles.slug`.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, bundle: &BundleRow, courses: &[CourseId]) -> Result<(), StoreError> {
    bundle.insert(tx, site)?;
    insert_courses(tx, site, bundle.id, courses)
}

/// Writes a changed bundle over the one with its id. `stamp` becomes the time and number of the change.
///
/// # Errors
/// [`StoreError::Taken`] `bundles.slug`.
pub fn update(tx: &mut Tx<'_>, site: SiteId, has: &BundleRow, stamp: Stamp) -> Result<(), StoreError> {
    has.update(tx, site, stamp)?;
    Ok(())
}

/// Replaces the courses of a bundle.
pub fn set_courses(tx: &mut Tx<'_>, site: SiteId, bundle: BundleId, courses: &[CourseId]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM bundle_courses WHERE site_id = $1 AND bundle_id = $2", params![site, bundle])?;
    insert_courses(tx, site, bundle, courses)
}

/// Removes a bundle and what it says of its courses. What sells it and who is enrolled through it are the caller's
/// business.
pub fn delete(tx: &mut Tx<'_>, site: SiteId, bundle: BundleId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM bundle_courses WHERE site_id = $1 AND bundle_id = $2", params![site, bundle])?;
    files::forget_uses(tx, site, FileUserKind::Bundle, bundle.get())?;
    tx.execute("DELETE FROM bundles WHERE site_id = $1 AND id = $2", params![site, bundle])?;
    Ok(())
}

/// A page of the school's bundles, of which it has a handful: they are read whole, and the page is cut in memory.
pub fn page(tx: &mut Tx<'_>, site: SiteId, request: &PageRequest) -> Result<Page<BundleRow>, StoreError> {
    let keys =
        |row: &BundleRow| Keys { id: row.id.get(), rev: row.rev, created: row.created_at, updated: row.updated_at };
    let sql = select!(BundleRow, "WHERE t.site_id = $1 ORDER BY t.id");
    Ok(cut(tx.query(sql, params![site], BundleRow::read)?, request, keys))
}

fn insert_courses(tx: &mut Tx<'_>, site: SiteId, bundle: BundleId, courses: &[CourseId]) -> Result<(), StoreError> {
    for (position, course) in courses.iter().enumerate() {
        tx.execute(
            "INSERT INTO bundle_courses (site_id, bundle_id, course_id, position) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
            params![site, bundle, *course, position as i64],
        )?;
    }
    Ok(())
}

/// The bundle with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: BundleId) -> Result<Option<BundleRow>, StoreError> {
    tx.first(select!(BundleRow, "WHERE t.site_id = $1 AND t.id = $2"), params![site, id], BundleRow::read)
}

/// The bundle with this slug.
pub fn by_slug(tx: &mut Tx<'_>, site: SiteId, slug: &str) -> Result<Option<BundleRow>, StoreError> {
    tx.first(select!(BundleRow, "WHERE t.site_id = $1 AND t.slug = $2"), params![site, slug], BundleRow::read)
}

/// Whether there is a bundle with this id.
pub fn exists(tx: &mut Tx<'_>, site: SiteId, id: BundleId) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM bundles WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// The courses of a bundle, in their order.
pub fn courses(tx: &mut Tx<'_>, site: SiteId, bundle: BundleId) -> Result<Vec<CourseId>, StoreError> {
    tx.query(
        "SELECT course_id FROM bundle_courses WHERE site_id = $1 AND bundle_id = $2 ORDER BY position, course_id",
        params![site, bundle],
        |row| row.get(0),
    )
}

/// A page of the ids of a bundle's courses, by id. A bundle has a handful; they are counted by walking them.
pub fn course_page(
    tx: &mut Tx<'_>,
    site: SiteId,
    bundle: BundleId,
    request: &PageRequest,
) -> Result<Page<CourseId>, StoreError> {
    let from = "bundle_courses s JOIN courses t ON t.site_id = s.site_id AND t.id = s.course_id";
    let mut source = ListQuery::all("courses", from, "t.id");
    source.join_from(from, "s.course_id", None);
    source.scope.push(Filter::is("s.bundle_id = ?", bundle));
    tx.page(site, &source, request, |row| row.get(0))
}

/// Takes a course out of every bundle.
pub fn remove_course_everywhere(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM bundle_courses WHERE site_id = $1 AND course_id = $2", params![site, course])?;
    Ok(())
}
