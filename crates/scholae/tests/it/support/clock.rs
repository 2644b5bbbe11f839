//! A clock that can be moved under a running server: a few lines of C, loaded before the C library of the program,
//! add a number of milliseconds to what it says. Nothing in the program knows of it.

use std::io::{Seek as _, Write as _};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::{NamedTempFile, TempDir};

const SOURCE: &str = include_str!("clock.c");

/// A clock, as far from the machine's as it was moved.
pub struct Clock {
    folder: TempDir,
    file: Mutex<NamedTempFile>,
    offset: AtomicI64,
}

impl Clock {
    /// The machine's clock, not moved yet; none where there is no C compiler, which is said.
    pub fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let (source, library) = (folder.path().join("clock.c"), folder.path().join("clock.so"));
        std::fs::write(&source, SOURCE).expect("written");
        let made = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).status();
        if !made.is_ok_and(|made| made.success()) {
            eprintln!("SKIPPED the moved clock: no C compiler found (cc)");
            return None;
        }
        let clock = Self { folder, file: Mutex::new(NamedTempFile::new().expect("a file")), offset: AtomicI64::new(0) };
        clock.set(0);
        Some(clock)
    }

    /// Lets a program have this clock.
    pub fn give(&self, command: &mut Command) {
        let file = self.file.lock().expect("ours").path().to_owned();
        command.env("LD_PRELOAD", self.folder.path().join("clock.so")).env("CLOCK_OFFSET", file);
    }

    /// Moves it by so many seconds, for every program that has it.
    pub fn advance(&self, seconds: i64) {
        self.set(self.offset.load(Ordering::Relaxed) + seconds * 1000);
    }

    /// How far it is from the machine's, in milliseconds.
    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    fn set(&self, milliseconds: i64) {
        self.offset.store(milliseconds, Ordering::Relaxed);
        let mut file = self.file.lock().expect("ours");
        file.rewind().and_then(|()| file.write_all(&milliseconds.to_ne_bytes())).expect("written");
    }
}
