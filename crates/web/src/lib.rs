//! What every HTTP surface shares: state, authentication, rate limits, idempotency, reading of queries and bodies,
//! paging, errors, and the description of an endpoint.

pub mod authentication;
pub mod body;
pub mod context;
pub mod definition;
pub mod encoding;
pub mod endpoint;
mod error;
pub mod host;
pub mod input;
mod json;
pub mod metrics;
pub mod middleware;
pub mod paging;
pub mod parameter;
pub mod path;
pub mod query;
pub mod rate_limit;
pub mod response;
pub mod signing;
mod state;
pub mod static_file;

pub use error::ApiError;
pub use state::{App, WebConfig};

/// What a handler gives.
pub type ApiResult = Result<response::ApiResponse, ApiError>;
