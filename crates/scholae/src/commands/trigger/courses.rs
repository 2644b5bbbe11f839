//! Courses with their chapters and lessons, for their events.

use super::{LOOKED_AT, PRICE, TriggerContext, toggled, told};
use crate::config::Failure;
use school::chapters::{self, NewChapter};
use school::contents::{self, ContentType, NewContent};
use school::courses::{self, Course, NewCourse};
use school::products::{self, NewPrice, PaymentType, ProductStatus};
use store::{ContentId, CourseId, PageRequest};

impl TriggerContext<'_, '_> {
    /// A draft with a lesson and a quiz.
    pub(super) fn make_course(&mut self) -> Result<Course, Failure> {
        let mut new = NewCourse::named("Trigger course");
        new.status = ProductStatus::Draft;
        new.hidden = true;
        new.prices = vec![NewPrice::primary(PaymentType::OneTime, PRICE, &self.site.currency)];
        let course = courses::create(self.tx, self.site.id, &new)?;
        let chapter = NewChapter { name: "Chapter".to_owned(), ..NewChapter::default() };
        let chapter = chapters::create(self.tx, self.site.id, course.id, &chapter)?;
        let lessons = [
            ("Lesson", ContentType::HtmlItem, "A lesson to complete."),
            ("Quiz", ContentType::Quiz, "## Does it work?\n\n- [x] Yes\n- [ ] No\n"),
        ];
        for (name, content_type, text) in lessons {
            let content =
                NewContent { name: name.to_owned(), content_type, text: text.to_owned(), ..NewContent::default() };
            contents::create(self.tx, self.site.id, chapter.id, &content)?;
        }
        self.did(format!("Made the course {} (id {}), a draft.", course.slug, course.id));
        Ok(course)
    }

    pub(super) fn course_named(&mut self, named: &str) -> Result<Course, Failure> {
        let mut found = courses::find_by_slug(self.tx, self.site.id, named)?;
        if let (None, Ok(id)) = (&found, named.parse()) {
            found = courses::of_ids(self.tx, self.site.id, &[id])?.pop();
        }
        found.map_or_else(|| told(format!("there is no course `{named}`; give its slug or its id")), Ok)
    }

    /// The courses that come into question, the best first: the named one, or those that are published.
    pub(super) fn courses(&mut self) -> Result<Vec<Course>, Failure> {
        if let Some(named) = self.asked.course.clone() {
            return Ok(vec![self.course_named(&named)?]);
        }
        let all = courses::list(self.tx, self.site.id, &PageRequest::first(LOOKED_AT))?.items;
        let mut published = Vec::with_capacity(all.len());
        for course in all {
            if products::get(self.tx, self.site.id, course.product_id)?.status == ProductStatus::Published {
                published.push(course);
            }
        }
        Ok(published)
    }

    /// The first course that comes into question; a new one when there is none.
    fn course(&mut self) -> Result<Course, Failure> {
        match self.courses()?.into_iter().next() {
            Some(course) => Ok(course),
            None => self.make_course(),
        }
    }

    /// The lessons of a course in their order, quizzes only or everything else.
    pub(super) fn lessons(&mut self, course: CourseId, quizzes: bool) -> Result<Vec<(ContentId, String)>, Failure> {
        let mut found = Vec::new();
        for chapter in chapters::all(self.tx, self.site.id, course)? {
            for id in &chapter.content_ids {
                let content = contents::get(self.tx, self.site.id, *id)?;
                if (content.contentable_type == ContentType::Quiz) == quizzes {
                    found.push((content.id, content.name.clone()));
                }
            }
        }
        Ok(found)
    }

    pub(super) fn update_course(&mut self) -> Result<(), Failure> {
        let course = self.course()?;
        let (keywords, now) = toggled(course.keywords.as_deref());
        let new = NewCourse { keywords, ..NewCourse::of(self.tx, self.site.id, course.id)? };
        courses::update(self.tx, self.site.id, course.id, &new)?;
        self.did(format!("The course {} {now}.", course.slug));
        Ok(())
    }

    pub(super) fn remove_course(&mut self) -> Result<(), Failure> {
        let course = match self.asked.course.clone() {
            Some(named) => self.course_named(&named)?,
            None => self.make_course()?,
        };
        self.delete_course(&course)
    }

    pub(super) fn delete_course(&mut self, course: &Course) -> Result<(), Failure> {
        courses::delete(self.tx, self.site.id, course.id)?;
        self.did(format!("Removed the course {} (id {}).", course.slug, course.id));
        Ok(())
    }
}
