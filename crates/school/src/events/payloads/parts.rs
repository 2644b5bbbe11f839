//! What many payloads have in them.

use serde::{Serialize, Serializer};

/// Something that is named with its id.
#[derive(Debug, Clone, Serialize)]
pub struct Named<'a> {
    /// Its id.
    pub id: i64,
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
    pub id: i64,
    /// Last name.
    pub last_name: &'a str,
}

/// A person, as quizzes and payments name one: the same in another order.
#[derive(Debug, Clone, Serialize)]
pub struct Student<'a> {
    /// Their id.
    pub id: i64,
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

/// Hundredths as a number: 5,000 is `50`, 9,950 is `99.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hundredths(pub i64);

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            serializer.serialize_i64(self.0 / 100)
        } else {
            serializer.serialize_f64(self.0 as f64 / 100.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Hundredths;

    #[test]
    fn amounts_are_written_as_any_program_writes_them() {
        for (cents, text) in [(5_000, "50"), (9_950, "99.5"), (1, "0.01"), (0, "0"), (-1_999, "-19.99"), (10, "0.1")] {
            assert_eq!(serde_json::to_string(&Hundredths(cents)).expect("JSON"), text);
        }
    }
}
