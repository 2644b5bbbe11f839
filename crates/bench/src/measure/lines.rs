//! The lines of the table: what each number is of, what it must be and what it should be.

use super::results::{Line, Method, Unit};
use super::{MEMORY_REQUESTS, PAGE, USERS, USERS_SMALL};
use crate::report::count;
use std::collections::BTreeMap;

/// Every line, not measured yet.
pub fn lines(method: &Method) -> Vec<Line> {
    let large = method.users_large;
    let line = |key: &str, what: String, unit, more_is_better, must, aim| Line {
        key: key.to_owned(),
        what,
        unit,
        more_is_better,
        must,
        aim,
        measured: BTreeMap::new(),
    };
    let (many, few, last) = (count(large), count(USERS_SMALL), large / PAGE);
    let yardstick = "bare axum answering the same bytes";
    vec![
        line(
            "list",
            format!("GET /users?limit=25 of {} users ÷ {yardstick}", count(USERS)),
            Unit::Ratio,
            true,
            0.20,
            Some(0.40),
        ),
        line("get", format!("GET /users/{{id}}, any of them ÷ {yardstick}"), Unit::Ratio, true, 0.40, Some(0.60)),
        line(
            "first-page",
            format!("first page at {many} users ÷ first page at {few}, median latency"),
            Unit::Ratio,
            false,
            1.2,
            Some(1.0),
        ),
        line(
            "deep-page",
            format!("page={last}&limit={PAGE} ÷ page=1&limit={PAGE} at {many} users, median latency"),
            Unit::Ratio,
            false,
            1.5,
            Some(1.1),
        ),
        line(
            "email",
            format!("query[email]= at {many} users ÷ at {few}, median latency"),
            Unit::Ratio,
            false,
            1.2,
            Some(1.0),
        ),
        line(
            "writes",
            "durable POST /enrollments, 64 clients ÷ commits of one plain writer with a sync each".to_owned(),
            Unit::Ratio,
            true,
            2.0,
            Some(6.0),
        ),
        line(
            "deliveries",
            "deliveries to one fast receiver ÷ a bare hyper client posting the same bodies to it".to_owned(),
            Unit::Ratio,
            true,
            0.10,
            Some(0.25),
        ),
        line(
            "deliveries-a-second",
            "deliveries to one fast receiver".to_owned(),
            Unit::PerSecond,
            true,
            2500.0,
            Some(4000.0),
        ),
        line(
            "delivery-median",
            "commit of a change to the first byte at the receiver, 100 events a second, median".to_owned(),
            Unit::Milliseconds,
            false,
            3.0,
            Some(2.0),
        ),
        line("delivery-p99", "the same, 99% within".to_owned(), Unit::Milliseconds, false, 15.0, Some(5.0)),
        line(
            "hooked-writes",
            "durable writes with a webhook that hears of them ÷ without".to_owned(),
            Unit::Ratio,
            true,
            0.7,
            Some(0.9),
        ),
        line(
            "silent-receivers",
            "1,000 webhooks, 50 receivers never answer: 99% of the others within ÷ without the 50".to_owned(),
            Unit::Ratio,
            false,
            1.5,
            Some(1.1),
        ),
        line(
            "claims",
            format!("a claim from {} waiting deliveries ÷ from 1,000", count(method.waiting)),
            Unit::Ratio,
            false,
            1.5,
            Some(1.1),
        ),
        line(
            "bearer",
            "GET /users/{id} with an app's token ÷ with the key".to_owned(),
            Unit::Ratio,
            true,
            0.9,
            Some(1.0),
        ),
        line(
            "refresh",
            "renewed tokens, 64 clients, durable ÷ client credentials of oidc-provider in memory".to_owned(),
            Unit::Ratio,
            true,
            0.8,
            Some(1.5),
        ),
        line(
            "codes",
            "codes redeemed with a signed id token ÷ RS256 signatures of one core".to_owned(),
            Unit::Ratio,
            true,
            0.3,
            Some(0.6),
        ),
        line(
            "authorize",
            "authorizing somebody who agreed before, 50 a second, 99% within".to_owned(),
            Unit::Milliseconds,
            false,
            25.0,
            Some(10.0),
        ),
        line("memory-idle", "resident memory, demo school, idle".to_owned(), Unit::Mebibytes, false, 30.0, None),
        line(
            "memory-after",
            format!("resident memory, demo school, after {} requests", count(MEMORY_REQUESTS)),
            Unit::Mebibytes,
            false,
            64.0,
            None,
        ),
        line(
            "start",
            format!("start to first answer, {many} users there already"),
            Unit::Milliseconds,
            false,
            100.0,
            None,
        ),
        line("size", "size of the program".to_owned(), Unit::Megabytes, false, 40.0, None),
    ]
}
