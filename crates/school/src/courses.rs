//! courses of a school.
