//! enrollments of a school.
