//! The lines of the table: what each number is of, what it must be and what it should be.

use super::results::{Line, Unit};
use super::{MEMORY_REQUESTS, PAGE, USERS, USERS_SMALL};
use crate::report::count;
use std::collections::BTreeMap;

/// Every line, not measured yet; `large` is the number of users of the large school.
pub fn lines(large: u64) -> Vec<Line> {
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
