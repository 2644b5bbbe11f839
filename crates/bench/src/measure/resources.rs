//! What the server takes: memory, and the time to start.

use super::{Bench, MEMORY_REQUESTS};
use crate::http::{Caller, Connection};
use crate::load::{Requests, Spread, drive};
use crate::report::count;
use crate::scholae::{Home, School};
use crate::statistics::{ends, median};
use crate::{Outcome, machine};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

impl Bench<'_> {
    pub(super) fn start(&mut self, home: &Home, school: &School) -> Outcome<()> {
        self.say("starts");
        let caller = school.caller();
        home.first_answer(&caller)?;
        let times: Vec<f64> = (0..11).map(|_| home.first_answer(&caller)).collect::<Outcome<_>>()?;
        let (low, high) = ends(times.iter().copied());
        self.found("start", median(&times), (low, high), format!("{low:.0} to {high:.0} ms in {} starts", times.len()));
        Ok(())
    }

    pub(super) fn memory(&mut self) -> Outcome<()> {
        self.say("memory with the demo school");
        let home = self.home("demo")?;
        let demo = home.demo()?;
        let text = |name: &str| demo.told[name].as_str().map(str::to_owned).ok_or("the demo did not tell its key");
        let caller = Caller { subdomain: text("subdomain")?, api_key: text("api_key")? };
        std::thread::sleep(Duration::from_secs(2));
        let (filled, _) = machine::resident(demo.id())?;
        drop(demo);
        let server = home.serve()?;
        let mut connection = Connection::open(server.address)?;
        std::thread::sleep(Duration::from_secs(2));
        let (idle, idle_anon) = machine::resident(server.id())?;
        let paths = Arc::new(paths(&mut connection, &caller)?);
        let left = Arc::new(AtomicU64::new(MEMORY_REQUESTS));
        let all = (0..self.method.connections).map(|n| -> Requests {
            let (caller, paths, left) = (caller.clone(), Arc::clone(&paths), Arc::clone(&left));
            let mut spread = Spread::new(n);
            Box::new(move |into| {
                let path = &paths[spread.between(0, paths.len() as u64 - 1) as usize];
                caller.get(into, format_args!("{path}"));
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            })
        });
        let begun = Instant::now();
        let load = drive(server.address, all.collect(), Duration::from_secs(600), 200)?;
        let (after, after_anon) = machine::resident(server.id())?;
        let numbers = format!("{idle_anon:.1} MiB of it its own; {filled:.1} MiB in the process that made the demo");
        self.found("memory-idle", idle, (idle, idle), numbers);
        let numbers = format!(
            "{after_anon:.1} MiB of it its own; {} requests to {} addresses in {:.1} s",
            count(load.answered),
            paths.len(),
            begun.elapsed().as_secs_f64(),
        );
        self.found("memory-after", after, (after, after), numbers);
        Ok(())
    }
}

/// What there is to read in a school: the lists, and every record on their first pages.
fn paths(connection: &mut Connection, caller: &Caller) -> Outcome<Vec<String>> {
    let mut paths = Vec::new();
    for name in ["users", "courses", "products", "enrollments", "orders", "groups", "instructors", "collections"] {
        let list = format!("/api/public/v1/{name}");
        let Ok(answer) = connection.get(caller, &format!("{list}?limit=25")) else { continue };
        let answer = answer.json()?;
        let ids = answer["items"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_u64());
        for id in ids {
            let path = format!("{list}/{id}");
            if connection.get(caller, &path).is_ok() {
                paths.push(path);
            }
        }
        for limit in [5, 10, 25, 50, 100, 250] {
            paths.push(format!("{list}?limit={limit}"));
        }
    }
    if paths.is_empty() { Err("the demo school has nothing to read".into()) } else { Ok(paths) }
}
