//! course reviews of a school.
