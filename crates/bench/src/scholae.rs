//! The server under test, driven from outside as any user drives it.

use crate::Outcome;
use crate::cluster::Cluster;
use crate::http::{Caller, Connection};
use crate::stop::stop;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::time::Instant;

/// A server process that told its address; it is stopped when this is dropped.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    /// Kept open, so that the server may go on to print.
    _stdout: BufReader<ChildStdout>,
    /// The line it told its address in.
    pub told: serde_json::Value,
    /// Where it listens.
    pub address: SocketAddr,
    /// When it was started.
    pub begun: Instant,
}

impl Child {
    /// Starts a server and waits for the line that tells its address. What it writes beside goes to the log.
    pub fn start(mut command: Command, log: &Path) -> Outcome<Self> {
        let errors = fs::File::create(log)?;
        let begun = Instant::now();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let mut process = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let stdout = process.stdout.take().ok_or("no standard output")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        let told: Option<serde_json::Value> = loop {
            line.clear();
            match stdout.read_line(&mut line) {
                Ok(0) | Err(_) => break None,
                Ok(_) => {}
            }
            if let Ok(told) = serde_json::from_str::<serde_json::Value>(&line)
                && told["url"].is_string()
            {
                break Some(told);
            }
        };
        let Some(told) = told else {
            let _killed = process.kill();
            let _waited = process.wait();
            let said = fs::read_to_string(log).unwrap_or_default();
            return Err(format!("{command:?} did not start: {said}").into());
        };
        let address = told["url"].as_str().unwrap_or_default().trim_end_matches('/');
        let address = address.rsplit_once('/').map_or(address, |(_, address)| address);
        let port: u16 = address.rsplit_once(':').ok_or("a URL without a port")?.1.parse()?;
        Ok(Self { process, _stdout: stdout, told, address: ([127, 0, 0, 1], port).into(), begun })
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        stop(&mut self.process, "TERM");
    }
}

/// A school that was made for a measurement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct School {
    /// Its subdomain.
    pub subdomain: String,
    /// Its key.
    pub api_key: String,
    /// How many users it has.
    pub users: u64,
    /// How many courses it has.
    pub courses: u64,
    /// The first user; the others follow in order.
    pub first_user_id: u64,
    /// The last user.
    pub last_user_id: u64,
    /// The first course; the others follow in order.
    #[serde(default)]
    pub first_course_id: Option<u64>,
}

impl School {
    /// Who asks it.
    pub fn caller(&self) -> Caller {
        Caller { subdomain: self.subdomain.clone(), api_key: self.api_key.clone() }
    }
}

/// A place for one database.
#[derive(Debug, Clone)]
pub struct Home {
    /// The program.
    pub program: PathBuf,
    /// The folder of the data.
    pub folder: PathBuf,
    /// The database, when it is not in the folder.
    pub database: Option<String>,
}

impl Home {
    /// A new place, empty.
    pub fn new(program: &Path, work: &Path, name: &str, cluster: Option<&Cluster>) -> Outcome<Self> {
        let engine = if cluster.is_some() { "postgres" } else { "sqlite" };
        let folder = work.join(engine).join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let database = cluster.map(|cluster| cluster.create(&name.replace('-', "_"))).transpose()?;
        Ok(Self { program: program.to_owned(), folder, database })
    }

    /// A place that was filled before, if it was.
    pub fn kept(program: &Path, work: &Path, name: &str, cluster: Option<&Cluster>) -> Option<(Self, School)> {
        let engine = if cluster.is_some() { "postgres" } else { "sqlite" };
        let folder = work.join(engine).join(name);
        let school = serde_json::from_slice(&fs::read(folder.join("school.json")).ok()?).ok()?;
        let database = cluster.map(|cluster| cluster.url(&name.replace('-', "_")));
        Some((Self { program: program.to_owned(), folder, database }, school))
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(name).arg("--data").arg(&self.folder);
        if let Some(database) = &self.database {
            command.arg("--database").arg(database);
        }
        command
    }

    /// Fills it with a school.
    pub fn generate(&self, users: u64, courses: u64) -> Outcome<School> {
        self.generate_with(users, courses, 0)
    }

    /// Fills it with a school of so many enrollments and as many orders.
    pub fn generate_busy(&self, many: u64) -> Outcome<School> {
        self.generate_with((many / 10).max(1), 10, many)
    }

    fn generate_with(&self, users: u64, courses: u64, busy: u64) -> Outcome<School> {
        let begun = Instant::now();
        let mut command = self.command("generate");
        command.args(["--subdomain", "load", "--seed", "1", "--json"]);
        command.args(["--users", &users.to_string(), "--courses", &courses.to_string()]);
        command.args(["--enrollments", &busy.to_string(), "--orders", &busy.to_string()]);
        let log = fs::File::create(self.folder.join("generate.log"))?;
        let output = command.stdin(Stdio::null()).stderr(log).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().rev().find(|line| line.trim_start().starts_with('{'));
        let Some(last) = last.filter(|_| output.status.success()) else {
            let said = fs::read_to_string(self.folder.join("generate.log")).unwrap_or_default();
            return Err(format!("{command:?}: {} {text}{said}", output.status).into());
        };
        let school: School = serde_json::from_str(last)?;
        fs::write(self.folder.join("school.json"), serde_json::to_vec(&school)?)?;
        eprintln!(
            "  made {users} users, {courses} courses, {busy} enrollments and orders in {:.1} s",
            begun.elapsed().as_secs_f64()
        );
        Ok(school)
    }

    /// Serves it, with limits that are counted and never met.
    pub fn serve(&self) -> Outcome<Child> {
        let mut command = self.command("serve");
        command.args(["--listen", "127.0.0.1:0", "--json"]);
        command.args(["--requests-per-minute", "1000000000", "--requests-at-once", "1000000"]);
        command.args(["--unready-seconds", "0"]);
        // Receivers are on this machine.
        command.args(["--webhook-targets", "development"]);
        Child::start(command, &self.folder.join("serve.log"))
    }

    /// Makes the demo school and serves it.
    pub fn demo(&self) -> Outcome<Child> {
        let mut command = self.command("demo");
        command.args(["--listen", "127.0.0.1:0", "--json"]);
        Child::start(command, &self.folder.join("demo.log"))
    }

    /// Starts the server and gives how long it took until the first answer, in milliseconds.
    pub fn first_answer(&self, caller: &Caller) -> Outcome<f64> {
        let mut request = Vec::new();
        caller.get(&mut request, format_args!("/api/public/v1/users?limit=25"));
        let server = self.serve()?;
        Connection::open(server.address)?.ask(&request)?.expect(200)?;
        Ok(server.begun.elapsed().as_secs_f64() * 1000.0)
    }
}
