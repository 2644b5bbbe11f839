//! Deliveries: how many go out a second, how soon after their event, and what many that wait cost.

use super::{Bench, Row};
use crate::http::Connection;
use crate::poster::AT_ONCE;
use crate::receiver::{MARK, Note, Receiver};
use crate::report::{count, milliseconds};
use crate::scholae::{Child, Home, School};
use crate::statistics::{ends, median, quantile};
use crate::{Outcome, poster};
use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use store::{EventId, Location, SiteId, Store, StoreError, WebhookNumber};

/// What is heard later than this is not coming.
const LONGEST: Duration = Duration::from_secs(120);
/// Events a second, where it is measured how soon they arrive.
const EVENTS_A_SECOND: u32 = 100;
/// Deliveries in one claim.
const CLAIMED: i64 = 128;
const TOPIC: &str = "user.signup";

/// Makes a webhook: its number, which is its place among the school's.
pub fn webhook(server: &Child, school: &School, topic: &str, target: &str) -> Outcome<String> {
    let body = serde_json::to_vec(&serde_json::json!({ "topic": topic, "target_url": target }))?;
    let mut request = Vec::new();
    school.caller().post(&mut request, format_args!("/api/v2/webhooks"), &body);
    let made = Connection::open(server.address)?.ask(&request)?.expect(201)?.json()?;
    Ok(made["id"].as_str().ok_or("a webhook without an id")?.to_owned())
}

/// Signs up a user, whose number is in the event's body; the answer comes when it is committed.
pub struct SignUps {
    connection: Connection,
    school: School,
}

impl SignUps {
    /// At this server.
    pub fn at(server: &Child, school: &School) -> Outcome<Self> {
        Ok(Self { connection: Connection::open(server.address)?, school: school.clone() })
    }

    /// Signs the n-th user up.
    pub fn one(&mut self, number: u64) -> Outcome<()> {
        let mark = MARK.trim_start_matches("\"email\":\"");
        let body =
            format!("{{\"first_name\":\"Ann\",\"last_name\":\"Example\",\"email\":\"{mark}{number}@load.example\"}}");
        let mut request = Vec::new();
        self.school.caller().post(&mut request, format_args!("/api/public/v1/users"), body.as_bytes());
        self.connection.ask(&request)?.expect(201)?;
        Ok(())
    }
}

/// The store of a place whose server is stopped.
fn open(home: &Home) -> Outcome<Store> {
    let location = match &home.database {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Sqlite(home.folder.join("scholae.db")),
    };
    Ok(Store::open(&location, 2)?)
}

fn site_of(store: &Store) -> Outcome<SiteId> {
    let site = store.read_now(|tx| store::sites::by_subdomain(tx, "load"))?;
    Ok(site.ok_or("the school is not there")?.id)
}

impl Bench<'_> {
    pub(super) fn deliveries(&mut self) -> Outcome<()> {
        if self.wants(&[Row::Deliveries]) {
            self.throughput()?;
        }
        if self.wants(&[Row::DeliveryTime]) {
            self.way()?;
        }
        if self.wants(&[Row::Claims]) {
            self.claims()?;
        }
        Ok(())
    }

    /// Begins with a full queue, and counts until everything is written down.
    fn throughput(&mut self) -> Outcome<()> {
        self.say("deliveries to one receiver, beside a bare client");
        let home = self.home("deliveries")?;
        let school = home.generate(1, 1)?;
        let receiver = Receiver::start()?;
        webhook(&home.serve()?, &school, TOPIC, &format!("http://{}/hook", receiver.address))?;
        let (events, body) = (self.method.deliveries, home.folder.join("body"));
        let (mut ours, mut theirs, mut written) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..self.method.rounds {
            let store = open(&home)?;
            let site = site_of(&store)?;
            fill(&store, site, events)?;
            if round == 0 {
                let event = store.read_now(move |tx| store::events::after(tx, site, EventId::default(), 1))?.pop();
                fs::write(&body, event.ok_or("no event")?.body)?;
            }
            drop(store);
            self.settle(&home)?;
            receiver.take();
            let server = home.serve()?;
            receiver.wait(events, LONGEST)?;
            let mut notes = receiver.take();
            notes.sort_unstable_by_key(|note| note.at);
            let (Some(first), Some(last)) = (notes.first(), notes.last()) else { return Err("nothing came".into()) };
            ours.push(notes.len() as f64 / (last.at - first.at).as_secs_f64());
            let store = open(&home)?;
            while store.read_now(store::webhooks::due)?.iter().any(|(_, _, due)| due.is_some()) {
                std::thread::sleep(Duration::from_millis(2));
            }
            written.push(events as f64 / first.at.elapsed().as_secs_f64());
            drop((server, store));
            theirs.push(poster::run(receiver.address, &body, events, AT_ONCE)?);
            receiver.take();
        }
        let ratios = || ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
        let (a, b) = (median(&ours), median(&theirs));
        let numbers = format!(
            "{} ÷ {} a second, {} events in the queue; {} a second until all is written down",
            count(a as u64),
            count(b as u64),
            count(events),
            count(median(&written) as u64),
        );
        self.found("deliveries", a / b, ends(ratios()), numbers.clone());
        self.found("deliveries-a-second", a, ends(ours.iter().copied()), numbers);
        Ok(())
    }

    /// From the answer to the change that causes an event to the first byte at the receiver.
    fn way(&mut self) -> Outcome<()> {
        self.say("from the commit to the first byte");
        let home = self.home("delivery-time")?;
        let school = home.generate(1, 1)?;
        let receiver = Receiver::start()?;
        let server = home.serve()?;
        webhook(&server, &school, TOPIC, &format!("http://{}/hook", receiver.address))?;
        let mut signing = SignUps::at(&server, &school)?;
        let every = Duration::from_secs(1) / EVENTS_A_SECOND;
        let (mut medians, mut p99s, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        let mut number = 0;
        for _ in 0..self.method.rounds {
            let events = (self.method.round_seconds * f64::from(EVENTS_A_SECOND)) as u64;
            let (first, begun) = (number, Instant::now());
            let mut moments = Vec::new();
            for n in 0..events {
                // In step with the clock: one that is late holds up no other.
                let at = begun + every * u32::try_from(n)?;
                std::thread::sleep(at.saturating_duration_since(Instant::now()));
                let asked = Instant::now();
                signing.one(number)?;
                moments.push((asked, Instant::now()));
                number += 1;
            }
            receiver.wait(events, LONGEST)?;
            let (mut ways, mut all) = (Vec::new(), Vec::new());
            for Note { at, number } in receiver.take() {
                let index = number.and_then(|number| number.checked_sub(first)).ok_or("a strange event")?;
                let (asked, answered) = moments.get(usize::try_from(index)?).ok_or("a strange event")?;
                ways.push(at.saturating_duration_since(*answered).as_secs_f64() * 1000.0);
                all.push((at - *asked).as_secs_f64() * 1000.0);
            }
            ways.sort_unstable_by(f64::total_cmp);
            medians.push(quantile(&ways, 0.5));
            p99s.push(quantile(&ways, 0.99));
            whole.push(median(&all));
        }
        let numbers = format!(
            "{EVENTS_A_SECOND} events a second, {} in all; from sending the change itself {} ms",
            count(number),
            milliseconds(median(&whole)),
        );
        self.found("delivery-median", median(&medians), ends(medians.iter().copied()), numbers.clone());
        self.found("delivery-p99", median(&p99s), ends(p99s.iter().copied()), numbers);
        Ok(())
    }

    /// How long a claim takes of a webhook for which very many deliveries wait, and of one for which few do.
    fn claims(&mut self) -> Outcome<()> {
        const FEW: u64 = 1_000;
        self.say("claims from a long queue and from a short one");
        let home = self.home("claims")?;
        home.generate(1, 1)?;
        let store = open(&home)?;
        let (site, many) = (site_of(&store)?, self.method.waiting);
        let [first, second] = [1, 2].map(WebhookNumber::new);
        wait_for(&store, site, first, 0, many)?;
        wait_for(&store, site, second, many, FEW)?;
        self.settle(&home)?;
        let length = Duration::from_secs_f64(self.method.batch_seconds);
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for batch in 0..=self.method.batches {
            for (times, webhook) in [(&mut long, first), (&mut short, second)] {
                let time = claim_for(&store, site, webhook, length)?;
                // The first one only warms up.
                if batch > 0 {
                    times.push(time);
                }
            }
        }
        let (a, b) = (median(&long), median(&short));
        let mut ratios: Vec<f64> = long.iter().zip(&short).map(|(long, short)| long / short).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let half = (quantile(&ratios, 0.25), quantile(&ratios, 0.75));
        let numbers = format!("{} ÷ {} ms for {CLAIMED} deliveries", milliseconds(a), milliseconds(b));
        self.found("claims", a / b, half, numbers);
        Ok(())
    }
}

/// Lets so many users sign up while nobody sends: their events, with a delivery each.
fn fill(store: &Store, site: SiteId, events: u64) -> Outcome<()> {
    for begun in (0..events).step_by(200) {
        let last = (begun + 200).min(events);
        store.write_now(site, move |tx| {
            for number in begun..last {
                let payload = serde_json::json!({
                    "id": number, "gid": "01JGFJJZ00AAAAAAAAAAAAAAAA", "created_at": "2025-01-01T00:00:00.948Z",
                    "first_name": "Ann", "last_name": "Example", "company": null, "email": "ann@load.example",
                    "roles": [], "avatar_url": null, "bio": null, "headline": null, "affiliate_code": null,
                    "external_source": null, "affiliate_commission": null, "affiliate_commission_type": "%",
                    "affiliate_payout_email": null, "administered_course_ids": null, "custom_profile_fields": [],
                });
                school::events::record(tx, site, school::events::Topic::UserSignup, &payload)?;
            }
            Ok::<_, school::Error>(())
        })?;
    }
    Ok(())
}

/// Lets so many deliveries wait for a webhook, of events with numbers after `after`. The school's counts are not kept:
/// nobody asks for them.
fn wait_for(store: &Store, site: SiteId, webhook: WebhookNumber, after: u64, count: u64) -> Outcome<()> {
    let (first, last) = (after + 1, after + count);
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})");
    let body = "{\"payload\":{\"email\":\"ann@load.example\"}}";
    let sql = format!(
        "INSERT INTO events (site_id, id, created_at, ulid, topic, body)
         {numbers} SELECT {site}, i, 1767225600000 + i, 'E' || i, 9, '{body}' FROM n;
         INSERT INTO deliveries (site_id, id, created_at, event_id, webhook, state, attempts, due_at)
         {numbers} SELECT {site}, i, 1767225600000 + i, i, {webhook}, 0, 0, 1767225600000 + i FROM n"
    );
    Ok(store.write_now(None, move |tx| tx.batch(&sql))?)
}

/// Claims again and again for so long, and takes each claim back; gives the median time of one in milliseconds.
fn claim_for(store: &Store, site: SiteId, webhook: WebhookNumber, length: Duration) -> Outcome<f64> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < length || times.len() < 5 {
        let claimed: Result<(), Claimed> = store.write_now(site, move |tx| {
            let begun = Instant::now();
            let now = store::now();
            let rows = store::deliveries::claim(tx, site, webhook, now, now + 20_000, CLAIMED)?;
            Err(Claimed::Took(begun.elapsed(), rows.len() as i64))
        });
        match claimed {
            Err(Claimed::Took(took, CLAIMED)) => times.push(took.as_secs_f64() * 1000.0),
            Err(Claimed::Took(_, rows)) => return Err(format!("{rows} deliveries were claimed, not {CLAIMED}").into()),
            Err(Claimed::Not(error)) => return Err(error.into()),
            Ok(()) => unreachable!("every claim is taken back"),
        }
    }
    Ok(median(&times))
}

/// A claim that is taken back: how long it took, and how many deliveries it had.
enum Claimed {
    Took(Duration, i64),
    Not(StoreError),
}

impl From<StoreError> for Claimed {
    fn from(error: StoreError) -> Self {
        Self::Not(error)
    }
}

/// Where a receiver is reached, as the n-th webhook has it.
pub fn target(address: SocketAddr, number: u64) -> String {
    format!("http://{address}/hook/{number}")
}

impl store::FromStore for Claimed {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Not(error) => Some(error),
            Self::Took(..) => None,
        }
    }
}
