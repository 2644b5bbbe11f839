//! `/manage/users`: the people of the school.

use super::{Person, manager};
use crate::people::browser::Browser;
use crate::support::TestSchool;
use serde_json::json;

async fn person(school: &TestSchool, first_name: &str, last_name: &str, email: &str) -> i64 {
    let body = json!({ "first_name": first_name, "last_name": last_name, "email": email });
    school.post("/users", body).await.expect(201).id()
}

/// The names in a list, in its order.
fn names(page: &str) -> Vec<String> {
    let rows = page.split("<a class=\"row\"").skip(1);
    rows.map(|row| row.split_once('>').expect("a link").1.split('<').next().unwrap_or_default().to_owned()).collect()
}

async fn listed(browser: &mut Browser, query: &str) -> Vec<String> {
    names(&browser.get(&format!("/manage/users{query}")).await.expect(200).text)
}

on_both_engines! {
    async fn people_are_found_by_the_beginnings_of_their_words_whatever_case_and_accents(school: &TestSchool) {
        let mut browser = manager(school).await;
        person(school, "Zoë", "van Dijk", "zoe@demo.example").await;
        person(school, "María del Carmen", "O’Brien", "m.obrien@demo.example").await;
        for (query, found) in [
            ("zoe", vec!["Zoë van Dijk"]),
            ("DIJK+zo", vec!["Zoë van Dijk"]),
            ("carmen+obr", vec!["María del Carmen O’Brien"]),
            ("m.obrien%40demo", vec!["María del Carmen O’Brien"]),
            ("zoe+carmen", vec![]),
            ("oe", vec![]),
            ("%25", vec![]),
        ] {
            assert_eq!(listed(&mut browser, &format!("?q={query}")).await, found, "{query}");
        }
    }

    async fn who_is_renamed_or_deleted_is_no_longer_found_by_the_old_name(school: &TestSchool) {
        let mut browser = manager(school).await;
        let id = person(school, "Ann", "Before", "ann@demo.example").await;
        school.put(&format!("/users/{id}"), json!({ "last_name": "After" })).await.expect(204);
        assert_eq!(listed(&mut browser, "?q=before").await, Vec::<String>::new());
        assert_eq!(listed(&mut browser, "?q=after").await, ["Ann After"]);
        school.delete(&format!("/users/{id}")).await.expect(204);
        assert_eq!(listed(&mut browser, "?q=after").await, Vec::<String>::new());
    }

    async fn the_list_has_pages_an_order_and_a_filter_that_live_in_its_address(school: &TestSchool) {
        let mut browser = manager(school).await;
        for number in 1..=30 {
            person(school, "Number", &format!("{number:02}"), &format!("n{number}@demo.example")).await;
        }
        let first = browser.get("/manage/users").await.expect(200).text;
        assert_eq!(names(&first)[..2], ["Number 30", "Number 29"]);
        assert!(first.contains("1–25</span>") || first.contains("1–25 of 31 users"), "{first}");
        assert_eq!(listed(&mut browser, "?page=2").await.last().map(String::as_str), Some("SiteAdmin Example"));
        assert_eq!(listed(&mut browser, "?sort=created_at").await[1], "Number 01");
        assert_eq!(listed(&mut browser, "?role=site_admin").await, ["SiteAdmin Example"]);
        assert_eq!(listed(&mut browser, "?page=999999999999").await, Vec::<String>::new());
        assert_eq!(listed(&mut browser, "?page=-1&role=nobody").await, Vec::<String>::new());
    }

    async fn a_user_is_added_changed_and_deleted(school: &TestSchool) {
        let mut browser = manager(school).await;
        let given = [("first_name", "Ann"), ("last_name", "Example"), ("email", "ann@example.com"), ("roles", "affiliate"),
            ("affiliate_code", "ann"), ("affiliate_commission", "12.5"), ("affiliate_commission_type", "%"), ("affiliate_payout_email", "ann@example.com")];
        let reply = browser.submit("/manage/users/new", "/manage/users", &given).await.expect(303);
        let path = reply.header("location").strip_suffix("?done=added").expect("the user's page").to_owned();
        assert!(browser.get(&path).await.expect(200).text.contains("ann@example.com"));
        let (edit, delete) = (format!("{path}/edit"), format!("{path}/delete"));
        let given = [("first_name", "Anna"), ("last_name", "Example"), ("email", "ann@example.com"), ("bio", "<b>Bakes</b>")];
        browser.submit(&edit, &edit, &given).await.expect(303);
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("Anna Example") && text.contains("&lt;b&gt;Bakes&lt;/b&gt;"), "{text}");
        browser.submit(&path, &delete, &[]).await.expect(303);
        browser.get(&path).await.expect(404);
    }

    async fn what_is_wrong_stands_beside_its_field_and_nothing_that_was_typed_is_lost(school: &TestSchool) {
        let mut browser = manager(school).await;
        person(school, "Ann", "Example", "taken@demo.example").await;
        let given = [("first_name", ""), ("last_name", "Kept"), ("email", "taken@demo.example"), ("company", "\"Kept\" & co")];
        let text = browser.submit("/manage/users/new", "/manage/users", &given).await.expect(422).text;
        assert!(text.contains("href=\"#field-first-name\">First name can't be blank"), "{text}");
        assert!(text.contains("value=\"Kept\"") && text.contains("value=\"&quot;Kept&quot; &amp; co\""), "{text}");
        let given = [("first_name", "Ann"), ("last_name", "Kept"), ("email", "taken@demo.example")];
        let text = browser.submit("/manage/users/new", "/manage/users", &given).await.expect(422).text;
        assert!(text.contains("E-mail address has already been taken"), "{text}");
    }

    async fn nobody_but_the_owner_changes_the_owners_address_and_nobody_deletes_them(school: &TestSchool) {
        let _owner = Person::Owner.signed_in(school).await;
        let mut browser = manager(school).await;
        let id = school.get("/users?query[email]=owner@example.com").await.ids()[0];
        let path = format!("/manage/users/{id}");
        let edit = format!("{path}/edit");
        let given = [("first_name", "Owner"), ("last_name", "Example"), ("email", "mine@example.com")];
        let text = browser.submit(&edit, &edit, &given).await.expect(422).text;
        assert!(text.contains("Only the owner of the school can change their email or password"), "{text}");
        let token = browser.token().await;
        browser.post(&format!("{path}/delete"), &[("csrf", &token)]).await.expect(422);
        school.get(&format!("/users/{id}")).await.expect(200);
    }
}
