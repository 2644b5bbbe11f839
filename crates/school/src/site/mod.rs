//! The school itself: its name, its plan, its owner, its API key.

pub mod sites;
