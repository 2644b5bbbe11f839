//! Finding users.

use super::bob;
use crate::resources::arranged::definition;
use crate::resources::asserted::{assert_list, with};
use crate::support::TestSchool;
use serde_json::json;

/// Somebody who meets some of the filters.
struct Person {
    id: i64,
    email: String,
    admin: bool,
    fair: bool,
    peru: bool,
    member: bool,
}

/// A filter as it stands in the address, and whom it leaves.
type Filter = (String, fn(&Person) -> bool);

/// Sixteen people, one for each way to meet the four filters or not. Whoever is not asked for has the same value in
/// another field, and is in another group.
struct People {
    people: Vec<Person>,
    filters: [Filter; 4],
}

impl People {
    async fn of(school: &TestSchool) -> Self {
        let country = definition(school, "Country", "country", false).await;
        let city = definition(school, "City", "text", false).await;
        let group = school.post("/groups", json!({ "name": "G" })).await.expect(200).id();
        school.post("/groups", json!({ "name": "H" })).await.expect(200);
        let mut people = Vec::new();
        for n in 0..16 {
            let [admin, fair, peru, member] = [1, 2, 4, 8].map(|bit| n & bit != 0);
            let email = format!("u{n}@example.com");
            let body = with(
                &bob(),
                &json!({
                    "email": email,
                    "roles": if admin { vec!["site_admin"] } else { vec!["group_analyst"] },
                    "external_source": if fair { "fair" } else { "web" },
                    "custom_profile_fields": [
                        { "custom_profile_field_definition_id": if peru { country } else { city }, "value": "Peru" },
                        { "custom_profile_field_definition_id": if peru { city } else { country }, "value": "Chad" },
                    ],
                }),
            );
            let id = school.post("/users", body).await.expect(201).id();
            let group_names = if member { ["G"] } else { ["H"] };
            school.post("/group_users", json!({ "user_id": id, "group_names": group_names })).await.expect(201);
            people.push(Person { id, email, admin, fair, peru, member });
        }
        let peru = "query[custom_profile_field_label]=Country&query[custom_profile_field_value]=Peru";
        let filters: [Filter; 4] = [
            ("query[role]=site_admin".to_owned(), |person| person.admin),
            ("query[external_source]=fair".to_owned(), |person| person.fair),
            (peru.to_owned(), |person| person.peru),
            (format!("query[group_id]={group}"), |person| person.member),
        ];
        Self { people, filters }
    }

    /// The list with some of the filters, and those it finds.
    fn list(&self, chosen: u32) -> (String, Vec<&Person>) {
        let chosen: Vec<_> =
            (0..).zip(&self.filters).filter(|(n, _)| chosen >> n & 1 == 1).map(|(_, filter)| filter).collect();
        let query: Vec<&str> = chosen.iter().map(|(query, _)| query.as_str()).collect();
        let found = self.people.iter().filter(|person| chosen.iter().all(|(_, meets)| meets(person))).collect();
        (format!("/users?{}", query.join("&")), found)
    }
}

on_both_engines! {
    async fn every_filter_narrows_what_every_other_leaves_and_counts_it(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (theirs, ours) = (People::of(&elsewhere).await, People::of(school).await);
        for chosen in 0..16 {
            let (path, found) = ours.list(chosen);
            let ids: Vec<i64> = found.iter().map(|person| person.id).collect();
            assert_list(school, &path, &ids).await;
            for asked in [&ours.people[15], &ours.people[6], &ours.people[0]] {
                let expected: Vec<i64> = ids.iter().copied().filter(|id| *id == asked.id).collect();
                assert_list(school, &format!("{path}&query[email]={}", asked.email), &expected).await;
            }
            let (path, found) = theirs.list(chosen);
            let ids: Vec<i64> = found.iter().map(|person| person.id).collect();
            assert_eq!(elsewhere.get(&path).await.expect(200).ids(), ids, "{path}");
            let path = format!("{path}&query[email]={}", theirs.people[15].email);
            assert_eq!(elsewhere.get(&path).await.expect(200).ids(), [theirs.people[15].id], "{path}");
        }
        // A group of another school is no group.
        let (path, _) = theirs.list(8);
        assert_list(school, &path, &[]).await;
    }

    async fn a_filter_takes_its_value_to_the_letter_but_for_the_case_of_addresses(school: &TestSchool) {
        let phone = definition(school, "Phone", "text", false).await;
        let made = async |email: &str, source: &str, value: &str| {
            let fields = json!([{ "custom_profile_field_definition_id": phone, "value": value }]);
            let more = json!({ "email": email, "external_source": source, "custom_profile_fields": fields });
            school.post("/users", with(&bob(), &more)).await.expect(201).id()
        };
        let one = made("Ann+News@Example.com", "Fair", "+1 23").await;
        let two = made("bob@example.com", "fair 2024", "+1").await;
        for (query, expected) in [
            ("query[email]=ann%2bnews@example.com", vec![one]),
            ("query[email]=ANN%2BNEWS@EXAMPLE.COM", vec![one]),
            ("query%5Bemail%5D=Ann%2BNews%40Example.com", vec![one]),
            ("query[email]=example.com", vec![]),
            ("query[email]=", vec![one, two]),
            ("query[external_source]=Fair", vec![one]),
            ("query[external_source]=fair", vec![]),
            ("query[external_source]=fair%202024", vec![two]),
            ("query[external_source]=fair+2024", vec![two]),
            ("query[external_source]=fai%", vec![]),
            ("query[custom_profile_field_label]=Phone&query[custom_profile_field_value]=%2B1%2023", vec![one]),
            ("query[custom_profile_field_label]=Phone&query[custom_profile_field_value]=%2B1", vec![two]),
            ("query[custom_profile_field_label]=phone&query[custom_profile_field_value]=%2B1", vec![]),
            ("query[custom_profile_field_label]=Fax&query[custom_profile_field_value]=%2B1", vec![]),
            ("query[role]=king", vec![]),
            ("query[role]=site_admin", vec![]),
            ("query[group_id]=999", vec![]),
        ] {
            assert_list(school, &format!("/users?{query}"), &expected).await;
        }
        for (given, missing) in [("label", "value"), ("value", "label")] {
            let reply = school.get(&format!("/users?query[custom_profile_field_{given}]=Phone")).await.expect(400);
            let message = format!("Parameter query[custom_profile_field_{missing}] is required.");
            assert_eq!(reply.json(), json!({ "error": message }));
        }
        school.get("/users?query[group_id]=G").await.expect(400);
    }

    async fn lists_and_their_counts_follow_every_change(school: &TestSchool) {
        let group = school.post("/groups", json!({ "name": "G" })).await.expect(200).id();
        let users = [school.user("a@example.com").await, school.user("b@example.com").await];
        let roles = ["affiliate", "course_admin", "group_analyst", "site_admin"];
        let of_role = |role: &str| format!("/users?query[role]={role}");
        let affiliate = json!({
            "affiliate_code": "a", "affiliate_commission": 5, "affiliate_payout_email": "p@example.com", "roles": roles,
        });
        let path = format!("/users/{}", users[0]);
        school.put(&path, affiliate).await.expect(204);
        for role in roles {
            assert_list(school, &of_role(role), &users[..1]).await;
        }
        school.put(&path, json!({ "roles": ["course_admin"] })).await.expect(204);
        school.put(&format!("/users/{}", users[1]), json!({ "roles": ["course_admin"] })).await.expect(204);
        for role in roles {
            let expected = if role == "course_admin" { &users[..] } else { &[] };
            assert_list(school, &of_role(role), expected).await;
        }
        let members = format!("/users?query[group_id]={group}");
        let join = |user: i64| school.post("/group_users", json!({ "user_id": user, "group_names": ["G"] }));
        for (joins, expected) in [(users[1], &users[1..]), (users[0], &users[..]), (users[0], &users[..])] {
            join(joins).await.expect(201);
            assert_list(school, &members, expected).await;
        }
        school.delete(&path).await.expect(204);
        for list in ["/users", &members, &of_role("course_admin")] {
            assert_list(school, list, &users[1..]).await;
        }
        school.delete(&format!("/groups/{group}")).await.expect(204);
        assert_list(school, &members, &[]).await;
        assert_list(school, "/users", &users[1..]).await;
    }
}
