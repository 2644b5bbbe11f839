//! Jobs: long work that goes on after the answer.

use super::{Bench, Row, USERS};
use crate::Outcome;
use crate::http::Connection;
use crate::report::count;
use crate::scholae::School;
use crate::statistics::median;
use std::time::{Duration, Instant};

/// So many courses are enrolled in, one after the other.
const COURSES: u64 = 5;
/// How long a job may take before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(120);

impl Bench<'_> {
    /// Enrolling many by one job, from asking for it to its end.
    pub(super) fn jobs(&mut self) -> Outcome<()> {
        if !self.wants(&[Row::BulkEnroll]) {
            return Ok(());
        }
        self.say("enrolling many by a job");
        let home = self.home("jobs")?;
        let school = home.generate(USERS, COURSES)?;
        self.settle(&home)?;
        let server = home.serve()?;
        let mut connection = Connection::open(server.address)?;
        let first = school.first_course_id.ok_or("generate did not tell the first course")?;
        let mut times = Vec::new();
        for course in first..first + COURSES {
            times.push(enrolled(&mut connection, &school, course)?.as_secs_f64() * 1000.0);
        }
        let answer = connection.get(&school.caller(), "/api/public/v1/enrollments?limit=1")?.json()?;
        if answer["meta"]["pagination"]["total_items"].as_u64() != Some(USERS * COURSES) {
            return Err(format!("not everybody was enrolled: {answer}").into());
        }
        let took = median(&times);
        let ends = times.iter().fold((f64::MAX, f64::MIN), |(low, high), time| (low.min(*time), high.max(*time)));
        let numbers = format!("{} a second", count((USERS as f64 * 1000.0 / took) as u64));
        self.found("bulk-enroll", took, ends, numbers);
        Ok(())
    }
}

/// Enrolls everybody in a course; gives how long that took.
fn enrolled(connection: &mut Connection, school: &School, course: u64) -> Outcome<Duration> {
    let rows: Vec<serde_json::Value> =
        (1..=USERS).map(|n| serde_json::json!({ "email": format!("user{n}@load.example") })).collect();
    let body = serde_json::json!({ "kind": "enrollments.create", "params": { "course_id": course }, "rows": rows });
    let mut request = Vec::new();
    school.caller().post(&mut request, format_args!("/api/public/v1/jobs"), body.to_string().as_bytes());
    let begun = Instant::now();
    let asked = connection.ask(&request)?.json()?;
    let path = format!("/api/public/v1/jobs/{}", asked["id"].as_u64().ok_or_else(|| format!("no job: {asked}"))?);
    loop {
        let job = connection.get(&school.caller(), &path)?.json()?;
        match job["state"].as_str() {
            Some("succeeded") if job["refused_rows"] == 0 => return Ok(begun.elapsed()),
            Some("waiting" | "running") if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(10)),
            _ => return Err(format!("the job did not succeed: {job}").into()),
        }
    }
}
