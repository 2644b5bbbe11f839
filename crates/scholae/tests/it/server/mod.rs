//! The listener: hosts, slow and hostile clients, documents that everybody gets, and how a server stops.

mod bare_host;
mod caches;
mod documents;
mod hostile_connections;
mod hosts;
mod informational_answers;
mod many_connections;
mod places;
mod proxies;
mod rolling_restart;
mod slow_clients;
mod stopping;
mod streams;
pub mod wire;
