//! A PostgreSQL of our own: made from the machine's programs, used, thrown away.

use crate::Outcome;
use crate::stop::stop;
use postgres::{Client, NoTls};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running cluster; it is stopped when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    server: Child,
    socket: PathBuf,
    port: u16,
}

/// The folder of the newest PostgreSQL programs on this machine.
pub fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
        found.push((version, entry.path().join("bin")));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path).map(|folder| (0, folder)));
    found.retain(|(_, folder)| folder.join("initdb").is_file() && folder.join("postgres").is_file());
    found.into_iter().max_by_key(|(version, _)| *version).map(|(_, folder)| folder)
}

/// The version of PostgreSQL.
pub fn version(programs: &Path) -> Option<String> {
    let output = Command::new(programs.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(2).map(str::to_owned)
}

/// PostgreSQL refuses to run as root: the user to run it as instead.
fn runs_as() -> Option<(u32, u32)> {
    let root = fs::read_to_string("/proc/self/status").ok()?.lines().any(|line| line.starts_with("Uid:\t0\t"));
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.starts_with("postgres:")).filter(|_| root)?;
    let mut parts = line.split(':').skip(2);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn command(program: PathBuf, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command.current_dir("/").stdin(Stdio::null());
    command
}

impl Cluster {
    /// Makes the cluster in this folder, unless there is one, and starts it with the settings it comes with: every
    /// commit is synced.
    pub fn start(programs: &Path, folder: &Path) -> Outcome<Self> {
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let user = runs_as();
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group))?;
        }
        let data = folder.join("data");
        let log = fs::File::create(folder.join("log"))?;
        if !data.join("PG_VERSION").exists() {
            let mut initdb = command(programs.join("initdb"), user);
            initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-D"]).arg(&data);
            let output = initdb.output()?;
            if !output.status.success() {
                return Err(format!("initdb: {}", String::from_utf8_lossy(&output.stderr)).into());
            }
        }
        // A socket's path may have no more than 107 bytes.
        let socket = if folder.as_os_str().len() < 80 {
            folder.clone()
        } else {
            let short = std::env::temp_dir().join(format!("bench-{}", std::process::id()));
            fs::create_dir_all(&short)?;
            if let Some((user, group)) = user {
                chown(&short, Some(user), Some(group))?;
            }
            short
        };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = command(programs.join("postgres"), user);
        server.arg("-D").arg(&data).arg("-k").arg(&socket).args(["-p", &port.to_string()]);
        server.args(["-c", "listen_addresses=", "-c", "fsync=on", "-c", "synchronous_commit=on"]);
        server.args(["-c", "max_wal_size=4GB"]);
        let server = server.stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut cluster = Self { server, socket, port };
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            match Client::connect(&cluster.url("postgres"), NoTls) {
                Ok(_) => return Ok(cluster),
                Err(error) if Instant::now() > until || cluster.ended() => {
                    let said = fs::read_to_string(folder.join("log")).unwrap_or_default();
                    return Err(format!("PostgreSQL does not start: {error}\n{said}").into());
                }
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    fn ended(&mut self) -> bool {
        matches!(self.server.try_wait(), Ok(Some(_)))
    }

    /// Where a database of the cluster is.
    pub fn url(&self, database: &str) -> String {
        let folder = self.socket.display().to_string().replace('%', "%25").replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/{database}", self.port)
    }

    /// Makes a new database, in place of one of the same name.
    pub fn create(&self, database: &str) -> Outcome<String> {
        let mut client = Client::connect(&self.url("postgres"), NoTls)?;
        client.batch_execute(&format!("DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)"))?;
        client.batch_execute(&format!("CREATE DATABASE \"{database}\""))?;
        Ok(self.url(database))
    }

    /// Does now what PostgreSQL does by itself some minutes after a large import.
    pub fn settle(&self, url: &str) -> Outcome<()> {
        let mut client = Client::connect(url, NoTls)?;
        client.batch_execute("VACUUM ANALYZE")?;
        client.batch_execute("CHECKPOINT")?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        stop(&mut self.server, "INT");
    }
}
