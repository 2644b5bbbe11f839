//! A large file on its way in, and the memory of the server meanwhile.

use super::{Bench, Method};
use crate::{Outcome, machine};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the file is, in MiB.
pub(super) fn upload_mebibytes(method: &Method) -> u64 {
    if method.quick { 64 } else { 1024 }
}

impl Bench<'_> {
    pub(super) fn upload(&mut self) -> Outcome<()> {
        self.say("an upload");
        let mebibytes = upload_mebibytes(self.method);
        let home = self.home("upload")?;
        let school = home.generate(100, 1)?;
        let server = home.serve()?;
        let caller = school.caller();
        let mut stream = TcpStream::connect(server.address)?;
        // Once small, so that what every upload needs is there.
        send(&mut stream, &caller.subdomain, &caller.api_key, 1)?;
        std::thread::sleep(Duration::from_secs(1));
        let (before, _) = machine::resident(server.id())?;
        let (id, done) = (server.id(), Arc::new(AtomicBool::new(false)));
        let watched = Arc::clone(&done);
        let watch = std::thread::spawn(move || {
            let mut most: f64 = 0.0;
            while !watched.load(Ordering::Relaxed) {
                most = most.max(machine::resident(id).map_or(0.0, |(all, _)| all));
                std::thread::sleep(Duration::from_millis(5));
            }
            most
        });
        let begun = Instant::now();
        let sent = send(&mut stream, &caller.subdomain, &caller.api_key, mebibytes);
        done.store(true, Ordering::Relaxed);
        let most = watch.join().map_err(|_| "the watch ended badly")?;
        sent?;
        let (more, took) = ((most - before).max(0.0), begun.elapsed().as_secs_f64());
        let numbers = format!("{before:.1} MiB before, {most:.1} MiB at most; {:.0} MiB/s", mebibytes as f64 / took);
        self.found("upload-memory", more, (more, more), numbers);
        Ok(())
    }
}

/// Uploads a file of so many MiB, and waits until it was looked at.
fn send(stream: &mut TcpStream, subdomain: &str, api_key: &str, mebibytes: u64) -> Outcome<()> {
    let length = mebibytes << 20;
    let head = format!(
        "POST /api/public/v1/files/upload?name=large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Auth-API-Key: {api_key}\r\n\
         X-Auth-Subdomain: {subdomain}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    let piece = vec![7; 1 << 16];
    for _ in 0..length >> 16 {
        stream.write_all(&piece)?;
    }
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer)?;
        answer.extend_from_slice(&buffer[..read]);
        match crate::http::head(&answer)? {
            Some(head) if answer.len() >= head.total => {
                let said = String::from_utf8_lossy(&answer);
                return if [201, 202].contains(&head.status) { Ok(()) } else { Err(said.into_owned().into()) };
            }
            _ if read == 0 => return Err("the server hung up".into()),
            _ => {}
        }
    }
}
