//! What webhooks cost those who have nothing to do with them: the school's writes, and other receivers.

use super::deliveries::{SignUps, target, webhook};
use super::reading::Side;
use super::writes::enrolling;
use super::{Bench, COURSES, Row, USERS};
use crate::Outcome;
use crate::http::Connection;
use crate::load::drive;
use crate::receiver::{Note, Receiver, silent};
use crate::report::{count, milliseconds};
use crate::scholae::{Child, School};
use crate::statistics::{ends, median, quantile};
use std::time::{Duration, Instant};

/// Webhooks of one event, and how many of their receivers never answer.
const WEBHOOKS: u64 = 1_000;
const SILENT: u64 = 50;
/// The pause between events, in which all of their deliveries can be made.
const PAUSE: Duration = Duration::from_millis(1000);
const LONGEST: Duration = Duration::from_secs(120);

impl Bench<'_> {
    pub(super) fn webhooks(&mut self) -> Outcome<()> {
        if self.wants(&[Row::HookedWrites]) {
            self.hooked_writes()?;
        }
        if self.wants(&[Row::SilentReceivers]) {
            self.silent_receivers()?;
        }
        Ok(())
    }

    /// The same writes, in turns with a webhook that hears of each and with it switched off.
    fn hooked_writes(&mut self) -> Outcome<()> {
        self.say("writes that a webhook hears of");
        let home = self.home("hooked")?;
        let school = home.generate(USERS, COURSES)?;
        self.settle(&home)?;
        let server = home.serve()?;
        let receiver = Receiver::start()?;
        let id = webhook(&server, &school, "enrollment.created", &target(receiver.address, 1))?;
        let requests = enrolling(&school)?;
        let all = || (0..self.method.writers).map(|_| requests()).collect::<Vec<_>>();
        let length = Duration::from_secs_f64(self.method.round_seconds);
        let (mut heard_of, mut unheard) = (Side::default(), Side::default());
        for round in 0..=self.method.rounds {
            for (side, active) in [(&mut heard_of, true), (&mut unheard, false)] {
                switch(&server, &school, &id, active)?;
                let load = drive(server.address, all(), if round == 0 { length / 4 } else { length }, 201)?;
                if active {
                    // What is still under way is no part of the other side.
                    receiver.wait(load.answered, LONGEST)?;
                    receiver.take();
                }
                if round > 0 {
                    side.add(&load, Duration::ZERO, Duration::ZERO);
                }
            }
        }
        let ratios = heard_of.per_second.iter().zip(&unheard.per_second).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&heard_of.per_second), median(&unheard.per_second));
        let numbers = format!(
            "{} ÷ {} a second; 99% within {} and {} ms",
            count(a as u64),
            count(b as u64),
            milliseconds(median(&heard_of.p99)),
            milliseconds(median(&unheard.p99)),
        );
        self.found("hooked-writes", a / b, ends(ratios), numbers);
        Ok(())
    }

    /// How soon those hear of an event whose receivers answer, beside some that never do.
    fn silent_receivers(&mut self) -> Outcome<()> {
        self.say("many webhooks, some of whose receivers never answer");
        let mut sides = Vec::new();
        for (name, hanging) in [("silent", SILENT), ("prompt", 0)] {
            let home = self.home(name)?;
            let school = home.generate(1, 1)?;
            let (receiver, nowhere) = (Receiver::start()?, silent()?);
            let server = home.serve()?;
            for number in 0..WEBHOOKS - SILENT + hanging {
                // Spread among the others.
                let hangs = hanging > 0 && number % (WEBHOOKS / SILENT) == 0;
                webhook(
                    &server,
                    &school,
                    "user.signup",
                    &target(if hangs { nowhere } else { receiver.address }, number),
                )?;
            }
            let signing = SignUps::at(&server, &school)?;
            sides.push(Many { _server: server, receiver, signing, number: 0 });
        }
        let events = (self.method.round_seconds * 2.0).ceil() as u64;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..=self.method.rounds {
            for (side, p99s) in sides.iter_mut().zip([&mut ours, &mut theirs]) {
                let p99 = side.round(if round == 0 { 2 } else { events })?;
                if round > 0 {
                    p99s.push(p99);
                }
            }
        }
        let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours), median(&theirs));
        let numbers = format!("{} ÷ {} ms from the commit to the first byte", milliseconds(a), milliseconds(b));
        self.found("silent-receivers", a / b, ends(ratios), numbers);
        Ok(())
    }
}

/// A school with many webhooks.
struct Many {
    /// Serves until it is dropped.
    _server: Child,
    receiver: Receiver,
    signing: SignUps,
    number: u64,
}

impl Many {
    /// Lets so many events happen, one after another; gives the time from their commits to the first byte that one
    /// delivery in a hundred took longer than, in milliseconds.
    fn round(&mut self, events: u64) -> Outcome<f64> {
        let first = self.number;
        let mut committed = Vec::new();
        for _ in 0..events {
            let begun = Instant::now();
            self.signing.one(self.number)?;
            committed.push(Instant::now());
            self.number += 1;
            std::thread::sleep(PAUSE.saturating_sub(begun.elapsed()));
        }
        self.receiver.wait(events * (WEBHOOKS - SILENT), LONGEST)?;
        let mut ways = Vec::new();
        for Note { at, number } in self.receiver.take() {
            let index = number.and_then(|number| number.checked_sub(first)).ok_or("a strange event")?;
            let committed = committed.get(usize::try_from(index)?).ok_or("a strange event")?;
            ways.push(at.saturating_duration_since(*committed).as_secs_f64() * 1000.0);
        }
        ways.sort_unstable_by(f64::total_cmp);
        Ok(quantile(&ways, 0.99))
    }
}

fn switch(server: &Child, school: &School, id: &str, active: bool) -> Outcome<()> {
    let status = if active { "active" } else { "disabled" };
    let body = format!("{{\"status\":\"{status}\"}}");
    let mut request = Vec::new();
    school.caller().put(&mut request, format_args!("/api/v2/webhooks/{id}"), body.as_bytes());
    Connection::open(server.address)?.ask(&request)?.expect(200)?;
    Ok(())
}
