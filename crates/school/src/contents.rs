//! contents of a school.
