//! What is printed. The macros of the standard library panic when nobody reads any more, as in `scholae site list |
//! head -1`; those here, which stand in for them in the whole program, end it quietly.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write as _};

/// The exit code of a program that SIGPIPE ends, as shells tell it (128 + 13): not everything was told, and nobody
/// wanted to hear it.
const NOBODY_READS: i32 = 141;

/// [`std::print!`], for readers that may go away.
macro_rules! print {
    ($($said:tt)*) => { $crate::out::said(format_args!($($said)*), "") };
}

/// [`std::println!`], for readers that may go away.
macro_rules! println {
    ($($said:tt)*) => { $crate::out::said(format_args!($($said)*), "\n") };
}

/// [`std::eprintln!`], for readers that may go away.
macro_rules! eprintln {
    ($($said:tt)*) => { $crate::out::complained(format_args!($($said)*)) };
}

/// Prints what a command was asked for. The program ends when that cannot be told: quietly when nobody reads, and with
/// the reason when it cannot be written, such as to a full disk.
pub fn said(text: Arguments<'_>, end: &str) {
    let mut out = std::io::stdout().lock();
    let told = out.write_fmt(text).and_then(|()| out.write_all(end.as_bytes())).and_then(|()| out.flush());
    drop(out);
    match told {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(NOBODY_READS),
        Err(error) => {
            complained(format_args!("scholae: what was asked for cannot be written: {error}"));
            std::process::exit(1);
        }
    }
}

/// Prints a remark for whoever watches. The work goes on without anybody who does.
pub fn complained(text: Arguments<'_>) {
    let mut err = std::io::stderr().lock();
    let _told = err.write_fmt(text).and_then(|()| err.write_all(b"\n"));
}
