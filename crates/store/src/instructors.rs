//! Rows of instructors.
