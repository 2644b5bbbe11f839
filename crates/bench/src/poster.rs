//! What deliveries are compared with: a bare hyper client that posts the same body over and over.

use crate::Outcome;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::task::JoinSet;

/// Requests at once: as many as a webhook that takes them gets.
pub const AT_ONCE: u64 = 16;

/// Posts the body so often, so many at once, with as many headers as a delivery has; prints how long it took.
pub fn post(to: SocketAddr, body: &Path, count: u64, at_once: u64) -> Outcome<()> {
    let body = Bytes::from(fs::read(body)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let seconds = runtime.block_on(async {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
        let uri: Uri = format!("http://{to}/hook").parse()?;
        let left = Arc::new(AtomicU64::new(count));
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..at_once {
            let (client, uri, body, left) = (client.clone(), uri.clone(), body.clone(), Arc::clone(&left));
            tasks.spawn(async move {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                    let request = Request::post(uri.clone())
                        .header("content-type", "application/json")
                        .header("user-agent", "bench")
                        .header("x-signature", "9eda19c55435829ef301b1979c96f96a9eda19c55435829ef301b1979c96f96a")
                        .header("x-topic", "user.signup")
                        .header("x-subdomain", "load")
                        .header("webhook-id", "01HXAAXSZ80KZ0QS58T75YMD8J")
                        .header("webhook-timestamp", "1735689600")
                        .header("webhook-signature", "v1,C6lKTW9nX6nGDFFYAv/GPA3x//jF7zMQxM/bvuwKXG0=")
                        .body(Full::new(body.clone()))?;
                    let answer = client.request(request).await?;
                    answer.into_body().collect().await?;
                }
                Outcome::Ok(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Outcome::Ok(begun.elapsed().as_secs_f64())
    })?;
    println!("{seconds}");
    Ok(())
}

/// Does that in a process of its own; gives how many it posted a second.
pub fn run(to: SocketAddr, body: &Path, count: u64, at_once: u64) -> Outcome<f64> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("post").arg(to.to_string()).arg("--body").arg(body);
    command.args(["--count", &count.to_string(), "--at-once", &at_once.to_string()]);
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let seconds: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    Ok(count as f64 / seconds)
}
