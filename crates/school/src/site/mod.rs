//! The school itself: its name, its plan, its owner, its API key, its security log, what programs called, its files, its
//! jobs.

pub mod files;
pub mod jobs;
pub mod page_codes;
pub mod request_log;
pub mod security_log;
pub mod sign_up_rules;
pub mod sites;
pub mod statistics;
