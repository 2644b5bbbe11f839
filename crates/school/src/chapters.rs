//! chapters of a school.
