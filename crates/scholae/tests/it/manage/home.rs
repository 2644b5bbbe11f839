//! `/manage`: what needs somebody, and how much there is of everything.

use super::hooks::{fails, webhook};
use super::{Person, manager};
use crate::resources::arranged::course;
use crate::support::{TestSchool, server_key};
use identity::api_access_tokens;
use school::{events, product_publish_requests};
use serde_json::json;
use store::{PageRequest, mails};

const DAY: i64 = 86_400_000;

/// The number of a tile.
fn number(page: &str, label: &str) -> String {
    let tiles = page.split("class=\"card tile\"").skip(1).filter_map(|tile| tile.split("</p>").next());
    let tile = tiles.into_iter().find(|tile| tile.contains(label)).expect("a tile");
    tile.split("class=\"value\">").nth(1).expect("a number").split('<').next().unwrap_or_default().to_owned()
}

on_both_engines! {
    async fn a_new_school_is_told_what_to_do_first_and_its_numbers_are_exact(school: &TestSchool) {
        let mut browser = manager(school).await;
        let text = browser.get("/manage").await.expect(200).text;
        assert!(text.contains("First things to do") && !text.contains("Nothing needs you now"), "{text}");
        let course = course(school, "Bread").await.id;
        let user = school.user("ann@example.com").await;
        school.post("/enrollments", json!({ "course_id": course, "user_id": user })).await.expect(201);
        let text = browser.get("/manage").await.expect(200).text;
        assert!(!text.contains("First things to do") && text.contains("Nothing needs you now"), "{text}");
        assert_eq!(["Users", "Courses", "Enrollments"].map(|label| number(&text, label)), ["2", "1", "1"]);
        let today = school.arrange(|tx, site| Ok(events::list(tx, site, None, &PageRequest::first(1))?.total)).await;
        assert_eq!(number(&text, "Events in the last 24 hours"), today.to_string());
    }

    async fn webhooks_that_fail_or_were_switched_off_are_told_with_the_way_to_them(school: &TestSchool) {
        let mut browser = manager(school).await;
        let failing = webhook(&mut browser, "user.signup").await;
        let off = webhook(&mut browser, "order.created").await;
        let by_request = webhook(&mut browser, "user.deleted").await;
        fails(school, &failing, store::now() - DAY, None).await;
        fails(school, &off, store::now() - 4 * DAY, Some("Every attempt failed for 3 days.")).await;
        fails(school, &by_request, store::now() - DAY, None).await;
        browser.submit(&by_request, &format!("{by_request}/switch_off"), &[]).await.expect(303);
        let text = browser.get("/manage").await.expect(200).text;
        assert!(text.contains("A webhook of user.signup fails") && text.contains(&format!("href=\"{failing}\"")), "{text}");
        assert!(text.contains("A webhook of order.created was switched off") && text.contains(&format!("href=\"{off}\"")), "{text}");
        assert!(!text.contains("user.deleted"), "{text}");
        let id = failing.rsplit('/').next().expect("an id").to_owned();
        let sent = move |tx: &mut store::Tx<'_>, site| {
            let mut webhook = store::webhooks::by_id(tx, site, &id)?.expect("a webhook");
            webhook.failing_since = None;
            Ok(store::webhooks::update(tx, site, &webhook)?)
        };
        school.arrange(sent).await;
        assert!(!browser.get("/manage").await.text.contains("user.signup fails"));
    }

    async fn tokens_that_end_are_told_to_the_owner_alone(school: &TestSchool) {
        for (name, ends) in [("Soon", 9 * DAY), ("Later", 11 * DAY)] {
            let ends = store::now() + ends;
            school.arrange(move |tx, site| api_access_tokens::create(tx, &server_key(), site, name, Some(ends)).map(drop)).await;
        }
        let made = move |tx: &mut store::Tx<'_>, site| {
            tx.backdate(store::now() - 3 * DAY);
            api_access_tokens::create(tx, &server_key(), site, "Over", Some(store::now() - DAY)).map(drop)
        };
        school.arrange(made).await;
        let text = Person::Owner.signed_in(school).await.get("/manage").await.expect(200).text;
        assert!(text.contains("The token Soon ends soon") && text.contains("The token Over has ended"), "{text}");
        assert!(!text.contains("The token Later"), "{text}");
        assert!(!manager(school).await.get("/manage").await.expect(200).text.contains("The token"));
    }

    async fn products_that_wait_to_be_published_are_counted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let user = store::UserId::new(school.user("ann@example.com").await);
        let product = store::ProductId::new(course(school, "Bread").await.product);
        school.arrange(move |tx, site| product_publish_requests::create(tx, site, product, user).map(drop)).await;
        assert!(browser.get("/manage").await.expect(200).text.contains("A product waits to be published"));
    }

    async fn mails_that_do_not_go_are_told_and_listed(school: &TestSchool) {
        let mut browser = manager(school).await;
        let user = store::UserId::new(school.user("ann@example.com").await);
        let fail = move |tx: &mut store::Tx<'_>, site| {
            let now = store::now();
            mails::enqueue(tx, site, now, mails::MailKind::Welcome, user, None)?;
            let claimed = mails::claim(tx, site, now, now + 60_000, 9)?;
            for mail in &claimed {
                mails::again(tx, site, mail.id, now + 60_000, "The mail server is <not> there")?;
            }
            Ok(claimed.len())
        };
        let count = school.arrange(fail).await;
        let text = browser.get("/manage").await.expect(200).text;
        assert!(text.contains("could not be sent") && text.contains("The mail server is &lt;not&gt; there"), "{text}");
        let text = browser.get("/manage/mails").await.expect(200).text;
        assert!(text.contains("ann@example.com") && text.matches("Tried again").count() == count, "{text}");
        let wait = |tx: &mut store::Tx<'_>, site| {
            mails::enqueue(tx, site, store::now() - DAY, mails::MailKind::PasswordChanged, store::UserId::new(1), None)?;
            Ok(())
        };
        school.arrange(wait).await;
        assert!(browser.get("/manage").await.text.contains("Mail is not sent"));
    }
}
