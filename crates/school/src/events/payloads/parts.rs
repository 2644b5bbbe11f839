//! What many payloads have in them.

use serde::Serialize;
use store::UserId;

/// Something that is named with its id.
#[derive(Debug, Clone, Serialize)]
pub struct NamedRef<'a, I> {
    /// Its id.
    pub id: I,
    /// Its name.
    pub name: &'a str,
}

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
