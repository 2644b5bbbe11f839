//! A clock that can be moved or stopped under a running server: a few lines of C, loaded before the C library of the
//! program, change what it says. Nothing in the program knows of it.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::{NamedTempFile, TempDir};
use testing::skipped;

const SOURCE: &str = include_str!("clock.c");
/// Where in the file the moment stands at which the clock is stopped.
const STOPPED_AT: u64 = 8;

/// A clock, as far from the machine's as it was moved.
pub struct Clock {
    folder: TempDir,
    file: Mutex<NamedTempFile>,
    offset: AtomicI64,
}

impl Clock {
    /// The machine's clock, not moved yet; none where there is no C compiler, which is noted.
    pub fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let (source, library) = (folder.path().join("clock.c"), folder.path().join("clock.so"));
        std::fs::write(&source, SOURCE).expect("written");
        if !skipped::can("what depends on the moment", &["cc"]) {
            return None;
        }
        let made = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).status();
        assert!(made.expect("a compiler").success(), "the clock is not compiled");
        let clock = Self { folder, file: Mutex::new(NamedTempFile::new().expect("a file")), offset: AtomicI64::new(0) };
        clock.write(0, 0);
        clock.write(STOPPED_AT, 0);
        Some(clock)
    }

    /// Lets a program have this clock.
    pub fn give(&self, command: &mut Command) {
        let file = self.file.lock().expect("ours").path().to_owned();
        command.env("LD_PRELOAD", self.folder.path().join("clock.so")).env("CLOCK_OFFSET", file);
    }

    /// Moves it by so many seconds, for every program that has it.
    pub fn advance(&self, seconds: i64) {
        let milliseconds = self.offset() + seconds * 1000;
        self.offset.store(milliseconds, Ordering::Relaxed);
        self.write(0, milliseconds);
    }

    /// How far it is from the machine's, in milliseconds.
    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// Stops it at a moment, in milliseconds since 1970-01-01T00:00:00Z, for every program that has it.
    pub fn stop_at(&self, moment: i64) {
        self.write(STOPPED_AT, moment);
    }

    fn write(&self, place: u64, milliseconds: i64) {
        let mut file = self.file.lock().expect("ours");
        let moved = file.seek(SeekFrom::Start(place));
        moved.and_then(|_| file.write_all(&milliseconds.to_ne_bytes())).expect("written");
    }
}
