//! products of a school.
