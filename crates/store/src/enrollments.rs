//! Rows of enrollments, and the bundles that some of them came with.

use crate::{CountSelection, CountedList};
use crate::{
    CountedRow, Filter, ListQuery, Page, PageRequest, Row, Stamp, StoreError, Tx, Value, lists, params, progress,
};

/// An enrollment's row: what stands in it, and the names that are read along with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnrollmentRow {
    /// Its id.
    pub id: i64,
    /// The number of its last change.
    pub rev: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
    /// Who is enrolled.
    pub user_id: i64,
    /// In which course.
    pub course_id: i64,
    /// Hundredths of a percent: 10,000 is all of it.
    pub percentage_completed: i64,
    /// Whether the course was completed.
    pub completed: bool,
    /// When they began.
    pub started_at: Option<i64>,
    /// From when on the whole course is open to them; none for a free trial.
    pub activated_at: Option<i64>,
    /// When they completed it.
    pub completed_at: Option<i64>,
    /// When it ends.
    pub expiry_date: Option<i64>,
    /// The user's address. Read, never written.
    pub user_email: String,
    /// The user's first name. Read, never written.
    pub user_first_name: String,
    /// The user's last name. Read, never written.
    pub user_last_name: String,
    /// The course's name. Read, never written.
    pub course_name: String,
}

impl EnrollmentRow {
    /// Whether only what is free of the course is open to them.
    #[must_use]
    pub fn free_trial(&self) -> bool {
        self.activated_at.is_none()
    }

    /// The user's first and last name.
    #[must_use]
    pub fn user_name(&self) -> String {
        format!("{} {}", self.user_first_name, self.user_last_name).trim().to_owned()
    }

    /// The state that the counts divide enrollments by.
    fn state(&self) -> i64 {
        2 * i64::from(self.free_trial()) + i64::from(self.completed)
    }
}

const COLUMNS: &str = "t.id, t.rev, t.created_at, t.updated_at, t.user_id, t.course_id, t.percentage_completed, \
                       t.completed, t.started_at, t.activated_at, t.completed_at, t.expiry_date, u.email, \
                       u.first_name, u.last_name, c.name";

// Outer joins, so that `t` drives a list on either engine, and so that the counts hold whatever is joined.
const JOIN: &str = " LEFT JOIN users u ON u.site_id = t.site_id AND u.id = t.user_id \
                    LEFT JOIN courses c ON c.site_id = t.site_id AND c.id = t.course_id";
const FROM_BUNDLE: &str = "bundle_enrollments s JOIN enrollments t ON t.site_id = s.site_id AND t.id = s.enrollment_id";

fn read(row: &Row<'_>) -> Result<EnrollmentRow, StoreError> {
    let text = |column| Ok::<_, StoreError>(row.get::<Option<String>>(column)?.unwrap_or_default());
    Ok(EnrollmentRow {
        id: row.get(0)?,
        rev: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        user_id: row.get(4)?,
        course_id: row.get(5)?,
        percentage_completed: row.get(6)?,
        completed: row.get(7)?,
        started_at: row.get(8)?,
        activated_at: row.get(9)?,
        completed_at: row.get(10)?,
        expiry_date: row.get(11)?,
        user_email: text(12)?,
        user_first_name: text(13)?,
        user_last_name: text(14)?,
        course_name: text(15)?,
    })
}

fn places(site: i64, row: &EnrollmentRow) -> [CountedRow; 3] {
    let state = row.state();
    let place = |list, scope, key| CountedRow { site, list, scope, state, key };
    [
        place(lists::ENROLLMENTS, 0, row.id),
        place(lists::ENROLLMENTS_BY_REV, 0, row.rev),
        place(lists::ENROLLMENTS_OF_COURSE, row.course_id, row.id),
    ]
}

fn bundle_place(site: i64, bundle: i64, row: &EnrollmentRow) -> CountedRow {
    CountedRow { site, list: lists::ENROLLMENTS_OF_BUNDLE, scope: bundle, state: row.state(), key: row.id }
}

/// Adds an enrollment; gives it its id, and the stamp as its times and revision.
///
/// # Errors
/// [`StoreError::Taken`] `enrollments.course_id` when the user is enrolled in the course already.
pub fn insert(tx: &mut Tx<'_>, site: i64, row: &mut EnrollmentRow, stamp: Stamp) -> Result<(), StoreError> {
    row.id = tx.next_id("enrollments")?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    tx.execute(
        "INSERT INTO enrollments (site_id, id, rev, created_at, updated_at, user_id, course_id, percentage_completed,
           free_trial, completed, started_at, activated_at, completed_at, expiry_date)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            site,
            row.id,
            row.rev,
            row.created_at,
            row.user_id,
            row.course_id,
            row.percentage_completed,
            row.free_trial(),
            row.completed,
            row.started_at,
            row.activated_at,
            row.completed_at,
            row.expiry_date,
        ],
    )?;
    tx.update_counts(&[], &places(site, row));
    Ok(())
}

/// Writes a changed enrollment over the one that was read; the stamp becomes its time of change and its revision.
///
/// # Errors
/// Whatever the database says.
pub fn update(
    tx: &mut Tx<'_>,
    site: i64,
    had: &EnrollmentRow,
    has: &mut EnrollmentRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.rev = stamp.rev;
    has.updated_at = stamp.at;
    tx.execute(
        "UPDATE enrollments SET rev = $1, updated_at = $2, percentage_completed = $3, free_trial = $4, completed = $5,
           started_at = $6, activated_at = $7, completed_at = $8, expiry_date = $9
         WHERE site_id = $10 AND id = $11",
        params![
            has.rev,
            has.updated_at,
            has.percentage_completed,
            has.free_trial(),
            has.completed,
            has.started_at,
            has.activated_at,
            has.completed_at,
            has.expiry_date,
            site,
            had.id,
        ],
    )?;
    tx.update_counts(&places(site, had), &places(site, has));
    if had.state() != has.state() {
        for bundle in bundles_of(tx, site, had.id)? {
            tx.update_counts(&[bundle_place(site, bundle, had)], &[bundle_place(site, bundle, has)]);
        }
    }
    Ok(())
}

/// Removes every enrollment of a user, with the progress in each.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_user(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<(), StoreError> {
    let rows = of_user(tx, site, user)?;
    delete(tx, site, &rows)
}

/// Removes every enrollment in a course, with the progress in each.
///
/// # Errors
/// Whatever the database says.
pub fn delete_of_course(tx: &mut Tx<'_>, site: i64, course: i64) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM enrollments t{JOIN} WHERE t.site_id = $1 AND t.course_id = $2 ORDER BY t.id LIMIT 500"
    );
    loop {
        let rows = tx.query(&sql, params![site, course], read)?;
        if rows.is_empty() {
            return Ok(());
        }
        delete(tx, site, &rows)?;
    }
}

fn delete(tx: &mut Tx<'_>, site: i64, rows: &[EnrollmentRow]) -> Result<(), StoreError> {
    for row in rows {
        for bundle in bundles_of(tx, site, row.id)? {
            tx.execute(
                "DELETE FROM bundle_enrollments WHERE site_id = $1 AND bundle_id = $2 AND enrollment_id = $3",
                params![site, bundle, row.id],
            )?;
            tx.update_counts(&[bundle_place(site, bundle, row)], &[]);
        }
        progress::delete_of_enrollment(tx, site, row.id)?;
        tx.execute("DELETE FROM enrollments WHERE site_id = $1 AND id = $2", params![site, row.id])?;
        tx.update_counts(&places(site, row), &[]);
    }
    Ok(())
}

fn one(tx: &mut Tx<'_>, condition: &str, params: &[Value<'_>]) -> Result<Option<EnrollmentRow>, StoreError> {
    tx.first(&format!("SELECT {COLUMNS} FROM enrollments t{JOIN} WHERE t.site_id = $1 AND {condition}"), params, read)
}

/// The enrollment with this id.
///
/// # Errors
/// Whatever the database says.
pub fn get(tx: &mut Tx<'_>, site: i64, id: i64) -> Result<Option<EnrollmentRow>, StoreError> {
    one(tx, "t.id = $2", params![site, id])
}

/// The user's enrollment in a course.
///
/// # Errors
/// Whatever the database says.
pub fn find(tx: &mut Tx<'_>, site: i64, user: i64, course: i64) -> Result<Option<EnrollmentRow>, StoreError> {
    one(tx, "t.user_id = $2 AND t.course_id = $3", params![site, user, course])
}

/// Every enrollment of a user, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_user(tx: &mut Tx<'_>, site: i64, user: i64) -> Result<Vec<EnrollmentRow>, StoreError> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM enrollments t{JOIN} WHERE t.site_id = $1 AND t.user_id = $2 ORDER BY t.id"),
        params![site, user],
        read,
    )
}

/// The enrollments that a user has through a bundle, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_user_in_bundle(tx: &mut Tx<'_>, site: i64, user: i64, bundle: i64) -> Result<Vec<EnrollmentRow>, StoreError> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM enrollments t{JOIN} WHERE t.site_id = $1 AND t.user_id = $2 AND EXISTS (
               SELECT 1 FROM bundle_enrollments s WHERE s.site_id = t.site_id AND s.bundle_id = $3
               AND s.enrollment_id = t.id) ORDER BY t.id"
        ),
        params![site, user, bundle],
        read,
    )
}

fn bundles_of(tx: &mut Tx<'_>, site: i64, enrollment: i64) -> Result<Vec<i64>, StoreError> {
    tx.query(
        "SELECT bundle_id FROM bundle_enrollments WHERE site_id = $1 AND enrollment_id = $2",
        params![site, enrollment],
        |row| row.get(0),
    )
}

/// Notes that an enrollment came with a bundle; nothing happens when that is noted already.
///
/// # Errors
/// Whatever the database says.
pub fn link(tx: &mut Tx<'_>, site: i64, bundle: i64, row: &EnrollmentRow) -> Result<(), StoreError> {
    let added = tx.execute(
        "INSERT INTO bundle_enrollments (site_id, bundle_id, enrollment_id) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        params![site, bundle, row.id],
    )?;
    if added > 0 {
        tx.update_counts(&[], &[bundle_place(site, bundle, row)]);
    }
    Ok(())
}

/// Which enrollments a list is of.
#[derive(Debug, Clone, Copy, Default)]
pub struct EnrollmentFilter {
    /// Those that came with this bundle.
    pub bundle_id: Option<i64>,
    /// Those of this user.
    pub user_id: Option<i64>,
    /// Those in this course.
    pub course_id: Option<i64>,
    /// Only free trials, or only others.
    pub free_trial: Option<bool>,
    /// Only completed ones.
    pub completed: bool,
    /// Only those that have (or have not) ended by a moment.
    pub expired: Option<(bool, i64)>,
}

impl EnrollmentFilter {
    fn states(&self) -> u64 {
        (0..4)
            .filter(|state| self.free_trial.is_none_or(|wanted| wanted == (state & 2 != 0)))
            .filter(|state| !self.completed || state & 1 != 0)
            .fold(0, |states, state| states | 1 << state)
    }
}

/// A page of the school's enrollments.
///
/// # Errors
/// Whatever the database says.
pub fn page(
    tx: &mut Tx<'_>,
    site: i64,
    filter: &EnrollmentFilter,
    request: &PageRequest,
) -> Result<Page<EnrollmentRow>, StoreError> {
    let part = |list: CountedList, scope: i64| Some(CountSelection { site, list, scope, states: filter.states() });
    let mut source = ListQuery {
        table: "enrollments",
        columns: COLUMNS,
        from: "enrollments t",
        join: JOIN,
        site_column: "t.site_id",
        id_column: "t.id",
        scope: vec![],
        by_id: part(lists::ENROLLMENTS, 0),
        by_rev: part(lists::ENROLLMENTS_BY_REV, 0),
        filters: vec![],
    };
    if let Some(bundle) = filter.bundle_id {
        source.from = FROM_BUNDLE;
        source.site_column = "s.site_id";
        source.id_column = "s.enrollment_id";
        source.by_id = part(lists::ENROLLMENTS_OF_BUNDLE, bundle);
        source.by_rev = None;
        source.scope.push(Filter::is("s.bundle_id = ?", bundle));
    }
    if let Some(course) = filter.course_id {
        source.by_id = if filter.bundle_id.is_none() { part(lists::ENROLLMENTS_OF_COURSE, course) } else { None };
        source.by_rev = None;
        source.scope.push(Filter::is("t.course_id = ?", course));
    }
    if let Some(user) = filter.user_id {
        // A user has at most one enrollment per course: these are walked.
        source.by_id = None;
        source.by_rev = None;
        source.scope.push(Filter::is("t.user_id = ?", user));
    }
    // Where a user or a bundle drives the list, the other conditions are written so that no index of theirs is taken.
    let driven = filter.user_id.is_some() || filter.bundle_id.is_some();
    if filter.completed {
        let sql = if driven { "CASE WHEN t.completed THEN 1 ELSE 0 END = 1" } else { "t.completed = TRUE" };
        source.scope.push(Filter::new(sql, []));
    }
    if let Some(free_trial) = filter.free_trial {
        source.scope.push(Filter::new(
            match (driven, free_trial) {
                (true, true) => "CASE WHEN t.free_trial THEN 1 ELSE 0 END = 1",
                (true, false) => "CASE WHEN t.free_trial THEN 1 ELSE 0 END = 0",
                (false, true) => "t.free_trial = TRUE",
                (false, false) => "t.free_trial = FALSE",
            },
            [],
        ));
    }
    if let Some((expired, now)) = filter.expired {
        let sql = if expired { "t.expiry_date <= ?" } else { "(t.expiry_date IS NULL OR t.expiry_date > ?)" };
        source.filters.push(Filter::is(sql, now));
    }
    tx.page(site, &source, request, read)
}
