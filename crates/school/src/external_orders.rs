//! external orders of a school.
