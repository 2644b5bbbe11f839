//! orders of a school.
