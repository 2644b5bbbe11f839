//! Progress of long work: a bar on a terminal, and a line now and then where the error stream is a file or a pipe.

use indicatif::{ProgressBar, ProgressStyle};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long it goes on between two lines. What is done sooner says nothing.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Work with a number of steps, which may be found out while it goes on.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    what: &'static str,
    /// When something was last told, where there is no terminal.
    told: Arc<Mutex<Instant>>,
    between: Duration,
}

impl Progress {
    /// Begins work. Zero steps are a number that is not known yet.
    #[must_use]
    pub fn of(steps: u64, what: &'static str) -> Self {
        Self::telling(steps, what, BETWEEN_LINES)
    }

    fn telling(steps: u64, what: &'static str, between: Duration) -> Self {
        let bar = ProgressBar::new(steps).with_message(what);
        // The template is a constant; should it not parse, the default bar does.
        let style = ProgressStyle::with_template("{msg:>24} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, what, told: Arc::new(Mutex::new(Instant::now())), between }
    }

    /// So many steps more are to be done.
    pub fn expect(&self, steps: u64) {
        self.bar.inc_length(steps);
    }

    /// So many steps more are done.
    pub fn done(&self, steps: u64) {
        self.bar.inc(steps);
        if let Some(line) = self.line() {
            eprintln!("{line}");
        }
    }

    /// So many steps are done in all.
    pub fn at(&self, steps: u64) {
        self.bar.set_position(steps);
        if let Some(line) = self.line() {
            eprintln!("{line}");
        }
    }

    /// What is to be told now, where there is no terminal.
    fn line(&self) -> Option<String> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.bar.is_hidden() || told.elapsed() < self.between {
            return None;
        }
        *told = Instant::now();
        let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
        Some(if all < done {
            format!("{}: {done} so far", self.what)
        } else {
            format!("{}: {done} of {all}", self.what)
        })
    }

    /// What is done from now on.
    pub fn goes_on_with(&self, what: &'static str) {
        self.bar.set_message(what);
    }

    /// Ends it: what was drawn goes away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Does work that does not tell how far it is, and shows that it goes on.
pub fn during<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    let spinner = ProgressBar::new_spinner().with_message(what);
    let terminal = !spinner.is_hidden();
    spinner.enable_steady_tick(Duration::from_millis(120));
    let (ended, waiting) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let begun = Instant::now();
            while waiting.recv_timeout(BETWEEN_LINES) == Err(RecvTimeoutError::Timeout) {
                if !terminal {
                    eprintln!("{what}: {} s so far", begun.elapsed().as_secs());
                }
            }
        });
        let done = work();
        drop(ended);
        spinner.finish_and_clear();
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_is_no_terminal_a_line_is_told_now_and_then() {
        let told = |between| {
            let progress = Progress::telling(3, "users", between);
            progress.bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
            progress.bar.inc(2);
            progress.line()
        };
        assert_eq!(told(Duration::ZERO).as_deref(), Some("users: 2 of 3"));
        assert_eq!(told(Duration::from_secs(60)), None);
    }
}
