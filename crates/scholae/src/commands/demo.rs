//! `scholae demo`

use super::app::{kind_name, with_secret};
use super::serve::serve;
use crate::config::{Config, Failure};
use crate::demo::{self, School};
use crate::location::shown;
use crate::names;
use clap::Args;
use serde_json::json;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use store::Location;
use toml::{Table, Value};
use web::App;

/// The folder that the demo keeps its data in unless it is told another.
pub const DATA: &str = "./.demo";

/// Make a finished demo school, print where to look, and serve it
///
/// The school is kept in the data folder, ./.demo unless said otherwise: the same command goes on with it, and other
/// commands typed beside that folder find it. --fresh begins anew. Rate limits are off unless asked for with
/// --requests-per-minute. It is refused on a database that holds only other schools.
#[derive(Debug, Args)]
pub struct Demo {
    /// Print one line of JSON when ready: url, site_url, subdomain, api_key, owner_email, owner_password, mailbox_url,
    /// apps
    #[arg(long)]
    json: bool,
    /// Delete the demo school and all of its data first, and begin anew. Refused where there is any other school
    #[arg(long)]
    fresh: bool,
    /// Everything is made, and whether the owner's password is the one that is printed was looked at.
    #[arg(long, hide = true, value_name = "WHETHER")]
    owner_known: Option<bool>,
}

/// What is different from everybody's defaults: no rate limits, webhooks to this machine, and a folder of its own.
#[must_use]
pub fn defaults() -> Table {
    let mut table = Table::new();
    table.insert("requests_per_minute".to_owned(), Value::Integer(0));
    table.insert("requests_at_once".to_owned(), Value::Integer(0));
    table.insert("unready_seconds".to_owned(), Value::Integer(0));
    table.insert("data".to_owned(), Value::String(DATA.to_owned()));
    table.insert("webhook_targets".to_owned(), Value::String("development".to_owned()));
    table.insert("mailbox".to_owned(), Value::Boolean(true));
    table.insert("log".to_owned(), Value::String("warn".to_owned()));
    table
}

impl Demo {
    /// Makes the school when it is not there, and serves it.
    ///
    /// # Errors
    /// When the data folder or the address cannot be used.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        // Not again by the program that has begun anew after the school was made.
        if self.fresh && self.owner_known.is_none() {
            demo::delete(config)?;
        }
        config.check_file()?;
        let store = config.make_store()?;
        let found = demo::find(&store, &shown(&config.location()?))?;
        let key = config.server_key(&store)?;
        let school = demo::prepare(&store, &key, found, &config.data, self.owner_known)?;
        let store = match self.owner_known {
            Some(_) => store,
            None => {
                // Made once, or found, without the memory that making courses and looking at passwords has taken.
                drop(store);
                let failed = begin_anew(&format!("--owner-known={}", school.owner.password.is_some()));
                tracing::debug!(error = %failed, "the program cannot begin anew");
                config.make_store()?
            }
        };
        serve(config, store, key, |url, app| {
            if self.json {
                println!("{}", line(&school, url, app));
            } else {
                print!("{}", welcome(&school, url, app, config));
            }
            Ok(())
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Has the program begin anew in this process, with one argument more. Comes back when that is not possible.
fn begin_anew(argument: &str) -> std::io::Error {
    match std::env::current_exe() {
        Ok(program) => Command::new(program).args(std::env::args_os().skip(1)).arg(argument).exec(),
        Err(error) => error,
    }
}

fn line(school: &School, url: &str, app: &App) -> serde_json::Value {
    json!({
        "url": url,
        "site_url": app.site_url(&school.subdomain),
        "subdomain": school.subdomain,
        "api_key": school.api_key,
        "owner_email": school.owner.email,
        "owner_password": school.owner.password,
        "mailbox_url": app.mailbox_url(),
        "apps": school.apps.iter().map(|(app, secret)| with_secret(app, secret)).collect::<Vec<_>>(),
    })
}

fn welcome(school: &School, url: &str, app: &App, config: &Config) -> String {
    let School { subdomain, api_key, owner, apps } = school;
    let first = apps.first().map(|(app, _)| app);
    let site_url = app.site_url(subdomain);
    let apps: String = apps.iter().map(|(app, secret)| listed(app, secret)).collect();
    let password = match owner.password {
        Some(password) => format!("the password {password}"),
        None => "the password that was set since".to_owned(),
    };
    // Other commands look for the server where the configuration says that it listens, and for its data here.
    let place = place(config);
    let listening = if url.ends_with(":9000") { String::new() } else { format!(" --url {url}") };
    let limits = match config.requests_per_minute {
        0 => "off (try --requests-per-minute 120)".to_owned(),
        n => format!("{n} requests a minute"),
    };
    format!(
        "
The demo school is ready.

  API        {url}/api/public/v1
  Reference  {url}/docs/api
  School     {}
  Mailbox    {}
  Owner      {} with {password}
  Subdomain  {subdomain}
  API key    {api_key}
  Limits     {limits}
  Data       {}

A first request:

  curl '{url}/api/public/v1/courses?limit=2' \\
    -H 'X-Auth-Subdomain: {subdomain}' -H 'X-Auth-API-Key: {api_key}'

Two apps are registered; sign in as {} with {password} to let them in:

{apps}{authorize}{unknown}
Watch what happens, and make something happen, in another terminal in this folder:

  scholae events tail{place}{listening}
  scholae trigger user.signup{place}

The course \"Building with the API\" goes on from there: courses/building-with-the-api. Ctrl-C ends it.
",
        site_url,
        app.mailbox_url().unwrap_or_else(|| "none: mail is sent".to_owned()),
        owner.email,
        config.data.display(),
        owner.email,
        unknown = unknown(subdomain, url, config),
        authorize = first.map(|app| authorize(&site_url, app)).unwrap_or_default(),
    )
}

/// The flags with which other commands find the demo's data.
fn place(config: &Config) -> String {
    let data =
        if config.data == Path::new(DATA) { String::new() } else { format!(" --data {}", config.data.display()) };
    match config.location() {
        Ok(location) if location != Location::Sqlite(config.data.join("scholae.db")) => {
            format!(" --data {} --database {}", config.data.display(), shown(&location))
        }
        _ => data,
    }
}

fn listed(app: &identity::apps::App, secret: &str) -> String {
    format!(
        "  {} ({})\n    Client id      {}\n    Client secret  {secret}\n    Callback URLs  {}\n",
        app.name,
        kind_name(app.kind),
        app.client_id,
        app.redirect_uris.join(", "),
    )
}

/// Where an app sends the browser, to be opened as it stands.
fn authorize(site_url: &str, app: &identity::apps::App) -> String {
    let Some(callback) = app.redirect_uris.first() else { return String::new() };
    format!(
        "
The first one sends the browser to this address, and gets a code at its callback URL:

  {site_url}/oauth2/authorize?client_id={}&redirect_uri={callback}&response_type=code&state=try
",
        app.client_id
    )
}

/// What to do where programs do not know the school's name, which browsers do.
fn unknown(subdomain: &str, url: &str, config: &Config) -> String {
    let domain = config.web(0).base_domain;
    let host = format!("{subdomain}.{domain}");
    if names::resolves(&host) {
        return String::new();
    }
    let port = url.rsplit(':').next().unwrap_or_default();
    format!(
        "
Browsers know the name {host}; other programs on this machine do not, such as an app
that asks there for a token. As long as this is the only school, it is at http://{domain}:{port} too.
"
    )
}
