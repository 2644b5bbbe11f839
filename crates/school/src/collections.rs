//! collections of a school.
