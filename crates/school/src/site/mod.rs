//! The school itself: its name, its plan, its owner, its API key, its security log, what programs called.

pub mod request_log;
pub mod security_log;
pub mod sites;
