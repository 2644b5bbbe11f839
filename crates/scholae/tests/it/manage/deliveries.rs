//! `/manage/deliveries` and `/manage/events`: what was sent, what was answered, and what it was about.

use super::hooks::{TARGET, all, attempted, happen, in_state, webhook};
use super::manager;
use crate::support::TestSchool;
use school::events::Topic;
use store::deliveries::{DeliveryState, Next};

/// How many rows a list has.
fn rows(page: &str) -> usize {
    page.matches("<a class=\"row\"").count()
}

on_both_engines! {
    async fn deliveries_are_found_by_state_webhook_and_event(school: &TestSchool) {
        let mut browser = manager(school).await;
        let path = webhook(&mut browser, "user.signup").await;
        let id = path.rsplit('/').next().expect("an id").to_owned();
        webhook(&mut browser, "user.signup").await;
        happen(school, Topic::UserSignup, 2).await;
        let deliveries = all(school).await;
        attempted(school, deliveries[0], 500, "sorry", Next::Failed).await;
        for (query, count) in [
            (String::new(), 4),
            ("?state=failed".to_owned(), 1),
            ("?state=waiting".to_owned(), 3),
            (format!("?webhook_id={id}"), 2),
            (format!("?webhook_id={id}&state=failed"), 1),
            ("?webhook_id=20200101000000000000000".to_owned(), 0),
            ("?event_id=01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(), 0),
        ] {
            let text = browser.get(&format!("/manage/deliveries{query}")).await.expect(200).text;
            assert_eq!(rows(&text), count, "{query}");
        }
        let text = browser.get(&format!("/manage/deliveries/{}", deliveries[0])).await.expect(200).text;
        let event = text.split("/manage/events/").nth(1).and_then(|rest| rest.split('"').next()).expect("an event").to_owned();
        assert_eq!(rows(&browser.get(&format!("/manage/deliveries?event_id={event}")).await.text), 2);
        let text = browser.get(&format!("/manage/events/{event}")).await.expect(200).text;
        assert!(text.contains("&quot;n&quot;: 0") && text.matches("/manage/deliveries/").count() == 2, "{text}");
    }

    async fn each_attempt_is_shown_as_it_was_sent_and_answered(school: &TestSchool) {
        let mut browser = manager(school).await;
        webhook(&mut browser, "user.signup").await;
        happen(school, Topic::UserSignup, 1).await;
        let id = all(school).await[0];
        attempted(school, id, 500, "<script>alert(1)</script>", Next::Failed).await;
        let path = format!("/manage/deliveries/{id}");
        let text = browser.get(&path).await.expect(200).text;
        for part in [
            &format!("POST {TARGET}\nx-thinkific-topic: user.signup\n\n{{&quot;id&quot;"), "&quot;payload&quot;:{&quot;n&quot;:0}",
            "server: nginx\n\n&lt;script&gt;", "1,234 ms", "Attempt 1", "It did not arrive",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("<script>alert"), "{text}");
        browser.submit(&path, &format!("{path}/resend"), &[]).await.expect(303);
        assert_eq!(in_state(school, DeliveryState::Waiting).await, 1);
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("Retrying") && text.contains("Attempt 1"), "{text}");
    }

    async fn those_that_were_chosen_are_sent_again_but_for_webhooks_that_are_off(school: &TestSchool) {
        let mut browser = manager(school).await;
        webhook(&mut browser, "user.signup").await;
        let off = webhook(&mut browser, "order.created").await;
        happen(school, Topic::UserSignup, 2).await;
        happen(school, Topic::OrderCreated, 1).await;
        let ids: Vec<String> = all(school).await.iter().map(ToString::to_string).collect();
        for id in all(school).await {
            attempted(school, id, 500, "sorry", Next::Failed).await;
        }
        browser.submit(&off, &format!("{off}/switch_off"), &[]).await.expect(303);
        let token = browser.token().await;
        let fields = [("csrf", token.as_str()), ("id", &ids[0]), ("id", &ids[2]), ("id", "999999"), ("id", "no")];
        let reply = browser.post("/manage/deliveries/resend", &fields).await.expect(303);
        assert_eq!(in_state(school, DeliveryState::Waiting).await, 1);
        let text = browser.get(reply.header("location")).await.expect(200).text;
        assert!(text.contains("1 of 3 deliveries are sent again"), "{text}");
        browser.post("/manage/deliveries/resend", &[("csrf", &token)]).await.expect(422);
    }

    async fn what_was_sent_to_a_webhook_that_is_gone_is_looked_at_and_not_sent(school: &TestSchool) {
        let mut browser = manager(school).await;
        let webhook = webhook(&mut browser, "user.signup").await;
        happen(school, Topic::UserSignup, 1).await;
        browser.submit(&webhook, &format!("{webhook}/delete"), &[]).await.expect(303);
        assert_eq!(in_state(school, DeliveryState::GivenUp).await, 1);
        let path = format!("/manage/deliveries/{}", all(school).await[0]);
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("The webhook was deleted") && !text.contains("/resend"), "{text}");
        let token = browser.token().await;
        let text = browser.post(&format!("{path}/resend"), &[("csrf", &token)]).await.expect(422).text;
        assert!(text.contains("off or was deleted"), "{text}");
    }

    async fn events_are_listed_by_topic(school: &TestSchool) {
        let mut browser = manager(school).await;
        happen(school, Topic::OrderCreated, 3).await;
        let text = browser.get("/manage/events?topic=order.created").await.expect(200).text;
        assert!(rows(&text) == 3 && text.contains("of 3 events"), "{text}");
        assert_eq!(rows(&browser.get("/manage/events?topic=order.created&page=9").await.expect(200).text), 0);
        let ulid = text.split("/manage/events/").nth(1).and_then(|rest| rest.split('"').next()).expect("an event").to_owned();
        assert!(browser.get(&format!("/manage/events/{ulid}")).await.expect(200).text.contains("Nobody was told"));
    }
}
