//! The school itself: its name, its plan, its owner, its API key, its security log, what programs called, its files, its
//! jobs.

pub mod files;
pub mod jobs;
pub mod request_log;
pub mod security_log;
pub mod sites;
pub mod statistics;
