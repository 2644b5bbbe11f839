//! Durable writes, beside one plain writer.

use super::Bench;
use super::reading::Side;
use crate::http::Connection;
use crate::load::{Requests, drive};
use crate::report::{count, milliseconds};
use crate::scholae::{Child, School};
use crate::statistics::{ends, median};
use crate::yardstick::Writer;
use crate::{Outcome, machine};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

impl Bench<'_> {
    pub(super) fn writes(&mut self, server: &Child, school: &School, connection: &mut Connection) -> Outcome<()> {
        self.say("enrollments, beside a plain writer");
        let plain = self.home("plain")?;
        let mut writer = match &plain.database {
            Some(url) => Writer::postgres(url)?,
            None => Writer::sqlite(&plain.folder.join("plain.db"))?,
        };
        let length = Duration::from_secs_f64(self.method.round_seconds);
        let requests = enrolling(school)?;
        let all = || (0..self.method.writers).map(|_| requests()).collect::<Vec<_>>();
        let mut answered = drive(server.address, all(), length / 4, 201)?.answered;
        let (mut commits, _) = writer.write(0, length / 4)?;
        let (mut ours, mut theirs) = (Side::default(), Vec::new());
        for _ in 0..self.method.rounds {
            let before = machine::cpu_time(server.id());
            let load = drive(server.address, all(), length, 201)?;
            ours.add(&load, machine::cpu_time(server.id()) - before, Duration::ZERO);
            answered += load.answered;
            let (more, per_second) = writer.write(commits, length)?;
            commits += more;
            theirs.push(per_second);
        }
        let answer = connection.get(&school.caller(), "/api/public/v1/enrollments?limit=1")?.json()?;
        let total = answer["meta"]["pagination"]["total_items"].as_u64();
        if total != Some(answered) {
            return Err(format!("{answered} enrollments were answered, the school has {total:?}").into());
        }
        let ratios = ours.per_second.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours.per_second), median(&theirs));
        let numbers = format!(
            "{} ÷ {} a second; 99% within {} ms; {:.0} µs of processor an answer",
            count(a as u64),
            count(b as u64),
            milliseconds(median(&ours.p99)),
            ours.cpu_each(),
        );
        self.found("writes", a / b, ends(ratios), numbers);
        Ok(())
    }
}

/// Makes the requests of a connection that enrolls users, each in each course once: the connections share them.
pub(super) fn enrolling(school: &School) -> Outcome<impl Fn() -> Requests + use<>> {
    let (caller, next) = (school.caller(), Arc::new(AtomicU64::new(0)));
    let first_course = school.first_course_id.ok_or("generate did not tell the first course")?;
    let (users, first_user, courses) = (school.users, school.first_user_id, school.courses);
    Ok(move || -> Requests {
        let (caller, next, mut body) = (caller.clone(), Arc::clone(&next), Vec::with_capacity(128));
        Box::new(move |into| {
            use std::io::Write as _;
            let pair = next.fetch_add(1, Ordering::Relaxed);
            let (user, course) = (first_user + pair % users, first_course + pair / users);
            body.clear();
            let _infallible =
                write!(body, "{{\"user_id\":{user},\"course_id\":{course},\"activated_at\":\"2026-01-01T00:00:00Z\"}}");
            caller.post(into, format_args!("/api/public/v1/enrollments"), &body);
            pair < users * courses
        })
    })
}
