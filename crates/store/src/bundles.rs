//! Rows of bundles.
