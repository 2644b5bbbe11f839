//! Single requests at a large school, beside a small one.

use super::{Bench, PAGE, Row, honest};
use crate::Outcome;
use crate::http::{Caller, Connection};
use crate::load::Spread;
use crate::report::milliseconds;
use crate::scholae::{Child, Home, School};
use crate::statistics::{median, quantile};
use std::time::{Duration, Instant};

impl Bench<'_> {
    pub(super) fn latencies(&mut self, large: (&Home, &School), small: (&Home, &School)) -> Outcome<()> {
        if !self.wants(&[Row::FirstPage, Row::DeepPage, Row::Email]) {
            return Ok(());
        }
        let (large_server, small_server) = (large.0.serve()?, small.0.serve()?);
        let mut at_large = Timed::open(&large_server, large.1)?;
        let mut at_small = Timed::open(&small_server, small.1)?;
        honest(&at_large.connection.get(&at_large.caller, "/api/public/v1/users?limit=25")?, large.1.users)?;
        honest(&at_small.connection.get(&at_small.caller, "/api/public/v1/users?limit=25")?, small.1.users)?;
        if self.wants(&[Row::FirstPage]) {
            self.say("the first page of both");
            let path = |_: &mut Spread| "/api/public/v1/users?limit=25".to_owned();
            self.alternate("first-page", (&mut at_large, &path), (&mut at_small, &path))?;
        }
        if self.wants(&[Row::Email]) {
            self.say("a user by address in both");
            let path = |users: u64| {
                move |spread: &mut Spread| {
                    let n = spread.between(1, users);
                    format!("/api/public/v1/users?query%5Bemail%5D=user{n}%40load.example")
                }
            };
            for (timed, school) in [(&mut at_large, large.1), (&mut at_small, small.1)] {
                let path = path(school.users)(&mut timed.spread);
                let found = timed.connection.get(&timed.caller, &path)?.json()?;
                if found["items"].as_array().map(Vec::len) != Some(1) {
                    return Err(format!("{path} does not find its user: {found}").into());
                }
            }
            let (many, few) = (path(large.1.users), path(small.1.users));
            self.alternate("email", (&mut at_large, &many), (&mut at_small, &few))?;
        }
        if self.wants(&[Row::DeepPage]) {
            self.say("the last page and the first");
            let deep = large.1.users / PAGE;
            let page = |n: u64| move |_: &mut Spread| format!("/api/public/v1/users?page={n}&limit={PAGE}");
            let whole = at_large.connection.get(&at_large.caller, &page(deep)(&mut Spread::new(0)))?.json()?;
            if whole["items"].as_array().map(Vec::len) != Some(PAGE as usize) {
                return Err(format!("page {deep} is not a whole page").into());
            }
            let mut first = Timed::open(&large_server, large.1)?;
            self.alternate("deep-page", (&mut at_large, &page(deep)), (&mut first, &page(1)))?;
        }
        Ok(())
    }

    /// Times single requests of both sides in alternating batches.
    fn alternate(
        &mut self,
        key: &'static str,
        (one, path): (&mut Timed, &dyn Fn(&mut Spread) -> String),
        (other, other_path): (&mut Timed, &dyn Fn(&mut Spread) -> String),
    ) -> Outcome<()> {
        let length = Duration::from_secs_f64(self.method.batch_seconds);
        one.batch(path, length * 20)?;
        other.batch(other_path, length * 20)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..self.method.batches {
            ours.push(one.batch(path, length)?);
            theirs.push(other.batch(other_path, length)?);
        }
        let (a, b) = (median(&ours), median(&theirs));
        let mut ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let half = (quantile(&ratios, 0.25), quantile(&ratios, 0.75));
        self.found(key, a / b, half, format!("{} ÷ {} ms", milliseconds(a), milliseconds(b)));
        Ok(())
    }
}

/// One connection whose requests are timed.
struct Timed {
    connection: Connection,
    caller: Caller,
    spread: Spread,
    request: Vec<u8>,
}

impl Timed {
    fn open(server: &Child, school: &School) -> Outcome<Self> {
        let connection = Connection::open(server.address)?;
        Ok(Self { connection, caller: school.caller(), spread: Spread::new(7), request: Vec::new() })
    }

    /// Asks for so long; gives the median time of a request in milliseconds.
    fn batch(&mut self, path: &dyn Fn(&mut Spread) -> String, length: Duration) -> Outcome<f64> {
        let begun = Instant::now();
        let mut times = Vec::new();
        while begun.elapsed() < length || times.len() < 5 {
            self.request.clear();
            self.caller.get(&mut self.request, format_args!("{}", path(&mut self.spread)));
            let (head, took) = self.connection.time(&self.request)?;
            if head.status != 200 {
                return Err(format!("{} answered {}", path(&mut self.spread), head.status).into());
            }
            times.push(took.as_secs_f64() * 1000.0);
        }
        Ok(median(&times))
    }
}
