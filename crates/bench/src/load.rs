//! Load: many connections on one thread, each with one request under way at a time.
//!
//! The generator shares the cores with the server, so it is cheap: requests are written into a kept buffer, answers
//! are read into a kept buffer, and only the head is looked at. That is one send, one receive and a share of an
//! epoll_wait a request.

use crate::Outcome;
use crate::http::{Caller, head};
use crate::statistics;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Writes the next request of a connection; false when there is none.
pub type Requests = Box<dyn FnMut(&mut Vec<u8>) -> bool + Send>;

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Requests answered.
    pub answered: u64,
    /// Requests answered a second.
    pub per_second: f64,
    /// The time that one request in a hundred took longer than, in milliseconds.
    pub p99_ms: f64,
}

/// Drives a server for so long, a connection for each of `connections`. Every answer must have the status.
pub fn drive(address: SocketAddr, connections: Vec<Requests>, length: Duration, status: u16) -> Outcome<Load> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut streams = Vec::with_capacity(connections.len());
        for requests in connections {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            streams.push((stream, requests));
        }
        let begun = Instant::now();
        let until = begun + length;
        let mut tasks = JoinSet::new();
        for (stream, requests) in streams {
            tasks.spawn(one(stream, requests, until, status));
        }
        let mut times = Vec::new();
        let rest = length + Duration::from_secs(60);
        let all = tokio::time::timeout(rest, async {
            while let Some(done) = tasks.join_next().await {
                times.append(&mut done??);
            }
            Outcome::Ok(())
        });
        all.await.map_err(|_| "the server no longer answers")??;
        let seconds = begun.elapsed().as_secs_f64();
        let answered = times.len() as u64;
        times.sort_unstable();
        let p99_ms = f64::from(statistics::quantile(&times, 0.99)) / 1000.0;
        Ok(Load { answered, per_second: answered as f64 / seconds, p99_ms })
    })
}

async fn one(mut stream: TcpStream, mut requests: Requests, until: Instant, status: u16) -> Outcome<Vec<u32>> {
    let mut times = Vec::with_capacity(1 << 14);
    let mut request = Vec::with_capacity(1024);
    let mut buffer = vec![0_u8; 64 * 1024];
    let mut begun = Instant::now();
    while begun < until {
        request.clear();
        if !requests(&mut request) {
            break;
        }
        stream.write_all(&request).await?;
        let mut filled = 0;
        let head = loop {
            let read = stream.read(&mut buffer[filled..]).await?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            filled += read;
            if let Some(head) = head(&buffer[..filled])? {
                break head;
            }
        };
        if head.status != status {
            let start = String::from_utf8_lossy(&buffer[..filled.min(1500)]);
            return Err(format!("expected {status}, the answer was {start}").into());
        }
        while filled < head.total {
            let most = buffer.len().min(head.total - filled);
            match stream.read(&mut buffer[..most]).await? {
                0 => return Err("the server broke off".into()),
                read => filled += read,
            }
        }
        let now = Instant::now();
        times.push(u32::try_from((now - begun).as_micros()).unwrap_or(u32::MAX));
        begun = now;
    }
    Ok(times)
}

/// Requests for one path, in which `{n}` becomes a number from 1 to `most`.
pub fn varied(caller: &Caller, path: &str, most: u64, connection: u64) -> Requests {
    let (caller, path, mut spread) = (caller.clone(), path.to_owned(), Spread::new(connection));
    let (before, after) = path.split_once("{n}").map_or((path.clone(), None), |(a, b)| (a.into(), Some(b.to_owned())));
    Box::new(move |into| {
        match &after {
            None => caller.get(into, format_args!("{before}")),
            Some(after) => caller.get(into, format_args!("{before}{}{after}", spread.between(1, most))),
        }
        true
    })
}

/// Numbers that go everywhere and come again in every run (xorshift).
#[derive(Debug, Clone)]
pub struct Spread(u64);

impl Spread {
    /// The numbers of the n-th connection.
    pub fn new(n: u64) -> Self {
        Self((n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number with `from <= number <= to`.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        from + (self.0 >> 11) % (to - from + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn spread_numbers_reach_both_ends() {
        let mut spread = Spread::new(0);
        let numbers: Vec<u64> = (0..1000).map(|_| spread.between(5, 14)).collect();
        assert!((5..=14).all(|number| numbers.contains(&number)));
        assert!(numbers.iter().all(|number| (5..=14).contains(number)));
    }
}
