//! Tests through the public face: HTTP and the command line, on both engines.

#[macro_use]
mod support;

mod apps;
mod authentication;
mod chaos;
mod closed_pipe;
mod command_line;
mod configuration;
mod contract;
mod conventions;
mod course_examples;
mod crash;
mod encrypted_database;
mod events_on_command;
mod fixtures;
mod hanging_database;
mod invalid_input;
mod key_rotation;
mod manage;
mod oauth;
mod owners;
mod people;
mod reachability;
mod reference_examples;
mod resources;
mod restored_webhooks;
mod security_log;
mod server;
mod server_key;
mod signatures;
mod site_isolation;
mod topics;
mod two_servers;
mod webhooks_api;
mod where_the_data_is;
