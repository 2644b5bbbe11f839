//! Rows of contents.
