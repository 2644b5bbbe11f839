//! The admin area: who may open what, and what each page shows and does.

mod deliveries;
mod home;
mod hooks;
mod in_a_browser;
mod keys;
mod people;
mod requests;
mod second_factor_in_a_browser;
mod security_log;
mod settings;
mod users;
mod webhooks;
mod who_gets_what;

pub use people::{Person, manager};
