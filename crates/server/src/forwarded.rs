//! Whether requests come through a proxy that the configuration does not know of.

use axum::http::{HeaderMap, HeaderName, header};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use web::WebConfig;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Told of the first request that came through a proxy.
pub type OnForwarded = Box<dyn Fn() + Send + Sync>;

/// Looks for the headers that proxies add, once.
pub(crate) struct Forwarded {
    /// Whether there is still something to be found.
    looks: AtomicBool,
    told: OnForwarded,
}

impl Forwarded {
    /// Everybody may send these headers. That a proxy does is likely where schools are reached over https, which this
    /// server does not speak itself.
    pub(crate) fn new(config: &WebConfig, told: OnForwarded) -> Self {
        Self { looks: AtomicBool::new(config.proxies == 0 && config.scheme == "https"), told }
    }

    pub(crate) fn look(&self, headers: &HeaderMap) {
        if self.looks.load(Relaxed)
            && (headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(header::FORWARDED))
            && self.looks.swap(false, Relaxed)
        {
            (self.told)();
        }
    }
}
