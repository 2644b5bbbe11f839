//! The faces that a client meets: the Admin REST API, its description, and what tells how the server is.
//!
//! A handler parses, calls one operation of the school inside one transaction of the store, and renders one view.
//! No SQL and no rule of the school lives here.

pub mod answer;
pub mod api;
pub mod body;
pub mod docs;
pub mod endpoint;
mod error;
pub mod face;
mod gate;
mod json;
mod leftover;
mod limits;
mod metrics;
pub mod oauth;
pub mod openapi;
pub mod path;
pub mod query;
pub mod rest;
mod router;
mod serve;
mod signing;
pub mod site;
mod state;
pub mod webhooks;
pub mod who;
pub mod wire;

pub use error::ApiError;
pub use router::router;
pub use serve::serve;
pub use state::{App, WebConfig};

/// What a handler gives.
pub type ApiResult = Result<answer::Answer, ApiError>;
