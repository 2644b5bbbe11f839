//! Reviews of courses: one of each student for each course.

use super::arranged::course;
use super::asserted::{
    Refused, Shown, ShownAs, assert_cases, assert_list, assert_not_found, assert_scopes, letters, problem, seen, with,
    without,
};
use crate::support::TestSchool;
use reqwest::Method;
use serde_json::{Value, json};

fn of(course: i64) -> String {
    format!("/course_reviews?course_id={course}")
}

fn review(user: i64) -> Value {
    json!({ "user_id": user, "rating": 4, "title": "My review", "review_text": "It was great!", "approved": true })
}

on_both_engines! {
    async fn a_review_is_made_of_a_course_and_shown_with_every_field(school: &TestSchool) {
        let bread = course(school, "Bread").await;
        let (ann, bob) = (school.user("ann@example.com").await, school.user("bob@example.com").await);
        let made = school.post(&of(bread.id), review(ann)).await.expect(201);
        let shown = json!({
            "id": 1,
            "rating": 4,
            "title": "My review",
            "review_text": "It was great!",
            "user_id": ann,
            "course_id": bread.id,
            "approved": true,
            "created_at": "[time]",
        });
        assert_eq!(made.redacted(&["created_at"]), shown);
        let silent = school.post(&of(bread.id), without(&review(bob), "approved")).await.expect(201);
        assert_eq!(silent.json()["approved"], false, "nobody has approved it");
        for made in [&made, &silent] {
            assert_eq!(school.get(&format!("/course_reviews/{}", made.id())).await.expect(200).json(), made.json());
        }
        let listed = school.get(&of(bread.id)).await.expect(200).json();
        assert_eq!(listed["items"], json!([made.json(), silent.json()]));
        for path in ["/course_reviews/999", "/course_reviews/0", "/course_reviews/mine", &of(999)] {
            assert_not_found(&school.get(path).await);
        }
        assert_not_found(&school.post(&of(999), review(ann)).await);
        for path in ["/course_reviews", "/course_reviews?course_id="] {
            let reply = school.get(path).await.expect(400);
            assert_eq!(reply.json(), json!({ "error": "Parameter course_id is required." }));
            let reply = school.post(path, review(ann)).await.expect(400);
            assert_eq!(reply.json(), json!({ "error": "Parameter course_id is required." }));
        }
        school.get("/course_reviews?course_id=bread").await.expect(400);
    }

    async fn each_field_takes_what_keeps_its_rules_and_nothing_else(school: &TestSchool) {
        let theirs = school.second_school("elsewhere").await.user("ann@example.com").await;
        let ann = school.user("ann@example.com").await;
        let bread = course(school, "Bread").await;
        for field in ["user_id", "rating", "title", "review_text"] {
            let reply = school.post(&of(bread.id), without(&review(ann), field)).await.expect(422);
            assert_eq!(reply.json(), problem(field, "can't be blank"));
        }
        let blank = json!(["can't be blank"]);
        let nothing = school.post(&of(bread.id), json!({})).await.expect(422).json();
        assert_eq!(nothing, json!({ "errors": {
            "rating": blank, "title": blank, "review_text": blank, "user_id": blank,
        }}));
        let out_of_five = || Refused("must be between 1 and 5");
        // A student reviews a course once: each review is of a course of its own.
        for (n, case) in (0..).zip([
            ("rating", json!(0), out_of_five()),
            ("rating", json!(1), Shown),
            ("rating", json!(5), Shown),
            ("rating", json!(6), out_of_five()),
            ("rating", json!(4.5), Refused("must be a whole number")),
            ("rating", json!("3"), ShownAs(json!(3))),
            ("title", json!(" "), Refused("can't be blank")),
            ("title", json!(" T "), ShownAs(json!("T"))),
            ("title", letters(255), Shown),
            ("title", letters(256), Refused("is too long (maximum is 255 characters)")),
            ("review_text", json!(""), Refused("can't be blank")),
            ("review_text", letters(65_535), Shown),
            ("review_text", letters(65_536), Refused("is too long (maximum is 65535 characters)")),
            ("approved", json!(false), Shown),
            ("approved", json!(1), ShownAs(json!(true))),
            ("user_id", json!(999), Refused("must exist")),
            ("user_id", json!(theirs), Refused("must exist")),
        ]) {
            let path = of(course(school, &format!("Course {n}")).await.id);
            assert_cases(school, Method::POST, &path, &review(ann), [case]).await;
        }
    }

    async fn a_student_reviews_a_course_once_and_lists_are_of_a_course(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (theirs, stranger) = (course(&elsewhere, "Bread").await, elsewhere.user("u0@example.com").await);
        let their_review = elsewhere.post(&of(theirs.id), review(stranger)).await.expect(201).id();
        let (bread, cake) = (course(school, "Bread").await, course(school, "Cake").await);
        let (mut reviews, mut approved) = (Vec::new(), Vec::new());
        for n in 0..5 {
            let user = school.user(&format!("u{n}@example.com")).await;
            let body = with(&review(user), &json!({ "approved": n % 2 == 0 }));
            let id = school.post(&of(bread.id), body.clone()).await.expect(201).id();
            reviews.push(id);
            approved.extend((n % 2 == 0).then_some(id));
            let again = school.post(&of(bread.id), body).await.expect(422);
            assert_eq!(again.json(), problem("user_id", "has already been taken"));
        }
        let first = school.get(&format!("/course_reviews/{}", reviews[0])).await.json()["user_id"].as_i64();
        let of_cake = school.post(&of(cake.id), review(first.expect("an id"))).await.expect(201).id();
        assert_list(school, &of(bread.id), &reviews).await;
        assert_list(school, &of(cake.id), &[of_cake]).await;
        for (flag, expected) in [("true", &approved), ("1", &approved), ("false", &reviews), ("", &reviews)] {
            assert_list(school, &format!("{}&approved={flag}", of(bread.id)), expected).await;
        }
        school.get(&format!("{}&approved=maybe", of(bread.id))).await.expect(400);

        assert_not_found(&school.get(&of(theirs.id)).await);
        assert_not_found(&school.get(&format!("/course_reviews/{their_review}")).await);
        assert_not_found(&school.post(&of(theirs.id), review(first.expect("an id"))).await);
        let before = seen(&elsewhere, &[&of(theirs.id)]).await;
        school.delete(&format!("/users/{}", first.expect("an id"))).await.expect(204);
        assert_list(school, &of(bread.id), &reviews[1..]).await;
        assert_list(school, &format!("{}&approved=true", of(bread.id)), &approved[1..]).await;
        assert_list(school, &of(cake.id), &[]).await;
        assert_eq!(seen(&elsewhere, &[&of(theirs.id)]).await, before);
    }

    async fn an_app_needs_the_scope_of_what_it_does(school: &TestSchool) {
        let (bread, ann) = (course(school, "Bread").await, school.user("ann@example.com").await);
        let bob = school.user("bob@example.com").await;
        let path = format!("/course_reviews/{}", school.post(&of(bread.id), review(ann)).await.expect(201).id());
        assert_scopes(school, &[
            ("read:course_reviews", Method::GET, &of(bread.id), Value::Null),
            ("read:course_reviews", Method::GET, &path, Value::Null),
            ("write:course_reviews", Method::POST, &of(bread.id), review(bob)),
        ]).await;
    }
}
