//! The listener and the way from a host and a path to the crate that answers.

mod body;
mod clock;
mod compression;
mod connection;
mod connections;
mod forwarded;
mod health;
mod io;
mod limits;
mod listener;
mod memory;
mod refusals;
mod router;
mod service;
mod shutdown;
mod static_files;
mod stream;
mod unread;
mod unread_body;

pub use forwarded::OnForwarded;
pub use limits::{Limits, raise_open_files};
pub use listener::serve;
pub use router::router;
