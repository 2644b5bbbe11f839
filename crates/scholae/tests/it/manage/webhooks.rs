//! `/manage/webhooks`: the school's own webhooks, and sending again what did not arrive.

use super::hooks::{TARGET, all, attempted, fails, happen, in_state, webhook};
use super::manager;
use crate::support::TestSchool;
use school::events::Topic;
use store::deliveries::{DeliveryState, Next};

on_both_engines! {
    async fn a_webhook_is_added_changed_switched_off_and_on_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let path = webhook(&mut browser, "user.signup").await;
        let text = browser.get("/manage/webhooks").await.expect(200).text;
        assert!(text.contains(TARGET) && text.contains("user.signup") && text.contains("Active"), "{text}");
        let edit = format!("{path}/edit");
        let given = [("topic", "user.updated"), ("target_url", "https://hooks.example.org/other"), ("active", "true")];
        browser.submit(&edit, &edit, &given).await.expect(303);
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("https://hooks.example.org/other") && text.contains("user.updated"), "{text}");
        assert!(text.contains("siteadmin@example.com"), "who added it: {text}");
        browser.submit(&path, &format!("{path}/switch_off"), &[]).await.expect(303);
        assert!(browser.get(&path).await.text.contains("It is off"));
        browser.submit(&path, &format!("{path}/switch_on"), &[]).await.expect(303);
        browser.submit(&path, &format!("{path}/delete"), &[]).await.expect(303);
        browser.get(&path).await.expect(404);
        assert!(browser.get("/manage/webhooks").await.text.contains("No webhooks yet"));
    }

    async fn what_is_wrong_with_an_address_stands_beside_it_and_nothing_is_lost(school: &TestSchool) {
        let mut browser = manager(school).await;
        for (topic, url, wrong) in [
            ("", TARGET, "Topic must be chosen"),
            ("user.signup", "", "Address can&#39;t be blank"),
            ("user.signup", "http://hooks.example.org/in", "Address must begin with https://"),
            ("user.signup", "https://127.0.0.1/in", "Address does not lead to a public address"),
            ("user.signup", "hooks\"<b>", "Address is not a web address"),
            ("no.such", TARGET, "Topic invalid format"),
        ] {
            let given = [("topic", topic), ("target_url", url)];
            let text = browser.submit("/manage/webhooks/new", "/manage/webhooks", &given).await.expect(422).text;
            let text = text.replace("can't", "can&#39;t");
            assert!(text.contains(wrong), "{wrong}: {text}");
            assert!(!text.contains("<b>"), "{text}");
        }
    }

    async fn what_failed_is_sent_again_and_what_was_missed_is_sent(school: &TestSchool) {
        let mut browser = manager(school).await;
        happen(school, Topic::UserSignup, 2).await;
        let path = webhook(&mut browser, "user.signup").await;
        happen(school, Topic::UserSignup, 3).await;
        for id in all(school).await {
            attempted(school, id, 500, "sorry", Next::Failed).await;
        }
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("?webhook_id=") && text.contains("state=failed\">Failed for good</a></h3><p class=\"value\">3"), "{text}");
        let token = browser.token().await;
        browser.post(&format!("{path}/recover"), &[("csrf", &token), ("hours", "soon")]).await.expect(422);
        let asked = browser.get(&format!("{path}/send_again?what=recover&hours=1")).await.expect(200).text;
        assert!(asked.contains("3 deliveries that did not arrive"), "{asked}");
        assert_eq!(in_state(school, DeliveryState::Waiting).await, 0, "nothing is sent before the answer");
        let reply = browser.post(&format!("{path}/recover"), &[("csrf", &token), ("hours", "1")]).await.expect(303);
        assert!(reply.header("location").ends_with("?done=recovered&count=3&left=0"), "{}", reply.header("location"));
        assert!(browser.get(reply.header("location")).await.text.contains("3 deliveries are sent again, and wait for it."));
        assert_eq!(in_state(school, DeliveryState::Waiting).await, 3);
        // What happened before the webhook was there is sent when that is asked for, and not otherwise.
        let asked = browser.get(&format!("{path}/send_again?what=replay&hours=24")).await.expect(200).text;
        assert!(asked.contains("There are no events that it missed"), "{asked}");
        let reply = browser.post(&format!("{path}/replay"), &[("csrf", &token), ("hours", "24")]).await.expect(303);
        assert!(reply.header("location").contains("done=replayed&count=0&"), "{}", reply.header("location"));
        let asked = browser.get(&format!("{path}/send_again?what=replay&hours=24&before=true")).await.expect(200).text;
        assert!(asked.contains("events that it missed</strong>"), "{asked}");
        let given = [("csrf", token.as_str()), ("hours", "24"), ("before", "true")];
        let reply = browser.post(&format!("{path}/replay"), &given).await.expect(303);
        // The manager's own sign-in and sign-up are events of other topics or of before.
        assert!(reply.header("location").contains("done=replayed&count="), "{}", reply.header("location"));
        assert!(in_state(school, DeliveryState::Waiting).await >= 5);
    }

    async fn a_test_event_leads_to_its_delivery(school: &TestSchool) {
        let mut browser = manager(school).await;
        let path = webhook(&mut browser, "order.created").await;
        let reply = browser.submit(&path, &format!("{path}/test"), &[]).await.expect(303);
        let text = browser.get(reply.header("location")).await.expect(200).text;
        assert!(text.contains("order.created") && text.contains("Not tried yet"), "{text}");
    }

    async fn one_that_is_off_is_sent_nothing_and_says_so(school: &TestSchool) {
        let mut browser = manager(school).await;
        let path = webhook(&mut browser, "user.signup").await;
        fails(school, &path, store::now(), Some("Every attempt failed for 3 days.")).await;
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("Every attempt failed for 3 days.") && !text.contains("/test\""), "{text}");
        let token = browser.token().await;
        for (form, fields) in [("test", &[("csrf", token.as_str())][..]), ("recover", &[("csrf", &token), ("hours", "1")]), ("replay", &[("csrf", &token), ("hours", "1")])] {
            let text = browser.post(&format!("{path}/{form}"), fields).await.expect(422).text;
            assert!(text.contains("The webhook is off. Switch it on first"), "{form}: {text}");
        }
        let edit = format!("{path}/edit");
        browser.submit(&edit, &edit, &[("topic", "user.signup"), ("target_url", TARGET)]).await.expect(303);
        assert!(browser.get(&path).await.text.contains("Every attempt failed for 3 days."), "saved as it is: why it is off stays");
    }
}
