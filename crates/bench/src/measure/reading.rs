//! Reading under load, beside bare axum.

use super::{Bench, Row, USERS, honest};
use crate::http::{Answer, Caller, Connection};
use crate::load::{Load, Requests, Spread, drive};
use crate::report::{count, milliseconds};
use crate::scholae::{Child, Home, School};
use crate::statistics::{ends, median};
use crate::{Outcome, machine, yardstick};
use std::time::Duration;

/// One side of a comparison by load.
#[derive(Debug, Default)]
pub struct Side {
    pub per_second: Vec<f64>,
    pub p99: Vec<f64>,
    answered: u64,
    cpu: Duration,
    own: Duration,
}

impl Side {
    pub fn add(&mut self, load: &Load, cpu: Duration, own: Duration) {
        self.per_second.push(load.per_second);
        self.p99.push(load.p99_ms);
        self.answered += load.answered;
        self.cpu += cpu;
        self.own += own;
    }

    /// Processor time of an answer, in microseconds.
    pub fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.answered.max(1) as f64
    }

    /// Processor time to ask, in microseconds.
    fn own_each(&self) -> f64 {
        self.own.as_secs_f64() * 1e6 / self.answered.max(1) as f64
    }
}

impl Bench<'_> {
    pub(super) fn under_load(&mut self, home: &Home, school: &School) -> Outcome<()> {
        let server = home.serve()?;
        let caller = school.caller();
        let mut connection = Connection::open(server.address)?;
        if self.wants(&[Row::List]) {
            self.say("a page of users, beside bare axum");
            let answer = connection.get(&caller, "/api/public/v1/users?limit=25")?;
            honest(&answer, USERS)?;
            let bare = yardstick::start(&self.work.join("yardstick"), &answer)?;
            same(&bare, &caller, &answer)?;
            let caller = caller.clone();
            self.beside(&server, &bare, "list", move |_| {
                let mut request = Vec::new();
                caller.get(&mut request, format_args!("/api/public/v1/users?limit=25"));
                Box::new(move |into| {
                    into.extend_from_slice(&request);
                    true
                })
            })?;
        }
        if self.wants(&[Row::Get]) {
            self.say("a user, beside bare axum");
            let (first, last) = (school.first_user_id, school.last_user_id);
            let answer = connection.get(&caller, &format!("/api/public/v1/users/{}", u64::midpoint(first, last)))?;
            let bare = yardstick::start(&self.work.join("yardstick"), &answer)?;
            same(&bare, &caller, &answer)?;
            let caller = caller.clone();
            self.beside(&server, &bare, "get", move |n| {
                let (caller, mut spread) = (caller.clone(), Spread::new(n));
                Box::new(move |into| {
                    let id = spread.between(first, last);
                    caller.get(into, format_args!("/api/public/v1/users/{id}"));
                    true
                })
            })?;
        }
        if self.wants(&[Row::Writes]) {
            self.writes(&server, school, &mut connection)?;
        }
        Ok(())
    }

    /// Puts the same load on the server and on its yardstick, in turns.
    fn beside(
        &mut self,
        server: &Child,
        bare: &Child,
        key: &'static str,
        requests: impl Fn(u64) -> Requests,
    ) -> Outcome<()> {
        let length = Duration::from_secs_f64(self.method.round_seconds);
        let all = || (0..self.method.connections).map(&requests).collect::<Vec<_>>();
        for child in [server, bare] {
            drive(child.address, all(), length / 2, 200)?;
        }
        let (mut ours, mut theirs) = (Side::default(), Side::default());
        for _ in 0..self.method.rounds {
            for (side, child) in [(&mut ours, server), (&mut theirs, bare)] {
                let (before, own_before) = (machine::cpu_time(child.id()), machine::cpu_time(std::process::id()));
                let load = drive(child.address, all(), length, 200)?;
                let own = machine::cpu_time(std::process::id()) - own_before;
                side.add(&load, machine::cpu_time(child.id()) - before, own);
            }
        }
        let ratios = ours.per_second.iter().zip(&theirs.per_second).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours.per_second), median(&theirs.per_second));
        let numbers = format!(
            "{} ÷ {} a second; 99% within {} and {} ms; {:.1} and {:.1} µs of processor an answer, and {:.1} µs to \
             ask: {:.2} by processor time",
            count(a as u64),
            count(b as u64),
            milliseconds(median(&ours.p99)),
            milliseconds(median(&theirs.p99)),
            ours.cpu_each(),
            theirs.cpu_each(),
            theirs.own_each(),
            (theirs.cpu_each() + theirs.own_each()) / (ours.cpu_each() + ours.own_each()),
        );
        self.found(key, a / b, ends(ratios), numbers);
        Ok(())
    }
}

/// Makes sure that the yardstick answers what the server answered.
fn same(bare: &Child, caller: &Caller, answer: &Answer) -> Outcome<()> {
    let theirs = Connection::open(bare.address)?.get(caller, "/api/public/v1/users")?;
    if theirs.body == answer.body && theirs.headers.len() >= answer.headers.len() {
        Ok(())
    } else {
        Err("the yardstick does not answer the same bytes".into())
    }
}
