//! The admin area: who may open what, and what each page shows and does.

mod catalogue;
mod courses;
mod courses_in_a_browser;
mod deliveries;
mod home;
mod hooks;
mod in_a_browser;
mod keys;
mod people;
mod security_log;
mod users;
mod webhooks;
mod who_gets_what;

pub use people::{Person, manager};
