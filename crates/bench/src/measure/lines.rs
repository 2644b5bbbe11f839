//! The lines of the table: what each number is of, what it must be and what it should be.

use super::results::{Line, Method, Unit};
use super::uploads::upload_mebibytes;
use super::{MEMORY_REQUESTS, PAGE, USERS, USERS_SMALL};
use crate::report::count;
use std::collections::BTreeMap;

/// What the throughput of reads is measured against.
const AXUM: &str = "bare axum answering the same bytes";

/// Every line, not measured yet.
pub fn lines(method: &Method) -> Vec<Line> {
    [reads_and_writes(method), deliveries(method), apps(), manage(method), footprint(method)]
        .into_iter()
        .flatten()
        .collect()
}

/// A number that must not be smaller.
fn at_least(key: &str, what: impl Into<String>, unit: Unit, must: f64, aim: impl Into<Option<f64>>) -> Line {
    Line {
        key: key.to_owned(),
        what: what.into(),
        unit,
        more_is_better: true,
        must,
        aim: aim.into(),
        measured: BTreeMap::new(),
    }
}

/// A number that must not be larger.
fn at_most(key: &str, what: impl Into<String>, unit: Unit, must: f64, aim: impl Into<Option<f64>>) -> Line {
    Line { more_is_better: false, ..at_least(key, what, unit, must, aim) }
}

/// Reading and writing through the Admin API.
fn reads_and_writes(method: &Method) -> Vec<Line> {
    let (many, few, last) = (count(method.users_large), count(USERS_SMALL), method.users_large / PAGE);
    vec![
        at_least("list", format!("GET /users?limit=25 of {} users ÷ {AXUM}", count(USERS)), Unit::Ratio, 0.20, 0.40),
        at_least("get", format!("GET /users/{{id}}, any of them ÷ {AXUM}"), Unit::Ratio, 0.40, 0.60),
        at_most(
            "first-page",
            format!("first page at {many} users ÷ first page at {few}, median latency"),
            Unit::Ratio,
            1.2,
            1.0,
        ),
        at_most(
            "deep-page",
            format!("page={last}&limit={PAGE} ÷ page=1&limit={PAGE} at {many} users, median latency"),
            Unit::Ratio,
            1.5,
            1.1,
        ),
        at_most("email", format!("query[email]= at {many} users ÷ at {few}, median latency"), Unit::Ratio, 1.2, 1.0),
        at_least(
            "writes",
            "durable POST /enrollments, 64 clients ÷ commits of one plain writer with a sync each",
            Unit::Ratio,
            2.0,
            6.0,
        ),
        at_most(
            "bulk-enroll",
            format!("{} addresses enrolled by one job, with events, from asking to the end", count(USERS)),
            Unit::Milliseconds,
            5000.0,
            2000.0,
        ),
    ]
}

/// Webhooks.
fn deliveries(method: &Method) -> Vec<Line> {
    vec![
        at_least(
            "deliveries",
            "deliveries to one fast receiver ÷ a bare hyper client posting the same bodies to it",
            Unit::Ratio,
            0.10,
            0.25,
        ),
        at_least("deliveries-a-second", "deliveries to one fast receiver", Unit::PerSecond, 2500.0, 4000.0),
        at_most(
            "delivery-median",
            "commit of a change to the first byte at the receiver, 100 events a second, median",
            Unit::Milliseconds,
            3.0,
            2.0,
        ),
        at_most("delivery-p99", "the same, 99% within", Unit::Milliseconds, 15.0, 5.0),
        at_least("hooked-writes", "durable writes with a webhook that hears of them ÷ without", Unit::Ratio, 0.7, 0.9),
        at_most(
            "silent-receivers",
            "1,000 webhooks, 50 receivers never answer: 99% of the others within ÷ without the 50",
            Unit::Ratio,
            1.5,
            1.1,
        ),
        at_most(
            "claims",
            format!("a claim from {} waiting deliveries ÷ from 1,000", count(method.waiting)),
            Unit::Ratio,
            1.5,
            1.1,
        ),
    ]
}

/// Tokens and what leads to them.
fn apps() -> Vec<Line> {
    vec![
        at_least("bearer", "GET /users/{id} with an app's token ÷ with the key", Unit::Ratio, 0.9, 1.0),
        at_least(
            "refresh",
            "renewed tokens, 64 clients, durable ÷ client credentials of oidc-provider in memory",
            Unit::Ratio,
            0.8,
            1.5,
        ),
        at_least(
            "codes",
            "codes redeemed with a signed id token ÷ RS256 signatures of one core",
            Unit::Ratio,
            0.3,
            0.6,
        ),
        at_most(
            "authorize",
            "authorizing somebody who agreed before, 50 a second, 99% within",
            Unit::Milliseconds,
            25.0,
            10.0,
        ),
    ]
}

/// The admin area.
fn manage(method: &Method) -> Vec<Line> {
    let many = count(method.users_large);
    vec![
        at_most(
            "manage-users",
            format!("users page of /manage at {many} users, any page, median"),
            Unit::Milliseconds,
            10.0,
            4.0,
        ),
        at_most(
            "manage-home",
            format!("home page of /manage with its plots over a year, {many} enrollments and orders, median"),
            Unit::Milliseconds,
            30.0,
            10.0,
        ),
        at_most(
            "manage-bytes",
            "any page of /manage: bytes with everything it loads, compressed",
            Unit::Kilobytes,
            100.0,
            60.0,
        ),
    ]
}

/// Memory, start and size.
fn footprint(method: &Method) -> Vec<Line> {
    let many = count(method.users_large);
    vec![
        at_most("memory-idle", "resident memory, demo school, idle", Unit::Mebibytes, 30.0, None),
        at_most(
            "memory-after",
            format!("resident memory, demo school, after {} requests", count(MEMORY_REQUESTS)),
            Unit::Mebibytes,
            64.0,
            None,
        ),
        at_most(
            "upload-memory",
            format!(
                "upload of {} MiB in one request: resident memory more than before, at most",
                count(upload_mebibytes(method))
            ),
            Unit::Mebibytes,
            32.0,
            8.0,
        ),
        at_most("start", format!("start to first answer, {many} users there already"), Unit::Milliseconds, 100.0, None),
        at_most("size", "size of the program", Unit::Megabytes, 40.0, None),
    ]
}
