//! A receiver of webhooks, as fast as can be: it answers 200 to everything, and notes when each request began to
//! come. And one that never answers.

use crate::Outcome;
use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What is before the number of an event in its body, when there is one: the address of the user it is about.
pub const MARK: &str = "\"email\":\"event";

/// A request that came.
#[derive(Debug, Clone, Copy)]
pub struct Note {
    /// When its first byte was there.
    pub at: Instant,
    /// The number after [`MARK`] in its body.
    pub number: Option<u64>,
}

#[derive(Debug, Default)]
struct Heard {
    count: AtomicU64,
    notes: Mutex<Vec<Note>>,
}

/// The receiver, on a thread of its own, for as long as the bench runs.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    heard: Arc<Heard>,
}

impl Receiver {
    /// Begins to listen.
    pub fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let heard = Arc::new(Heard::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn({
            let heard = Arc::clone(&heard);
            move || {
                runtime.block_on(async {
                    let listener = tokio::net::TcpListener::from_std(listener)?;
                    loop {
                        let (stream, _) = listener.accept().await?;
                        let _best_effort = stream.set_nodelay(true);
                        tokio::spawn(serve(stream, Arc::clone(&heard)));
                    }
                    #[expect(unreachable_code, reason = "gives the block its type")]
                    Ok::<(), std::io::Error>(())
                })
            }
        });
        Ok(Self { address, heard })
    }

    /// How many requests came.
    pub fn count(&self) -> u64 {
        self.heard.count.load(Ordering::Relaxed)
    }

    /// What came, which it forgets then.
    pub fn take(&self) -> Vec<Note> {
        self.heard.count.store(0, Ordering::Relaxed);
        std::mem::take(&mut *self.heard.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until so many requests have come.
    pub fn wait(&self, count: u64, longest: Duration) -> Outcome<()> {
        let begun = Instant::now();
        while self.count() < count {
            if begun.elapsed() > longest {
                return Err(format!("only {} of {count} deliveries came within {longest:?}", self.count()).into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }
}

async fn serve(mut stream: TcpStream, heard: Arc<Heard>) {
    let mut buffer = Vec::with_capacity(8192);
    let mut at = None;
    loop {
        match stream.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let first = *at.get_or_insert_with(Instant::now);
        let Some(whole) = whole(&buffer) else { continue };
        let number = number(&buffer[..whole]);
        heard.notes.lock().unwrap_or_else(PoisonError::into_inner).push(Note { at: first, number });
        heard.count.fetch_add(1, Ordering::Relaxed);
        buffer.drain(..whole);
        at = None;
        if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.is_err() {
            return;
        }
    }
}

/// How long the first request is, when it is there whole.
fn whole(bytes: &[u8]) -> Option<usize> {
    const LENGTH: &[u8] = b"content-length:";
    let head = find(bytes, b"\r\n\r\n")? + 4;
    let length = bytes[..head].split(|byte| *byte == b'\n').find_map(|line| {
        let value = line.get(LENGTH.len()..).filter(|_| line[..LENGTH.len()].eq_ignore_ascii_case(LENGTH))?;
        std::str::from_utf8(value).ok()?.trim().parse::<usize>().ok()
    });
    let whole = head + length.unwrap_or(0);
    (bytes.len() >= whole).then_some(whole)
}

fn number(bytes: &[u8]) -> Option<u64> {
    let from = find(bytes, MARK.as_bytes())? + MARK.len();
    let digits = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit());
    std::str::from_utf8(&bytes[from..from + digits.count()]).ok()?.parse().ok()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Listens, reads and never answers, for as long as the bench runs.
pub fn silent() -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        let mut streams = Vec::new();
        for stream in listener.incoming().flatten() {
            streams.push(stream);
            // Connections that the other side has given up are let go.
            streams.retain_mut(|stream| {
                let _best_effort = stream.set_nonblocking(true);
                let mut read = [0_u8; 4096];
                loop {
                    match stream.read(&mut read) {
                        Ok(0) => return false,
                        Ok(_) => {}
                        Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
                    }
                }
            });
        }
    });
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart() {
        let one = b"POST / HTTP/1.1\r\nContent-Length: 29\r\n\r\n{\"email\":\"event42@load.test\"}";
        assert_eq!(whole(one), Some(one.len()));
        assert_eq!(whole(&one[..one.len() - 1]), None);
        assert_eq!(whole(&[&one[..], b"POST"].concat()), Some(one.len()));
        assert_eq!(number(one), Some(42));
        assert_eq!(number(b"{}"), None);
    }
}
