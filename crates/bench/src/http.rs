//! As little HTTP/1.1 as a load generator needs: requests are bytes made beforehand, answers are only measured.

use crate::Outcome;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// What the head of an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// How long the head is, with the empty line.
    pub head: usize,
    /// How long the whole answer is.
    pub total: usize,
}

/// Reads the head of an answer; none while it is not whole.
pub fn head(bytes: &[u8]) -> Outcome<Option<Head>> {
    const LENGTH: &[u8] = b"content-length:";
    let mut length = None;
    let mut from = 0;
    let mut first = true;
    while let Some(line) = bytes[from..].iter().position(|byte| *byte == b'\n') {
        let line = &bytes[from..from + line + 1];
        from += line.len();
        match line {
            b"\r\n" | b"\n" => {
                let status = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
                let status = status.ok_or("an answer without a status")?;
                let length = match (length, status) {
                    (Some(length), _) => length,
                    (None, 204 | 304) => 0,
                    (None, _) => return Err("an answer without Content-Length".into()),
                };
                return Ok(Some(Head { status, head: from, total: from + length }));
            }
            _ if first => first = false,
            _ if line.len() > LENGTH.len() && line[..LENGTH.len()].eq_ignore_ascii_case(LENGTH) => {
                length = std::str::from_utf8(&line[LENGTH.len()..]).ok().and_then(|text| text.trim().parse().ok());
            }
            _ => {}
        }
    }
    Ok(None)
}

/// Who asks: the headers that every request of a run has.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The school.
    pub subdomain: String,
    /// Its key.
    pub api_key: String,
}

impl Caller {
    /// Writes a GET.
    pub fn get(&self, into: &mut Vec<u8>, path: std::fmt::Arguments<'_>) {
        self.begin(into, "GET", path);
        into.extend_from_slice(b"\r\n");
    }

    /// Writes a POST of JSON.
    pub fn post(&self, into: &mut Vec<u8>, path: std::fmt::Arguments<'_>, body: &[u8]) {
        self.send(into, "POST", path, body);
    }

    /// Writes a PUT of JSON.
    pub fn put(&self, into: &mut Vec<u8>, path: std::fmt::Arguments<'_>, body: &[u8]) {
        self.send(into, "PUT", path, body);
    }

    fn send(&self, into: &mut Vec<u8>, method: &str, path: std::fmt::Arguments<'_>, body: &[u8]) {
        self.begin(into, method, path);
        let _infallible = write!(into, "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        into.extend_from_slice(body);
    }

    fn begin(&self, into: &mut Vec<u8>, method: &str, path: std::fmt::Arguments<'_>) {
        let Self { subdomain, api_key } = self;
        let _infallible = write!(
            into,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\
             X-Auth-API-Key: {api_key}\r\nX-Auth-Subdomain: {subdomain}\r\n"
        );
    }
}

/// One connection, one request after another.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Outcome<serde_json::Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The answer, when its status is this one.
    pub fn expect(self, status: u16) -> Outcome<Self> {
        if self.status == status {
            return Ok(self);
        }
        let body: String = String::from_utf8_lossy(&self.body).chars().take(500).collect();
        Err(format!("expected {status}, the answer was {}: {body}", self.status).into())
    }
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, buffer: vec![0; 1 << 20] })
    }

    /// Sends a request and reads its answer whole; gives its head, and how long it took.
    pub fn time(&mut self, request: &[u8]) -> Outcome<(Head, Duration)> {
        let begun = Instant::now();
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            filled += read;
            if let Some(head) = head(&self.buffer[..filled])? {
                if self.buffer.len() < head.total {
                    self.buffer.resize(head.total, 0);
                }
                self.stream.read_exact(&mut self.buffer[filled..head.total])?;
                return Ok((head, begun.elapsed()));
            }
        }
    }

    /// Sends a request and gives its answer.
    pub fn ask(&mut self, request: &[u8]) -> Outcome<Answer> {
        let (head, _) = self.time(request)?;
        let text = String::from_utf8_lossy(&self.buffer[..head.head]);
        let headers = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
        Ok(Answer { status: head.status, headers, body: self.buffer[head.head..head.total].to_vec() })
    }

    /// GETs a path that must answer 200.
    pub fn get(&mut self, caller: &Caller, path: &str) -> Outcome<Answer> {
        let mut request = Vec::with_capacity(512);
        caller.get(&mut request, format_args!("{path}"));
        self.ask(&request)?.expect(200).map_err(|fault| format!("GET {path}: {fault}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() -> Outcome<()> {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 3\r\n\r\nabc";
        for end in 0..answer.len() - 3 {
            assert_eq!(head(&answer[..end])?, None, "{end}");
        }
        let whole = Some(Head { status: 200, head: answer.len() - 3, total: answer.len() });
        assert_eq!(head(answer)?, whole);
        Ok(())
    }

    #[test]
    fn only_an_answer_that_has_none_may_leave_out_its_length() -> Outcome<()> {
        assert_eq!(head(b"HTTP/1.1 204 No Content\r\n\r\n")?.map(|head| head.total), Some(27));
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        Ok(())
    }
}
