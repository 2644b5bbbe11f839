//! bundles of a school.
