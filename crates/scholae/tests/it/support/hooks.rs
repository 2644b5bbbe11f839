//! A school with webhooks, written to while its servers come and go.

use super::process::Home;
use super::{Reply, try_send};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::deliveries::DeliveryState;
use store::{EventId, SiteId, StoreError};

/// A school that is reached through whatever server there is.
#[derive(Debug, Clone)]
pub struct Hooked {
    pub api_key: String,
    pub site: SiteId,
}

/// Makes a school called `academy` with so many courses, before there is a server.
pub fn generated(home: &Home, courses: usize) -> Hooked {
    let courses = courses.to_string();
    let made =
        home.run(&["generate", "--subdomain", "academy", "--users", "0", "--courses", &courses, "--json"]).json();
    let api_key = made["api_key"].as_str().expect("a key").to_owned();
    Hooked { api_key, site: SiteId::new(made["site_id"].as_i64().expect("an id")) }
}

/// Makes a webhook: its id.
pub async fn made_webhook(school: &Hooked, url: &str, topic: &str, target: &str) -> String {
    let body = json!({ "topic": topic, "target_url": target });
    let made = school.ask(url, Method::POST, "/api/v2/webhooks", None, &body).await.expect("an answer");
    made.expect(201).json()["id"].as_str().expect("an id").to_owned()
}

impl Hooked {
    /// Asks a server; none when it did not answer.
    pub async fn ask(&self, url: &str, method: Method, path: &str, key: Option<&str>, body: &Value) -> Option<Reply> {
        let request = Client::new()
            .request(method, format!("{url}{path}"))
            .header("X-Auth-API-Key", &self.api_key)
            .header("X-Auth-Subdomain", "academy");
        try_send(request, key, body).await
    }

    /// Every event, in order: its id and its body.
    pub fn events(&self, home: &Home) -> Vec<(String, String)> {
        let (store, site) = (home.store(), self.site);
        let read = move || {
            let rows = store
                .read_now(move |tx| store::events::after(tx, site, EventId::default(), 1_000_000))
                .expect("events");
            rows.into_iter().map(|row| (row.ulid, row.body)).collect()
        };
        std::thread::spawn(read).join().expect("no panic")
    }

    /// How many deliveries wait.
    pub fn waiting(&self, home: &Home) -> i64 {
        self.in_state(home, None, DeliveryState::Waiting)
    }

    /// How many deliveries are in a state: of one webhook, or of all.
    pub fn in_state(&self, home: &Home, webhook: Option<&str>, state: DeliveryState) -> i64 {
        let (store, site, webhook) = (home.store(), self.site, webhook.map(str::to_owned));
        let read = move || {
            store.read_now(move |tx| {
                let number = match &webhook {
                    Some(id) => Some(store::webhooks::by_id(tx, site, id)?.expect("a webhook").number),
                    None => None,
                };
                let filter = store::deliveries::DeliveryFilter { webhook: number, state: Some(state), event_id: None };
                Ok::<_, StoreError>(store::deliveries::page(tx, site, &filter, &store::PageRequest::first(1))?.total)
            })
        };
        std::thread::spawn(read).join().expect("no panic").expect("a count")
    }
}

/// People who sign up users, each change with its own key, and again until it is acknowledged.
pub struct Writers {
    school: Hooked,
    at_once: usize,
    next: Arc<AtomicUsize>,
    acknowledged: Arc<AtomicUsize>,
}

impl Writers {
    /// So many of them.
    pub fn new(school: &Hooked, at_once: usize) -> Self {
        Self { school: school.clone(), at_once, next: Arc::default(), acknowledged: Arc::default() }
    }

    /// How many changes were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Makes so many changes, at any of these servers.
    pub async fn write(&mut self, urls: &[&str], count: usize) {
        let last = self.next.load(Ordering::Relaxed) + count;
        let writing: Vec<_> = (0..self.at_once)
            .map(|_| {
                let (school, next, acknowledged) = (self.school.clone(), self.next.clone(), self.acknowledged.clone());
                let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
                tokio::spawn(async move {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= last {
                            return;
                        }
                        let url = |attempt: usize| urls[(number + attempt) % urls.len()].clone();
                        sign_up(&school, url, number).await;
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for one in writing {
            one.await.expect("acknowledged");
        }
        self.next.store(last, Ordering::Relaxed);
    }
}

/// Signs a user up, however often it takes.
pub async fn sign_up(school: &Hooked, url: impl Fn(usize) -> String, number: usize) {
    let body =
        json!({ "first_name": "Jörg <b>", "last_name": "Example", "email": format!("user{number}@example.com") });
    let key = format!("signup-{number}");
    for attempt in 0.. {
        match school.ask(&url(attempt), Method::POST, "/api/public/v1/users", Some(&key), &body).await {
            Some(Reply { status: 201, .. }) => return,
            Some(Reply { status: 503, .. }) | None => tokio::time::sleep(Duration::from_millis(30)).await,
            Some(Reply { status, text, .. }) => panic!("{status} {text}"),
        }
    }
}

impl Writers {
    /// Makes one change after another, each at the server that is there now, until told to stop; gives how many there
    /// were.
    pub async fn keep_writing(self, url: Arc<Mutex<String>>, stop: Arc<AtomicBool>, pause: Duration) -> usize {
        let writing: Vec<_> = (0..self.at_once)
            .map(|_| {
                let (school, next, acknowledged) = (self.school.clone(), self.next.clone(), self.acknowledged.clone());
                let (url, stop) = (Arc::clone(&url), Arc::clone(&stop));
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        sign_up(&school, |_| url.lock().expect("a place").clone(), number).await;
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(pause).await;
                    }
                })
            })
            .collect();
        for one in writing {
            one.await.expect("acknowledged");
        }
        self.acknowledged()
    }
}
