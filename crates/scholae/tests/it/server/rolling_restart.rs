//! Two servers over one PostgreSQL, restarted one after the other behind a balancer: no request is lost.

use super::wire::{PATIENCE, Wire};
use crate::support::hooks::{Hooked, generated};
use crate::support::process::{Home, Server};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Engine;
use tokio::task::JoinSet;

/// How often the balancer asks each server whether it is ready.
const CHECK: Duration = Duration::from_millis(200);
const CLIENTS: usize = 8;

/// A server as the balancer knows it.
struct Backend {
    url: String,
    ready: AtomicBool,
    idle: Mutex<Vec<Wire>>,
}

/// Gives each request to the next server that is ready, on a connection of which it keeps the idle ones. It tries
/// nothing twice.
struct Balancer {
    backends: Vec<Backend>,
    next: AtomicUsize,
    answered: AtomicUsize,
    lost: Mutex<Vec<String>>,
}

impl Balancer {
    async fn check(&self) {
        loop {
            for backend in &self.backends {
                let asked = async { Wire::try_connect(&backend.url).await?.try_get("/readyz", "localhost").await };
                let ready = asked.await.is_some_and(|reply| reply.status == 200);
                backend.ready.store(ready, Relaxed);
                if !ready {
                    backend.idle.lock().expect("ours").clear();
                }
            }
            tokio::time::sleep(CHECK).await;
        }
    }

    async fn pass_on(&self, request: &str) {
        let turn = self.next.fetch_add(1, Relaxed);
        let count = self.backends.len();
        let ready = (0..count).map(|at| &self.backends[(turn + at) % count]).find(|one| one.ready.load(Relaxed));
        let Some(backend) = ready else { return self.lose("no server is ready") };
        let kept = backend.idle.lock().expect("ours").pop();
        let Some(mut wire) = (match kept {
            Some(wire) => Some(wire),
            None => Wire::try_connect(&backend.url).await,
        }) else {
            return self.lose("not connected");
        };
        if wire.try_send(request).await.is_err() {
            return self.lose("not sent");
        }
        match wire.reply().await {
            None => self.lose("not answered"),
            Some(reply) if reply.status >= 500 => self.lose(&format!("{} {}", reply.status, reply.text)),
            Some(reply) => {
                self.answered.fetch_add(1, Relaxed);
                if reply.header("connection") != "close" {
                    backend.idle.lock().expect("ours").push(wire);
                }
            }
        }
    }

    fn lose(&self, why: &str) {
        self.lost.lock().expect("ours").push(why.to_owned());
    }

    async fn until_ready(&self, at: usize) {
        let ready = async {
            while !self.backends[at].ready.load(Relaxed) {
                tokio::time::sleep(CHECK).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("it is ready");
    }
}

/// What a client sends in its `n`th turn: reads and writes.
fn request(school: &Hooked, client: usize, n: usize) -> String {
    let headers = format!("Host: localhost\r\nX-Auth-API-Key: {}\r\nX-Auth-Subdomain: academy\r\n", school.api_key);
    if !n.is_multiple_of(3) {
        return format!("GET /api/public/v1/users?limit=5 HTTP/1.1\r\n{headers}\r\n");
    }
    let body = format!("{{\"name\":\"Group {client} {n}\"}}");
    format!("POST /api/public/v1/groups HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_loses_no_request() {
    let Some(home) = Home::new(Engine::Postgres) else { return };
    let school = generated(&home, 1);
    let ports = [free_port(), free_port()];
    let start = |at: usize| {
        let listen = format!("127.0.0.1:{}", ports[at]);
        let arguments = ["serve", "--json", "--listen", &listen, "--unready-seconds", "1", "--log", "warn"];
        let mut command = home.command_here(arguments);
        command.args(["--requests-per-minute", "0", "--requests-at-once", "0"]);
        Server::start(command)
    };
    let mut servers = vec![start(0), start(1)];
    let backend =
        |server: &Server| Backend { url: server.url.clone(), ready: AtomicBool::new(false), idle: Mutex::default() };
    let balancer = Arc::new(Balancer {
        backends: servers.iter().map(backend).collect(),
        next: AtomicUsize::new(0),
        answered: AtomicUsize::new(0),
        lost: Mutex::default(),
    });
    let checking = tokio::spawn({
        let balancer = Arc::clone(&balancer);
        async move { balancer.check().await }
    });
    balancer.until_ready(0).await;
    balancer.until_ready(1).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (balancer, school, over) = (Arc::clone(&balancer), school.clone(), Arc::clone(&over));
        clients.spawn(async move {
            let mut n = 0;
            while !over.load(Relaxed) {
                balancer.pass_on(&request(&school, client, n)).await;
                n += 1;
            }
        });
    }
    let rounds = if std::env::var_os("SCHOLAE_SOAK").is_some() { 20 } else { 1 };
    for _ in 0..rounds {
        for at in 0..servers.len() {
            let old = servers.remove(at);
            old.terminate();
            let status = tokio::task::spawn_blocking(move || old.ended(PATIENCE)).await.expect("no panic");
            assert!(status.success(), "it ends by itself");
            balancer.backends[at].ready.store(false, Relaxed);
            servers.insert(at, start(at));
            balancer.until_ready(at).await;
        }
    }
    over.store(true, Relaxed);
    clients.join_all().await;
    checking.abort();
    let (answered, lost) = (balancer.answered.load(Relaxed), balancer.lost.lock().expect("ours").clone());
    eprintln!("rolling restart: {answered} requests answered, {} lost", lost.len());
    assert!(answered > 100, "there was a load");
    assert_eq!(lost, Vec::<String>::new());
}
