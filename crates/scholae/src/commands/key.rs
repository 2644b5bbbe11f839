//! `scholae key`

use super::school;
use crate::config::{Config, Failure};
use clap::{Args, Subcommand};
use school::sites;
use std::process::ExitCode;

/// Show, rotate or revoke a school's API key
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Print the key
    Show(KeyArgs),
    /// Make a new key and print it; the old one stops working at once
    Rotate(KeyArgs),
    /// Take the key away: no key opens the API until one is made with `rotate`
    Revoke(KeyArgs),
}

/// Which school
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// Its subdomain; not needed when there is only one
    #[arg(value_name = "SUBDOMAIN")]
    subdomain: Option<String>,
    /// The same as a flag
    #[arg(long, value_name = "SUBDOMAIN", conflicts_with = "subdomain")]
    school: Option<String>,
}

impl KeyCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the school is not there, or its key was sealed under another server key.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let store = config.open_store()?;
        let key = config.server_key(&store)?;
        let which = match &self {
            Self::Show(which) | Self::Rotate(which) | Self::Revoke(which) => which,
        };
        let site = school(&store, which.subdomain.as_deref().or(which.school.as_deref()))?;
        match self {
            Self::Show(_) => {
                let shown = store.read_now(move |tx| sites::api_key(tx, &key, &site))?;
                let Some(shown) = shown else {
                    return Err(Failure::Told(
                        "the key was revoked; make a new one with `scholae key rotate`".to_owned(),
                    ));
                };
                println!("{shown}");
            }
            Self::Rotate(_) => println!("{}", store.write_now(site.id, move |tx| sites::rotate_key(tx, &key, &site))?),
            Self::Revoke(_) => {
                store.write_now(site.id, move |tx| sites::revoke_key(tx, &site))?;
                println!("The key is revoked.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
