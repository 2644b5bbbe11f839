//! Whom or what an event is about, in a few words, for lists of events.

use serde_json::Value;

/// Where payloads have the address of whom they are about.
const WHO: [&str; 2] = ["/user/email", "/email"];
/// Where payloads have the name of what they are about.
const WHAT: [&str; 7] =
    ["/course/name", "/product_name", "/order/product_name", "/lesson/name", "/quiz/name", "/name", "/plan"];

/// Whom and what an event is about, as its body has them: their address, and the name of a thing.
#[must_use]
pub fn about(body: &str) -> Vec<String> {
    let envelope: Value = serde_json::from_str(body).unwrap_or_default();
    let first = |pointers: &[&str]| {
        let mut texts = pointers.iter().filter_map(|pointer| envelope["payload"].pointer(pointer)?.as_str());
        texts.next().map(str::to_owned)
    };
    first(&WHO).into_iter().chain(first(&WHAT)).collect()
}
