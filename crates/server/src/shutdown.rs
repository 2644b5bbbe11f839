//! The end of a server: what has begun is finished, as far as there is time.

use crate::connections::Connections;
use std::time::Duration;

/// How long what was cut off takes to be gone.
const GONE: Duration = Duration::from_secs(1);

/// Tells every connection to go once its requests are answered, and cuts off those that take too long.
pub(crate) async fn finish(connections: &Connections) {
    connections.leave();
    if tokio::time::timeout(connections.limits.stop_timeout, connections.ended()).await.is_ok() {
        return;
    }
    tracing::warn!("{} connections were cut off with a request that was not finished", connections.count());
    connections.cut();
    if tokio::time::timeout(GONE, connections.ended()).await.is_err() {
        tracing::warn!("{} connections are still there", connections.count());
    }
}
