//! promotions of a school.
