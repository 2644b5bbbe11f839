//! `scholae token`

use super::school;
use crate::config::{Config, Failure};
use clap::{Args, Subcommand};
use identity::api_access_tokens;
use jiff::Timestamp;
use serde_json::json;
use std::process::ExitCode;

/// Make, list and revoke a school's API access tokens
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it; it is not shown again
    Create(Create),
    /// List the tokens, without their values
    List(List),
    /// Revoke a token; it stops working at once
    Revoke(Revoke),
}

/// A token to be made
#[derive(Debug, Args)]
pub struct Create {
    /// What it is for; each token of a school has another name
    #[arg(long)]
    name: String,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// How long it works; for ever when not given
    #[arg(long, value_name = "DAYS")]
    expires_in_days: Option<u32>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Which tokens
#[derive(Debug, Args)]
pub struct List {
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Print one line of JSON for each
    #[arg(long)]
    json: bool,
}

/// A token to be revoked
#[derive(Debug, Args)]
pub struct Revoke {
    /// Its name
    name: String,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
}

/// A moment in words.
pub(super) fn moment(at: i64) -> String {
    Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

impl TokenCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the school or the token is not there, or the name is taken.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let store = config.open_store()?;
        match self {
            Self::Create(Create { name, school: named, expires_in_days, json }) => {
                let (site, key) = (school(&store, named.as_deref())?, config.server_key(&store)?);
                let expires_at = expires_in_days.map(|days| store::now() + i64::from(days) * 86_400_000);
                let (token, value) = store
                    .write_now(site.id, move |tx| api_access_tokens::create(tx, &key, site.id, &name, expires_at))?;
                if json {
                    let expires_at = token.expires_at.map(moment);
                    println!("{}", json!({ "name": token.name, "token": value, "expires_at": expires_at }));
                } else {
                    println!("{value}");
                }
            }
            Self::List(List { school: named, json }) => {
                let site = school(&store, named.as_deref())?;
                for token in store.read_now(move |tx| api_access_tokens::all(tx, site.id))? {
                    let (made, ends) = (moment(token.created_at), token.expires_at.map(moment));
                    let used = token.last_used_at.map(moment);
                    if json {
                        println!(
                            "{}",
                            json!({ "name": token.name, "created_at": made, "expires_at": ends, "last_used_at": used })
                        );
                    } else {
                        let ends = ends.unwrap_or_else(|| "never".to_owned());
                        let used = used.unwrap_or_else(|| "never".to_owned());
                        println!("{:<24} made {made}  expires {ends}  last used {used}", token.name);
                    }
                }
            }
            Self::Revoke(Revoke { name, school: named }) => {
                let site = school(&store, named.as_deref())?;
                let asked = name.clone();
                match store.write_now(site.id, move |tx| api_access_tokens::revoke(tx, site.id, &asked)) {
                    Err(school::Error::NotFound) => {
                        return Err(Failure::Told(format!(
                            "there is no token `{name}`; `scholae token list` shows those there are"
                        )));
                    }
                    other => other?,
                }
                println!("Token `{name}` is revoked.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
