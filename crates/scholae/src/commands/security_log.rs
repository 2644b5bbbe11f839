//! `scholae security-log`

use super::school;
use super::token::moment;
use crate::config::{Config, Failure};
use clap::{Args, builder::PossibleValuesParser};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use school::security_log::{self, ActorKind, Entry, Filter, Kind};
use school::{Page, PageRequest, PageStart, Site, TimeRange, UserId, users};
use serde_json::{Value, json};
use std::process::ExitCode;
use store::Store;

/// Entries that are read at once.
const AT_ONCE: i64 = 250;

/// Print who signed in, from where, and what changed of keys, passwords, roles and apps
///
/// The newest entry comes first. Entries are kept for 90 days. Refused sign-ins have one entry for each address and hour,
/// with how often. The owner of a school reads the same by the API: `GET /api/public/v1/security_log`.
#[derive(Debug, Args)]
pub struct SecurityLog {
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Only from this moment on: 2026-11-27, or 2026-11-27T21:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<i64>,
    /// Only before this moment
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<i64>,
    /// Only entries of this kind
    #[arg(long, value_parser = PossibleValuesParser::new(Kind::NAMES))]
    kind: Option<String>,
    /// Only entries about this user
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    /// Only what this user did, or an app for them
    #[arg(long, value_name = "EMAIL")]
    by: Option<String>,
    /// At most so many entries
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: i64,
    /// Print one line of JSON for each
    #[arg(long)]
    json: bool,
}

/// A day, which begins in UTC, or a moment; in milliseconds since 1970.
fn time(text: &str) -> Result<i64, String> {
    let day = || TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
    let read = text.parse::<Timestamp>().ok().or_else(day);
    read.map(Timestamp::as_millisecond)
        .ok_or_else(|| "give a day (2026-11-27) or a moment (2026-11-27T21:00:00Z)".to_owned())
}

impl SecurityLog {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the school or the user is not there.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let store = config.open_store()?;
        let site = school(&store, self.school.as_deref())?;
        let wanted = Filter {
            kind: self.kind.as_deref().and_then(Kind::named),
            user_id: self.user.as_deref().map(|email| user(&store, &site, email)).transpose()?,
            actor_user_id: self.by.as_deref().map(|email| user(&store, &site, email)).transpose()?,
        };
        let created = TimeRange { from: self.since.unwrap_or(i64::MIN), to: self.until.unwrap_or(i64::MAX) };
        let (mut left, mut start) = (self.limit, PageStart::Page(1));
        while left > 0 {
            let request = PageRequest { start, created, descending: true, ..PageRequest::first(left.min(AT_ONCE)) };
            let page: Page<Entry> = store.read_now(move |tx| security_log::list(tx, site.id, &wanted, &request))?;
            for entry in &page.items {
                if self.json {
                    println!("{}", as_json(entry));
                } else {
                    println!("{}", in_words(entry));
                }
            }
            left -= i64::try_from(page.items.len()).unwrap_or(left);
            let Some(next) = page.next_after else { break };
            start = PageStart::After(next.key);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn user(store: &Store, site: &Site, email: &str) -> Result<UserId, Failure> {
    let (id, asked) = (site.id, email.to_owned());
    let found = store.read_now(move |tx| users::id_by_email(tx, id, &asked))?;
    found.ok_or_else(|| Failure::Told(format!("school `{}` has no user with the address {email}", site.subdomain)))
}

/// Somebody by their address, or by their number when they are gone.
fn name(email: Option<&str>, id: Option<UserId>) -> Option<String> {
    email.map(str::to_owned).or_else(|| id.map(|id| format!("user {id}")))
}

fn in_words(entry: &Entry) -> String {
    let person = name(entry.actor_email.as_deref(), entry.actor_user_id);
    let program = entry.actor_name.as_deref().unwrap_or_default();
    let by = match entry.actor {
        ActorKind::User => person.unwrap_or_else(|| "a user".to_owned()),
        ActorKind::App => format!("app {program}{}", person.map(|person| format!(" for {person}")).unwrap_or_default()),
        ActorKind::ApiKey => "the API key".to_owned(),
        ActorKind::ApiAccessToken => format!("token {program}"),
        ActorKind::Command => "a command".to_owned(),
        ActorKind::Anyone => "somebody".to_owned(),
    };
    let mut words = format!("{}  {:<28} by {by}", moment(entry.created_at), entry.kind);
    if let Some(about) = name(entry.user_email.as_deref(), entry.user_id).filter(|about| *about != by) {
        words.push_str(&format!(", about {about}"));
    }
    if !entry.detail.is_empty() {
        words.push_str(&format!(": {}", entry.detail));
    }
    if entry.times > 1 {
        words.push_str(&format!(" ({} times, last {})", entry.times, moment(entry.updated_at)));
    }
    if !entry.address.is_empty() {
        words.push_str(&format!("  from {} {}", entry.address, entry.user_agent));
    }
    words.trim_end().to_owned()
}

fn as_json(entry: &Entry) -> Value {
    json!({
        "id": entry.id,
        "created_at": moment(entry.created_at),
        "updated_at": moment(entry.updated_at),
        "kind": entry.kind,
        "actor": entry.actor,
        "actor_user_id": entry.actor_user_id,
        "actor_email": entry.actor_email,
        "actor_name": entry.actor_name,
        "user_id": entry.user_id,
        "user_email": entry.user_email,
        "detail": entry.detail,
        "address": entry.address,
        "user_agent": entry.user_agent,
        "times": entry.times,
    })
}
