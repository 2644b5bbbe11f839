//! Instructors: who teaches the courses.

use super::arranged::course_of;
use super::asserted::{
    Refused, Shown, ShownAs, assert_cases, assert_list, assert_not_found, assert_scopes, letters, seen, with, without,
};
use crate::support::TestSchool;
use reqwest::Method;
use school::courses::NewCourse;
use serde_json::{Value, json};
use store::InstructorId;

fn bob() -> Value {
    json!({ "first_name": "Bob", "last_name": "Jones", "slug": "bob" })
}

on_both_engines! {
    async fn names_and_a_slug_make_an_instructor_and_the_rest_may_be_missing(school: &TestSchool) {
        let made = school.post("/instructors", bob()).await.expect(201);
        assert_eq!(made.redacted(&["created_at"]), json!({
            "id": 1,
            "user_id": null,
            "title": null,
            "first_name": "Bob",
            "last_name": "Jones",
            "bio": null,
            "slug": "bob",
            "avatar_url": null,
            "avatar_file_id": null,
            "email": null,
            "created_at": "[time]",
        }));
        let user = school.user("bob@example.com").await;
        let most = school.post("/instructors", json!({
            "user_id": user,
            "title": "Mr.",
            "first_name": "Bob",
            "last_name": "Jones",
            "bio": "Bob Jones is an instructor of note.",
            "slug": "bob_jones-2",
            "avatar_url": "https://example.com/avatar.png",
            "email": "bob_jones@example.com",
        })).await.expect(201);
        assert_eq!(most.redacted(&["created_at"]), json!({
            "id": 2,
            "user_id": user,
            "title": "Mr.",
            "first_name": "Bob",
            "last_name": "Jones",
            "bio": "Bob Jones is an instructor of note.",
            "slug": "bob_jones-2",
            "avatar_url": "https://example.com/avatar.png",
            "avatar_file_id": null,
            "email": "bob_jones@example.com",
            "created_at": "[time]",
        }));
        for made in [&made, &most] {
            assert_eq!(school.get(&format!("/instructors/{}", made.id())).await.expect(200).json(), made.json());
        }
        let listed = school.get("/instructors").await.expect(200).json();
        assert_eq!(listed["items"], json!([made.json(), most.json()]));
        for field in ["first_name", "last_name"] {
            let reply = school.post("/instructors", without(&bob(), field)).await.expect(422);
            let problems = json!({ field: ["can't be blank"], "slug": ["has already been taken"] });
            assert_eq!(reply.json(), json!({ "errors": problems }));
        }
        let blank = json!(["can't be blank"]);
        let nothing = school.post("/instructors", json!({})).await.expect(422).json();
        assert_eq!(nothing, json!({ "errors": { "first_name": blank, "last_name": blank } }));

        // Without a slug one is made of the name, which is free.
        for slug in ["bob-jones", "bob-jones-2", "bob-jones-3"] {
            let made = school.post("/instructors", without(&bob(), "slug")).await.expect(201);
            assert_eq!(made.json()["slug"], slug);
        }
        let odd = json!({ "first_name": "Zoë!", "last_name": "O'Neil & Sons", "slug": "" });
        assert_eq!(school.post("/instructors", odd).await.expect(201).json()["slug"], "zoë-o-neil-sons");
        assert_list(school, "/instructors", &[1, 2, 3, 4, 5, 6]).await;
    }

    async fn each_field_takes_what_keeps_its_rules_and_nothing_else(school: &TestSchool) {
        let user = school.user("bob@example.com").await;
        let theirs = school.second_school("elsewhere").await.user("bob@example.com").await;
        let too_long = || Refused("is too long (maximum is 255 characters)");
        let no_slug = || Refused("may only have lower-case letters, digits, hyphens and underscores");
        assert_cases(school, Method::POST, "/instructors", &with(&bob(), &json!({ "slug": "bob-<n>" })), [
            ("first_name", json!(" "), Refused("can't be blank")),
            ("first_name", json!(" Bob "), ShownAs(json!("Bob"))),
            ("first_name", letters(255), Shown),
            ("first_name", letters(256), too_long()),
            ("last_name", json!(""), Refused("can't be blank")),
            ("last_name", letters(255), Shown),
            ("last_name", letters(256), too_long()),
            ("title", letters(255), Shown),
            ("title", letters(256), too_long()),
            ("bio", letters(65_535), Shown),
            ("bio", letters(65_536), Refused("is too long (maximum is 65535 characters)")),
            ("avatar_url", letters(2048), Shown),
            ("avatar_url", letters(2049), Refused("is too long (maximum is 2048 characters)")),
            ("email", json!("a@b"), Shown),
            ("email", json!("nobody"), Refused("is invalid")),
            ("email", json!(""), ShownAs(Value::Null)),
            ("slug", json!("a_b-0"), Shown),
            ("slug", json!(" trimmed "), ShownAs(json!("trimmed"))),
            ("slug", json!("Bob"), no_slug()),
            ("slug", json!("bob jones"), no_slug()),
            ("slug", json!("bob/jones"), no_slug()),
            ("slug", json!("a_b-0"), Refused("has already been taken")),
            ("slug", letters(255), Shown),
            ("slug", letters(256), too_long()),
            ("user_id", json!(user), Shown),
            ("user_id", json!(user.to_string()), ShownAs(json!(user))),
            ("user_id", json!(999), Refused("must exist")),
            ("user_id", json!(theirs), Refused("must exist")),
        ]).await;
    }

    async fn a_change_touches_only_the_given_field_and_shows_on_products(school: &TestSchool) {
        let user = school.user("bob@example.com").await;
        let id = school.post("/instructors", bob()).await.expect(201).id();
        let other = school.post("/instructors", with(&bob(), &json!({ "slug": "other" }))).await.expect(201).json();
        let taught = |name: &str| NewCourse { instructor_id: Some(InstructorId::new(id)), ..NewCourse::named(name) };
        let bread = course_of(school, taught("Bread")).await;
        let cake = course_of(school, NewCourse::named("Cake")).await;
        let path = format!("/instructors/{id}");
        let mut instructor = school.get(&path).await.json();
        for change in [
            json!({ "first_name": "Rob" }),
            json!({ "last_name": "Smith" }),
            json!({ "title": "Mr." }),
            json!({ "bio": "Bakes." }),
            json!({ "slug": "rob" }),
            json!({ "slug": "rob" }),
            json!({ "avatar_url": "https://example.com/a" }),
            json!({ "email": "rob@example.com" }),
            json!({ "user_id": user }),
            json!({}),
        ] {
            assert_eq!(school.put(&path, change.clone()).await.expect(204).text, "");
            instructor = with(&instructor, &change);
            assert_eq!(school.get(&path).await.json(), instructor, "{change}");
            let names = format!("{} {}", instructor["first_name"].as_str().expect("a name"),
                instructor["last_name"].as_str().expect("a name"));
            let product = school.get(&format!("/products/{}", bread.product)).await.json();
            assert_eq!(product["instructor_names"], names);
        }
        assert_eq!(school.get(&format!("/products/{}", cake.product)).await.json()["instructor_names"], Value::Null);
        assert_cases(school, Method::PUT, &path, &json!({}), [
            ("first_name", json!(""), Refused("can't be blank")),
            ("last_name", letters(256), Refused("is too long (maximum is 255 characters)")),
            ("slug", json!("other"), Refused("has already been taken")),
            ("email", json!("nobody"), Refused("is invalid")),
            ("user_id", json!(999), Refused("must exist")),
        ]).await;
        assert_eq!(school.get(&format!("/instructors/{}", other["id"])).await.json(), other);
        assert_not_found(&school.put("/instructors/999", json!({ "title": "Mr." })).await);
    }

    async fn the_courses_of_a_removed_instructor_stay_without_one(school: &TestSchool) {
        let user = school.user("bob@example.com").await;
        let body = with(&bob(), &json!({ "user_id": user }));
        let id = school.post("/instructors", body).await.expect(201).id();
        let stays = school.post("/instructors", with(&bob(), &json!({ "slug": "stays" }))).await.expect(201).id();
        let taught = |name: &str, id: i64| NewCourse { instructor_id: Some(InstructorId::new(id)), ..NewCourse::named(name) };
        let bread = course_of(school, taught("Bread", id)).await;
        let cake = course_of(school, taught("Cake", stays)).await;
        let shown = async |path: String| school.get(&path).await.expect(200).json();
        let course = shown(format!("/courses/{}", bread.id)).await;
        let product = shown(format!("/products/{}", bread.product)).await;
        assert_eq!((&course["instructor_id"], &product["instructor_names"]), (&json!(id), &json!("Bob Jones")));
        let others = [shown(format!("/courses/{}", cake.id)).await, shown(format!("/products/{}", cake.product)).await];

        assert_eq!(school.delete(&format!("/instructors/{id}")).await.expect(204).text, "");
        assert_not_found(&school.get(&format!("/instructors/{id}")).await);
        assert_not_found(&school.delete(&format!("/instructors/{id}")).await);
        assert_list(school, "/instructors", &[stays]).await;
        let left = with(&course, &json!({ "instructor_id": null }));
        assert_eq!(shown(format!("/courses/{}", bread.id)).await, left);
        let left = with(&product, &json!({ "instructor_names": null }));
        assert_eq!(shown(format!("/products/{}", bread.product)).await, left);
        let after = [shown(format!("/courses/{}", cake.id)).await, shown(format!("/products/{}", cake.product)).await];
        assert_eq!(after, others);
        school.get(&format!("/users/{user}")).await.expect(200);
        // The slug is free again.
        school.post("/instructors", bob()).await.expect(201);
    }

    async fn another_schools_instructors_are_not_there(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let theirs = elsewhere.post("/instructors", bob()).await.expect(201).id();
        let ours = school.post("/instructors", bob()).await.expect(201);
        assert_eq!(ours.json()["slug"], "bob", "a slug is one instructor's in one school");
        let before = seen(&elsewhere, &["/instructors"]).await;
        let path = format!("/instructors/{theirs}");
        assert_not_found(&school.get(&path).await);
        assert_not_found(&school.put(&path, json!({ "first_name": "Rob" })).await);
        assert_not_found(&school.delete(&path).await);
        assert_list(school, "/instructors", &[ours.id()]).await;
        school.put(&format!("/instructors/{}", ours.id()), json!({ "first_name": "Rob" })).await.expect(204);
        school.delete(&format!("/instructors/{}", ours.id())).await.expect(204);
        assert_eq!(seen(&elsewhere, &["/instructors"]).await, before);
    }

    async fn an_app_needs_the_scope_of_what_it_does(school: &TestSchool) {
        let path = format!("/instructors/{}", school.post("/instructors", bob()).await.expect(201).id());
        assert_scopes(school, &[
            ("read:instructors", Method::GET, "/instructors", Value::Null),
            ("read:instructors", Method::GET, &path, Value::Null),
            ("write:instructors", Method::POST, "/instructors", with(&bob(), &json!({ "slug": "new" }))),
            ("write:instructors", Method::PUT, &path, json!({ "title": "Mr." })),
            ("write:instructors", Method::DELETE, &path, Value::Null),
        ]).await;
    }
}
