//! One attempt: a request, signed, and what came of it.

use crate::connect::{HttpClient, innermost};
use crate::guard::{Policy, TargetError};
use crate::request::Event;
use crate::sign::SigningKeys;
use crate::webhooks::KEPT_ANSWER as KEPT;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use hyper::{Request, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::DeliveryId;
use store::deliveries::AttemptRow;
use tokio::sync::Notify;
use tokio::time::timeout_at;

/// How much of the headers is kept, in bytes.
const KEPT_HEAD: usize = 2048;
/// How long the beginning of the body is waited for once the status is known: the status has decided already.
const BODY_TIME: Duration = Duration::from_secs(2);
/// Most informational answers (1xx) before the one that counts; more are a receiver that never ends.
const INFORMATIONAL: usize = 16;
/// How much of an error's text is kept.
const ERROR: usize = 300;

/// A delivery with all that is needed to attempt it.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// The delivery.
    pub(crate) delivery: DeliveryId,
    /// How often it was attempted before.
    pub(crate) attempts: i64,
    /// Until when nobody else takes it, in milliseconds.
    pub(crate) until: i64,
    /// The event's id on the wire.
    pub(crate) ulid: String,
    /// The event's topic.
    pub(crate) topic: &'static str,
    /// What is sent, byte by byte.
    pub(crate) body: Bytes,
    /// Where to, or why nowhere.
    pub(crate) target: Arc<Result<Target, TargetError>>,
    /// What it is signed with, or why it cannot be.
    pub(crate) keys: Result<SigningKeys, &'static str>,
    /// The school's subdomain.
    pub(crate) subdomain: Arc<str>,
}

/// Where a webhook's requests are sent.
#[derive(Debug)]
pub(crate) struct Target {
    uri: Uri,
    /// The name and password that its address carried.
    authorization: Option<HeaderValue>,
}

impl Target {
    /// Reads a webhook's address, when the policy has nothing against it.
    pub(crate) fn new(target: &str, policy: &Policy) -> Result<Self, TargetError> {
        let mut url = policy.check(target)?;
        let authorization = (!url.username().is_empty() || url.password().is_some()).then(|| {
            let name = percent_decode_str(url.username()).decode_utf8_lossy().into_owned();
            let password = percent_decode_str(url.password().unwrap_or_default()).decode_utf8_lossy().into_owned();
            format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
        });
        let bare = url.set_username("").and_then(|()| url.set_password(None));
        bare.map_err(|()| TargetError::Malformed)?;
        url.set_fragment(None);
        let uri = url.as_str().parse().map_err(|_| TargetError::Malformed)?;
        let authorization = authorization.and_then(|text| HeaderValue::from_str(&text).ok());
        Ok(Self { uri, authorization })
    }

    /// The host and port, by which targets on the same machine are known.
    pub(crate) fn authority(&self) -> &str {
        self.uri.authority().map_or("", |authority| authority.as_str())
    }
}

/// What an attempt means for its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It arrived.
    Arrived,
    /// It did not.
    Failed,
    /// The receiver wants no more of them.
    Gone,
}

/// Attempts a delivery: never longer than the timeout, whatever the receiver does.
pub(crate) async fn attempt(client: &HttpClient, job: &Job, timeout: Duration) -> (AttemptRow, Outcome) {
    let at = store::now();
    let begun = Instant::now();
    let request = request(job, at);
    let request_head = request.as_ref().ok().map(head_of_request);
    let outcome = match request {
        Ok(request) => exchange(client, request, begun + timeout).await,
        Err(error) => Err(error),
    };
    let milliseconds = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let attempt = AttemptRow {
        number: 0,
        at,
        milliseconds,
        status: None,
        error: None,
        answer: None,
        request_head,
        answer_head: None,
    };
    match outcome {
        Ok(Answer { status, head, beginning }) => {
            let verdict = match status {
                StatusCode::GONE => Outcome::Gone,
                status if status.is_success() => Outcome::Arrived,
                _ => Outcome::Failed,
            };
            let status = Some(i64::from(status.as_u16()));
            (AttemptRow { status, answer: Some(beginning), answer_head: Some(head), ..attempt }, verdict)
        }
        Err(error) => (AttemptRow { error: Some(error), ..attempt }, Outcome::Failed),
    }
}

/// What was answered, as far as it is kept.
struct Answer {
    status: StatusCode,
    /// The headers, one a line.
    head: String,
    /// The beginning of the body.
    beginning: String,
}

async fn exchange(client: &HttpClient, mut request: Request<Full<Bytes>>, deadline: Instant) -> Result<Answer, String> {
    let too_many = limit_informational(&mut request);
    let head = tokio::select! {
        head = timeout_at(deadline.into(), client.request(request)) => head,
        () = too_many.notified() => return Err(format!("more than {INFORMATIONAL} informational answers (1xx)")),
    };
    let answer = head.map_err(|_| "no answer in time".to_owned())?.map_err(|error| told(&error))?;
    let (status, head) = (answer.status(), head_lines(answer.headers()));
    let deadline = deadline.min(Instant::now() + BODY_TIME);
    Ok(Answer { status, head, beginning: beginning(answer.into_body(), deadline).await })
}

/// A request as it is kept to be looked at: the method and the address, and below them the headers.
fn head_of_request(request: &Request<Full<Bytes>>) -> String {
    format!("{} {}\n{}", request.method(), request.uri(), head_lines(request.headers()))
}

/// Headers, one a line. The name and password of an address are not kept a second time.
fn head_lines(headers: &HeaderMap) -> String {
    let mut lines = String::new();
    for (name, value) in headers {
        let value = if name == AUTHORIZATION { "(not kept)".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        if lines.len() + name.as_str().len() + value.len() > KEPT_HEAD {
            lines.push_str("…\n");
            break;
        }
        // PostgreSQL stores no NUL in a text; headers have none (RFC 9110, section 5.5).
        lines.extend([name.as_str(), ": ", &value, "\n"]);
    }
    lines
}

/// Told when a request is given too many informational answers.
fn limit_informational(request: &mut Request<Full<Bytes>>) -> Arc<Notify> {
    let (too_many, count) = (Arc::new(Notify::new()), AtomicUsize::new(0));
    let told = Arc::clone(&too_many);
    hyper::ext::on_informational(request, move |_| {
        if count.fetch_add(1, Ordering::Relaxed) == INFORMATIONAL {
            told.notify_one();
        }
    });
    too_many
}

fn request(job: &Job, at: i64) -> Result<Request<Full<Bytes>>, String> {
    let target = job.target.as_ref().as_ref().map_err(|refused| format!("the target URL {refused}"))?;
    let keys = job.keys.as_ref().map_err(|why| (*why).to_owned())?;
    let event = Event { ulid: &job.ulid, topic: job.topic, subdomain: &job.subdomain, body: &job.body };
    let mut request = event.request(&target.uri, keys, at).map_err(|error| error.to_string())?;
    if let Some(authorization) = &target.authorization {
        request.headers_mut().insert(AUTHORIZATION, authorization.clone());
    }
    Ok(request)
}

/// The beginning of an answer's body. A body that is read to its end leaves the connection to the next request; with a
/// longer one it is closed.
async fn beginning(mut body: Incoming, deadline: Instant) -> String {
    let mut kept = Vec::new();
    while kept.len() < KEPT {
        let Ok(Some(Ok(frame))) = timeout_at(deadline.into(), body.frame()).await else { break };
        if let Some(data) = frame.data_ref() {
            kept.extend_from_slice(&data[..data.len().min(KEPT - kept.len())]);
        }
    }
    if kept.len() == KEPT {
        // Not half a character at the cut.
        if let Err(cut) = std::str::from_utf8(&kept)
            && cut.error_len().is_none()
        {
            kept.truncate(cut.valid_up_to());
        }
    }
    // PostgreSQL stores no NUL in a text.
    String::from_utf8_lossy(&kept).replace('\0', "")
}

/// An error in the words of its innermost cause.
fn told(error: &hyper_util::client::legacy::Error) -> String {
    let cause = innermost(error);
    let cause = match cause.downcast_ref::<TargetError>() {
        Some(refused) => return format!("the target URL {refused}"),
        None => cause.to_string().replace('\0', ""),
    };
    let text = if error.is_connect() { format!("no connection: {cause}") } else { cause };
    text.chars().take(ERROR).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_keeps_its_query_and_gives_up_its_password() {
        let policy = Policy::new("production", "", "school.example").expect("a policy");
        let target = Target::new("https://Ann:p%40ss@Example.org/in/hook?a=b&c=%20#top", &policy).expect("a target");
        assert_eq!(target.uri, "https://example.org/in/hook?a=b&c=%20");
        // printf 'Ann:p@ss' | base64
        assert_eq!(target.authorization.as_ref().map(HeaderValue::as_bytes), Some(b"Basic QW5uOnBAc3M=".as_slice()));
        assert_eq!(target.authority(), "example.org");
        assert_eq!(Target::new("http://example.org/", &policy).err(), Some(TargetError::NotHttps));
    }
}
