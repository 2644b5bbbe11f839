//! Many records at once: files of comma-separated values, people brought in and enrolled from them, lists written out,
//! and the jobs that do it in steps.
//!
//! What one record may be, and what may be done with it, is the business of `school`: here it is done row by row, and what
//! came of each row is told.

pub mod csv_cell;
pub mod csv_file;
pub mod enrollment_columns;
pub mod jobs;
pub mod user_import;
