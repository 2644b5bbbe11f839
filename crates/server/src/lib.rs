//! The listener and the way from a host and a path to the crate that answers.

mod health;
mod router;
mod serve;
mod unread_body;

pub use router::router;
pub use serve::serve;
