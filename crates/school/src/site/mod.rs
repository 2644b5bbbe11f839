//! The school itself: its name, its plan, its owner, its API key, its security log.

pub mod security_log;
pub mod sites;
pub mod statistics;
