//! Rows of enrollments, and the bundles that some of them came with.

use crate::table::{select, table};
use crate::{
    BundleId, CountSelection, CountedRow, CourseId, EnrollmentId, Filter, ListQuery, Page, PageRequest, SiteId, Stamp,
    StoreError, Tx, UserId, day_counts, lists, params, progress,
};

table! {
    /// An enrollment's row: what stands in it, and the names that are read along with it.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct EnrollmentRow in "enrollments" of site {
        keys {
            /// Its id.
            id: EnrollmentId,
        }
        stamps {
            /// The number of its last change.
            rev: i64,
            /// When it was made.
            created_at: i64,
            /// When it was last changed.
            updated_at: i64,
        }
        fixed {
            /// Who is enrolled.
            user_id: UserId,
            /// In which course.
            course_id: CourseId,
        }
        values {
            /// Hundredths of a percent: 10,000 is all of it.
            percentage_completed: i64,
            /// Whether the course was completed.
            completed: bool,
            /// When they began.
            started_at: Option<i64>,
            /// From when on the whole course is open to them; none for a free trial.
            activated_at: Option<i64>,
            /// When they completed it.
            completed_at: Option<i64>,
            /// When it ends.
            expiry_date: Option<i64>,
        }
        joined {
            /// The user's address. Read, never written.
            user_email: String = "u.email",
            /// The user's first name. Read, never written.
            user_first_name: String = "u.first_name",
            /// The user's last name. Read, never written.
            user_last_name: String = "u.last_name",
            /// The course's name. Read, never written.
            course_name: String = "c.name",
        }
        derived(row) { free_trial = row.free_trial() }
    }
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

// Outer joins, so that `t` drives a list on either engine, and so that the counts hold whatever is joined.
const JOIN: &str = " LEFT JOIN users u ON u.site_id = t.site_id AND u.id = t.user_id \
                    LEFT JOIN courses c ON c.site_id = t.site_id AND c.id = t.course_id";
const FROM_BUNDLE: &str = "bundle_enrollments s JOIN enrollments t ON t.site_id = s.site_id AND t.id = s.enrollment_id";

fn counted_rows(site: SiteId, row: &EnrollmentRow) -> [CountedRow; 3] {
    let state = row.state();
    [
        lists::counted_row(site, lists::ENROLLMENTS, row.id),
        lists::counted_row(site, lists::ENROLLMENTS_BY_REV, row.rev),
        lists::counted_row_of(site, lists::ENROLLMENTS_OF_COURSE, row.course_id, row.id),
    ]
    .map(|counted| CountedRow { state, ..counted })
}

/// The days on which it was made and, where it was, completed.
fn counted_days(site: SiteId, row: &EnrollmentRow) -> Vec<CountedRow> {
    let completed = row.completed_at.map(|at| day_counts::counted_row(site, lists::COMPLETIONS_OF_DAY, at));
    let made = day_counts::counted_row(site, lists::ENROLLMENTS_OF_DAY, row.created_at);
    std::iter::once(made).chain(completed).collect()
}

fn counted_row_of_bundle(site: SiteId, bundle: BundleId, row: &EnrollmentRow) -> CountedRow {
    let counted = lists::counted_row_of(site, lists::ENROLLMENTS_OF_BUNDLE, bundle, row.id);
    CountedRow { state: row.state(), ..counted }
}

/// Adds an enrollment; gives it its id, and the stamp as its times and revision.
///
/// # Errors
/// [`StoreError::Taken`] `enrollments.course_id` when the user is enrolled in the course already.
pub fn insert(tx: &mut Tx<'_>, site: SiteId, row: &mut EnrollmentRow, stamp: Stamp) -> Result<(), StoreError> {
    row.id = EnrollmentId::next(tx)?;
    row.rev = stamp.rev;
    row.created_at = stamp.at;
    row.updated_at = stamp.at;
    row.insert(tx, site)?;
    tx.update_counts(&[], &counted_rows(site, row));
    tx.update_counts(&[], &counted_days(site, row));
    Ok(())
}

/// Writes a changed enrollment over the one that was read; the stamp becomes its time of change and its revision.
pub fn update(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &EnrollmentRow,
    has: &mut EnrollmentRow,
    stamp: Stamp,
) -> Result<(), StoreError> {
    has.rev = stamp.rev;
    has.updated_at = stamp.at;
    has.update(tx, site, stamp)?;
    tx.update_counts(&counted_rows(site, had), &counted_rows(site, has));
    tx.update_counts(&counted_days(site, had), &counted_days(site, has));
    if had.state() != has.state() {
        for bundle in bundles_of(tx, site, had.id)? {
            tx.update_counts(&[counted_row_of_bundle(site, bundle, had)], &[counted_row_of_bundle(site, bundle, has)]);
        }
    }
    Ok(())
}

/// Removes every enrollment of a user, with the progress in each.
pub fn delete_of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<(), StoreError> {
    let rows = of_user(tx, site, user)?;
    delete(tx, site, &rows)
}

/// Removes every enrollment in a course, with the progress in each.
pub fn delete_of_course(tx: &mut Tx<'_>, site: SiteId, course: CourseId) -> Result<(), StoreError> {
    let sql = select!(EnrollmentRow, JOIN, "WHERE t.site_id = $1 AND t.course_id = $2 ORDER BY t.id LIMIT 500");
    loop {
        let rows = tx.query(sql, params![site, course], EnrollmentRow::read)?;
        if rows.is_empty() {
            return Ok(());
        }
        delete(tx, site, &rows)?;
    }
}

fn delete(tx: &mut Tx<'_>, site: SiteId, rows: &[EnrollmentRow]) -> Result<(), StoreError> {
    for row in rows {
        for bundle in bundles_of(tx, site, row.id)? {
            tx.execute(
                "DELETE FROM bundle_enrollments WHERE site_id = $1 AND bundle_id = $2 AND enrollment_id = $3",
                params![site, bundle, row.id],
            )?;
            tx.update_counts(&[counted_row_of_bundle(site, bundle, row)], &[]);
        }
        progress::delete_of_enrollment(tx, site, row.id)?;
        tx.execute("DELETE FROM enrollments WHERE site_id = $1 AND id = $2", params![site, row.id])?;
        tx.update_counts(&counted_rows(site, row), &[]);
        tx.update_counts(&counted_days(site, row), &[]);
    }
    Ok(())
}

/// Forgets which enrollments came with a bundle; they stay.
pub fn unlink_bundle(tx: &mut Tx<'_>, site: SiteId, bundle: BundleId) -> Result<(), StoreError> {
    let sql = select!(
        EnrollmentRow,
        JOIN,
        "JOIN bundle_enrollments s ON s.site_id = t.site_id AND s.enrollment_id = t.id
         WHERE t.site_id = $1 AND s.bundle_id = $2 ORDER BY t.id LIMIT 500"
    );
    loop {
        let rows = tx.query(sql, params![site, bundle], EnrollmentRow::read)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            tx.execute(
                "DELETE FROM bundle_enrollments WHERE site_id = $1 AND bundle_id = $2 AND enrollment_id = $3",
                params![site, bundle, row.id],
            )?;
            tx.update_counts(&[counted_row_of_bundle(site, bundle, &row)], &[]);
        }
    }
}

/// The enrollment with this id.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: EnrollmentId) -> Result<Option<EnrollmentRow>, StoreError> {
    let sql = select!(EnrollmentRow, JOIN, "WHERE t.site_id = $1 AND t.id = $2");
    tx.first(sql, params![site, id], EnrollmentRow::read)
}

/// The user's enrollment in a course.
pub fn find(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    course: CourseId,
) -> Result<Option<EnrollmentRow>, StoreError> {
    let sql = select!(EnrollmentRow, JOIN, "WHERE t.site_id = $1 AND t.user_id = $2 AND t.course_id = $3");
    tx.first(sql, params![site, user, course], EnrollmentRow::read)
}

/// Every enrollment of a user, oldest first.
pub fn of_user(tx: &mut Tx<'_>, site: SiteId, user: UserId) -> Result<Vec<EnrollmentRow>, StoreError> {
    tx.query(
        select!(EnrollmentRow, JOIN, "WHERE t.site_id = $1 AND t.user_id = $2 ORDER BY t.id"),
        params![site, user],
        EnrollmentRow::read,
    )
}

/// The enrollments that a user has through a bundle, oldest first.
pub fn of_user_in_bundle(
    tx: &mut Tx<'_>,
    site: SiteId,
    user: UserId,
    bundle: BundleId,
) -> Result<Vec<EnrollmentRow>, StoreError> {
    tx.query(
        select!(
            EnrollmentRow,
            JOIN,
            "WHERE t.site_id = $1 AND t.user_id = $2 AND EXISTS (
               SELECT 1 FROM bundle_enrollments s WHERE s.site_id = t.site_id AND s.bundle_id = $3
               AND s.enrollment_id = t.id) ORDER BY t.id"
        ),
        params![site, user, bundle],
        EnrollmentRow::read,
    )
}

fn bundles_of(tx: &mut Tx<'_>, site: SiteId, enrollment: EnrollmentId) -> Result<Vec<BundleId>, StoreError> {
    tx.query(
        "SELECT bundle_id FROM bundle_enrollments WHERE site_id = $1 AND enrollment_id = $2",
        params![site, enrollment],
        |row| row.get(0),
    )
}

/// Notes that an enrollment came with a bundle; nothing happens when that is noted already.
pub fn link(tx: &mut Tx<'_>, site: SiteId, bundle: BundleId, row: &EnrollmentRow) -> Result<(), StoreError> {
    let added = tx.execute(
        "INSERT INTO bundle_enrollments (site_id, bundle_id, enrollment_id) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        params![site, bundle, row.id],
    )?;
    if added > 0 {
        tx.update_counts(&[], &[counted_row_of_bundle(site, bundle, row)]);
    }
    Ok(())
}

/// Which enrollments a list is of.
#[derive(Debug, Clone, Copy, Default)]
pub struct EnrollmentFilter {
    /// Those that came with this bundle.
    pub bundle_id: Option<BundleId>,
    /// Those of this user.
    pub user_id: Option<UserId>,
    /// Those in this course.
    pub course_id: Option<CourseId>,
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
pub fn page(
    tx: &mut Tx<'_>,
    site: SiteId,
    filter: &EnrollmentFilter,
    request: &PageRequest,
) -> Result<Page<EnrollmentRow>, StoreError> {
    let states = filter.states();
    let counts = |list, scope: i64| Some(CountSelection { states, ..lists::of(site, list, scope) });
    let mut source = ListQuery {
        join: JOIN,
        by_id: counts(lists::ENROLLMENTS, 0),
        by_rev: counts(lists::ENROLLMENTS_BY_REV, 0),
        ..EnrollmentRow::list()
    };
    if let Some(bundle) = filter.bundle_id {
        source.join_from(FROM_BUNDLE, "s.enrollment_id", counts(lists::ENROLLMENTS_OF_BUNDLE, bundle.get()));
        source.scope.push(Filter::is("s.bundle_id = ?", bundle));
    }
    if let Some(course) = filter.course_id {
        source.by_id =
            if filter.bundle_id.is_none() { counts(lists::ENROLLMENTS_OF_COURSE, course.get()) } else { None };
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
    tx.page(site, &source, request, EnrollmentRow::read)
}
