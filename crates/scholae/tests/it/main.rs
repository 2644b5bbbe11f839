//! Tests through the public face: HTTP and the command line, on both engines.

#[macro_use]
mod support;

mod around;
mod authentication;
mod command_line;
mod course_examples;
mod crash;
mod events_on_command;
mod topics;
mod users;
mod webhooks_api;
mod groups;
mod contract;
mod fixtures;
mod foreign;
mod hostile;
