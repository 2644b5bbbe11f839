//! `scholae keys`

use super::token::moment;
use crate::config::{Config, Failure};
use clap::Subcommand;
use identity::oauth::keys;
use std::process::ExitCode;

/// The keys that id tokens are signed with
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Bring in a new key: shown now, signing in an hour, while the old ones are shown until their tokens expire
    Rotate {
        /// Sign with it now and show the old ones no more: for a key that was stolen
        #[arg(long)]
        at_once: bool,
    },
}

impl KeysCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let store = config.open_store()?;
        let key = config.server_key(&store)?;
        let Self::Rotate { at_once } = self;
        let new = keys::NewKey::generate()?;
        let rotated = store.write_now(None, move |tx| keys::rotate(tx, &key, &new, at_once))?;
        println!("Key {} signs from {}.", rotated.kid, moment(rotated.signs_from));
        println!("The keys before it are shown until {}.", moment(rotated.last_until));
        Ok(ExitCode::SUCCESS)
    }
}
