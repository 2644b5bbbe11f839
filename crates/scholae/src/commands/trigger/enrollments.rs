//! Enrollments and what is learned in them, for their events.

use super::{LOOKED_AT, Scene, told};
use crate::config::Failure;
use school::courses::{self, Course};
use school::enrollments::{self, Enrollment, NewEnrollment};
use school::users::User;
use school::{events, progress};
use store::{ContentId, CourseId, PageRequest};

impl Scene<'_, '_> {
    /// The user's enrollments, in the named course or in all.
    fn enrollments_of(&mut self, user: &User) -> Result<Vec<Enrollment>, Failure> {
        let course_id = match self.asked.course.clone() {
            Some(named) => Some(self.course_named(&named)?.id),
            None => None,
        };
        let wanted = enrollments::EnrollmentFilter {
            user_id: Some(user.id),
            course_id,
            ..enrollments::EnrollmentFilter::default()
        };
        Ok(enrollments::list(self.tx, self.site.id, &wanted, &PageRequest::first(LOOKED_AT))?.items)
    }

    fn enroll_in(&mut self, user: &User, course: &Course, full: bool) -> Result<Enrollment, Failure> {
        let now = self.tx.moment();
        let new = NewEnrollment {
            course_id: Some(course.id),
            user_id: Some(user.id),
            activated_at: full.then_some(now),
            expiry_date: None,
        };
        let enrollment = enrollments::create(self.tx, self.site.id, &new)?;
        let how = if full { "Enrolled" } else { "Began a free trial for" };
        self.did(format!("{how} {} in {} (enrollment {}).", user.email, course.slug, enrollment.id));
        Ok(enrollment)
    }

    /// Enrolls the user in the first course in which they are not enrolled.
    pub(super) fn enroll(&mut self, full: bool) -> Result<Enrollment, Failure> {
        let user = self.user()?;
        let now = self.tx.moment();
        let had = self.enrollments_of(&user)?;
        let open =
            |course: &Course| had.iter().any(|one| one.course_id == course.id && !enrollments::is_expired(one, now));
        let courses = self.courses()?;
        match courses.iter().find(|course| !open(course)) {
            Some(course) => self.enroll_in(&user, course, full),
            None if self.asked.course.is_some() => {
                told(format!("{} is enrolled in this course already; name another --user or --course", user.email))
            }
            None => {
                let course = self.make_course()?;
                self.enroll_in(&user, &course, full)
            }
        }
    }

    /// A full enrollment that has not ended, of the user: one that is there, or a new one.
    fn enrollment(&mut self, unfinished: bool) -> Result<Enrollment, Failure> {
        let user = self.user()?;
        let now = self.tx.moment();
        let had = self.enrollments_of(&user)?;
        let fits = |one: &Enrollment| {
            one.activated_at.is_some_and(|from| from <= now)
                && !enrollments::is_expired(one, now)
                && !(unfinished && one.completed)
        };
        if let Some(found) = had.iter().find(|one| fits(one)) {
            return Ok(found.clone());
        }
        if self.asked.course.is_some() && had.iter().any(|one| !enrollments::is_expired(one, now)) {
            return told(format!(
                "{} has only a free trial of this course, or has completed it; name another --user or --course",
                user.email
            ));
        }
        let known: Vec<CourseId> = had.iter().map(|one| one.course_id).collect();
        let course = match self.courses()?.into_iter().find(|course| !known.contains(&course.id)) {
            Some(course) => course,
            None => self.ended_or_new(&had, now)?,
        };
        self.enroll_in(&user, &course, true)
    }

    /// A course in which the user's enrollment has ended; a new one when there is none.
    fn ended_or_new(&mut self, had: &[Enrollment], now: i64) -> Result<Course, Failure> {
        match had.iter().find(|one| enrollments::is_expired(one, now)) {
            Some(ended) => Ok(courses::get(self.tx, self.site.id, ended.course_id)?),
            None => self.make_course(),
        }
    }

    /// Takes an enrollment so much further, at most to its end.
    pub(super) fn progress(&mut self, more: i64) -> Result<(), Failure> {
        let had = self.enrollment(true)?;
        let progress = (had.percentage_completed + more).min(enrollments::COMPLETE);
        let enrollment = enrollments::set_progress(self.tx, self.site.id, had.id, progress)?;
        let per_cent = progress * 100 / enrollments::COMPLETE;
        self.did(format!("{} has done {per_cent} % of {}.", enrollment.user_email, enrollment.course_name));
        Ok(())
    }

    /// Enrollments in which there may be something to do: the user's own, and a new one.
    fn learning(&mut self, quizzes: bool) -> Result<(Enrollment, Vec<(ContentId, String)>), Failure> {
        if self.asked.user.is_some() || self.asked.course.is_some() {
            let enrollment = self.enrollment(false)?;
            let lessons = self.lessons(enrollment.course_id, quizzes)?;
            return Ok((enrollment, lessons));
        }
        for course in self.courses()? {
            let lessons = self.lessons(course.id, quizzes)?;
            if !lessons.is_empty() {
                let user = self.user()?;
                return Ok((self.enroll_in(&user, &course, true)?, lessons));
            }
        }
        let (course, user) = (self.make_course()?, self.user()?);
        let enrollment = self.enroll_in(&user, &course, true)?;
        let lessons = self.lessons(course.id, quizzes)?;
        Ok((enrollment, lessons))
    }

    pub(super) fn lesson(&mut self) -> Result<(), Failure> {
        let (enrollment, lessons) = self.learning(false)?;
        for (id, name) in lessons {
            // A lesson that was completed before is left as it is, without an event.
            let before = events::newest(self.tx, self.site.id)?;
            progress::complete_lesson(self.tx, self.site.id, enrollment.id, id)?;
            if events::newest(self.tx, self.site.id)? != before {
                self.did(format!(
                    "{} completed the lesson \"{name}\" of {}.",
                    enrollment.user_email, enrollment.course_name
                ));
                return Ok(());
            }
        }
        told(format!(
            "{} has completed every lesson of {}; name another --user or --course",
            enrollment.user_email, enrollment.course_name
        ))
    }

    pub(super) fn quiz(&mut self) -> Result<(), Failure> {
        let (enrollment, quizzes) = self.learning(true)?;
        let Some((id, name)) = quizzes.into_iter().next() else {
            return told(format!("{} has no quiz; name another --course", enrollment.course_name));
        };
        let attempt = progress::attempt_quiz(self.tx, self.site.id, enrollment.id, id, 4, 1)?;
        self.did(format!("{} answered the quiz \"{name}\": {} %.", enrollment.user_email, attempt.grade));
        Ok(())
    }
}
