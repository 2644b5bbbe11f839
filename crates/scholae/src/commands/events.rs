//! `scholae events`: a school's events as they happen.

use super::feed::Source;
use super::until_stopped;
use crate::config::{Config, Failure};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Look at what happens in a school
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// Print events as they happen, until Ctrl-C
    Tail(Tail),
}

/// Print events as they happen, until Ctrl-C
///
/// The events are asked of a running server. The key is taken from the database of the data folder unless it is given.
#[derive(Debug, Args)]
pub struct Tail {
    #[command(flatten)]
    source: Source,
    /// Print each event as one line of JSON, as it is sent to webhooks
    #[arg(long)]
    json: bool,
}

impl EventsCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the school is not there, or the server refuses.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let Self::Tail(Tail { source, json }) = self;
        let mut feed = source.open(config)?;
        until_stopped(async move {
            feed.begin().await?;
            eprintln!("Listening to the events of `{}` at {}. Ctrl-C ends it.", feed.subdomain, feed.base);
            loop {
                for happened in feed.next().await? {
                    if json {
                        println!("{}", happened.body);
                    } else {
                        println!("{}  {:<28} {}  {}", happened.at, happened.topic, happened.id, happened.about());
                    }
                }
            }
        })
    }
}
