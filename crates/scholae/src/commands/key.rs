//! `scholae key`

use super::school;
use super::token::moment;
use crate::config::{Config, Failure};
use clap::{Args, Subcommand};
use school::sites::{self, Site};
use std::process::ExitCode;
use store::{ServerKey, Tx};

/// Show, rotate or revoke a school's API key
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Print the key
    Show(KeyArgs),
    /// Make a new key and print it; the old one works for 24 hours more
    ///
    /// For 24 hours the old key opens the API beside the new one, signs people in by single sign-on, and webhooks carry
    /// the signatures of both, so that programs can change over one after the other. There are two keys at most: an old
    /// one from an earlier rotation stops working at once.
    Rotate(RotateArgs),
    /// Take the key away: no key opens the API until one is made with `rotate`
    Revoke(KeyArgs),
}

/// A key to be replaced
#[derive(Debug, Args)]
pub struct RotateArgs {
    #[command(flatten)]
    which: KeyArgs,
    /// Let every old key stop working at once: it may have become known
    #[arg(long)]
    now: bool,
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
            Self::Show(which) | Self::Revoke(which) | Self::Rotate(RotateArgs { which, .. }) => which,
        };
        let site = school(&store, which.subdomain.as_deref().or(which.school.as_deref()))?;
        match self {
            Self::Show(_) => {
                let (shown, old) = store.write_now(site.id, move |tx| -> school::Result<_> {
                    Ok((sites::show_api_key(tx, &key, &site)?, old_key_until(tx, &key, &site)?))
                })?;
                let Some(shown) = shown else {
                    return Err(Failure::Told(
                        "the key was revoked; make a new one with `scholae key rotate`".to_owned(),
                    ));
                };
                println!("{shown}");
                if let Some(until) = old {
                    eprintln!("An old key still counts until {}.", moment(until));
                }
            }
            Self::Rotate(RotateArgs { now, .. }) => {
                let overlap = if now { 0 } else { sites::KEY_OVERLAP_MS };
                let (before, new, old) = store.write_now(site.id, move |tx| -> school::Result<_> {
                    let before = old_key_until(tx, &key, &site)?;
                    Ok((before, sites::rotate_key(tx, &key, &site, overlap)?, old_key_until(tx, &key, &site)?))
                })?;
                println!("{new}");
                if let Some(until) = old {
                    let until = moment(until);
                    eprintln!(
                        "The old key still counts until {until}; `scholae key rotate --now` ends old keys at once."
                    );
                }
                if now {
                    eprintln!("No other key counts any more.");
                } else if before.is_some() {
                    eprintln!("The key before that counts no more.");
                }
            }
            Self::Revoke(_) => {
                store.write_now(site.id, move |tx| sites::revoke_key(tx, &site))?;
                println!("The key is revoked.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Until when the key before the last rotation counts, if it does. One that does not open counts for nobody.
fn old_key_until(tx: &mut Tx<'_>, key: &ServerKey, site: &Site) -> school::Result<Option<i64>> {
    let now = tx.moment();
    Ok(sites::previous_api_key(tx, key, site.id, now)?.map(|previous| previous.until))
}
