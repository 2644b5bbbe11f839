//! `scholae`: a school with its whole developer platform, in one program.

mod commands;
mod config;
mod course;
mod demo;
mod logs;
mod progress;

use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = commands::Arguments::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("scholae: {failure}");
            ExitCode::FAILURE
        }
    }
}
