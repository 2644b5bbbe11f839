//! Whether the name of a host leads anywhere from this machine. Browsers take every name under `localhost` to the
//! machine itself (RFC 6761, section 6.3); whether other programs do is up to the system, and plain Debian's does not.

use std::net::ToSocketAddrs as _;
use std::sync::mpsc;
use std::time::Duration;

/// How long an answer is waited for: without a network the system asks for many seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the name leads to an address.
#[must_use]
pub fn resolves(host: &str) -> bool {
    let (told, answer) = mpsc::channel();
    let host = host.to_owned();
    // Left to itself when it takes too long.
    std::thread::spawn(move || {
        let found = (host.as_str(), 80).to_socket_addrs().is_ok_and(|mut addresses| addresses.next().is_some());
        let _nobody_waits = told.send(found);
    });
    answer.recv_timeout(PATIENCE).unwrap_or(false)
}

/// What to do where a name under `localhost` leads nowhere.
#[must_use]
pub fn hosts_line(host: &str) -> String {
    format!("add the line `127.0.0.1 {host}` to /etc/hosts")
}
