//! Events: what happened in the school, recorded with the change itself and sent to whoever asked for it.
//!
//! An event is written in the transaction of its cause, together with one delivery for every webhook that wants it:
//! no event without its change, no change without its event, whatever crashes. The shapes of payloads are in
//! [`payloads`], each with a made-up sample; how each is made of a thing stands beside the thing.

mod about;
mod log;
pub mod payloads;
mod record;
mod samples;
mod topics;

pub use about::about;
pub use log::{Event, after, get, list, newest, place};
pub use record::{record, record_for, record_of_app};
pub use samples::sample;
pub use topics::Topic;
