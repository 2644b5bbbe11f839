//! `scholae owner`, and the owner that `scholae site create` is told.

use super::school;
use crate::config::{Config, Failure};
use clap::{Args, Subcommand};
use identity::owners::{self, NewOwner, Owner};
use identity::passwords::{self, Password};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Say who owns a school
#[derive(Debug, Subcommand)]
pub enum OwnerCommand {
    /// Give a school to somebody: a user of it, or somebody new
    ///
    /// The owner may do everything in the school: let apps in, give it to another owner. Whoever owned it before stays a
    /// site admin. Somebody without a password gets a link to choose one, which is printed.
    Set(SetOwner),
}

/// Who is to own which school
#[derive(Debug, Args)]
pub struct SetOwner {
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN", visible_alias = "subdomain")]
    school: Option<String>,
    /// Their address
    #[arg(long)]
    email: String,
    /// First name of somebody new
    #[arg(long, value_name = "NAME")]
    first_name: Option<String>,
    /// Last name of somebody new
    #[arg(long, value_name = "NAME")]
    last_name: Option<String>,
    /// Read their password from the standard input: one line
    #[arg(long)]
    password_stdin: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// The owner of a school to be made
#[derive(Debug, Args)]
pub struct FirstOwner {
    /// Who owns it: their address. They choose a password by a link that is printed
    #[arg(long, value_name = "EMAIL")]
    owner_email: Option<String>,
    /// Their first name
    #[arg(long, value_name = "NAME", requires = "owner_email")]
    owner_first_name: Option<String>,
    /// Their last name
    #[arg(long, value_name = "NAME", requires = "owner_email")]
    owner_last_name: Option<String>,
    /// Read their password from the standard input, instead of printing a link: one line
    #[arg(long, requires = "owner_email")]
    owner_password_stdin: bool,
}

impl FirstOwner {
    /// The owner, if one was named.
    ///
    /// # Errors
    /// When their password cannot be read.
    pub fn read(self) -> Result<Option<NewOwner>, Failure> {
        let Self { owner_email, owner_first_name: first_name, owner_last_name: last_name, owner_password_stdin } = self;
        let Some(email) = owner_email else { return Ok(None) };
        let password = password(owner_password_stdin)?;
        Ok(Some(NewOwner { email, first_name, last_name, password }))
    }
}

impl OwnerCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the school is not there, or the address is none.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let Self::Set(SetOwner { school: named, email, first_name, last_name, password_stdin, json }) = self;
        let store = config.open_store()?;
        let key = config.server_key(&store)?;
        let site = school(&store, named.as_deref())?;
        let subdomain = site.subdomain.clone();
        let new = NewOwner { email, first_name, last_name, password: password(password_stdin)? };
        let owner = store.write_now(site.id, move |tx| owners::set(tx, &key, &site, &new))?;
        if json {
            println!("{}", described(config, &subdomain, &owner));
        } else {
            println!("School `{subdomain}` belongs to {}.", owner.user.email);
            print_link(config, &subdomain, &owner);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// One line of the standard input, hashed.
fn password(wanted: bool) -> Result<Option<Password>, Failure> {
    if !wanted {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(Some(passwords::hash(line.trim_end_matches(['\r', '\n']))))
}

/// Where the owner chooses a password.
fn link(config: &Config, subdomain: &str, owner: &Owner) -> Option<String> {
    let secret = owner.link.as_ref()?;
    Some(format!("{}/users/password/edit/{secret}", config.site_url(subdomain)))
}

/// The owner as JSON.
pub fn described(config: &Config, subdomain: &str, owner: &Owner) -> Value {
    json!({
        "subdomain": subdomain,
        "owner_id": owner.user.id,
        "owner_email": owner.user.email,
        "password_url": link(config, subdomain, owner),
    })
}

/// Prints how the owner comes to a password, where there is none.
pub fn print_link(config: &Config, subdomain: &str, owner: &Owner) {
    if let Some(link) = link(config, subdomain, owner) {
        println!("A password is chosen here, within an hour and while the server runs:\n  {link}");
    }
}
