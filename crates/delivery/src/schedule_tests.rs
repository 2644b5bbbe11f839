use super::*;
use crate::entry::WINDOW;
use crate::guard::Policy;
use crate::send::Target;
use hyper::body::Bytes;

const SITE: SiteId = SiteId::new(1);
const A: Id = (SITE, WebhookNumber::new(1));
const B: Id = (SITE, WebhookNumber::new(2));
const C: Id = (SITE, WebhookNumber::new(3));

fn jobs(first: i64, count: i64, until: i64, host: &str) -> Vec<Job> {
    let target = Arc::new(Target::new(&format!("http://{host}/"), &Policy::development()));
    let job = |delivery| Job {
        delivery: DeliveryId::new(delivery),
        attempts: 0,
        until,
        ulid: String::new(),
        topic: "user.signup",
        body: Bytes::new(),
        target: Arc::clone(&target),
        keys: Ok("key".into()),
        subdomain: "demo".into(),
    };
    (first..first + count).map(job).collect()
}

fn claimed(webhook: Id, jobs: Vec<Job>, full: bool) -> Claimed {
    Claimed { webhook, failing: false, full, off: false, jobs }
}

fn schedule(most: usize) -> Schedule {
    Schedule::new(most, Duration::from_secs(10))
}

fn wishes(schedule: &mut Schedule) -> Vec<(Id, i64)> {
    schedule.wishes().into_iter().map(|wish| (wish.webhook, wish.most)).collect()
}

fn start_all(schedule: &mut Schedule) -> Vec<(i64, Started)> {
    std::iter::from_fn(|| schedule.start(0)).map(|(job, started)| (job.delivery.get(), started)).collect()
}

#[test]
fn a_webhook_that_takes_them_gets_more_at_once() {
    let mut schedule = schedule(512);
    schedule.due(A, 0, 0);
    schedule.due(A, 0, 0);
    assert_eq!(wishes(&mut schedule), [(A, 2)], "one claim, for the small window");
    assert_eq!(wishes(&mut schedule), []);
    schedule.claimed(claimed(A, jobs(1, 2, 20_000, "a"), true), 0);
    let started = start_all(&mut schedule);
    assert_eq!(started.iter().map(|(job, _)| *job).collect::<Vec<_>>(), [1, 2], "in their order");
    assert_eq!(wishes(&mut schedule), []);
    for (_, one) in &started {
        schedule.ended(one, Some(true), 1, 0);
    }
    assert_eq!(wishes(&mut schedule), [(A, 128)], "quick: claimed ahead");
    schedule.claimed(claimed(A, jobs(3, 128, 20_000, "a"), true), 0);
    let started = start_all(&mut schedule);
    assert_eq!(started.len(), 8);
    for (_, one) in &started {
        schedule.ended(one, Some(true), 1, 0);
    }
    let started = start_all(&mut schedule);
    assert_eq!(started.len(), WINDOW);
    schedule.ended(&started[0].1, Some(false), 1, 0);
    assert_eq!(start_all(&mut schedule).len(), 0, "failed: two at once, and fifteen are under way");
}

#[test]
fn what_comes_up_during_a_claim_is_claimed_after_it() {
    let mut schedule = schedule(512);
    schedule.due(A, 0, 0);
    assert_eq!(wishes(&mut schedule).len(), 1);
    schedule.due(A, 5, 5);
    schedule.claimed(claimed(A, vec![], false), 5);
    assert_eq!(wishes(&mut schedule).len(), 1);
    schedule.claimed(claimed(A, vec![], false), 5);
    assert_eq!(wishes(&mut schedule).len(), 0);
}

#[test]
fn time_wakes_what_waits() {
    let mut schedule = schedule(512);
    schedule.due(A, 100, 0);
    schedule.due(A, 50, 0);
    assert_eq!(schedule.next_alarm(), Some(50));
    schedule.wake(49);
    assert_eq!(wishes(&mut schedule), []);
    schedule.wake(50);
    assert_eq!(wishes(&mut schedule), [(A, 2)]);
    schedule.claim_failed(A, 60);
    schedule.wake(1059);
    assert_eq!(wishes(&mut schedule), []);
    schedule.wake(1060);
    assert_eq!(wishes(&mut schedule), [(A, 2)]);
}

#[test]
fn receivers_that_hang_never_take_all() {
    let mut schedule = schedule(8);
    for webhook in 1..=10 {
        schedule.due((SITE, WebhookNumber::new(webhook)), 0, 0);
    }
    for (webhook, most) in wishes(&mut schedule) {
        // The first five were failing when the server began.
        let jobs = jobs(webhook.1.get() * 10, most, 20_000, &format!("host{}", webhook.1));
        schedule.claimed(Claimed { webhook, failing: webhook.1.get() <= 5, full: true, off: false, jobs }, 0);
    }
    let hanging = start_all(&mut schedule);
    let failing = hanging.iter().filter(|(_, started)| started.standing == WebhookState::Failing).count();
    assert!((2..=4).contains(&failing), "{failing}: at most half");
    assert_eq!(hanging.len(), 6, "and three quarters with those that nobody knows");
    let unknown = hanging.iter().find(|(_, started)| started.standing == WebhookState::Unknown).expect("one");
    schedule.ended(&unknown.1, Some(true), 1, 0);
    for (webhook, most) in wishes(&mut schedule) {
        schedule.claimed(claimed(webhook, jobs(1000, most, 20_000, "proven"), true), 0);
    }
    let more = start_all(&mut schedule);
    assert_eq!(more.len(), 3, "one takes the place, and the proven one what is left");
    assert_eq!(more.iter().filter(|(_, started)| started.standing == WebhookState::Proven).count(), 2);
    assert_eq!(schedule.under_way(), 8);
}

#[test]
fn one_host_takes_no_more_than_half() {
    let mut schedule = schedule(8);
    for webhook in [A, B] {
        schedule.due(webhook, 0, 0);
        wishes(&mut schedule);
        schedule.claimed(claimed(webhook, jobs(webhook.1.get() * 100, 2, 20_000, "same"), true), 0);
        for (_, one) in start_all(&mut schedule) {
            schedule.ended(&one, Some(true), 1, 0);
        }
    }
    for (webhook, _) in wishes(&mut schedule) {
        schedule.claimed(claimed(webhook, jobs(webhook.1.get() * 1000, 8, 20_000, "same"), true), 0);
    }
    assert_eq!(start_all(&mut schedule).len(), 4);
}

#[test]
fn what_cannot_end_within_its_lease_is_left() {
    let mut schedule = schedule(512);
    schedule.due(A, 0, 0);
    wishes(&mut schedule);
    schedule.claimed(claimed(A, jobs(1, 2, 9_000, "a"), false), 0);
    assert!(schedule.start(0).is_none());
    assert_eq!(schedule.next_alarm(), Some(9_000));
    schedule.wake(9_000);
    assert_eq!(wishes(&mut schedule), [(A, 2)]);
}

#[test]
fn a_look_finds_work_and_forgets_what_is_gone() {
    let mut schedule = schedule(512);
    let found = |(site, number): Id, due| (site, number, due);
    let before = Instant::now();
    assert_eq!(schedule.looked(&[found(A, Some(0)), found(B, None), found(C, Some(70))], before, 10), []);
    assert_eq!(wishes(&mut schedule), [(A, 2)]);
    schedule.claimed(claimed(A, vec![], false), 10);
    assert_eq!(schedule.looked(&[found(A, Some(0)), found(C, Some(70))], before, 10), []);
    assert_eq!(wishes(&mut schedule), [], "an old look does not see a newer claim");
    assert_eq!(schedule.looked(&[found(A, None)], Instant::now(), 10), [C]);
    schedule.wake(70);
    assert_eq!(wishes(&mut schedule), []);
}

#[test]
fn stopping_gives_back_what_was_not_begun() {
    let mut schedule = schedule(512);
    schedule.due(A, 0, 0);
    wishes(&mut schedule);
    schedule.claimed(claimed(A, jobs(1, 4, 20_000, "a"), false), 0);
    assert_eq!(start_all(&mut schedule).len(), 2);
    assert_eq!(schedule.stop(), HashMap::from([(SITE, vec![3, 4].into_iter().map(DeliveryId::new).collect())]));
    assert_eq!(start_all(&mut schedule).len(), 0);
}

#[test]
fn after_a_goodbye_nothing_begins() {
    let mut schedule = schedule(512);
    schedule.due(A, 0, 0);
    wishes(&mut schedule);
    schedule.claimed(claimed(A, jobs(1, 2, 20_000, "a"), true), 0);
    let started = start_all(&mut schedule);
    schedule.ended(&started[0].1, Some(false), 1, 0);
    assert_eq!(wishes(&mut schedule), [(A, 1)]);
    schedule.ended(&started[1].1, Some(false), 1, 0);
    schedule.hold(A);
    schedule.claimed(claimed(A, jobs(3, 1, 20_000, "a"), true), 0);
    schedule.due(A, 0, 0);
    assert_eq!((start_all(&mut schedule).len(), wishes(&mut schedule).len()), (0, 0));
    schedule.switched_off(A);
    schedule.due(A, 0, 0);
    assert_eq!(wishes(&mut schedule), [(A, 2)], "should it be on again");
}
