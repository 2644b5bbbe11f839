//! What the tests of several crates share. Part of no program.

pub mod postgres;
pub mod skipped;
pub mod sqlite;
