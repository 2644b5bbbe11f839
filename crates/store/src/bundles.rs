//! Rows of bundles, and the courses in them.

use crate::{Filter, ListQuery, Page, PageRequest, Row, StoreError, Tx, params};

/// A bundle's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// The product that sells it.
    pub product_id: i64,
    /// Its name.
    pub name: String,
    /// The last part of its address; unique among the school's bundles.
    pub slug: String,
    /// Its description.
    pub description: Option<String>,
    /// A few words beneath its name.
    pub tagline: Option<String>,
    /// The picture above its page.
    pub banner_image_url: Option<String>,
    /// The picture on its card.
    pub bundle_card_image_url: Option<String>,
}

fn read(row: &Row<'_>) -> Result<BundleRow, StoreError> {
    Ok(BundleRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        product_id: row.get(3)?,
        name: row.get(4)?,
        slug: row.get(5)?,
        description: row.get(6)?,
        tagline: row.get(7)?,
        banner_image_url: row.get(8)?,
        bundle_card_image_url: row.get(9)?,
    })
}

/// Adds a bundle with its courses, in their order.
///
/// # Errors
/// [`StoreError::Taken`] `bundles.slug`.
pub fn insert(tx: &mut Tx<'_>, site: i64, bundle: &BundleRow, courses: &[i64]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO bundles (site_id, id, rev, created_at, updated_at, product_id, name, slug, description, tagline,
           banner_image_url, bundle_card_image_url)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            site,
            bundle.id,
            bundle.rev,
            bundle.created_at,
            bundle.product_id,
            &bundle.name,
            &bundle.slug,
            &bundle.description,
            &bundle.tagline,
            &bundle.banner_image_url,
            &bundle.bundle_card_image_url,
        ],
    )?;
    for (position, course) in courses.iter().enumerate() {
        tx.execute(
            "INSERT INTO bundle_courses (site_id, bundle_id, course_id, position) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
            params![site, bundle.id, *course, position as i64],
        )?;
    }
    Ok(())
}

/// The bundle with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<BundleRow>, StoreError> {
    tx.first(
        "SELECT id, rev, created_at, product_id, name, slug, description, tagline, banner_image_url,
           bundle_card_image_url
         FROM bundles WHERE site_id = $1 AND id = $2",
        params![site, id],
        read,
    )
}

/// Whether there is a bundle with this id.
///
/// # Errors
/// Whatever the database says.
pub fn exists(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM bundles WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// The courses of a bundle, in their order.
///
/// # Errors
/// Whatever the database says.
pub fn courses(tx: &mut Tx<'_>, site: i64, bundle: i64) -> Result<Vec<i64>, StoreError> {
    tx.query(
        "SELECT course_id FROM bundle_courses WHERE site_id = $1 AND bundle_id = $2 ORDER BY position, course_id",
        params![site, bundle],
        |row| row.get(0),
    )
}

/// A page of the ids of a bundle's courses, by id. A bundle has a handful; they are counted by walking them.
///
/// # Errors
/// Whatever the database says.
pub fn course_page(tx: &mut Tx<'_>, site: i64, bundle: i64, request: &PageRequest) -> Result<Page<i64>, StoreError> {
    let source = ListQuery {
        table: "courses",
        columns: "t.id",
        from: "bundle_courses s JOIN courses t ON t.site_id = s.site_id AND t.id = s.course_id",
        join: "",
        site_column: "s.site_id",
        id_column: "s.course_id",
        scope: vec![Filter::is("s.bundle_id = ?", bundle)],
        by_id: None,
        by_rev: None,
        filters: vec![],
    };
    tx.page(site, &source, request, |row| row.get(0))
}

/// Takes a course out of every bundle.
///
/// # Errors
/// Whatever the database says.
pub fn remove_course_everywhere(tx: &mut Tx<'_>, site: i64, course: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM bundle_courses WHERE site_id = $1 AND course_id = $2", params![site, course])?;
    Ok(())
}
