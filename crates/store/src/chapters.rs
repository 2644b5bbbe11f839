//! Rows of chapters.
