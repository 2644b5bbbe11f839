//! A face: one of the APIs that a server offers. What is the same for all of its endpoints stands here once.

use crate::endpoint::{Endpoint, Param};
use crate::query::{CURSOR_PARAMS, LIST_PARAMS};

/// How the lists of a face are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// Page by page, with `page` and `meta.pagination`.
    Pages,
    /// From cursor to cursor, with `next` and `meta.page`.
    Cursors,
}

impl Paging {
    /// What every list understands, beside its own filters.
    #[must_use]
    pub fn params(self) -> &'static [Param] {
        match self {
            Self::Pages => LIST_PARAMS,
            Self::Cursors => CURSOR_PARAMS,
        }
    }
}

/// One of the APIs that a server offers.
#[derive(Debug, Clone, Copy)]
pub struct Face {
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
