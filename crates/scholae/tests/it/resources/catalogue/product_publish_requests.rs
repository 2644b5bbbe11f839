//! Requests to publish a product: somebody who may not publish asks, an admin approves or denies. The list has those
//! that wait for an answer; one by one they can be read afterwards too.

use super::arrange::{course_of, product_with_status, publish_request, remove_course};
use super::{OtherSchool, School, column, finds_nothing, get, lists, needs_scopes, post, refuses, user};
use crate::support::{TestSchool, send};
use reqwest::Method;
use school::courses::NewCourse;
use school::products::ProductStatus;
use serde_json::{Value, json};

const PATH: &str = "/product_publish_requests";
/// The moments of a request that was answered.
const MOMENTS: &[&str] = &["created_at", "updated_at", "completed_at"];

/// A user who asks for a draft to be published, and one who answers.
struct Asked {
    asking: i64,
    answering: i64,
    product: i64,
    id: i64,
}

async fn asked(school: &impl School) -> Asked {
    let (asking, answering) = (user(school, "asks@example.com").await, user(school, "answers@example.com").await);
    let product = product_with_status(school, "Bread", "draft").await;
    Asked { asking, answering, product, id: publish_request(school, product, asking).await }
}

/// Another request of the same user, for a draft of this name: its id and the product's.
async fn another(school: &impl School, asked: &Asked, name: &str) -> (i64, i64) {
    let product = product_with_status(school, name, "draft").await;
    (publish_request(school, product, asked.asking).await, product)
}

async fn status_of(school: &impl School, product: i64) -> Value {
    school.get(&format!("/products/{product}")).await.expect(200).json()["status"].clone()
}

on_both_engines! {
    async fn a_request_waits_and_is_then_approved_or_denied(school: &TestSchool) {
        let asked = asked(school).await;
        let path = format!("{PATH}/{}", asked.id);
        let waiting = json!({
            "id": 1, "product_id": asked.product, "status": "pending", "response_text": null,
            "requesting_user_id": asked.asking, "responding_user_id": null, "completed_at": null,
            "created_at": "[time]", "updated_at": "[time]",
        });
        assert_eq!(school.get(&path).await.expect(200).redacted(MOMENTS), waiting);
        assert_eq!(school.get(PATH).await.expect(200).redacted(MOMENTS)["items"], json!([waiting]));

        let reply = school.post(&format!("{path}/approve"), json!({ "user_id": asked.answering })).await.expect(200);
        assert_eq!(reply.text, "", "there is nothing to show");
        let mut answered = waiting;
        for (field, value) in [("status", json!("approved")), ("responding_user_id", json!(asked.answering)),
                               ("completed_at", json!("[time]"))] {
            answered[field] = value;
        }
        let approved = school.get(&path).await.expect(200);
        assert_eq!(approved.redacted(MOMENTS), answered);
        assert_eq!(approved.json()["completed_at"], approved.json()["updated_at"]);
        assert_eq!(status_of(school, asked.product).await, "published");

        let (denied, product) = another(school, &asked, "Cake").await;
        let body = json!({ "user_id": asked.answering, "response_text": "Needs\nan oven", "notify_requester": false });
        assert_eq!(school.post(&format!("{PATH}/{denied}/deny"), body).await.expect(200).text, "");
        let shown = school.get(&format!("{PATH}/{denied}")).await.expect(200);
        for (field, value) in [("id", json!(denied)), ("product_id", json!(product)), ("status", json!("denied")),
                               ("response_text", json!("Needs\nan oven"))] {
            answered[field] = value;
        }
        assert_eq!(shown.redacted(MOMENTS), answered);
        assert_eq!(status_of(school, product).await, "draft");
        lists(school, PATH, &[]).await;
    }

    async fn an_answer_is_given_once_by_somebody_who_is_there(school: &TestSchool) {
        let asked = asked(school).await;
        let path = format!("{PATH}/{}", asked.id);
        let text = |n: usize| "é".repeat(n);
        for verdict in ["approve", "deny"] {
            let path = format!("{path}/{verdict}");
            // Clients know this refusal in a form of its own: a list of objects.
            for nobody in [json!({}), json!({ "user_id": null }), json!({ "user_id": 999 }), json!({ "user_id": 0 })] {
                let reply = school.post(&path, nobody.clone()).await.expect(422);
                assert_eq!(reply.text, r#"[{"errors":[{"user_id":"not found"}]}]"#, "{nobody}");
            }
            for (fields, field, problem) in [
                (json!({ "user_id": "ann" }), "user_id", "must be a whole number"),
                (json!({ "user_id": [1] }), "user_id", "must be a whole number"),
                (json!({ "response_text": text(65_536) }), "response_text",
                    "is too long (maximum is 65535 characters)"),
                (json!({ "response_text": true }), "response_text", "must be a text"),
                (json!({ "notify_requester": "maybe" }), "notify_requester", "must be true or false"),
                (json!({ "notify_requester": 2 }), "notify_requester", "must be true or false"),
            ] {
                let mut body = json!({ "user_id": asked.answering });
                fields.as_object().expect("fields").iter().for_each(|(name, value)| body[name] = value.clone());
                refuses(school, post(&path, body), json!({ (field): [problem] })).await;
            }
        }
        assert_eq!(status_of(school, asked.product).await, "draft");
        lists(school, PATH, &[asked.id]).await;

        let longest = json!({ "user_id": asked.answering.to_string(), "response_text": text(65_535) });
        school.post(&format!("{path}/deny"), longest).await.expect(200);
        let before = school.get(&path).await.json();
        for verdict in ["approve", "deny"] {
            let again = post(format!("{path}/{verdict}"), json!({ "user_id": asked.answering, "response_text": "Oh" }));
            refuses(school, again, json!({ "base": ["has already been answered"] })).await;
        }
        assert_eq!((school.get(&path).await.json(), status_of(school, asked.product).await), (before, json!("draft")));
        // Who was denied may ask again.
        let again = publish_request(school, asked.product, asked.asking).await;
        let form = [("user_id", asked.answering.to_string()), ("response_text", "Yes".to_owned())];
        send(school.request(Method::POST, &format!("{PATH}/{again}/approve")).form(&form)).await.expect(200);
        assert_eq!(status_of(school, asked.product).await, "published");
        for verdict in ["approve", "deny"] {
            let answer = |id: &str| post(format!("{PATH}/{id}/{verdict}"), json!({ "user_id": asked.answering }));
            finds_nothing(school, vec![answer("999"), answer("0"), answer("bread")]).await;
        }
        finds_nothing(school, vec![get(format!("{PATH}/999")), get(format!("{PATH}/bread"))]).await;
    }

    async fn who_asked_is_told_by_mail_when_that_is_wanted(school: &TestSchool) {
        let asked = asked(school).await;
        // Mail to an address that nobody has confirmed names nothing that people chose.
        let asking = school::UserId::new(asked.asking);
        school.arrange(move |tx, site| school::users::confirm_email(tx, site, asking)).await;
        let answer = async |id: i64, verdict: &str, fields: Value| {
            let mut body = json!({ "user_id": asked.answering });
            fields.as_object().expect("fields").iter().for_each(|(name, value)| body[name] = value.clone());
            school.post(&format!("{PATH}/{id}/{verdict}"), body).await.expect(200);
            school.mails().await
        };
        assert!(answer(asked.id, "approve", json!({})).await.is_empty(), "nobody is told unless asked for");
        for fields in [json!({ "notify_requester": false }), json!({ "notify_requester": null }),
                       json!({ "notify_requester": 0 })] {
            let (id, _) = another(school, &asked, &format!("Not told {fields}")).await;
            assert!(answer(id, "deny", fields.clone()).await.is_empty(), "{fields}");
        }
        for (number, (verdict, yes, outcome)) in [
            ("approve", json!(true), "is published"),
            ("deny", json!("1"), "is not published"),
            ("deny", json!(1), "is not published"),
        ].into_iter().enumerate() {
            let name = format!("Cake {number}");
            let (id, _) = another(school, &asked, &name).await;
            let mails = answer(id, verdict, json!({ "notify_requester": yes, "response_text": "Look & see" })).await;
            assert_eq!(mails.len(), number + 1, "one mail each");
            let mail = mails[0].to_string();
            assert!(mail.contains("asks@example.com") && !mail.contains("answers@example.com"), "{mail}");
            assert!(mail.contains(&format!("{name} {outcome}")) && mail.contains("Look & see"), "{mail}");
        }
        // Somebody who has left is told nothing, and their request is answered all the same.
        let (id, product) = another(school, &asked, "Orphan").await;
        school.delete(&format!("/users/{}", asked.asking)).await.expect(204);
        assert_eq!(answer(id, "approve", json!({ "notify_requester": true })).await.len(), 3);
        assert_eq!(status_of(school, product).await, "published");
        assert_eq!(school.get(&format!("{PATH}/{id}")).await.json()["requesting_user_id"], 0, "who has left is named no more");
    }

    async fn the_list_has_what_waits_and_counts_what_comes_and_goes(school: &TestSchool) {
        lists(school, PATH, &[]).await;
        let asked = asked(school).await;
        let mut ids = vec![asked.id];
        for name in ["Cake", "Roll", "Pie"] {
            ids.push(another(school, &asked, name).await.0);
        }
        // Twice the same product: each request has its own answer.
        ids.push(publish_request(school, asked.product, asked.answering).await);
        lists(school, PATH, &ids).await;
        assert_eq!(school.get(&format!("{PATH}?sort=-id&limit=2")).await.ids(), [ids[4], ids[3]]);
        let answered = ids.remove(0);
        let body = json!({ "user_id": asked.answering });
        school.post(&format!("{PATH}/{answered}/approve"), body.clone()).await.expect(200);
        lists(school, PATH, &ids).await;
        school.post(&format!("{PATH}/{}/deny", ids.remove(1)), body).await.expect(200);
        lists(school, PATH, &ids).await;
        let listed = school.get(PATH).await;
        assert_eq!(column(&listed, "status"), json!(["pending", "pending", "pending"]));
        let asking = [asked.asking, asked.asking, asked.answering];
        assert_eq!(column(&listed, "requesting_user_id"), json!(asking));
        // One that is published already stays so, whatever the answer to a second request.
        school.post(&format!("{PATH}/{}/deny", ids.remove(2)), json!({ "user_id": asked.asking })).await.expect(200);
        assert_eq!(status_of(school, asked.product).await, "published");
        lists(school, PATH, &ids).await;
    }

    async fn requests_go_with_their_product_and_publish_whatever_it_was(school: &TestSchool) {
        let asked = asked(school).await;
        let draft = NewCourse { status: ProductStatus::Draft, ..NewCourse::named("Gone") };
        let (course, removed) = course_of(school, draft).await;
        let answered = publish_request(school, removed, asked.asking).await;
        let waiting = publish_request(school, removed, asked.asking).await;
        school.post(&format!("{PATH}/{answered}/deny"), json!({ "user_id": asked.answering })).await.expect(200);
        remove_course(school, course).await;
        finds_nothing(school, vec![
            get(format!("{PATH}/{answered}")),
            get(format!("{PATH}/{waiting}")),
            post(format!("{PATH}/{waiting}/approve"), json!({ "user_id": asked.answering })),
        ]).await;
        lists(school, PATH, &[asked.id]).await;

        // The published product is the last that changed.
        let presell = product_with_status(school, "Soon", "presell").await;
        let id = publish_request(school, asked.product, asked.asking).await;
        school.post(&format!("{PATH}/{id}/approve"), json!({ "user_id": asked.answering })).await.expect(200);
        assert_eq!(school.get("/products?sort=updated_at").await.ids(), [presell, asked.product]);
        let id = publish_request(school, presell, asked.asking).await;
        school.post(&format!("{PATH}/{id}/approve"), json!({ "user_id": asked.answering })).await.expect(200);
        assert_eq!(school.get("/products?sort=updated_at").await.ids(), [asked.product, presell]);
        assert_eq!(status_of(school, presell).await, "published");
    }

    async fn another_schools_requests_are_not_there_and_its_users_answer_none(school: &TestSchool) {
        let other = OtherSchool::on(school).await;
        let (ours, theirs) = (asked(school).await, asked(&other).await);
        let path = format!("{PATH}/{}", theirs.id);
        let untouched = other.get(&path).await.expect(200).json();
        for verdict in ["approve", "deny"] {
            let answered_by = |user: i64| post(format!("{path}/{verdict}"), json!({ "user_id": user }));
            finds_nothing(school, vec![answered_by(ours.answering), answered_by(theirs.answering)]).await;
            let stranger = json!({ "user_id": theirs.answering });
            let reply = school.post(&format!("{PATH}/{}/{verdict}", ours.id), stranger).await.expect(422);
            assert_eq!(reply.text, r#"[{"errors":[{"user_id":"not found"}]}]"#);
        }
        finds_nothing(school, vec![get(&path)]).await;
        lists(school, PATH, &[ours.id]).await;
        school.post(&format!("{PATH}/{}/approve", ours.id), json!({ "user_id": ours.answering })).await.expect(200);
        lists(school, PATH, &[]).await;
        lists(&other, PATH, &[theirs.id]).await;
        assert_eq!(other.get(&path).await.json(), untouched);
        assert_eq!(status_of(&other, theirs.product).await, "draft");
    }

    async fn a_token_needs_the_scopes_of_requests(school: &TestSchool) {
        let asked = asked(school).await;
        let (second, _) = another(school, &asked, "Cake").await;
        needs_scopes(school, "product_publish_requests", vec![
            get(PATH),
            get(format!("{PATH}/{second}")),
            post(format!("{PATH}/{}/approve", asked.id), json!({ "user_id": asked.answering })),
            post(format!("{PATH}/{second}/deny"), json!({ "user_id": asked.answering })),
        ]).await;
        lists(school, PATH, &[]).await;
    }
}
