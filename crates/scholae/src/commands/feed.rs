//! A school's events, asked of its server: what `scholae events tail` prints and `scholae listen` forwards.

use super::school;
use super::topics::known_topic;
use crate::config::{Config, Failure};
use clap::Args;
use delivery::connect::{HttpClient, cause, client};
use delivery::guard::Policy;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use hyper::{Request, StatusCode, Uri};
use school::events::Topic;
use school::sites;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// How long the server is asked to wait for an event, in seconds, and how much longer its answer is waited for.
const WAIT: u64 = 25;
const BEYOND: Duration = Duration::from_secs(15);
/// The first and the longest pause before a server is tried again that did not answer.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// For how long a server is tried that has not answered yet, so that it may be started at the same time; and one that has,
/// so that it may be brought up to date or moved.
const FIRST_PATIENCE: Duration = Duration::from_secs(6);
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Where events come from
#[derive(Debug, Clone, Args)]
pub struct Source {
    /// Which school, by its subdomain; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN", visible_alias = "subdomain", env = "SCHOLAE_SUBDOMAIN")]
    school: Option<String>,
    /// Where its server answers; by default where the configuration listens
    #[arg(long, value_name = "URL", env = "SCHOLAE_URL")]
    url: Option<String>,
    /// The school's API key; by default the one in the database of the data folder
    #[arg(long, value_name = "KEY", requires = "school", env = "SCHOLAE_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Only events of this topic; may be given several times
    #[arg(long, value_name = "TOPIC")]
    topic: Vec<String>,
    /// Begin after the event with this id; by default with what happens from now on
    #[arg(long, value_name = "EVENT")]
    after: Option<String>,
}

/// Something that happened.
#[derive(Debug)]
pub struct FeedEvent {
    /// Its id.
    pub id: String,
    /// Its topic.
    pub topic: &'static str,
    /// When, as the envelope says it.
    pub at: String,
    /// The envelope, byte by byte as it is sent.
    pub body: String,
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    resource: String,
    action: String,
    created_at: String,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    cursor: String,
}

impl FeedEvent {
    /// Reads an envelope. One that this program does not know is passed over.
    fn read(body: &RawValue) -> Option<Self> {
        let Envelope { id, resource, action, created_at } = serde_json::from_str(body.get()).ok()?;
        let topic = Topic::ALL.iter().find(|topic| topic.resource() == resource && topic.action() == action)?.name();
        Some(Self { id, topic, at: created_at, body: body.get().to_owned() })
    }

    /// Whom or what it is about, in a few words.
    pub fn about(&self) -> String {
        school::events::about(&self.body).join("  ")
    }
}

/// The events of a school, asked of its server one long question after another.
#[derive(Debug)]
pub struct Feed {
    http: HttpClient,
    /// Where the server answers.
    pub base: String,
    /// The school.
    pub subdomain: String,
    /// Its API key.
    pub key: String,
    topics: Vec<Topic>,
    /// The last event that was read.
    cursor: Option<String>,
    key_given: bool,
    /// Whether the server has answered.
    answered: bool,
}

/// What came of a question.
enum Polled {
    Events(Vec<FeedEvent>),
    /// Too many requests: how long to wait.
    Busy(Option<Duration>),
    /// No answer, or that it cannot answer now: why, and how long to wait.
    Away(String, Option<Duration>),
}

impl Source {
    /// Makes ready to listen.
    ///
    /// # Errors
    /// When a topic or the school is not there, or the address is none.
    pub fn open(&self, config: &Config) -> Result<Feed, Failure> {
        let topics = self.topic.iter().map(|name| known_topic(name)).collect::<Result<Vec<_>, _>>()?;
        let base = match &self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", reachable(&config.listen)),
        };
        let _checked = address(&base, "--url")?;
        let (subdomain, key) = match (&self.key, &self.school) {
            (Some(key), Some(school)) => (school.clone(), key.trim().to_owned()),
            (_, named) => {
                let store = config.open_store()?;
                let server_key = config.server_key(&store)?;
                let site = school(&store, named.as_deref())?;
                let subdomain = site.subdomain.clone();
                let key = store.read_now(move |tx| sites::api_key(tx, &server_key, &site))?;
                let revoked =
                    || Failure::Told("the key was revoked; make a new one with `scholae key rotate`".to_owned());
                (subdomain, key.ok_or_else(revoked)?)
            }
        };
        let (cursor, key_given) = (self.after.clone(), self.key.is_some());
        Ok(Feed { http: http()?, base, subdomain, key, topics, cursor, key_given, answered: false })
    }
}

/// A client for any address, on this machine too: whoever runs the command chooses it.
///
/// # Errors
/// When TLS is not available.
pub fn http() -> Result<HttpClient, Failure> {
    client(Arc::new(Policy::development())).map_err(|error| Failure::Told(format!("TLS is not available: {error}")))
}

/// Where something that listens is reached from this machine.
fn reachable(listen: &str) -> String {
    match listen.rsplit_once(':') {
        Some(("0.0.0.0" | "[::]" | "", port)) => format!("127.0.0.1:{port}"),
        _ => listen.to_owned(),
    }
}

/// An address as a program connects to it.
///
/// # Errors
/// When it is none, or has a name and password in it.
pub fn address(text: &str, flag: &str) -> Result<Uri, Failure> {
    let wrong = |why: &str| Failure::Told(format!("{flag} {text} {why}"));
    let uri: Uri = text.parse().map_err(|_| wrong("is not a web address"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        return Err(wrong("is not a web address; it begins with http:// or https://"));
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(wrong("has a name or password in it; leave it out"));
    }
    Ok(uri)
}

impl Feed {
    /// Finds the place from which on events are read.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn begin(&mut self) -> Result<(), Failure> {
        if self.cursor.is_none() {
            self.asked(0).await?;
        }
        Ok(())
    }

    /// What happened next, as soon as something did; nothing when none of it is of a wanted topic.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn next(&mut self) -> Result<Vec<FeedEvent>, Failure> {
        self.asked(WAIT).await
    }

    /// Asks until there is an answer: a server that starts again is waited for, though not for ever.
    async fn asked(&mut self, wait: u64) -> Result<Vec<FeedEvent>, Failure> {
        let mut pause = PAUSE;
        let mut away_since: Option<Instant> = None;
        loop {
            let after = match self.ask(wait).await? {
                Polled::Events(found) => {
                    if away_since.is_some() {
                        eprintln!("The server answers again.");
                    }
                    self.answered = true;
                    return Ok(found);
                }
                Polled::Busy(after) => after,
                Polled::Away(why, after) => {
                    let patience = if self.answered { PATIENCE } else { FIRST_PATIENCE };
                    let since = *away_since.get_or_insert_with(|| {
                        let (base, seconds) = (&self.base, patience.as_secs());
                        eprintln!(
                            "{base} does not answer ({why}). Is the server running there? Trying on for {seconds} s."
                        );
                        Instant::now()
                    });
                    if since.elapsed() >= patience {
                        return Err(self.nothing_answers(&why, since.elapsed()));
                    }
                    after
                }
            };
            sleep(after.unwrap_or(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// That the server is not there, and what to do.
    fn nothing_answers(&self, why: &str, within: Duration) -> Failure {
        let go_on = self.cursor.as_ref().map(|cursor| format!("; --after {cursor} goes on where this ends"));
        Failure::Told(format!(
            "nothing answers at {} ({why}), within {} s: start the server (`scholae serve`, `scholae demo`), or name \
             where it answers with --url{}",
            self.base,
            within.as_secs(),
            go_on.unwrap_or_default()
        ))
    }

    async fn ask(&mut self, wait: u64) -> Result<Polled, Failure> {
        let after = self.cursor.as_ref().map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let uri = format!("{}/api/v2/events/stream?wait={wait}&limit=250{after}", self.base);
        let request = Request::get(uri)
            .header("x-auth-api-key", &self.key)
            .header("x-auth-subdomain", &self.subdomain)
            .body(Full::default())
            .map_err(|error| Failure::Told(format!("this cannot be asked: {error}")))?;
        let exchange = async {
            let answer = self.http.request(request).await.map_err(|error| cause(&error))?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await.map_err(|error| cause(&error))?;
            Ok::<_, String>((head.status, head.headers, body.to_bytes()))
        };
        let came = timeout(Duration::from_secs(wait) + BEYOND, exchange).await;
        let (status, headers, body) = match came {
            Ok(Ok(came)) => came,
            Ok(Err(why)) => return Ok(Polled::Away(why, None)),
            Err(_) => return Ok(Polled::Away("no answer in time".to_owned(), None)),
        };
        if status == StatusCode::OK {
            return self.take(&body);
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Ok(Polled::Busy(retry_after(&headers)));
        }
        if status.is_server_error() {
            return Ok(Polled::Away(status.to_string(), retry_after(&headers)));
        }
        Err(Failure::Told(self.refused(status, &body)))
    }

    fn take(&mut self, body: &[u8]) -> Result<Polled, Failure> {
        let Answer { items, cursor } = serde_json::from_slice(body)
            .map_err(|_| Failure::Told(format!("what answers at {} is no Scholae; name it with --url", self.base)))?;
        let found = items.into_iter().filter_map(FeedEvent::read);
        let wanted =
            |one: &FeedEvent| self.topics.is_empty() || self.topics.iter().any(|topic| topic.name() == one.topic);
        let found = found.filter(wanted).collect();
        self.cursor = Some(cursor);
        Ok(Polled::Events(found))
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> String {
        let hint = match status {
            StatusCode::UNAUTHORIZED if self.key_given => "look at --key and --subdomain",
            StatusCode::UNAUTHORIZED => {
                "the key in the data folder is not that server's: name its folder with --data, or the server with --url"
            }
            StatusCode::FORBIDDEN => "the school's plan has no API; `scholae site update --plan grow` changes it",
            StatusCode::NOT_FOUND => "is that a Scholae, and of this version? Name it with --url",
            _ => "look at the flags",
        };
        let text: String = String::from_utf8_lossy(body).chars().take(200).collect();
        format!("{} refused: {status} {}; {hint}", self.base, text.trim())
    }
}

fn retry_after(headers: &HeaderMap<HeaderValue>) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds.min(60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(reachable("0.0.0.0:9000"), "127.0.0.1:9000");
        assert_eq!(reachable("[::]:9000"), "127.0.0.1:9000");
        assert_eq!(reachable("10.1.2.3:80"), "10.1.2.3:80");
        assert!(address("http://localhost:3000/hook?a=b", "--url").is_ok());
        for wrong in ["localhost:3000", "/hook", "ftp://localhost/", "http://a:b@localhost/", "http://"] {
            assert!(address(wrong, "--url").is_err(), "{wrong}");
        }
    }
}
