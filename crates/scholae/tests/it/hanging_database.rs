//! A database that hangs: its connections stay, and nothing comes back on them.

use crate::support::process::{Home, Server};
use crate::support::send;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::Engine;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

/// The name of PostgreSQL's socket in a folder, which is also the one that clients look for.
const SOCKET: &str = ".s.PGSQL.5432";

/// Passes on what comes, except while the database hangs.
async fn pass_on(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, hangs: Arc<AtomicBool>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        while hangs.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// Stands in a folder of its own between clients and a server, which can be made to hang.
fn stand_between(folder: &Path, server: PathBuf) -> Arc<AtomicBool> {
    let hangs = Arc::new(AtomicBool::new(false));
    let listener = UnixListener::bind(folder.join(SOCKET)).expect("a socket");
    let between = Arc::clone(&hangs);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(&server).await.expect("connected");
            let ((asked, answers), (answered, questions)) = (client.into_split(), server.into_split());
            tokio::spawn(pass_on(asked, questions, Arc::clone(&between)));
            tokio::spawn(pass_on(answered, answers, Arc::clone(&between)));
        }
    });
    hangs
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_is_told_of_in_time_and_used_again_when_it_goes_on() {
    let Some(home) = Home::new(Engine::Postgres) else { return };
    home.run(&["site", "create", "--subdomain", "academy", "--name", "Academy"]).ok();
    let key = home.run(&["key", "show"]).ok().out;
    let url = home.database().expect("PostgreSQL");
    let (host, name) = url.split_once('@').expect("a host").1.split_once('/').expect("a name");
    let folder = home.folder().join("between");
    std::fs::create_dir(&folder).expect("a folder");
    let hangs = stand_between(&folder, PathBuf::from(host.replace("%2F", "/")).join(SOCKET));
    let between = format!("postgres://postgres@{}/{name}", folder.display().to_string().replace('/', "%2F"));
    let mut serve = home.command(["serve", "--json", "--listen", "127.0.0.1:0", "--log", "error", "--data", "data"]);
    serve.args(["--database", &between]);
    let server = tokio::task::spawn_blocking(move || Server::start(serve)).await.expect("no panic");

    let client = reqwest::Client::new();
    let ready = async || send(client.get(format!("{}/readyz", server.url))).await.status;
    let users = async || {
        let request = client.get(format!("{}/api/public/v1/users", server.url));
        send(request.header("X-Auth-API-Key", key.trim()).header("X-Auth-Subdomain", "academy")).await
    };
    users().await.expect(200);
    assert_eq!(ready().await, 200);

    hangs.store(true, Ordering::Relaxed);
    let begun = Instant::now();
    assert_eq!(ready().await, 503);
    assert!(begun.elapsed() < Duration::from_secs(10), "told after {:?}", begun.elapsed());
    let refused = users().await.expect(503);
    assert!(refused.text.contains("cannot be reached at the moment"), "{}", refused.text);

    hangs.store(false, Ordering::Relaxed);
    let begun = Instant::now();
    while ready().await != 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is not used again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    users().await.expect(200);
}
