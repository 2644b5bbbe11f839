//! The configuration: one commented file of defaults, then the user's file, then the environment, then flags.

mod database;
mod files;
mod key;
mod server;
mod settings;

pub use database::advice;
pub use key::HOW_TO_BRING_IT;
pub use settings::unknown_variables;

use self::files::{FileFlags, FileSettings};
use clap::Args;
use delivery::DeliveryConfig;
use delivery::guard::Policy;
use delivery::mail::Route;
use serde::Deserialize;
use server::{ServerFlags, ServerSettings};
use settings::Settings;
use std::path::PathBuf;
use std::time::Duration;
use toml::{Table, Value};
use web::WebConfig;

/// Every default, with comments: what `scholae config` prints.
pub const DEFAULTS: &str = include_str!("scholae.default.toml");

/// The flags that every command understands. Each has the name of its key in the file.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    /// File with the configuration; `scholae config` prints one with every default. Relative paths in it begin at its
    /// own folder [env: SCHOLAE_CONFIG]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,
    /// Folder of the data: the database and the server's key [env: SCHOLAE_DATA]
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Configuration")]
    pub data: Option<String>,
    /// sqlite:///path/to/file or postgres://user:password@host/name [env: SCHOLAE_DATABASE]
    #[arg(long, global = true, value_name = "URL", help_heading = "Configuration")]
    pub database: Option<String>,
    /// Connections to the database [env: SCHOLAE_CONNECTIONS]
    #[arg(long, global = true, value_name = "N", help_heading = "Configuration")]
    pub connections: Option<i64>,
    /// Where to listen [env: SCHOLAE_LISTEN]
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Configuration")]
    pub listen: Option<String>,
    /// Domain under which each school has its host [env: SCHOLAE_BASE_DOMAIN]
    #[arg(long, global = true, value_name = "DOMAIN", help_heading = "Configuration")]
    pub base_domain: Option<String>,
    /// http or https, in links [env: SCHOLAE_SCHEME]
    #[arg(long, global = true, value_name = "SCHEME", help_heading = "Configuration")]
    pub scheme: Option<String>,
    /// Port in links; 0 leaves it out [env: SCHOLAE_PUBLIC_PORT]
    #[arg(long, global = true, value_name = "PORT", help_heading = "Configuration")]
    pub public_port: Option<i64>,
    /// Requests a minute for each school; 0 means no limit [env: SCHOLAE_REQUESTS_PER_MINUTE]
    #[arg(long, global = true, value_name = "N", help_heading = "Configuration", visible_alias = "rate-limit")]
    pub requests_per_minute: Option<i64>,
    /// Requests at once for each school; 0 means no limit [env: SCHOLAE_REQUESTS_AT_ONCE]
    #[arg(long, global = true, value_name = "N", help_heading = "Configuration")]
    pub requests_at_once: Option<i64>,
    /// Longest request body in bytes [env: SCHOLAE_BODY_LIMIT]
    #[arg(long, global = true, value_name = "BYTES", help_heading = "Configuration")]
    pub body_limit: Option<i64>,
    /// Proxies of your own before this server, which set X-Forwarded-For [env: SCHOLAE_PROXIES]
    #[arg(long, global = true, value_name = "N", help_heading = "Configuration")]
    pub proxies: Option<i64>,
    /// Mail server: smtps://user:password@host, or smtp:// with ?tls=required [env: SCHOLAE_SMTP_URL]
    #[arg(long, global = true, value_name = "URL", help_heading = "Configuration")]
    pub smtp_url: Option<String>,
    /// Address that mail is from [env: SCHOLAE_MAIL_FROM]
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = "Configuration")]
    pub mail_from: Option<String>,
    /// Keep mail in a mailbox that everybody can read at /mailbox; for development [env: SCHOLAE_MAILBOX]
    #[arg(long, global = true, value_name = "true|false", help_heading = "Configuration")]
    pub mailbox: Option<bool>,
    /// Where webhooks may lead: production (public https) or development (anywhere) [env: SCHOLAE_WEBHOOK_TARGETS]
    #[arg(long, global = true, value_name = "WHERE", help_heading = "Configuration")]
    pub webhook_targets: Option<String>,
    /// Hosts, host:port and ranges beside the public ones, with commas [env: SCHOLAE_WEBHOOK_ALLOW]
    #[arg(long, global = true, value_name = "LIST", help_heading = "Configuration")]
    pub webhook_allow: Option<String>,
    /// Webhook requests under way at once [env: SCHOLAE_WEBHOOK_CONCURRENCY]
    #[arg(long, global = true, value_name = "N", help_heading = "Configuration")]
    pub webhook_concurrency: Option<i64>,
    /// How long a webhook request may take [env: SCHOLAE_WEBHOOK_TIMEOUT_SECONDS]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Configuration")]
    pub webhook_timeout_seconds: Option<i64>,
    /// How long events are kept; 0 for ever [env: SCHOLAE_EVENTS_KEPT_DAYS]
    #[arg(long, global = true, value_name = "DAYS", help_heading = "Configuration")]
    pub events_kept_days: Option<i64>,
    /// Requests of each school that its request log keeps; 0 keeps none [env: SCHOLAE_REQUEST_LOG_ROWS]
    #[arg(long, global = true, value_name = "N", help_heading = "Configuration")]
    pub request_log_rows: Option<i64>,
    /// What is logged: error, warn, info, debug, or per part [env: SCHOLAE_LOG]
    #[arg(long, global = true, value_name = "LEVEL", help_heading = "Configuration")]
    pub log: Option<String>,
    /// How it is logged: text or json [env: SCHOLAE_LOG_FORMAT]
    #[arg(long, global = true, value_name = "FORMAT", help_heading = "Configuration")]
    pub log_format: Option<String>,
    /// What clients may take of the server.
    #[command(flatten)]
    pub server: ServerFlags,
    /// Where files are, and how much of them there may be.
    #[command(flatten)]
    pub files: FileFlags,
}

/// What goes wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The file is not TOML.
    #[error("the configuration {0} is not TOML: {1}")]
    Malformed(PathBuf, toml::de::Error),
    /// The file has a key that means nothing. What was perhaps meant comes last, as a half-sentence.
    #[error("the configuration {0} has an unknown key `{1}`{2}; `scholae config` prints every key")]
    UnknownKey(PathBuf, String, String),
    /// A value has the wrong form.
    #[error("the configuration is wrong: {0}")]
    Wrong(String),
}

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Folder of the data.
    pub data: PathBuf,
    /// Whether somebody has said where the data is.
    #[serde(skip)]
    placed: bool,
    /// Whether somebody has said where mail is kept.
    #[serde(skip)]
    mailbox_given: bool,
    /// What is told when the database is opened.
    #[serde(skip)]
    remark: Option<String>,
    database: String,
    connections: usize,
    server_key: String,
    /// Where to listen.
    pub listen: String,
    base_domain: String,
    scheme: String,
    public_port: u16,
    /// Requests a minute for each school; 0 means no limit.
    pub requests_per_minute: u32,
    /// Requests at once for each school; 0 means no limit.
    pub requests_at_once: u32,
    body_limit: usize,
    /// Proxies of one's own before the server.
    pub proxies: usize,
    /// What clients may take of the server, and how it stops.
    #[serde(flatten)]
    pub server: ServerSettings,
    #[serde(flatten)]
    file_settings: FileSettings,
    mailbox: bool,
    smtp_url: String,
    mail_from: String,
    webhook_targets: String,
    webhook_allow: String,
    /// What both mean.
    #[serde(skip)]
    policy: Policy,
    /// Webhook requests under way at once.
    pub webhook_concurrency: usize,
    webhook_timeout_seconds: u64,
    events_kept_days: u64,
    request_log_rows: u32,
    /// What is logged.
    pub log: String,
    /// How it is logged.
    pub log_format: String,
}

impl Flags {
    /// The keys that were given as flags.
    fn table(&self) -> Table {
        let texts = [
            ("data", &self.data),
            ("database", &self.database),
            ("listen", &self.listen),
            ("base_domain", &self.base_domain),
            ("scheme", &self.scheme),
            ("smtp_url", &self.smtp_url),
            ("mail_from", &self.mail_from),
            ("webhook_targets", &self.webhook_targets),
            ("webhook_allow", &self.webhook_allow),
            ("log", &self.log),
            ("log_format", &self.log_format),
        ];
        let numbers = [
            ("connections", self.connections),
            ("public_port", self.public_port),
            ("requests_per_minute", self.requests_per_minute),
            ("requests_at_once", self.requests_at_once),
            ("body_limit", self.body_limit),
            ("proxies", self.proxies),
            ("webhook_concurrency", self.webhook_concurrency),
            ("webhook_timeout_seconds", self.webhook_timeout_seconds),
            ("events_kept_days", self.events_kept_days),
            ("request_log_rows", self.request_log_rows),
        ];
        let texts = texts
            .into_iter()
            .chain(self.files.texts())
            .filter_map(|(key, text)| Some((key.to_owned(), Value::String(text.clone()?))));
        let numbers = numbers
            .into_iter()
            .chain(self.server.numbers())
            .chain(self.files.numbers())
            .filter_map(|(key, number)| Some((key.to_owned(), Value::Integer(number?))));
        let mailbox = self.mailbox.map(|mailbox| ("mailbox".to_owned(), Value::Boolean(mailbox)));
        texts.chain(numbers).chain(mailbox).collect()
    }
}

impl Config {
    /// Puts the configuration together. `command` are the defaults of a command that differ from everybody's.
    ///
    /// # Errors
    /// [`ConfigError`], which says what to change.
    pub fn load(flags: &Flags, command: Table) -> Result<Self, ConfigError> {
        let mut settings = Settings::new(command)?;
        let variable = || std::env::var_os("SCHOLAE_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        if let Some(path) = flags.config.clone().or_else(variable) {
            settings.file(&path)?;
        }
        settings.environment();
        settings.flags(flags.table());
        settings.check()?;
        let placed = settings.was_given("data") || settings.was_given("database");
        let mailbox_given = settings.was_given("mailbox");
        let mut config: Self =
            settings.table.try_into().map_err(|error: toml::de::Error| ConfigError::Wrong(error.to_string()))?;
        config.placed = placed;
        config.mailbox_given = mailbox_given;
        config.policy = Policy::new(&config.webhook_targets, &config.webhook_allow, &config.base_domain)
            .map_err(ConfigError::Wrong)?;
        Ok(config)
    }

    /// The same as `scholae demo` has it, which keeps mail in the mailbox of development unless it is told otherwise.
    #[must_use]
    pub fn as_the_demo_has_it(&self) -> Self {
        Self { mailbox: self.mailbox || !self.mailbox_given, ..self.clone() }
    }

    /// The part for the sender of webhooks.
    #[must_use]
    pub fn delivery(&self) -> DeliveryConfig {
        let defaults = DeliveryConfig::new(self.policy.clone());
        let day = Duration::from_secs(86_400);
        let kept = u32::try_from(self.events_kept_days).ok().filter(|days| *days > 0).map(|days| day * days);
        DeliveryConfig {
            concurrency: self.webhook_concurrency,
            events_kept: kept.unwrap_or(Duration::MAX),
            ..defaults.with_timeout(Duration::from_secs(self.webhook_timeout_seconds.min(3600)))
        }
    }

    /// Where mail goes.
    ///
    /// # Errors
    /// When the mail server's address or the sender's is none.
    pub fn mail(&self) -> Result<Route, ConfigError> {
        match (self.mailbox, self.smtp_url.as_str()) {
            (true, _) => Ok(Route::Mailbox),
            (false, "") => Ok(Route::Nowhere),
            (false, url) => Route::server(url, &self.mail_from).map_err(ConfigError::Wrong),
        }
    }

    /// How links to a school begin, as a server of this configuration makes them.
    #[must_use]
    pub fn site_url(&self, subdomain: &str) -> String {
        self.web(self.asked_port()).site_url(subdomain)
    }

    /// The port that is to be listened on; 0 is any that is free.
    fn asked_port(&self) -> u16 {
        self.listen.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(0)
    }

    /// The part for the web. `port` is the one that is really listened on.
    #[must_use]
    pub fn web(&self, port: u16) -> WebConfig {
        let asked = self.asked_port();
        // Links lead to the port that is listened on, unless the configuration names another (a proxy's).
        let public = if self.public_port == 9000 || self.public_port == asked { port } else { self.public_port };
        WebConfig {
            base_domain: self.base_domain.clone(),
            scheme: self.scheme.clone(),
            public_port: Some(public).filter(|_| self.public_port != 0),
            requests_per_minute: Some(self.requests_per_minute).filter(|n| *n > 0),
            requests_at_once: Some(self.requests_at_once).filter(|n| *n > 0),
            request_log_rows: self.request_log_rows,
            body_limit: self.body_limit,
            proxies: self.proxies,
            mailbox: self.mailbox,
            webhook_targets: self.policy.clone(),
            ..WebConfig::default()
        }
    }
}

/// Why a command failed: one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A rule of the school was broken.
    #[error("{}", told(.0))]
    School(school::Error),
    /// A file or a socket failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Something else, said in full.
    #[error("{0}")]
    Told(String),
}

impl From<school::Error> for Failure {
    fn from(error: school::Error) -> Self {
        Self::School(error)
    }
}

impl store::FromStore for Failure {
    fn store_error(&self) -> Option<&store::StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::School(error) => error.store_error(),
            _ => None,
        }
    }
}

/// A refusal of the school in words.
fn told(error: &school::Error) -> String {
    use school::Error;
    match error {
        Error::NotFound => "there is no such thing in this school".to_owned(),
        Error::NotNamed(field) => format!("{field} is missing"),
        Error::NoSuch(field) => format!("{field} must exist"),
        Error::NotFoundNamed(problems)
        | Error::NotFoundObjects(problems)
        | Error::Invalid(problems)
        | Error::InvalidTexts(problems)
        | Error::InvalidObjects(problems) => {
            let told = problems.iter().map(|(field, text)| match field.as_ref() {
                // It is about no field.
                "base" => text.clone(),
                field => format!("{field} {text}"),
            });
            told.collect::<Vec<_>>().join("; ")
        }
        Error::InvalidLines(problems) => problems.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("; "),
        Error::NotFoundLines(lines) => lines.join("; "),
        Error::Store(error) => error.to_string(),
    }
}
