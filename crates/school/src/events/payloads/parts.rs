//! What many payloads have in them.

use serde::Serialize;
use store::{ChapterId, CourseId, ProductId, UserId};

/// Something that is named with its id.
#[derive(Debug, Clone, Serialize)]
pub struct NamedRef<'a, I> {
    /// Its id.
    pub id: I,
    /// Its name.
    pub name: &'a str,
}

/// The course that the samples are about.
pub(super) const SAMPLE_COURSE: NamedRef<'static, CourseId> =
    NamedRef { id: CourseId::new(4), name: "[TEST] Photography with a phone" };
/// Its product.
pub(super) const SAMPLE_PRODUCT: ProductId = ProductId::new(7);
/// Its chapter.
pub(super) const SAMPLE_CHAPTER: ChapterId = ChapterId::new(12);

/// A person, as most payloads name one.
#[derive(Debug, Clone, Serialize)]
pub struct Person<'a> {
    /// Address.
    pub email: &'a str,
    /// First name.
    pub first_name: &'a str,
    /// Their id.
    pub id: UserId,
    /// Last name.
    pub last_name: &'a str,
}

/// The name of the person that the samples are about, as one text.
pub(super) const SAMPLE_FULL_NAME: &str = "[TEST] Ann Example";

impl Person<'static> {
    /// The person that the samples are about.
    pub(super) const SAMPLE: Self = Person {
        email: "ann@example.com",
        first_name: "[TEST] Ann",
        id: UserId::new(123),
        last_name: "[TEST] Example",
    };
}

/// A person, as quizzes and payments name one: the same in another order.
#[derive(Debug, Clone, Serialize)]
pub struct Student<'a> {
    /// Their id.
    pub id: UserId,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// Address.
    pub email: &'a str,
}

impl<'a> From<Person<'a>> for Student<'a> {
    fn from(person: Person<'a>) -> Self {
        Self { id: person.id, first_name: person.first_name, last_name: person.last_name, email: person.email }
    }
}
