//! Tests through the public face: HTTP and the command line, on both engines.

#[macro_use]
mod support;

mod apps;
mod around;
mod authentication;
mod chaos;
mod closed_pipe;
mod command_line;
mod configuration;
mod contract;
mod course_examples;
mod crash;
mod encrypted_database;
mod events_on_command;
mod fixtures;
mod foreign;
mod hanging_database;
mod hostile;
mod oauth;
mod owners;
mod people;
mod reach;
mod reference_examples;
mod resources;
mod rest;
mod restored_webhooks;
mod server;
mod server_key;
mod signatures;
mod topics;
mod two_servers;
mod webhooks_api;
mod where_the_data_is;
