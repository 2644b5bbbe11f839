//! `scholae app`

use super::school;
use crate::config::{Config, Failure};
use clap::{Args, Subcommand, ValueEnum, builder::PossibleValuesParser};
use identity::apps::{self, App, AppInput, Kind};
use identity::installs;
use identity::scopes::Scope;
use school::security_log::{self, Kind as LogKind};
use serde_json::{Value, json};
use std::process::ExitCode;
use store::{ServerKey, Store};

fn scopes() -> PossibleValuesParser {
    PossibleValuesParser::new(Scope::ALL.iter().map(|scope| scope.name()))
}

/// Register apps, list them, change them, take them out of schools
#[derive(Debug, Subcommand)]
pub enum AppCommand {
    /// Register an app and print its client id and secret
    Create(Create),
    /// List the apps
    List {
        /// Print one line of JSON for each
        #[arg(long)]
        json: bool,
    },
    /// Print everything about an app, its secret too
    Show(Show),
    /// Change an app; what is not named stays as it is
    Set(Set),
    /// Give an app a new secret and print it
    RotateSecret(RotateSecret),
    /// Take an app out of a school: its tokens end, and its webhooks hear of it
    Uninstall(Uninstall),
    /// Remove an app, which is first taken out of every school
    Delete {
        /// Its client id or slug
        app: String,
    },
}

/// Who an app is for
#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArg {
    /// A handful of schools
    Private,
    /// Every school
    Public,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Private => Self::Private,
            KindArg::Public => Self::Public,
        }
    }
}

/// What a kind of app is called, as `--kind` takes it.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Private => "private",
        Kind::Public => "public",
    }
}

/// An app to be registered
#[derive(Debug, Args)]
pub struct Create {
    /// Its name
    #[arg(long)]
    name: String,
    /// Who makes it; its name when not given
    #[arg(long)]
    company: Option<String>,
    /// Who it is for
    #[arg(long, value_enum, default_value = "private")]
    kind: KindArg,
    /// Last part of its addresses; made of its name when not given
    #[arg(long)]
    slug: Option<String>,
    /// Where people may be sent back to: https, or http on localhost; several times for several
    #[arg(long = "redirect-uri", value_name = "URL", required = true)]
    redirect_uris: Vec<String>,
    /// What it asks for, such as read:users; several times or with commas
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_delimiter = ',', value_parser = scopes())]
    scopes: Vec<String>,
    /// Where it lives
    #[arg(long, value_name = "URL")]
    app_url: Option<String>,
    /// Where its installation begins
    #[arg(long, value_name = "URL")]
    install_url: Option<String>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// An app to be shown
#[derive(Debug, Args)]
pub struct Show {
    /// Its client id or slug
    app: String,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// What is to change of an app
#[derive(Debug, Args)]
pub struct Set {
    /// Its client id or slug
    app: String,
    /// Its name
    #[arg(long)]
    name: Option<String>,
    /// Who makes it
    #[arg(long)]
    company: Option<String>,
    /// Who it is for
    #[arg(long, value_enum)]
    kind: Option<KindArg>,
    /// Last part of its addresses
    #[arg(long)]
    slug: Option<String>,
    /// Where people may be sent back to; all of them
    #[arg(long = "redirect-uri", value_name = "URL")]
    redirect_uris: Vec<String>,
    /// What it asks for; all of it. Schools that have the app are asked before it gets more
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',', value_parser = scopes())]
    scopes: Vec<String>,
    /// Where it lives; empty for nowhere
    #[arg(long, value_name = "URL")]
    app_url: Option<String>,
    /// Where its installation begins; empty for nowhere
    #[arg(long, value_name = "URL")]
    install_url: Option<String>,
}

/// A secret to be replaced
#[derive(Debug, Args)]
pub struct RotateSecret {
    /// The app's client id or slug
    app: String,
    /// How long the secret before counts beside the new one; 0 ends it at once
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    grace_hours: u32,
}

/// An app to be taken out of a school
#[derive(Debug, Args)]
pub struct Uninstall {
    /// Its client id or slug
    app: String,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Why, in your words; the app is told
    #[arg(long)]
    reason: Option<String>,
}

impl AppCommand {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the app is not there, or cannot be what was asked.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let store = config.open_store()?;
        let key = config.server_key(&store)?;
        match self {
            Self::Create(create) => create.run(&store, key)?,
            Self::List { json } => {
                for app in store.read_now(apps::all)? {
                    if json {
                        println!("{}", described(&app));
                    } else {
                        println!("{:<24} {:<8} {}  {}", app.slug, kind_name(app.kind), app.client_id, app.name);
                    }
                }
            }
            Self::Show(show) => show.run(&store, key)?,
            Self::Set(set) => set.run(&store)?,
            Self::RotateSecret(RotateSecret { app, grace_hours }) => {
                let app = find(&store, &app)?;
                let grace = i64::from(grace_hours) * 3_600_000;
                let changed = app.clone();
                let secret = store.write_now(None, move |tx| apps::rotate_secret(tx, &key, &changed, grace))?;
                log_in_schools(&store, &app, LogKind::AppSecretRotated, app.slug.clone())?;
                println!("{secret}");
            }
            Self::Uninstall(Uninstall { app, school: named, reason }) => {
                let (app, site) = (find(&store, &app)?, school(&store, named.as_deref())?);
                let (name, subdomain) = (app.name.clone(), site.subdomain.clone());
                let gone =
                    store.write_now(site.id, move |tx| installs::uninstall(tx, site.id, &app, reason.as_deref()));
                match gone {
                    Ok(()) => println!("School `{subdomain}` no longer has {name}."),
                    Err(school::Error::NotFound) => {
                        return Err(Failure::Told(format!("school `{subdomain}` does not have {name}")));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Self::Delete { app } => {
                let app = find(&store, &app)?;
                let asked = app.clone();
                for site in store.read_now(move |tx| installs::sites_of(tx, &asked))? {
                    let app = app.clone();
                    store
                        .write_now(site, move |tx| installs::uninstall(tx, site, &app, Some("The app was removed.")))?;
                }
                let name = app.name.clone();
                store.write_now(None, move |tx| apps::delete(tx, &app))?;
                println!("{name} is removed.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Records what happened to an app in the security log of every school that has it. An app is no school's, and what is
/// written for a school takes turns with its other writes: so each has a transaction of its own.
fn log_in_schools(store: &Store, app: &App, what: LogKind, detail: String) -> Result<(), Failure> {
    let asked = app.clone();
    for site in store.read_now(move |tx| installs::sites_of(tx, &asked))? {
        let detail = detail.clone();
        store.write_now(site, move |tx| security_log::record(tx, site, what, None, &detail))?;
    }
    Ok(())
}

/// The app with this client id or slug.
fn find(store: &Store, name: &str) -> Result<App, Failure> {
    let asked = name.to_owned();
    match store.read_now(move |tx| apps::find(tx, &asked)) {
        Err(school::Error::NotFound) => {
            Err(Failure::Told(format!("there is no app `{name}`; `scholae app list` shows those there are")))
        }
        other => Ok(other?),
    }
}

/// Everything about an app that is no secret.
pub fn described(app: &App) -> Value {
    json!({
        "client_id": app.client_id,
        "name": app.name,
        "slug": app.slug,
        "company": app.company,
        "kind": kind_name(app.kind),
        "redirect_uris": app.redirect_uris,
        "scopes": app.scopes.to_string(),
        "app_url": app.app_url,
        "install_url": app.install_url,
    })
}

/// The same with its secret.
pub fn with_secret(app: &App, secret: &str) -> Value {
    let mut value = described(app);
    value["client_secret"] = json!(secret);
    value
}

fn print(app: &App, secret: &str) {
    println!("{} by {} ({}, {})", app.name, app.company, kind_name(app.kind), app.slug);
    println!("Client id:     {}", app.client_id);
    println!("Client secret: {secret}");
    for uri in &app.redirect_uris {
        println!("Redirect URI:  {uri}");
    }
    println!("Scopes:        {}", app.scopes);
    for (what, url) in [("App URL:      ", &app.app_url), ("Install URL:  ", &app.install_url)] {
        if let Some(url) = url {
            println!("{what} {url}");
        }
    }
}

impl Create {
    fn run(self, store: &Store, key: ServerKey) -> Result<(), Failure> {
        let input = AppInput {
            kind: self.kind.into(),
            company: self.company.unwrap_or_else(|| self.name.clone()),
            name: self.name,
            slug: self.slug,
            redirect_uris: self.redirect_uris,
            scopes: self.scopes,
            app_url: self.app_url,
            install_url: self.install_url,
        };
        let (app, secret) = store.write_now(None, move |tx| apps::create(tx, &key, &input))?;
        if self.json {
            println!("{}", with_secret(&app, &secret));
        } else {
            print(&app, &secret);
        }
        Ok(())
    }
}

impl Show {
    fn run(self, store: &Store, key: ServerKey) -> Result<(), Failure> {
        let app = find(store, &self.app)?;
        let asked = app.clone();
        let secret = store.read_now(move |tx| apps::secret(tx, &key, &asked))?;
        if self.json {
            println!("{}", with_secret(&app, &secret));
        } else {
            print(&app, &secret);
        }
        Ok(())
    }
}

impl Set {
    fn run(self, store: &Store) -> Result<(), Failure> {
        let app = find(store, &self.app)?;
        let had = AppInput::from(&app);
        let some = |given: Vec<String>, had: Vec<String>| if given.is_empty() { had } else { given };
        let url = |given: Option<String>, had: Option<String>| match given {
            None => had,
            Some(url) => Some(url).filter(|url| !url.is_empty()),
        };
        let input = AppInput {
            kind: self.kind.map_or(had.kind, Kind::from),
            name: self.name.unwrap_or(had.name),
            slug: self.slug.or(had.slug),
            company: self.company.unwrap_or(had.company),
            redirect_uris: some(self.redirect_uris, had.redirect_uris),
            scopes: some(self.scopes, had.scopes),
            app_url: url(self.app_url, had.app_url),
            install_url: url(self.install_url, had.install_url),
        };
        let scopes = app.scopes;
        let app = store.write_now(None, move |tx| apps::update(tx, &app, &input))?;
        if app.scopes != scopes {
            let asks = format!("{} asks for {}", app.slug, app.scopes);
            log_in_schools(store, &app, LogKind::AppScopesChanged, asks)?;
        }
        println!("{}", described(&app));
        Ok(())
    }
}
