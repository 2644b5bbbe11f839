//! Stopping a process that was started here.

use std::process::Command;
use std::time::{Duration, Instant};

/// Asks a process to end, and makes it after a while.
pub fn stop(process: &mut std::process::Child, signal: &str) {
    let _asked = Command::new("kill").arg(format!("-{signal}")).arg(process.id().to_string()).status();
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        if matches!(process.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _killed = process.kill();
    let _waited = process.wait();
}
