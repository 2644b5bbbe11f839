//! Enrollments: who may take which course, until when, and how far they came; and the bundles they came with.

use crate::check::Set;
use crate::error::{Error, Result, TAKEN, Taken};
use crate::events::{self, Topic, payloads};
use crate::users;
use store::enrollments as rows;
pub use store::enrollments::EnrollmentRow as Enrollment;
use store::{BundleId, CourseId, EnrollmentId, Page, PageRequest, SiteId, Tx, UserId};

/// Everything of a course, in the hundredths of a percent that progress is counted in.
pub const COMPLETE: i64 = 10_000;

/// An enrollment to be made.
#[derive(Debug, Clone, Default)]
pub struct NewEnrollment {
    /// In which course.
    pub course_id: Option<CourseId>,
    /// Who.
    pub user_id: Option<UserId>,
    /// From when on the whole course is open; none makes it a free trial.
    pub activated_at: Option<i64>,
    /// When it ends; none for never.
    pub expiry_date: Option<i64>,
}

/// Changes to the dates of an enrollment.
#[derive(Debug, Clone, Default)]
pub struct Dates {
    /// From when on the whole course is open; emptied makes it a free trial.
    pub activated_at: Set<i64>,
    /// When it ends; emptied for never.
    pub expiry_date: Set<i64>,
}

impl Dates {
    /// Both dates as given.
    fn both(activated_at: Option<i64>, expiry_date: Option<i64>) -> Self {
        let set = |date: Option<i64>| date.map_or(Set::Clear, Set::To);
        Self { activated_at: set(activated_at), expiry_date: set(expiry_date) }
    }
}

/// Which enrollments a list is of.
#[derive(Debug, Clone, Default)]
pub struct EnrollmentFilter {
    /// Those of this user.
    pub user_id: Option<UserId>,
    /// Those of the user with this address.
    pub email: Option<String>,
    /// Those in this course.
    pub course_id: Option<CourseId>,
    /// Only free trials.
    pub free_trial: bool,
    /// Only those that are no free trials.
    pub full: bool,
    /// Only completed ones.
    pub completed: bool,
    /// Only those that have ended, or only those that have not.
    pub expired: Option<bool>,
}

/// Hundredths of a percent as a fraction of one: 7,500 is `0.75`.
#[must_use]
pub fn fraction(percentage: i64) -> String {
    let text = format!("{}.{:04}", percentage / COMPLETE, percentage % COMPLETE);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

/// Whether an enrollment has ended by now.
#[must_use]
pub fn is_expired(enrollment: &Enrollment, now: i64) -> bool {
    enrollment.expiry_date.is_some_and(|end| end <= now)
}

/// A page of the school's enrollments.
pub fn list(tx: &mut Tx<'_>, site: SiteId, wanted: &EnrollmentFilter, ask: &PageRequest) -> Result<Page<Enrollment>> {
    listed(tx, site, wanted, None, ask)
}

/// A page of the enrollments that came with a bundle.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such bundle.
pub fn list_of_bundle(
    tx: &mut Tx<'_>,
    site: SiteId,
    bundle: BundleId,
    wanted: &EnrollmentFilter,
    ask: &PageRequest,
) -> Result<Page<Enrollment>> {
    if !store::bundles::exists(tx, site, bundle)? {
        return Err(Error::NotFound);
    }
    listed(tx, site, wanted, Some(bundle), ask)
}

fn listed(
    tx: &mut Tx<'_>,
    site: SiteId,
    wanted: &EnrollmentFilter,
    bundle_id: Option<BundleId>,
    ask: &PageRequest,
) -> Result<Page<Enrollment>> {
    let mut filter = rows::EnrollmentFilter {
        bundle_id,
        user_id: wanted.user_id,
        course_id: wanted.course_id,
        free_trial: None,
        completed: wanted.completed,
        expired: wanted.expired.map(|expired| (expired, store::now())),
    };
    if let Some(email) = &wanted.email {
        match users::id_by_email(tx, site, email)? {
            Some(user) if wanted.user_id.is_none_or(|id| id == user) => filter.user_id = Some(user),
            _ => return Ok(Page::empty()),
        }
    }
    filter.free_trial = match (wanted.free_trial, wanted.full) {
        (false, false) => None,
        (true, true) => return Ok(Page::empty()),
        (free_trial, _) => Some(free_trial),
    };
    Ok(rows::page(tx, site, &filter, ask)?)
}

/// So many people are looked for at most; whoever searches says more then.
const MOST_PEOPLE: usize = 50;

/// The enrollments of the users who are found by these words, the newest first.
pub fn search(tx: &mut Tx<'_>, site: SiteId, text: &str) -> Result<Vec<Enrollment>> {
    let mut found = Vec::new();
    for user in users::search(tx, site, text, MOST_PEOPLE)? {
        found.extend(rows::of_user(tx, site, user.id)?);
    }
    found.sort_unstable_by_key(|enrollment| std::cmp::Reverse(enrollment.id));
    Ok(found)
}

/// One enrollment.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such enrollment.
pub fn get(tx: &mut Tx<'_>, site: SiteId, id: EnrollmentId) -> Result<Enrollment> {
    rows::get(tx, site, id)?.ok_or(Error::NotFound)
}

/// Enrolls a user in a course. An enrollment that has ended is renewed in place, and a free trial becomes full when a date
/// of activation is given.
///
/// # Errors
/// [`Error::InvalidLines`] when the course or the user does not exist; [`Error::Invalid`] on `user_id` when the user
/// is enrolled already.
pub fn create(tx: &mut Tx<'_>, site: SiteId, new: &NewEnrollment) -> Result<Enrollment> {
    let course = match new.course_id {
        Some(id) if store::courses::exists(tx, site, id)? => Some(id),
        _ => None,
    };
    let user = match new.user_id {
        Some(id) if users::exists(tx, site, id)? => Some(id),
        _ => None,
    };
    let (Some(course), Some(user)) = (course, user) else {
        let lines = [
            (course.is_some(), "course_id", "Course could not be found."),
            (user.is_some(), "user_id", "User could not be found."),
        ];
        let lines = lines.into_iter().filter(|(found, ..)| !found);
        return Err(Error::InvalidLines(lines.map(|(_, field, line)| (field.into(), line.to_owned())).collect()));
    };
    let stamp = tx.stamp(site)?;
    if let Some(had) = rows::find(tx, site, user, course)? {
        let dates = Dates::both(new.activated_at, new.expiry_date);
        if !is_expired(&had, stamp.at) {
            // Who buys what they have tried is enrolled again: the trial becomes full.
            if had.free_trial() && new.activated_at.is_some() {
                return redate(tx, site, &had, &dates);
            }
            return Err(Error::invalid("user_id", TAKEN));
        }
        // Nobody can remove an enrollment, and clients enroll again whose enrollment has ended: it is renewed in
        // place, with both dates as given now, and keeps its id and progress.
        let row = write(tx, site, &had, stamp, |row| dated(row, dates))?;
        tell_opened(tx, site, &row)?;
        return Ok(row);
    }
    let mut row = blank(user, course, new.activated_at, new.expiry_date);
    rows::insert(tx, site, &mut row, stamp).taken(&[("enrollments.course_id", "user_id")])?;
    let row = get(tx, site, row.id)?;
    tell_opened(tx, site, &row)?;
    Ok(row)
}

fn tell(tx: &mut Tx<'_>, site: SiteId, topic: Topic, row: &Enrollment) -> Result<()> {
    events::record(tx, site, topic, &payloads::Enrollment::of(row))
}

/// An enrollment was made, or made anew.
fn tell_opened(tx: &mut Tx<'_>, site: SiteId, row: &Enrollment) -> Result<()> {
    tell(tx, site, if row.free_trial() { Topic::EnrollmentTrial } else { Topic::EnrollmentCreated }, row)
}

fn blank(user_id: UserId, course_id: CourseId, activated_at: Option<i64>, expiry_date: Option<i64>) -> Enrollment {
    Enrollment { user_id, course_id, activated_at, expiry_date, ..Enrollment::default() }
}

fn dated(row: &mut Enrollment, dates: Dates) {
    dates.activated_at.apply(&mut row.activated_at);
    dates.expiry_date.apply(&mut row.expiry_date);
}

fn write(
    tx: &mut Tx<'_>,
    site: SiteId,
    had: &Enrollment,
    stamp: store::Stamp,
    change: impl FnOnce(&mut Enrollment),
) -> Result<Enrollment> {
    let mut row = had.clone();
    change(&mut row);
    rows::update(tx, site, had, &mut row, stamp)?;
    Ok(row)
}

/// Changes the dates of an enrollment: activates a trial, ends it, opens it again.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such enrollment.
pub fn update(tx: &mut Tx<'_>, site: SiteId, id: EnrollmentId, dates: &Dates) -> Result<Enrollment> {
    let had = get(tx, site, id)?;
    redate(tx, site, &had, dates)
}

/// Ends an enrollment now. What was done of the course stays, and counts when it is opened again.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such enrollment; [`Error::Invalid`] when it has ended already.
pub fn end(tx: &mut Tx<'_>, site: SiteId, id: EnrollmentId) -> Result<Enrollment> {
    let had = get(tx, site, id)?;
    let now = tx.moment();
    if is_expired(&had, now) {
        return Err(Error::invalid("base", "The enrollment has ended already"));
    }
    redate(tx, site, &had, &Dates { expiry_date: Set::To(now), ..Dates::default() })
}

/// Changes the dates of an enrollment. A trial that is one no longer is a full enrollment made now.
fn redate(tx: &mut Tx<'_>, site: SiteId, had: &Enrollment, dates: &Dates) -> Result<Enrollment> {
    let stamp = tx.stamp(site)?;
    let row = write(tx, site, had, stamp, |row| dated(row, dates.clone()))?;
    if had.free_trial() && !row.free_trial() {
        tell(tx, site, Topic::EnrollmentCreated, &row)?;
    }
    Ok(row)
}

/// Says how much of the course was done, in hundredths of a percent. Beginning and completion follow from it: an
/// enrollment begins with its first progress, and is completed while all of it is done.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such enrollment; [`Error::Invalid`] when the percentage is none.
pub fn set_progress(tx: &mut Tx<'_>, site: SiteId, id: EnrollmentId, percentage: i64) -> Result<Enrollment> {
    if !(0..=COMPLETE).contains(&percentage) {
        return Err(Error::invalid("percentage_completed", "must be between 0 and 100 percent"));
    }
    let had = get(tx, site, id)?;
    progress(tx, site, &had, percentage)
}

/// Writes how much was done of an enrollment that was read, and says so when it is more than before.
pub(crate) fn progress(tx: &mut Tx<'_>, site: SiteId, had: &Enrollment, percentage: i64) -> Result<Enrollment> {
    let stamp = tx.stamp(site)?;
    store::student_days::note(tx, site, had.user_id, stamp.at)?;
    let row = write(tx, site, had, stamp, |row| {
        row.percentage_completed = percentage;
        row.completed = percentage == COMPLETE;
        if percentage > 0 {
            row.started_at.get_or_insert(stamp.at);
        }
        row.completed_at = if row.completed { row.completed_at.or(Some(stamp.at)) } else { None };
    })?;
    if row.percentage_completed > had.percentage_completed {
        tell(tx, site, Topic::EnrollmentProgress, &row)?;
    }
    if row.completed && !had.completed {
        tell(tx, site, Topic::EnrollmentCompleted, &row)?;
    }
    Ok(row)
}

/// Who is meant by the `user_id` of a bundle's enrollment.
fn bundle_user(tx: &mut Tx<'_>, site: SiteId, user: Option<UserId>) -> Result<UserId> {
    let user = user.ok_or_else(|| Error::invalid("user_id", "can't be blank"))?;
    if users::exists(tx, site, user)? { Ok(user) } else { Err(Error::invalid("user_id", "is invalid")) }
}

/// Enrolls a user in every course of a bundle. Where they are enrolled already, an enrollment that has ended or is
/// a free trial gets the given dates; any other stays as it is.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such bundle; [`Error::Invalid`] on `user_id` when it is missing or
/// unknown.
pub fn enroll_in_bundle(
    tx: &mut Tx<'_>,
    site: SiteId,
    bundle: BundleId,
    user: Option<UserId>,
    activated_at: Option<i64>,
    expiry_date: Option<i64>,
) -> Result<()> {
    if !store::bundles::exists(tx, site, bundle)? {
        return Err(Error::NotFound);
    }
    let user = bundle_user(tx, site, user)?;
    let (now, dates) = (tx.moment(), Dates::both(activated_at, expiry_date));
    for course in store::bundles::courses(tx, site, bundle)? {
        let row = match rows::find(tx, site, user, course)? {
            None => {
                let mut row = blank(user, course, activated_at, expiry_date);
                let stamp = tx.stamp(site)?;
                rows::insert(tx, site, &mut row, stamp)?;
                let row = get(tx, site, row.id)?;
                tell_opened(tx, site, &row)?;
                row
            }
            Some(had) if is_expired(&had, now) => {
                let stamp = tx.stamp(site)?;
                let row = write(tx, site, &had, stamp, |row| dated(row, dates.clone()))?;
                tell_opened(tx, site, &row)?;
                row
            }
            Some(had) if had.free_trial() => redate(tx, site, &had, &dates)?,
            Some(had) => had,
        };
        rows::link(tx, site, bundle, &row)?;
    }
    Ok(())
}

/// Changes the dates of every enrollment that a user has through a bundle.
///
/// # Errors
/// [`Error::NotFound`] when the school has no such bundle; [`Error::Invalid`] on `user_id` when it is missing,
/// unknown, or not enrolled in the bundle.
pub fn update_in_bundle(
    tx: &mut Tx<'_>,
    site: SiteId,
    bundle: BundleId,
    user: Option<UserId>,
    dates: &Dates,
) -> Result<()> {
    if !store::bundles::exists(tx, site, bundle)? {
        return Err(Error::NotFound);
    }
    let user = bundle_user(tx, site, user)?;
    let enrollments = rows::of_user_in_bundle(tx, site, user, bundle)?;
    if enrollments.is_empty() {
        return Err(Error::invalid("user_id", "is not enrolled in this bundle"));
    }
    for had in &enrollments {
        redate(tx, site, had, dates)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fraction;

    #[test]
    fn progress_is_a_fraction_of_one() {
        for (percentage, text) in [(0, "0.0"), (7_500, "0.75"), (10_000, "1.0"), (3_333, "0.3333"), (5, "0.0005")] {
            assert_eq!(fraction(percentage), text);
        }
    }
}
