//! Rows of courses, and who looks after them.

use crate::{CountedRow, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, Value, instructors, lists, params};
use std::collections::HashMap;
use std::fmt::Write as _;

/// A course's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CourseRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
    /// What is sold to give access to it.
    pub product_id: i64,
    /// Its name.
    pub name: String,
    /// The last part of its address, which is unique in the school.
    pub slug: String,
    /// A second line below the name.
    pub subtitle: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// What its card in the catalogue says.
    pub course_card_text: Option<String>,
    /// A video on YouTube that introduces it.
    pub intro_video_youtube: Option<String>,
    /// Whom to request about it.
    pub contact_information: Option<String>,
    /// What it is found by.
    pub keywords: Option<String>,
    /// How long it takes, in words.
    pub duration: Option<String>,
    /// The picture on its page.
    pub banner_image_url: Option<String>,
    /// The picture on its card.
    pub course_card_image_url: Option<String>,
    /// A video at Wistia that introduces it.
    pub intro_video_wistia_identifier: Option<String>,
    /// Whether students may review it.
    pub reviews_enabled: bool,
    /// Who made it.
    pub user_id: Option<i64>,
    /// Who teaches it.
    pub instructor_id: Option<i64>,
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.product_id, t.name, t.slug, t.subtitle, \
                       t.description, t.course_card_text, t.intro_video_youtube, t.contact_information, t.keywords, \
                       t.duration, t.banner_image_url, t.course_card_image_url, t.intro_video_wistia_identifier, \
                       t.reviews_enabled, t.user_id, t.instructor_id";

fn read(row: &Row<'_>) -> Result<CourseRow, StoreError> {
    Ok(CourseRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        product_id: row.get(4)?,
        name: row.get(5)?,
        slug: row.get(6)?,
        subtitle: row.get(7)?,
        description: row.get(8)?,
        course_card_text: row.get(9)?,
        intro_video_youtube: row.get(10)?,
        contact_information: row.get(11)?,
        keywords: row.get(12)?,
        duration: row.get(13)?,
        banner_image_url: row.get(14)?,
        course_card_image_url: row.get(15)?,
        intro_video_wistia_identifier: row.get(16)?,
        reviews_enabled: row.get(17)?,
        user_id: row.get(18)?,
        instructor_id: row.get(19)?,
    })
}

fn places(site: i64, id: i64, rev: i64) -> [CountedRow; 2] {
    [lists::place(site, lists::COURSES, id), lists::place(site, lists::COURSES_BY_REV, rev)]
}

/// Adds a course, under the id and the stamp that its row carries.
///
/// # Errors
/// [`StoreError::Taken`] `courses.slug`.
pub fn insert(tx: &mut Tx<'_>, site: i64, course: &CourseRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO courses (site_id, id, rev, created_at, updated_at, product_id, name, slug, subtitle, description,
           course_card_text, intro_video_youtube, contact_information, keywords, duration, banner_image_url,
           course_card_image_url, intro_video_wistia_identifier, reviews_enabled, user_id, instructor_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        params![
            site,
            course.id,
            course.rev,
            course.created_at,
            course.updated_at,
            course.product_id,
            &course.name,
            &course.slug,
            &course.subtitle,
            &course.description,
            &course.course_card_text,
            &course.intro_video_youtube,
            &course.contact_information,
            &course.keywords,
            &course.duration,
            &course.banner_image_url,
            &course.course_card_image_url,
            &course.intro_video_wistia_identifier,
            course.reviews_enabled,
            course.user_id,
            course.instructor_id,
        ],
    )?;
    tx.update_counts(&[], &places(site, course.id, course.rev));
    Ok(())
}

/// Writes a changed course over the one that was read. `stamp` becomes the time and number of the change.
///
/// # Errors
/// [`StoreError::Taken`] `courses.slug`.
pub fn update(tx: &mut Tx<'_>, site: i64, had: &CourseRow, has: &CourseRow, stamp: Stamp) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE courses SET rev = $1, updated_at = $2, product_id = $3, name = $4, slug = $5, subtitle = $6,
           description = $7, course_card_text = $8, intro_video_youtube = $9, contact_information = $10,
           keywords = $11, duration = $12, banner_image_url = $13, course_card_image_url = $14,
           intro_video_wistia_identifier = $15, reviews_enabled = $16, user_id = $17, instructor_id = $18
         WHERE site_id = $19 AND id = $20",
        params![
            stamp.rev,
            stamp.at,
            has.product_id,
            &has.name,
            &has.slug,
            &has.subtitle,
            &has.description,
            &has.course_card_text,
            &has.intro_video_youtube,
            &has.contact_information,
            &has.keywords,
            &has.duration,
            &has.banner_image_url,
            &has.course_card_image_url,
            &has.intro_video_wistia_identifier,
            has.reviews_enabled,
            has.user_id,
            has.instructor_id,
            site,
            had.id,
        ],
    )?;
    tx.update_counts(&places(site, had.id, had.rev), &places(site, had.id, stamp.rev));
    Ok(())
}

/// The course with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<CourseRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM courses t WHERE t.site_id = $1 AND t.id = $2"), params![site, id], read)
}

/// The course with this slug.
///
/// # Errors
/// Whatever the database says.
pub fn by_slug(tx: &mut Tx<'_>, site: i64, slug: &str) -> Result<Option<CourseRow>, StoreError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM courses t WHERE t.site_id = $1 AND t.slug = $2"),
        params![site, slug],
        read,
    )
}

/// Whether there is a course with this id.
///
/// # Errors
/// Whatever the database says.
pub fn exists(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<bool, StoreError> {
    Ok(tx.first("SELECT 1 FROM courses WHERE site_id = $1 AND id = $2", params![site, id], |_| Ok(()))?.is_some())
}

/// Those of these courses that there are, by id.
///
/// # Errors
/// Whatever the database says.
pub fn by_ids(tx: &mut Tx<'_>, site: i64, ids: &[i64]) -> Result<Vec<CourseRow>, StoreError> {
    let Some((ids_sql, values)) = one_of(site, ids) else { return Ok(Vec::new()) };
    let sql = format!("SELECT {COLUMNS} FROM courses t WHERE t.site_id = $1 AND t.id IN {ids_sql} ORDER BY t.id");
    tx.query(&sql, &values, read)
}

/// A page of the school's courses.
///
/// # Errors
/// Whatever the database says.
pub fn page(tx: &mut Tx<'_>, site: i64, request: &PageRequest) -> Result<Page<CourseRow>, StoreError> {
    let source = ListQuery {
        table: "courses",
        columns: COLUMNS,
        from: "courses t",
        join: "",
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: Some(lists::whole(site, lists::COURSES)),
        by_rev: Some(lists::whole(site, lists::COURSES_BY_REV)),
        filters: vec![],
    };
    tx.page(site, &source, request, read)
}

/// The ids of the chapters of each of these courses, in their order.
///
/// # Errors
/// Whatever the database says.
pub fn chapter_ids(tx: &mut Tx<'_>, site: i64, courses: &[i64]) -> Result<HashMap<i64, Vec<i64>>, StoreError> {
    let Some((ids, values)) = one_of(site, courses) else { return Ok(HashMap::new()) };
    let sql = format!(
        "SELECT course_id, id FROM chapters WHERE site_id = $1 AND course_id IN {ids} ORDER BY course_id, position, id"
    );
    Ok(gathered(tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))?))
}

/// The ids of the users who look after each of these courses, by id.
///
/// # Errors
/// Whatever the database says.
pub fn administrators(tx: &mut Tx<'_>, site: i64, courses: &[i64]) -> Result<HashMap<i64, Vec<i64>>, StoreError> {
    let Some((ids, values)) = one_of(site, courses) else { return Ok(HashMap::new()) };
    let sql = format!(
        "SELECT course_id, user_id FROM course_administrators WHERE site_id = $1 AND course_id IN {ids}
         ORDER BY course_id, user_id"
    );
    Ok(gathered(tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))?))
}

/// Makes these users, and nobody else, look after a course.
///
/// # Errors
/// Whatever the database says.
pub fn set_administrators(tx: &mut Tx<'_>, site: i64, course: i64, users: &[i64]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM course_administrators WHERE site_id = $1 AND course_id = $2", params![site, course])?;
    for user in users {
        tx.execute(
            "INSERT INTO course_administrators (site_id, course_id, user_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            params![site, course, *user],
        )?;
    }
    Ok(())
}

/// Removes a course and who looks after it. What it is made of, what sells it and who is enrolled in it are the
/// caller's business.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut Tx<'_>, site: i64, course: &CourseRow) -> Result<(), StoreError> {
    tx.execute("DELETE FROM course_administrators WHERE site_id = $1 AND course_id = $2", params![site, course.id])?;
    tx.execute("DELETE FROM courses WHERE site_id = $1 AND id = $2", params![site, course.id])?;
    tx.update_counts(&places(site, course.id, course.rev), &[]);
    Ok(())
}

/// Takes a user from every course they look after or have made, and from the instructor that they are. Gives the
/// courses that it changed, by id.
///
/// # Errors
/// Whatever the database says.
pub fn remove_user_everywhere(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<Vec<i64>, StoreError> {
    let mut changed: Vec<i64> = tx.query(
        "SELECT course_id FROM course_administrators WHERE site_id = $1 AND user_id = $2",
        params![site, user],
        |row| row.get(0),
    )?;
    tx.execute("DELETE FROM course_administrators WHERE site_id = $1 AND user_id = $2", params![site, user])?;
    let sql = format!("SELECT {COLUMNS} FROM courses t WHERE t.site_id = $1 AND t.user_id = $2 ORDER BY t.id");
    for had in tx.query(&sql, params![site, user], read)? {
        let stamp = tx.stamp(site)?;
        update(tx, site, &had, &CourseRow { user_id: None, ..had.clone() }, stamp)?;
        changed.push(had.id);
    }
    instructors::remove_user_everywhere(tx, site, user)?;
    changed.sort_unstable();
    changed.dedup();
    Ok(changed)
}

/// The products of the courses that an instructor teaches, by id.
///
/// # Errors
/// Whatever the database says.
pub fn product_ids_of_instructor(tx: &mut Tx<'_>, site: i64, instructor: i64) -> Result<Vec<i64>, StoreError> {
    tx.query(
        "SELECT product_id FROM courses WHERE site_id = $1 AND instructor_id = $2 ORDER BY product_id",
        params![site, instructor],
        |row| row.get(0),
    )
}

/// Takes an instructor from every course they teach. Gives the courses that it changed, by id.
///
/// # Errors
/// Whatever the database says.
pub fn remove_instructor_everywhere(tx: &mut Tx<'_>, site: i64, instructor: i64) -> Result<Vec<i64>, StoreError> {
    let mut changed = Vec::new();
    let sql = format!("SELECT {COLUMNS} FROM courses t WHERE t.site_id = $1 AND t.instructor_id = $2 ORDER BY t.id");
    for had in tx.query(&sql, params![site, instructor], read)? {
        let stamp = tx.stamp(site)?;
        update(tx, site, &had, &CourseRow { instructor_id: None, ..had.clone() }, stamp)?;
        changed.push(had.id);
    }
    Ok(changed)
}

/// What follows `IN` for these ids, with the parameters of a statement whose first is the school; none for no ids.
/// The list is filled up with its last id to a power of two, so that few different statements come about.
pub(crate) fn one_of(site: i64, ids: &[i64]) -> Option<(String, Vec<Value<'static>>)> {
    let last = *ids.last()?;
    let length = ids.len().next_power_of_two();
    let mut sql = String::with_capacity(2 + 6 * length);
    let mut values = Vec::with_capacity(1 + length);
    values.push(Value::Int(site));
    for index in 0..length {
        values.push(Value::Int(ids.get(index).copied().unwrap_or(last)));
        let before = if index == 0 { '(' } else { ',' };
        let _infallible = write!(sql, "{before}${}", values.len());
    }
    sql.push(')');
    Some((sql, values))
}

/// Pairs of an owner and what it owns, by owner.
pub(crate) fn gathered<T>(pairs: Vec<(i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut gathered: HashMap<i64, Vec<T>> = HashMap::new();
    for (owner, owned) in pairs {
        gathered.entry(owner).or_default().push(owned);
    }
    gathered
}
