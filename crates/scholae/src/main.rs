//! `scholae`: a school with its whole developer platform, in one program.

// First: its macros hold in everything after it.
#[macro_use]
mod out;

mod commands;
mod config;
mod course;
mod demo;
mod location;
mod logs;
mod names;
mod progress;
mod spelling;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = commands::Arguments::read();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("scholae: {failure}");
            ExitCode::FAILURE
        }
    }
}
