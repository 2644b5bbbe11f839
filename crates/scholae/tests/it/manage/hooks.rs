//! Webhooks of the test's school and what was sent to them, without anybody who sends.

use crate::people::browser::Browser;
use crate::support::TestSchool;
use school::DeliveryId;
use school::events::{self, Topic};
use serde_json::json;
use store::deliveries::{AttemptRow, DeliveryFilter, DeliveryState, Next};
use store::{PageRequest, deliveries, webhooks};

pub const TARGET: &str = "https://hooks.example.org/in";

/// Makes a webhook by its form: where its page is.
pub async fn webhook(browser: &mut Browser, topic: &str) -> String {
    let given = [("topic", topic), ("target_url", TARGET), ("active", "true")];
    let reply = browser.submit("/manage/webhooks/new", "/manage/webhooks", &given).await.expect(303);
    reply.header("location").strip_suffix("?done=added").expect("the webhook's page").to_owned()
}

/// Lets events of a topic happen, one in each transaction.
pub async fn happen(school: &TestSchool, topic: Topic, count: i64) {
    for n in 0..count {
        school.arrange(move |tx, site| events::record(tx, site, topic, &json!({ "n": n }))).await;
    }
}

/// Every delivery, the oldest first.
pub async fn all(school: &TestSchool) -> Vec<DeliveryId> {
    let all = school.arrange(|tx, site| {
        Ok(deliveries::page(tx, site, &DeliveryFilter::default(), &PageRequest::first(200))?.items)
    });
    all.await.iter().map(|delivery| delivery.row.id).collect()
}

/// An attempt at a delivery that was answered, and what comes after it.
pub async fn attempted(school: &TestSchool, id: DeliveryId, status: i64, answer: &str, next: Next) {
    let attempt = AttemptRow {
        number: 0,
        at: store::now(),
        milliseconds: 1234,
        status: Some(status),
        error: None,
        answer: Some(answer.to_owned()),
        request_head: Some(format!("POST {TARGET}\nx-thinkific-topic: user.signup\n")),
        answer_head: Some("server: nginx\n".to_owned()),
    };
    school.arrange(move |tx, site| Ok(deliveries::record(tx, site, id, &attempt, next)?)).await;
}

/// How many deliveries are in a state.
pub async fn in_state(school: &TestSchool, state: DeliveryState) -> i64 {
    let filter = DeliveryFilter { state: Some(state), ..DeliveryFilter::default() };
    school.arrange(move |tx, site| Ok(deliveries::page(tx, site, &filter, &PageRequest::first(1))?.total)).await
}

/// Lets a webhook fail since a moment: still on, or switched off for a reason.
pub async fn fails(school: &TestSchool, path: &str, since: i64, off_reason: Option<&'static str>) {
    let id = path.rsplit('/').next().expect("an id").to_owned();
    let change = move |tx: &mut store::Tx<'_>, site| {
        let mut webhook = webhooks::by_id(tx, site, &id)?.expect("a webhook");
        webhook.failing_since = Some(since);
        webhook.active = off_reason.is_none();
        webhook.off_reason = off_reason.map(str::to_owned);
        Ok(webhooks::update(tx, site, &webhook)?)
    };
    school.arrange(change).await;
}
