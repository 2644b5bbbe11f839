//! Enrolling one person, named by whoever runs the school.

use crate::check::Check;
use crate::enrolling::{self, Access, Outcome};
use crate::error::{Error, Result};
use crate::products::Productable;
use store::{EnrollmentId, SiteId, Tx, UserId};

/// What came of it: who was enrolled, and their enrollment where it is in one course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolled {
    /// Who.
    pub user_id: UserId,
    /// Their enrollment; none for a bundle, which has one for each of its courses.
    pub enrollment_id: Option<EnrollmentId>,
    /// What came of it.
    pub outcome: Outcome,
}

/// Enrolls a person, named by their address or their id, in a course or a bundle.
///
/// # Errors
/// [`Error::Invalid`] on `person` when nobody is found by it or they are enrolled already, on `what` when there is none, on
/// `expiry_date` when it is over already.
pub fn enroll(
    tx: &mut Tx<'_>,
    site: SiteId,
    person: &str,
    what: Option<Productable>,
    access: Access,
) -> Result<Enrolled> {
    let mut check = Check::new();
    let user = enrolling::person(tx, site, person.trim())?;
    if person.trim().is_empty() {
        check.add("person", "can't be blank");
    } else {
        check.that(user.is_some(), "person", "is nobody in this school");
    }
    check.that(what.is_some(), "what", "must be chosen");
    let now = tx.moment();
    check.that(access.expiry_date.is_none_or(|end| end > now), "expiry_date", "must not be over already");
    check.done()?;
    let (Some(user_id), Some(what)) = (user, what) else { return Err(Error::NotFound) };
    let outcome = enrolling::enroll(tx, site, user_id, what, access)?;
    if outcome == Outcome::Already {
        return Err(Error::invalid("person", "is enrolled already"));
    }
    let enrollment_id = match what {
        Productable::Course(course) => store::enrollments::find(tx, site, user_id, course)?.map(|row| row.id),
        Productable::Bundle(_) => None,
    };
    Ok(Enrolled { user_id, enrollment_id, outcome })
}
