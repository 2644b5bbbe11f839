//! instructors of a school.
