//! An enrollment that had ended and is given anew, by itself or through a bundle, is told like one that was made.

use super::{PAST, enroll};
use crate::people::browser::events;
use crate::resources::arranged::{bundle, course};
use crate::support::TestSchool;
use serde_json::{Value, json};
use store::EventId;

const ENDED: &str = "2021-01-01T00:00:00Z";

/// The payload of the newest event.
async fn newest(school: &TestSchool) -> Value {
    let events = school.arrange(|tx, site| Ok(store::events::after(tx, site, EventId::default(), 1000)?)).await;
    events.last().expect("an event").body.parse().expect("JSON")
}

on_both_engines! {
    async fn a_bundle_that_renews_what_had_ended_tells_of_it_once(school: &TestSchool) {
        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        let both = bundle(school, "Both", &[bread.id, cake.id]).await;
        let ann = school.user("ann@example.com").await;
        let ended = json!({ "activated_at": PAST, "expiry_date": ENDED });
        let id = enroll(school, ann, bread.id, ended.clone()).await.expect(201).id();
        enroll(school, ann, cake.id, json!({ "activated_at": PAST })).await.expect(201);
        for (dates, topic) in [(json!({ "activated_at": PAST }), "enrollment.created"), (json!({}), "enrollment.trial")] {
            school.put(&format!("/enrollments/{id}"), ended.clone()).await.expect(204);
            let before = events(school).await;
            let mut body = json!({ "user_id": ann });
            body.as_object_mut().expect("an object").extend(dates.as_object().expect("an object").clone());
            school.post(&format!("/bundles/{}/enrollments", both.id), body.clone()).await.expect(201);
            assert_eq!(events(school).await[before.len()..], [topic], "of the one that had ended, and no other");
            assert_eq!(newest(school).await["payload"]["id"], id);
            // What goes on is not told again.
            school.post(&format!("/bundles/{}/enrollments", both.id), body).await.expect(201);
            let after = events(school).await;
            assert_eq!(after.len(), before.len() + 1, "{after:?}");
        }
    }

    async fn an_enrollment_that_had_ended_and_is_made_anew_is_told_once(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let ended = json!({ "activated_at": PAST, "expiry_date": ENDED });
        let id = enroll(school, ann, bread.id, ended).await.expect(201).id();
        let before = events(school).await;
        assert_eq!(enroll(school, ann, bread.id, json!({ "activated_at": PAST })).await.expect(201).id(), id);
        assert_eq!(events(school).await[before.len()..], ["enrollment.created"]);
        assert_eq!(newest(school).await["payload"]["id"], id);
    }
}
