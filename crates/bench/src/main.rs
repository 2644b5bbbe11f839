//! Measures Scholae as ratios: each number is taken beside a yardstick, in the same run, on the same machine.
//!
//! A ratio survives a change of machine; requests per second do not. So the list of users is measured beside a bare
//! axum server that answers the same bytes, a durable write beside one plain writer on the same disk, a school of a
//! million beside one of a thousand. Rounds alternate (A B A B …) and medians are compared.

mod cluster;
mod http;
mod load;
mod machine;
mod measure;
mod plot;
mod poster;
mod receiver;
mod report;
mod scholae;
mod statistics;
mod stop;
mod yardstick;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

// As in the server, so that the yardstick has the same allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What goes wrong in a bench is told to a person; nobody handles it.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// What everything here gives.
pub type Outcome<T> = Result<T, Fault>;

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures Scholae as ratios to yardsticks on this machine")]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A bare axum server that answers the same bytes to every request (started by the bench itself).
    Yardstick {
        /// The body of its answer.
        #[arg(long)]
        body: PathBuf,
        /// The headers of its answer, a line each.
        #[arg(long)]
        headers: Option<PathBuf>,
        /// Where it listens.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    /// A bare hyper client that posts the same body over and over (started by the bench itself).
    Post {
        /// Where to.
        to: SocketAddr,
        /// The body.
        #[arg(long)]
        body: PathBuf,
        /// How often.
        #[arg(long)]
        count: u64,
        /// So many at once.
        #[arg(long)]
        at_once: u64,
    },
    /// Puts load on one address of a running server, to profile it under.
    Load {
        /// Where the server listens, as 127.0.0.1:9000.
        address: SocketAddr,
        /// What is asked for; `{n}` becomes a number from 1 to --most.
        path: String,
        /// The school.
        #[arg(long)]
        subdomain: String,
        /// Its key.
        #[arg(long)]
        api_key: String,
        /// The largest number in the path.
        #[arg(long, default_value_t = 10_000)]
        most: u64,
        /// Connections.
        #[arg(long, default_value_t = 16)]
        connections: u64,
        /// For so many seconds.
        #[arg(long, default_value_t = 10.0)]
        seconds: f64,
    },
    /// Draws results.svg and results.md again from results.json.
    Draw {
        /// The folder that holds results.json.
        #[arg(long, default_value = "docs/bench")]
        out: PathBuf,
    },
}

/// What to measure.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// 100,000 users instead of a million, and short rounds: to look at a change, not to publish.
    #[arg(long)]
    quick: bool,
    /// Which database engines.
    #[arg(long, value_enum, default_value_t = Engines::Both)]
    engine: Engines,
    /// Users of the large school [default: 1000000, or 100000 with --quick].
    #[arg(long, value_parser = clap::value_parser!(u64).range(10_000..))]
    users_large: Option<u64>,
    /// Only these rows.
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<measure::Row>,
    /// Where the results go [default: docs/bench; with --quick, --only or one engine target/bench-out].
    #[arg(long)]
    out: Option<PathBuf>,
    /// The server to measure [default: the scholae beside this program].
    #[arg(long)]
    server: Option<PathBuf>,
    /// Where the databases are made: on the disk that is to be measured.
    #[arg(long, default_value = "target/bench")]
    work: PathBuf,
    /// Keep the large database and use it again next time.
    #[arg(long)]
    keep: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engines {
    Sqlite,
    Postgres,
    Both,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Yardstick { body, headers, listen }) => yardstick::serve(&body, headers.as_deref(), listen),
        Some(Command::Post { to, body, count, at_once }) => poster::post(to, &body, count, at_once),
        Some(Command::Load { address, path, subdomain, api_key, most, connections, seconds }) => {
            let caller = http::Caller { subdomain, api_key };
            let one = |n| load::varied(&caller, &path, most, n);
            let length = std::time::Duration::from_secs_f64(seconds);
            load::drive(address, (0..connections).map(one).collect(), length, 200).map(|load| println!("{load:?}"))
        }
        Some(Command::Draw { out }) => report::draw(&out),
        None => run(&cli.options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Outcome<()> {
    let whole = !options.quick && options.only.is_empty() && options.engine == Engines::Both;
    let out = options.out.clone().unwrap_or_else(|| if whole { "docs/bench" } else { "target/bench-out" }.into());
    let results = measure::all(options)?;
    report::write(&out, &results)?;
    println!("{}", report::table(&results));
    eprintln!("written: {}/results.{{json,md,svg}}", out.display());
    Ok(())
}

impl Options {
    fn engines(&self) -> Vec<measure::Engine> {
        match self.engine {
            Engines::Sqlite => vec![measure::Engine::Sqlite],
            Engines::Postgres => vec![measure::Engine::Postgres],
            Engines::Both => vec![measure::Engine::Sqlite, measure::Engine::Postgres],
        }
    }

    fn large(&self) -> u64 {
        self.users_large.unwrap_or(if self.quick { 100_000 } else { 1_000_000 })
    }

    fn server(&self) -> Outcome<PathBuf> {
        let path = match &self.server {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("scholae"),
        };
        path.canonicalize().map_err(|error| format!("no server at {}: {error}", path.display()).into())
    }
}
