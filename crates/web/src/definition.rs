//! The definition of an API: what all of its endpoints have in common.

use crate::endpoint::Endpoint;
use crate::paging::Paging;

/// One of the APIs that a server offers.
#[derive(Debug, Clone, Copy)]
pub struct ApiDefinition {
    /// Where it lives.
    pub root: &'static str,
    /// Where its description lives.
    pub described_at: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// How its lists are read.
    pub paging: Paging,
    /// Whether a Bearer token may be the school's API key itself, which then needs no subdomain beside it.
    pub bearer_key: bool,
    /// Its endpoints.
    pub endpoints: fn() -> Vec<Endpoint>,
}
