//! A PostgreSQL server of the tests' own, made from the machine's binaries, with a fresh database for each test.
//!
//! It listens on a socket in a temporary folder only, and ends with the test process, however that ends: a shell
//! beside it waits for the pipe from us to close. The folder is in memory where there is room: a database is a thousand
//! files, and to make and remove those again and again takes a disk's file system several times as long as the test.

use crate::skipped;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use store::{Location, Store};

struct Cluster {
    folder: PathBuf,
    _shell: Child,
    /// A connection that makes and removes databases, once it was used.
    manager: Arc<Mutex<Option<postgres::Client>>>,
    /// What is said of the way a database is copied.
    copying: &'static str,
}

/// Why tests on PostgreSQL are skipped.
const MISSING: &str = "there is no initdb here (PostgreSQL's; PG_BIN names its folder)";

/// What makes a server quick that nobody will miss: nothing is kept through a crash of the machine, checkpoints are rare,
/// and nobody tidies up databases that live for seconds. Many tests at once have many connections. The log may lie in memory.
/// A statement is planned once for each connection, since planning is most of what a small database does.
const QUICK: &str = "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
                     -c max_wal_size=256MB -c checkpoint_timeout=1h -c autovacuum=off -c jit=off -c plan_cache_mode=force_generic_plan \
                     -c max_connections=400 -c shared_buffers=128MB";

/// The megabytes that must be free in memory for it to lie there.
const ROOM: u32 = 2048;

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// The address of a new, migrated, empty database; none where PostgreSQL is missing, which is noted as skipped.
pub fn fresh_database() -> Option<String> {
    let Some(cluster) = CLUSTER.get_or_init(start) else {
        skipped::note("PostgreSQL", MISSING);
        return None;
    };
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    run(cluster, &format!("CREATE DATABASE {name} TEMPLATE school{}", cluster.copying));
    Some(url(&cluster.folder, &name))
}

/// Removes the database of a test that is over.
pub fn drop_database(url: &str) {
    if let (Some(Some(cluster)), Some((_, name))) = (CLUSTER.get(), url.rsplit_once('/')) {
        run(cluster, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}

/// Cuts every connection to a database, as a failing network or a restarting server does; gives how many there were.
pub fn cut_connections(url: &str) -> usize {
    let (Some(Some(cluster)), Some((_, name))) = (CLUSTER.get(), url.rsplit_once('/')) else { return 0 };
    let name = name.to_owned();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    with_client(cluster, move |client| client.query(cut, &[&name]).expect("cut").len())
}

fn url(folder: &Path, name: &str) -> String {
    format!("postgres://postgres@{}/{name}", folder.display().to_string().replace('/', "%2F"))
}

fn run(cluster: &Cluster, sql: &str) {
    let sql = sql.to_owned();
    with_client(cluster, move |client| client.batch_execute(&sql).expect("done"));
}

fn with_client<T: Send + 'static>(
    cluster: &Cluster,
    work: impl FnOnce(&mut postgres::Client) -> T + Send + 'static,
) -> T {
    let (url, manager) = (url(&cluster.folder, "postgres"), Arc::clone(&cluster.manager));
    // The client has a runtime of its own, which may not be started inside a test's.
    std::thread::spawn(move || {
        let mut client = manager.lock().unwrap_or_else(PoisonError::into_inner);
        let connect = || postgres::Client::connect(&url, postgres::NoTls).expect("connected");
        work(client.get_or_insert_with(connect))
    })
    .join()
    .expect("no panic")
}

/// A server of its own that speaks to nobody but by TLS.
pub struct Encrypted {
    /// Its address, to which `?sslmode=require` may be added.
    pub url: String,
    /// The file with the certificate of the authority that vouches for it.
    pub authority: PathBuf,
    _cluster: Cluster,
}

/// Starts a server that takes connections over TLS alone; none where PostgreSQL or openssl is missing.
pub fn encrypted() -> Option<Encrypted> {
    if !skipped::can("PostgreSQL over TLS", &["openssl"]) {
        return None;
    }
    let Some(binaries) = binaries() else {
        skipped::note("PostgreSQL over TLS", MISSING);
        return None;
    };
    let port = std::net::TcpListener::bind("localhost:0").and_then(|free| free.local_addr()).expect("a port").port();
    let setup = r#"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
            -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
            -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null
        printf 'local all all trust\nhostssl all all samehost trust\n' >"$folder/data/pg_hba.conf"
        chmod 755 "$folder"
    "#;
    let settings = "-c listen_addresses=localhost -c ssl=on -c ssl_cert_file=$folder/certificate.pem \
                    -c ssl_key_file=$folder/key.pem";
    let cluster = launch(&binaries, port, setup, settings);
    Some(Encrypted {
        url: format!("postgres://postgres@localhost:{port}/postgres"),
        authority: cluster.folder.join("certificate.pem"),
        _cluster: cluster,
    })
}

fn start() -> Option<Cluster> {
    let mut cluster = launch(&binaries()?, 5432, "", "-c listen_addresses=");
    // Since version 15 a copy is written to the log too unless one asks otherwise, which takes three times as long.
    let version = with_client(&cluster, |client| client.query_one("SHOW server_version_num", &[]).expect("a version"));
    if version.get::<_, &str>(0).parse::<u32>().is_ok_and(|version| version >= 150_000) {
        cluster.copying = " STRATEGY FILE_COPY";
    }
    run(&cluster, "CREATE DATABASE school");
    let template = url(&cluster.folder, "school");
    std::thread::spawn(move || drop(Store::open(&Location::Postgres(template), 1).expect("migrated")))
        .join()
        .expect("no panic");
    Some(cluster)
}

/// Makes a server in a folder of its own. `setup` are commands of the shell between making and starting it.
fn launch(binaries: &Path, port: u16, setup: &str, settings: &str) -> Cluster {
    let script = format!(
        r#"
        set -e
        memory=/dev/shm
        if [ "$(df --output=avail -m $memory 2>/dev/null | tail -n 1)" -gt {ROOM} ] 2>/dev/null && [ -w $memory ]; then
            folder=$(mktemp -d -p $memory scholae-postgres.XXXXXX)
        else
            folder=$(mktemp -d)
        fi
        "$1/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C -N >/dev/null
        {setup}
        "$1/postgres" -D "$folder/data" -k "$folder" -p {port} {settings} {QUICK} >"$folder/log" 2>&1 &
        server=$!
        trap 'kill -INT $server 2>/dev/null; wait $server; rm -rf "$folder"' EXIT
        for _ in $(seq 100); do
            if "$1/pg_isready" -q -h "$folder" -p {port} -U postgres; then echo "$folder"; break; fi
            sleep 0.1
        done
        cat >/dev/null
    "#
    );
    let mut command = Command::new("sh");
    if is_root() {
        // PostgreSQL refuses to run as root.
        command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh"]);
    }
    let mut shell = command
        .args(["-c", &script, "sh"])
        .arg(binaries)
        .current_dir("/tmp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut line = String::new();
    BufReader::new(shell.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let folder = PathBuf::from(line.trim());
    assert!(folder.is_absolute(), "PostgreSQL did not start; see the messages above");
    Cluster { folder, _shell: shell, manager: Arc::default(), copying: "" }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// The folder with `initdb`: named by PG_BIN, Debian's, or on the PATH.
fn binaries() -> Option<PathBuf> {
    let named = std::env::var_os("PG_BIN").map(PathBuf::from).into_iter();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    debian.sort();
    debian.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    named.chain(debian).chain(path).find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}
