//! The commands: what each does, and where it is done.

pub mod app;
pub mod backup;
pub mod course;
pub mod demo;
pub mod doctor;
pub mod enroll;
pub mod events;
mod examples;
pub mod feed;
pub mod files;
pub mod generate;
pub mod help;
pub mod key;
pub mod keys;
pub mod listen;
pub mod owner;
mod proxy;
pub mod restore;
pub mod security_log;
pub mod serve;
pub mod site;
pub mod token;
pub mod topics;
pub mod trigger;
pub mod users;

use crate::config::{Config, DEFAULTS, Failure, Flags, unknown_variables};
use clap::{ArgMatches, FromArgMatches as _, Parser, Subcommand};
use school::Site;
use std::process::ExitCode;
use store::Store;

/// A self-hosted school with a complete developer platform.
///
/// Begin with `scholae demo`: it makes a finished school, prints its address and key, and serves it.
#[derive(Debug, Parser)]
#[command(name = "scholae", version, propagate_version = true, arg_required_else_help = true)]
pub struct Arguments {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
    /// Whether the command was asked for JSON.
    #[arg(skip)]
    json: bool,
}

impl Arguments {
    /// Reads the arguments of the program. Ends it when they are wrong, or ask for help.
    #[must_use]
    pub fn read() -> Self {
        let matches = help::command().get_matches();
        let read = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        Self { json: asks_for_json(&matches), ..read }
    }
}

fn asks_for_json(matches: &ArgMatches) -> bool {
    let here = matches.try_get_one::<bool>("json").ok().flatten().is_some_and(|json| *json);
    here || matches.subcommand().is_some_and(|(_, of_the_command)| asks_for_json(of_the_command))
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the schools of a database
    Serve(serve::Serve),
    /// Make a finished demo school, print where to look, and serve it
    Demo(demo::Demo),
    /// Make schools, list them, change their plan
    #[command(subcommand)]
    Site(site::SiteCommand),
    /// Say who owns a school
    #[command(subcommand)]
    Owner(owner::OwnerCommand),
    /// Show, rotate or revoke a school's API key
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Register apps, list them, change them, take them out of schools
    #[command(subcommand)]
    App(app::AppCommand),
    /// Make, list and revoke a school's API access tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// The keys that id tokens are signed with
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Courses as code: a folder of Markdown becomes a course, and back
    #[command(subcommand)]
    Course(course::CourseCommand),
    /// Bring users in from a file
    #[command(subcommand)]
    Users(users::UsersCommand),
    /// Enroll people in a course or a bundle: named ones, those of a file, or a group
    Enroll(enroll::Enroll),
    /// Make a real change in a school, so that its event happens
    Trigger(trigger::Trigger),
    /// Forward a school's events to a program on this machine, signed as webhooks are
    Listen(listen::Listen),
    /// Look at what happens in a school
    #[command(subcommand)]
    Events(events::EventsCommand),
    /// Print who signed in, from where, and what changed of keys, passwords, roles and apps
    SecurityLog(security_log::SecurityLog),
    /// Make a school of any size, the same each time, for benchmarks and load tests
    Generate(generate::Generate),
    /// Look after uploaded files
    #[command(subcommand)]
    Files(files::FilesCommand),
    /// Write the whole database into one file, while it is in use
    Backup(backup::Backup),
    /// Read a backup into an empty database, of either engine
    Restore(restore::Restore),
    /// Look whether everything is in order, and say what to do about what is not
    Doctor(doctor::Doctor),
    /// Print the configuration file with every default
    Config,
    /// List the settings of the data and the server, which every command takes
    ///
    /// Each is a flag, a variable of the environment, and a key of the configuration file (`scholae config` prints one
    /// with every default). A flag counts before a variable, and a variable before the file.
    Settings,
    /// Print a script that completes commands and options in a shell
    Completions(help::Completions),
    /// Print the manual page of a command, or write those of all into a folder
    Man(help::Man),
}

impl Command {
    /// Whether it begins to serve.
    fn serves(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Demo(_))
    }

    /// Whether it makes a database where there is none. Such a command works where it is told to, or in the usual
    /// folder; all others look for the demo's too.
    fn makes_a_database(&self) -> bool {
        matches!(self, Self::Site(site::SiteCommand::Create { .. }) | Self::Generate(_) | Self::Restore(_))
            || self.serves()
    }
}

/// Does what the arguments say.
///
/// # Errors
/// Whatever the command says.
pub fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { flags, command, json } = arguments;
    // These say what the program is, wherever and however it is configured.
    match command {
        Command::Settings => return Ok(help::settings()),
        Command::Completions(completions) => return Ok(completions.run()),
        Command::Man(man) => return man.run(),
        _ => {}
    }
    let own = match &command {
        Command::Demo(_) => demo::defaults(),
        _ => toml::Table::new(),
    };
    let mut config = Config::load(&flags, own)?;
    crate::logs::start(&config)?;
    for told in unknown_variables()? {
        eprintln!("scholae: WARNING: {told}");
    }
    if !command.makes_a_database() {
        config = config.or_the_demos(json);
    }
    match command {
        Command::Serve(serve) => serve.run(&config),
        Command::Demo(demo) => demo.run(&config),
        Command::Site(site) => site.run(&config),
        Command::Owner(owner) => owner.run(&config),
        Command::Key(key) => key.run(&config),
        Command::App(app) => app.run(&config),
        Command::Token(token) => token.run(&config),
        Command::Keys(keys) => keys.run(&config),
        Command::Course(course) => course.run(&config),
        Command::Users(users) => users.run(&config),
        Command::Enroll(enroll) => enroll.run(&config),
        Command::Trigger(trigger) => trigger.run(&config),
        Command::Listen(listen) => listen.run(&config),
        Command::Events(events) => events.run(&config),
        Command::SecurityLog(log) => log.run(&config),
        Command::Generate(generate) => generate.run(&config),
        Command::Files(files) => files.run(&config),
        Command::Backup(backup) => backup.run(&config),
        Command::Restore(restore) => restore.run(&config),
        Command::Doctor(doctor) => doctor.run(&config),
        Command::Config => {
            print!("{DEFAULTS}");
            Ok(ExitCode::SUCCESS)
        }
        Command::Settings | Command::Completions(_) | Command::Man(_) => unreachable!("done before"),
    }
}

/// The school that a command is about: the named one, or the only one.
///
/// # Errors
/// When there is no such school, or several and none was named.
pub fn school(store: &Store, subdomain: Option<&str>) -> Result<Site, Failure> {
    let named = subdomain.map(str::to_owned);
    let mut sites = store.read_now(move |tx| match &named {
        Some(subdomain) => match school::sites::by_subdomain(tx, subdomain) {
            Ok(site) => Ok(vec![site]),
            Err(school::Error::NotFound) => Ok(vec![]),
            Err(error) => Err(error),
        },
        None => school::sites::all(tx),
    })?;
    match (sites.pop(), sites.is_empty()) {
        (Some(site), true) => Ok(site),
        (None, _) => Err(Failure::Told(match subdomain {
            Some(name) => format!("there is no school `{name}`; `scholae site list` shows those there are"),
            None => "there is no school yet; make one with `scholae site create`".to_owned(),
        })),
        (Some(_), false) => {
            Err(Failure::Told("there are several schools; name one with --school SUBDOMAIN".to_owned()))
        }
    }
}

/// Runs something until it is done.
///
/// # Errors
/// What it says.
pub fn until_done<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Runs something endless until it fails or Ctrl-C.
///
/// # Errors
/// What it says.
pub fn until_stopped(work: impl Future<Output = Result<(), Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            done = work => done?,
            ended = tokio::signal::ctrl_c() => ended?,
        }
        Ok(ExitCode::SUCCESS)
    })
}
