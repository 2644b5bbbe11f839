//! An event on its way: the request that a receiver gets.

use crate::sign::{self, SigningKeys};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};

const SIGNATURE: HeaderName = HeaderName::from_static("x-thinkific-hmac-sha256");
const TOPIC: HeaderName = HeaderName::from_static("x-thinkific-topic");
const SUBDOMAIN: HeaderName = HeaderName::from_static("x-thinkific-subdomain");
const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const AGENT: HeaderValue = HeaderValue::from_static(concat!("Scholae/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An event as a receiver is told of it.
#[derive(Debug, Clone, Copy)]
pub struct Event<'e> {
    /// Its id on the wire.
    pub ulid: &'e str,
    /// Its topic.
    pub topic: &'e str,
    /// The school's subdomain.
    pub subdomain: &'e str,
    /// The envelope, byte by byte.
    pub body: &'e Bytes,
}

impl Event<'_> {
    /// The request that tells an address of it: signed with these keys, sent at this moment (milliseconds since 1970).
    ///
    /// # Errors
    /// When the topic, the subdomain or the id cannot stand in a header.
    pub fn request(&self, to: &Uri, keys: &SigningKeys, at: i64) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let timestamp = at.div_euclid(1000);
        let signatures: Vec<String> =
            keys.at(at).map(|key| sign::standard(key, self.ulid, timestamp, self.body)).collect();
        Request::builder()
            .method(Method::POST)
            .uri(to.clone())
            .header(CONTENT_TYPE, JSON)
            .header(USER_AGENT, AGENT)
            .header(SIGNATURE, sign::body(&keys.current, self.body))
            .header(TOPIC, self.topic)
            .header(SUBDOMAIN, self.subdomain)
            .header(WEBHOOK_ID, self.ulid)
            .header(WEBHOOK_TIMESTAMP, timestamp)
            .header(WEBHOOK_SIGNATURE, signatures.join(" "))
            .body(Full::new(self.body.clone()))
    }
}
