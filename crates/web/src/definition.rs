//! The definition of an API: what all of its endpoints have in common.

use crate::endpoint::Endpoint;
use crate::paging::Paging;

/// One of the APIs that a server offers.
#[derive(Debug, Clone, Copy)]
pub struct ApiDefinition {
    /// The path that its endpoints are under.
    pub root: &'static str,
    /// The path of its OpenAPI document.
    pub openapi_path: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it is for, and how a caller authenticates.
    pub description: &'static str,
    /// How its lists are read.
    pub paging: Paging,
    /// Whether a Bearer token may be the school's API key itself, which then needs no subdomain beside it.
    pub bearer_key: bool,
    /// Its endpoints.
    pub endpoints: fn() -> Vec<Endpoint>,
}
