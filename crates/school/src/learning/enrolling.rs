//! Enrolling people, each named by their address or id, in a course or a bundle named by its slug or id. What is done is
//! done once: whoever is enrolled already stays as they are, so that the same list can be gone through again.

use crate::bundles;
use crate::check::Set;
use crate::courses;
use crate::enrollments::{self, Dates, NewEnrollment, is_expired};
use crate::error::Result;
use crate::products::{self, Productable};
use crate::users;
use store::{BundleId, CourseId, ProductId, SiteId, Tx, UserId};

/// What came of enrolling somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They were not enrolled before.
    Enrolled,
    /// Their enrollment had ended, and begins anew with its progress.
    Renewed,
    /// They had a free trial, which is a full enrollment now.
    Upgraded,
    /// They were enrolled already. Nothing has changed.
    Already,
}

impl Outcome {
    /// Its name, as programs know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Enrolled => "enrolled",
            Self::Renewed => "renewed",
            Self::Upgraded => "upgraded",
            Self::Already => "already_enrolled",
        }
    }
}

/// A course or a bundle, as it is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// The last part of its address, or its id.
    pub name: String,
    /// Whether it is a bundle.
    pub bundle: bool,
}

impl Named {
    /// That there is no such thing.
    #[must_use]
    pub fn missing(&self) -> String {
        let (kind, name) = (if self.bundle { "bundle" } else { "course" }, &self.name);
        format!("there is no {kind} `{name}` in this school; name it by the last part of its address or by its id")
    }
}

/// From when on and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Access {
    /// From when on all of it is open; none for a free trial.
    pub activated_at: Option<i64>,
    /// When it ends; none for never.
    pub expiry_date: Option<i64>,
}

/// The course or bundle that is named by the last part of its address or by its id. A number is a course's id unless a
/// bundle is asked for.
pub fn target(tx: &mut Tx<'_>, site: SiteId, name: &str, bundle: bool) -> Result<Option<Productable>> {
    if let Ok(number) = name.parse::<i64>() {
        return Ok(if bundle {
            let id = BundleId::new(number);
            bundles::exists(tx, site, id)?.then_some(Productable::Bundle(id))
        } else {
            let id = CourseId::new(number);
            courses::exists(tx, site, id)?.then_some(Productable::Course(id))
        });
    }
    let Some(product) = products::id_by_slug(tx, site, name)? else { return Ok(None) };
    Ok(Some(productable(tx, site, product)?))
}

/// The course or bundle that somebody names as one.
pub fn find(tx: &mut Tx<'_>, site: SiteId, named: &Named) -> Result<Option<Productable>> {
    let found = target(tx, site, &named.name, named.bundle)?;
    Ok(found.filter(|found| matches!(found, Productable::Bundle(_)) == named.bundle))
}

fn productable(tx: &mut Tx<'_>, site: SiteId, product: ProductId) -> Result<Productable> {
    Ok(products::get(tx, site, product)?.productable())
}

/// The user that is named by their address or by their id.
pub fn person(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<Option<UserId>> {
    match name.parse::<i64>() {
        Ok(number) => {
            let id = UserId::new(number);
            Ok(users::exists(tx, site, id)?.then_some(id))
        }
        Err(_) => users::id_by_email(tx, site, name),
    }
}

/// What enrolling somebody would come to.
pub fn foresee(tx: &mut Tx<'_>, site: SiteId, user: UserId, what: Productable, access: Access) -> Result<Outcome> {
    match what {
        Productable::Course(course) => of_course(tx, site, user, course, access),
        Productable::Bundle(bundle) => {
            let mut least = Outcome::Already;
            for course in bundles::course_ids(tx, site, bundle)? {
                match of_course(tx, site, user, course, access)? {
                    Outcome::Enrolled => return Ok(Outcome::Enrolled),
                    Outcome::Already => {}
                    other => least = other,
                }
            }
            Ok(least)
        }
    }
}

fn of_course(tx: &mut Tx<'_>, site: SiteId, user: UserId, course: CourseId, access: Access) -> Result<Outcome> {
    let now = tx.moment();
    Ok(match store::enrollments::find(tx, site, user, course)? {
        None => Outcome::Enrolled,
        Some(had) if is_expired(&had, now) => Outcome::Renewed,
        Some(had) if had.free_trial() && access.activated_at.is_some() => Outcome::Upgraded,
        Some(_) => Outcome::Already,
    })
}

/// Enrolls a user.
///
/// # Errors
/// As [`enrollments::create`] and [`enrollments::enroll_in_bundle`].
pub fn enroll(tx: &mut Tx<'_>, site: SiteId, user: UserId, what: Productable, access: Access) -> Result<Outcome> {
    let outcome = foresee(tx, site, user, what, access)?;
    let Access { activated_at, expiry_date } = access;
    match (what, outcome) {
        (Productable::Course(_), Outcome::Already) => {}
        (Productable::Bundle(bundle), Outcome::Already) if is_linked(tx, site, user, bundle)? => {}
        // Enrolled in each of its courses by itself: the bundle is noted beside them.
        (Productable::Bundle(bundle), _) => {
            enrollments::enroll_in_bundle(tx, site, bundle, Some(user), activated_at, expiry_date)?;
        }
        (Productable::Course(course), Outcome::Upgraded) => {
            if let Some(had) = store::enrollments::find(tx, site, user, course)? {
                let set = |date: Option<i64>| date.map_or(Set::Clear, Set::To);
                let dates = Dates { activated_at: set(activated_at), expiry_date: set(expiry_date) };
                enrollments::update(tx, site, had.id, &dates)?;
            }
        }
        (Productable::Course(course), _) => {
            let new = NewEnrollment { course_id: Some(course), user_id: Some(user), activated_at, expiry_date };
            enrollments::create(tx, site, &new)?;
        }
    }
    Ok(outcome)
}

/// Whether a user has every course of a bundle through the bundle.
fn is_linked(tx: &mut Tx<'_>, site: SiteId, user: UserId, bundle: BundleId) -> Result<bool> {
    let linked = store::enrollments::of_user_in_bundle(tx, site, user, bundle)?.len();
    Ok(linked == bundles::course_ids(tx, site, bundle)?.len())
}
