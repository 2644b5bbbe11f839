//! `scholae site`

use super::owner::{FirstOwner, described, print_link};
use super::school;
use crate::config::{Config, Failure};
use clap::{Subcommand, builder::PossibleValuesParser};
use identity::owners::{self, Owner};
use school::sites::{self, NewSite, Plan, Site};
use serde_json::json;
use std::process::ExitCode;

fn plans() -> PossibleValuesParser {
    PossibleValuesParser::new(Plan::NAMES)
}

/// Make schools, list them, change their plan
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
    /// Change a school's plan, limits or name
    Update {
        /// Which school; not needed when there is only one
        #[arg(long, value_name = "SUBDOMAIN")]
        school: Option<String>,
        /// Its plan
        #[arg(long, value_parser = plans())]
        plan: Option<String>,
        /// What it calls itself
        #[arg(long)]
        name: Option<String>,
        /// Requests a minute of this school; 0 for no limit
        #[arg(long, value_name = "N")]
        own_requests_per_minute: Option<i64>,
        /// Requests at once of this school; 0 for no limit
        #[arg(long, value_name = "N")]
        own_requests_at_once: Option<i64>,
    },
}

impl SiteCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the school cannot be made, or is not there.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let store = match self {
            Self::Create { .. } => config.make_store()?,
            Self::List { .. } | Self::Update { .. } => config.open_store()?,
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
                    let Site { id, subdomain, name, plan, .. } = site;
                    if json {
                        println!("{}", json!({ "id": id, "subdomain": subdomain, "name": name, "plan": plan }));
                    } else {
                        println!("{subdomain:<24} {plan:<12} {name}");
                    }
                }
            }
            Self::Update { school: named, plan, name, own_requests_per_minute, own_requests_at_once } => {
                let site = school(&store, named.as_deref())?;
                let told = changes(plan.as_deref(), name.as_deref(), own_requests_per_minute, own_requests_at_once)?;
                let plan = plan.as_deref().and_then(Plan::named);
                let changed = store.write_now(site.id, move |tx| {
                    if let Some(plan) = plan {
                        sites::set_plan(tx, &site, plan)?;
                    }
                    sites::update(tx, &site, |site| {
                        site.name = name.clone().unwrap_or_else(|| site.name.clone());
                        site.requests_per_minute = own_requests_per_minute.or(site.requests_per_minute);
                        site.requests_at_once = own_requests_at_once.or(site.requests_at_once);
                    })
                })?;
                println!("School `{}` {told}.", changed.subdomain);
            }
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

/// What an update changes, as the end of a sentence about the school.
fn changes(
    plan: Option<&str>,
    name: Option<&str>,
    per_minute: Option<i64>,
    at_once: Option<i64>,
) -> Result<String, Failure> {
    let limit = |number: i64, when: &str| match number {
        0 => format!("has no limit of requests {when}"),
        number => format!("may make {number} requests {when}"),
    };
    let told: Vec<String> = [
        plan.map(|plan| format!("is on plan {plan}")),
        name.map(|name| format!("is called {name}")),
        per_minute.map(|number| limit(number, "a minute")),
        at_once.map(|number| limit(number, "at once")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if told.is_empty() {
        return Err(Failure::Told(
            "nothing is to be changed; say what with --plan, --name, --own-requests-per-minute or \
             --own-requests-at-once"
                .to_owned(),
        ));
    }
    Ok(told.join(", "))
}
