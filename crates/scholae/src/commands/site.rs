//! `scholae site`

pub mod delete;

use super::owner::{FirstOwner, described, print_link};
use super::school;
use crate::config::{Config, Failure};
use clap::{Args, Subcommand, builder::PossibleValuesParser};
use delete::Delete;
use identity::owners::{self, Owner};
use school::sites::{self, NewSite, Plan, Site, SiteChanges};
use serde_json::json;
use std::process::ExitCode;
use store::Store;

fn plans() -> PossibleValuesParser {
    PossibleValuesParser::new(Plan::NAMES)
}

/// Make schools, list them, change, suspend and delete them
#[derive(Debug, Subcommand)]
pub enum SiteCommand {
    /// Make a school and print its API key
    Create {
        /// First label of its host name: `demo` in demo.localhost
        #[arg(long)]
        subdomain: String,
        /// What it calls itself
        #[arg(long)]
        name: String,
        /// Its plan, which decides about the API key and apps
        #[arg(long, default_value = "grow", value_parser = plans())]
        plan: String,
        /// Its currency, ISO 4217
        #[arg(long, default_value = "usd")]
        currency: String,
        /// Where its students ask for help
        #[arg(long, default_value = "support@example.com")]
        support_email: String,
        #[command(flatten)]
        owner: FirstOwner,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// List the schools
    List {
        /// Print one line of JSON for each
        #[arg(long)]
        json: bool,
    },
    /// Change a school's plan, name, subdomain, support address or limits
    #[command(visible_alias = "set")]
    Update(Update),
    /// Close a school for a while: nobody gets in, and no webhook and no mail leaves
    ///
    /// Its API answers 403, its pages 503, each with a clear message. Nothing is deleted or changed, and what was to be
    /// sent waits until `scholae site resume`.
    Suspend(Which),
    /// Open a school that was suspended
    Resume(Which),
    /// Delete a school with everything in it
    Delete(Delete),
}

/// Which school a command is about
#[derive(Debug, Args)]
pub struct Which {
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
}

/// What is to be changed of a school
#[derive(Debug, Args)]
pub struct Update {
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Its plan
    #[arg(long, value_parser = plans())]
    plan: Option<String>,
    /// What it calls itself
    #[arg(long)]
    name: Option<String>,
    /// First label of its host name; pages, links and tokens' issuers with the one before lead nowhere then
    #[arg(long)]
    subdomain: Option<String>,
    /// Where its students ask for help
    #[arg(long, value_name = "EMAIL")]
    support_email: Option<String>,
    /// Requests a minute of this school; 0 for no limit
    #[arg(long, value_name = "N")]
    own_requests_per_minute: Option<i64>,
    /// Requests at once of this school; 0 for no limit
    #[arg(long, value_name = "N")]
    own_requests_at_once: Option<i64>,
    /// Bytes that the files of this school may take; 0 for no limit
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(i64).range(0..))]
    own_file_quota: Option<i64>,
}

impl SiteCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the school cannot be made, or is not there.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let store = match self {
            Self::Create { .. } => config.make_store()?,
            _ => config.open_store()?,
        };
        match self {
            Self::Create { subdomain, name, plan, currency, support_email, owner, json } => {
                let key = config.server_key(&store)?;
                let plan = Plan::named(&plan).unwrap_or(Plan::Grow);
                let new = NewSite { subdomain, name, plan, currency, support_email };
                let owner = owner.read()?;
                let (site, api_key, owner) = store.write_now(None, move |tx| -> school::Result<_> {
                    let (site, api_key) = sites::create(tx, &key, &new)?;
                    let owner = owner.as_ref().map(|owner| owners::set(tx, &key, &site, owner)).transpose()?;
                    Ok((site, api_key, owner))
                })?;
                print_new(config, &site, &api_key, owner.as_ref(), json);
            }
            Self::List { json } => {
                for site in store.read_now(sites::all)? {
                    let Site { id, subdomain, name, plan, suspended_at, .. } = site;
                    if json {
                        let suspended = suspended_at.is_some();
                        println!(
                            "{}",
                            json!({
                                "id": id, "subdomain": subdomain, "name": name, "plan": plan, "suspended": suspended,
                            })
                        );
                    } else {
                        let note = if suspended_at.is_some() { " (suspended)" } else { "" };
                        println!("{subdomain:<24} {plan:<12} {name}{note}");
                    }
                }
            }
            Self::Update(update) => update.run(&store)?,
            Self::Suspend(which) => which.set_suspended(&store, true)?,
            Self::Resume(which) => which.set_suspended(&store, false)?,
            Self::Delete(delete) => delete.run(config, &store)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Tells of a new school: its key, and whom it belongs to.
fn print_new(config: &Config, site: &Site, api_key: &str, owner: Option<&Owner>, json: bool) {
    let subdomain = &site.subdomain;
    if json {
        let mut line = json!({ "id": site.id, "subdomain": subdomain, "api_key": api_key });
        if let Some(owner) = owner {
            line["owner"] = described(config, subdomain, owner);
        }
        println!("{line}");
    } else {
        println!("School `{subdomain}` ({}) is made.", site.name);
        println!("Its API key: {api_key}");
        if let Some(owner) = owner {
            println!("It belongs to {}.", owner.user.email);
            print_link(config, subdomain, owner);
        }
    }
    if owner.is_none() {
        eprintln!(
            "scholae: school `{subdomain}` has no owner yet, so that nobody can let apps in: \
             `scholae owner set --school {subdomain} --email EMAIL`"
        );
    }
}

impl Which {
    fn set_suspended(self, store: &Store, suspended: bool) -> Result<(), Failure> {
        let site = school(store, self.school.as_deref())?;
        let subdomain = site.subdomain.clone();
        let changed = store.write_now(site.id, move |tx| sites::set_suspended(tx, &site, suspended))?;
        println!(
            "School `{subdomain}` {}.",
            match (suspended, changed) {
                (true, true) => "is suspended: nobody gets in, and nothing leaves",
                (true, false) => "was suspended before",
                (false, true) => "is open again",
                (false, false) => "was not suspended",
            }
        );
        Ok(())
    }
}

impl Update {
    fn run(self, store: &Store) -> Result<(), Failure> {
        let site = school(store, self.school.as_deref())?;
        let (told, plan) = (self.told()?, self.plan.as_deref().and_then(Plan::named));
        let changes = SiteChanges {
            subdomain: self.subdomain,
            name: self.name,
            support_email: self.support_email,
            requests_per_minute: self.own_requests_per_minute,
            requests_at_once: self.own_requests_at_once,
            file_quota: self.own_file_quota,
        };
        let changed = store.write_now(site.id, move |tx| {
            if let Some(plan) = plan {
                sites::set_plan(tx, &site, plan)?;
            }
            sites::set(tx, &site, &changes)
        })?;
        println!("School `{}` {told}.", changed.subdomain);
        Ok(())
    }

    /// What is changed, as the end of a sentence about the school.
    fn told(&self) -> Result<String, Failure> {
        let limit = |number: i64, when: &str| match number {
            0 => format!("has no limit of requests {when}"),
            number => format!("may make {number} requests {when}"),
        };
        let told: Vec<String> = [
            self.plan.as_ref().map(|plan| format!("is on plan {plan}")),
            self.name.as_ref().map(|name| format!("is called {name}")),
            self.subdomain.as_ref().map(|subdomain| format!("has the subdomain {subdomain}")),
            self.support_email.as_ref().map(|email| format!("gives help at {email}")),
            self.own_requests_per_minute.map(|number| limit(number, "a minute")),
            self.own_requests_at_once.map(|number| limit(number, "at once")),
            self.own_file_quota.map(|bytes| match bytes {
                0 => "has no limit of what its files take".to_owned(),
                bytes => format!("may have {bytes} bytes of files"),
            }),
        ]
        .into_iter()
        .flatten()
        .collect();
        if told.is_empty() {
            return Err(Failure::Told(
                "nothing is to be changed; say what with --plan, --name, --subdomain, --support-email, \
                 --own-requests-per-minute, --own-requests-at-once or --own-file-quota"
                    .to_owned(),
            ));
        }
        Ok(told.join(", "))
    }
}
