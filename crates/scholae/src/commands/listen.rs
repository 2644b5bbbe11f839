//! `scholae listen`: a school's events, forwarded to a program on this machine as webhooks would send them.

use super::feed::{Feed, FeedEvent, Source, address, http};
use super::until_stopped;
use crate::config::{Config, Failure};
use clap::Args;
use delivery::connect::{HttpClient, cause};
use delivery::request::Event;
use delivery::sign;
use http_body_util::BodyExt as _;
use hyper::body::Bytes;
use hyper::{StatusCode, Uri};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Forward a school's events to a program on this machine, signed as webhooks are
///
/// No webhook is made: events are asked of the server, and sent on with the headers and the signatures of a real
/// delivery, in their order, once each. When the server starts again, it goes on after the last event. Cause events
/// with `scholae trigger`.
#[derive(Debug, Args)]
pub struct Listen {
    /// Where to send them, such as http://localhost:3000/hook
    #[arg(long, value_name = "URL")]
    forward_to: String,
    #[command(flatten)]
    source: Source,
}

impl Listen {
    /// Forwards until Ctrl-C.
    ///
    /// # Errors
    /// When an address is none, the school is not there, or the server refuses.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let target = address(&self.forward_to, "--forward-to")?;
        let limit = config.delivery().timeout;
        let mut feed = self.source.open(config)?;
        let http = http()?;
        until_stopped(async move {
            feed.begin().await?;
            eprintln!("Forwarding the events of `{}` at {} to {target}. Ctrl-C ends it.", feed.subdomain, feed.base);
            eprintln!("They are signed with the school's API key; for libraries of Standard Webhooks: {}", {
                sign::standard_secret(&feed.key)
            });
            loop {
                for happened in feed.next().await? {
                    let begun = Instant::now();
                    let came = forward(&http, &target, &feed, &happened, limit).await;
                    let (time, milliseconds) = (time(&happened), begun.elapsed().as_millis());
                    let FeedEvent { topic, id, .. } = &happened;
                    match came {
                        Ok(status) => println!("{time}  {topic:<28} {id}  {status}  {milliseconds} ms"),
                        Err(why) => println!("{time}  {topic:<28} {id}  {why}"),
                    }
                }
            }
        })
    }
}

/// When it happened, without the day.
fn time(happened: &FeedEvent) -> &str {
    happened.at.get(11..19).unwrap_or(&happened.at)
}

/// Sends an event on: the status that was answered, or what is wrong.
async fn forward(
    http: &HttpClient,
    target: &Uri,
    feed: &Feed,
    happened: &FeedEvent,
    limit: Duration,
) -> Result<StatusCode, String> {
    let event = Event {
        ulid: &happened.id,
        topic: happened.topic,
        subdomain: &feed.subdomain,
        body: &Bytes::from(happened.body.clone()),
    };
    let request = event.request(target, &feed.key.as_str().into(), store::now()).map_err(|error| error.to_string())?;
    let exchange = async {
        let answer = http.request(request).await.map_err(|error| {
            let why = cause(&error);
            if error.is_connect() {
                format!("no connection ({why}): is your program listening at {target}?")
            } else {
                format!("no answer ({why}): look at what your program printed")
            }
        })?;
        let status = answer.status();
        // A body that is read to its end leaves the connection to the next event.
        let _read = answer.into_body().collect().await;
        Ok(status)
    };
    let late = |_| format!("no answer within {} s: answer first, and work afterwards", limit.as_secs());
    timeout(limit, exchange).await.map_err(late)?
}
