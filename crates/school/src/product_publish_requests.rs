//! product publish requests of a school.
