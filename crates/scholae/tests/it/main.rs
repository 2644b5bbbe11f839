//! Tests through the public face: HTTP and the command line, on both engines.

#[macro_use]
mod support;

mod apps;
mod attacks;
mod authentication;
mod bringing_people_in;
mod chaos;
mod closed_pipe;
mod command_line;
mod configuration;
mod contract;
mod conventions;
mod course_examples;
mod crash;
mod csv_rows;
mod deletion_traces;
mod encrypted_database;
mod events_on_command;
mod exact_moments;
mod filter_pairs;
mod fixtures;
mod hanging_database;
mod help;
mod invalid_input;
mod key_rotation;
mod manage;
mod oauth;
mod operations;
mod owners;
mod people;
mod reachability;
mod reference_examples;
mod reference_pages;
mod resources;
mod restored_webhooks;
mod same_names;
mod security_log;
mod server;
mod server_key;
mod signatures;
mod site_isolation;
mod topics;
mod two_servers;
mod webhooks_api;
mod where_the_data_is;
