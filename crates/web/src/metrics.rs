//! What the server counts about itself, for Prometheus.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: &'static str,
    status: u16,
}

/// The counters of one server.
pub struct Metrics {
    registry: Registry,
    requests: Family<Route, Counter>,
    seconds: Histogram,
    running: Gauge,
    limited: Counter,
    unlogged: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Everything at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("scholae");
        let requests = Family::default();
        // From a tenth of a millisecond to ten seconds.
        let bounds = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
        let seconds = Histogram::new(bounds);
        let running = Gauge::default();
        let limited = Counter::default();
        let unlogged = Counter::default();
        registry.register("api_requests", "Requests of the API, by route and status", requests.clone());
        registry.register_with_unit(
            "api_request_duration",
            "How long requests of the API took",
            Unit::Seconds,
            seconds.clone(),
        );
        registry.register("api_requests_running", "Requests of the API being answered", running.clone());
        registry.register("api_requests_limited", "Requests refused because of a rate limit", limited.clone());
        let help =
            "Requests that are not in the request log, because too many waited or the database did not take them";
        registry.register("api_requests_unlogged", help, unlogged.clone());
        Self { registry, requests, seconds, running, limited, unlogged }
    }

    pub(crate) fn begin(&self) -> Running<'_> {
        self.running.inc();
        Running(self)
    }

    /// The counter of one kind of answer.
    pub(crate) fn answers(&self, method: &'static str, route: &'static str, status: u16) -> Counter {
        self.requests.get_or_create(&Route { method, route, status }).clone()
    }

    /// Notes that a request was answered so.
    pub(crate) fn done(&self, answers: &Counter, status: u16, seconds: f64) {
        answers.inc();
        self.seconds.observe(seconds);
        if status == 429 {
            self.limited.inc();
        }
    }

    /// Notes that so many requests are not written into the request log.
    pub(crate) fn unlogged(&self, count: u64) {
        self.unlogged.inc_by(count);
    }

    /// Everything as Prometheus reads it (OpenMetrics text).
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(4096);
        if let Err(error) = encode(&mut text, &self.registry) {
            tracing::error!(error = %error, "the metrics cannot be written");
        }
        text
    }
}

/// A request being answered.
pub(crate) struct Running<'m>(&'m Metrics);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.dec();
    }
}
