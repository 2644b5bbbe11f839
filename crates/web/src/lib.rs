//! What every HTTP surface shares: state, authentication, rate limits, idempotency, reading of queries and bodies,
//! paging, errors, and the description of an endpoint.

pub mod authentication;
pub mod body;
pub mod byte_ranges;
pub mod context;
mod credential_cache;
pub mod definition;
pub mod device;
pub mod encoding;
pub mod endpoint;
mod error;
pub mod form;
pub mod hash_queue;
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
mod readiness;
mod request_log;
mod request_log_writer;
pub mod response;
mod signing;
mod state;
pub mod static_file;
pub mod stream;
pub mod transaction;
pub mod uploads;
mod write_check;

pub use error::ApiError;
pub use state::{App, HashError, WebConfig};
/// What of the store a surface needs that has no way to it but [`transaction`].
pub use store::{FromStore, ServerKey, StoreError, Tx, now, secrets::hex};
pub use transaction::Authority;

/// What a handler gives whose answer is a file.
pub type FileResult = Result<axum::response::Response, ApiError>;
/// What a handler gives.
pub type ApiResult = Result<response::ApiResponse, ApiError>;
