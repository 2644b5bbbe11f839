//! The admin area: who may open what, and what each page shows and does.

mod bulk;
mod deliveries;
mod enrolling;
mod files;
mod groups;
mod home;
mod hooks;
mod import_in_a_browser;
mod imports;
mod in_a_browser;
mod keys;
mod people;
mod profile_fields;
mod security_log;
mod users;
mod webhooks;
mod who_gets_what;

pub use people::{Person, manager};
