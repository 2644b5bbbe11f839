//! The admin area: who may open what, and what each page shows and does.

mod in_a_browser;
mod people;
mod users;
mod who_gets_what;

pub use people::{Person, manager};
