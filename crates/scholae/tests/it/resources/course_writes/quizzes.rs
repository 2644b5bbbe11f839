//! Quizzes and surveys: questions, choices, explanations.

use super::{course_with_chapter, topics};
use crate::support::TestSchool;
use serde_json::{Value, json};

/// A quiz with two questions: its id.
async fn quiz(school: &TestSchool) -> i64 {
    let (_, chapter) = course_with_chapter(school, "Bread").await;
    let quiz = json!({
        "name": "Check", "contentable_type": "Quiz", "text": "Take your time.", "settings": { "passing_grade": 50 },
        "questions": [
            { "prompt": "How warm?", "explanation": "Hotter kills it.", "choices": [{ "text": "Hand", "correct": true }, { "text": "Boiling" }] },
            { "prompt": "Which are alive?", "text": "Two of them.", "choices": [
                { "text": "Yeast", "correct": true }, { "text": "Bacteria", "correct": true }, { "text": "Salt" }] },
        ],
    });
    school.post(&format!("/chapters/{chapter}/contents"), quiz).await.expect(201).id()
}

async fn questions(school: &TestSchool, quiz: i64) -> Value {
    school.get(&format!("/contents/{quiz}/body")).await.expect(200).json()["questions"].clone()
}

on_both_engines! {
    async fn questions_are_read_back_and_keep_their_ids_when_they_are_sent_again(school: &TestSchool) {
        let quiz = quiz(school).await;
        let had = questions(school, quiz).await;
        assert_eq!(had[0], json!({
            "id": 1, "position": 1, "kind": "single_answer", "prompt": "How warm?", "text": "", "explanation": "Hotter kills it.",
            "optional": false, "pool": null, "left_label": null, "middle_label": null, "right_label": null,
            "choices": [{ "id": 1, "text": "Hand", "correct": true }, { "id": 2, "text": "Boiling", "correct": false }],
        }));
        assert_eq!(had[1]["kind"], "multiple_answers");
        // By their prompts, in another order, and one by its id.
        let again = json!({ "questions": [
            { "prompt": "Which are alive?", "choices": [{ "text": "Salt" }, { "text": "Yeast", "correct": true }] },
            { "id": 1, "prompt": "How warm is it?", "choices": [{ "id": 2, "text": "Cooking", "correct": true }] },
            { "prompt": "Anything else?" },
        ] });
        school.put(&format!("/contents/{quiz}"), again).await.expect(204);
        let has = questions(school, quiz).await;
        let ids: Vec<i64> = has.as_array().expect("it is there").iter().map(|question| question["id"].as_i64().expect("it is there")).collect();
        assert_eq!(ids, [2, 1, 3]);
        assert_eq!((&has[0]["choices"][0]["id"], &has[0]["choices"][1]["id"], &has[1]["choices"][0]["id"]), (&json!(5), &json!(3), &json!(2)));
        assert_eq!((&has[2]["kind"], &has[1]["explanation"]), (&json!("free_text"), &json!("")));
    }

    async fn a_question_is_added_changed_moved_and_removed(school: &TestSchool) {
        let quiz = quiz(school).await;
        let sent = json!({ "prompt": "First?", "position": 1, "choices": [{ "text": "Yes", "correct": true }] });
        let made = school.post(&format!("/contents/{quiz}/questions"), sent).await.expect(201).json();
        assert_eq!((&made["id"], &made["position"]), (&json!(3), &json!(1)));
        school.put("/questions/3", json!({ "position": 3, "explanation": "Because." })).await.expect(204);
        school.put("/questions/1", json!({ "explanation": "", "choices": [{ "text": "Hand", "correct": true }] })).await.expect(204);
        let has = questions(school, quiz).await;
        let prompts: Vec<&str> = has.as_array().expect("it is there").iter().map(|question| question["prompt"].as_str().expect("it is there")).collect();
        assert_eq!(prompts, ["How warm?", "Which are alive?", "First?"]);
        assert_eq!((&has[2]["explanation"], &has[0]["explanation"], &has[0]["choices"][0]["id"]), (&json!("Because."), &json!(""), &json!(1)));
        school.delete("/questions/2").await.expect(204);
        assert_eq!(questions(school, quiz).await.as_array().expect("it is there").len(), 2);
        school.delete("/questions/2").await.expect(404);
        school.put("/questions/1", json!({ "position": 0 })).await.expect(422);
    }

    async fn a_question_that_cannot_be_answered_is_refused_with_its_number(school: &TestSchool) {
        let quiz = quiz(school).await;
        let path = format!("/contents/{quiz}");
        let before = questions(school, quiz).await;
        let yes = json!([{ "text": "Yes", "correct": true }]);
        for (question, problem) in [
            (json!({ "choices": yes }), "has no prompt"),
            (json!({ "prompt": "?", "choices": [{ "text": "No" }] }), "has no right choice"),
            (json!({ "prompt": "?", "choices": [{ "text": "", "correct": true }] }), "has an empty choice"),
            (json!({ "prompt": "?", "kind": "single_answer" }), "has no choices"),
            (json!({ "prompt": "?", "kind": "free_text", "choices": yes }), "has choices"),
            (json!({ "prompt": "?", "kind": "rating" }), "surveys alone"),
            (json!({ "prompt": "?", "left_label": "Bad" }), "has labels"),
            (json!({ "prompt": "?", "text": "## Another?", "choices": yes }), "write it in another way"),
            (json!({ "prompt": "Which? {optional}", "choices": yes }), "write it in another way"),
            (json!({ "prompt": "?", "kind": "single_answer", "choices": [{ "text": "a", "correct": true }, { "text": "b", "correct": true }] }), "takes one answer"),
        ] {
            let sent = json!({ "questions": [{ "prompt": "Fine?", "choices": yes }, question] });
            let refused = school.put(&path, sent).await.expect(422).json();
            let told = refused["errors"]["questions"][0].as_str().unwrap_or_default();
            assert!(told.contains("question 2") && told.contains(problem), "{problem}: {refused}");
        }
        assert_eq!(questions(school, quiz).await, before);
    }

    async fn a_quiz_draws_of_pools_and_a_question_says_which_it_is_in(school: &TestSchool) {
        let (_, chapter) = course_with_chapter(school, "Bread").await;
        let yes = json!([{ "text": "a", "correct": true }]);
        let quiz = json!({ "name": "Check", "contentable_type": "Quiz", "settings": { "pools": [{ "name": "Water", "count": 1 }], "shuffle_questions": true },
            "questions": [{ "prompt": "Always?", "choices": yes }, { "prompt": "Warm?", "choices": yes, "pool": "Water" }, { "prompt": "Cold?", "choices": yes, "pool": " Water " }] });
        let id = school.post(&format!("/chapters/{chapter}/contents"), quiz).await.expect(201).id();
        let body = school.get(&format!("/contents/{id}/body")).await.expect(200).json();
        assert_eq!(body["settings"]["pools"], json!([{ "name": "Water", "count": 1 }]));
        let pools = |questions: &Value| questions.as_array().expect("a list").iter().map(|question| question["pool"].clone()).collect::<Vec<_>>();
        assert_eq!(pools(&body["questions"]), [json!(null), json!("Water"), json!("Water")]);
        let code = school.get("/course_files/bread").await.expect(200).json()["files"].clone();
        let text = code[1]["text"].as_str().expect("text");
        assert!(text.contains("pools = [{ name = \"Water\", count = 1 }]\n") && text.contains("## Cold? {pool=\"Water\"}\n"), "{text}");
        let told = topics(school).await;
        school.put("/course_files/bread", json!({ "files": code })).await.expect(200);
        assert_eq!(topics(school).await, told);
        let question = format!("/questions/{}", body["questions"][2]["id"]);
        school.put(&question, json!({ "pool": "" })).await.expect(204);
        assert_eq!(pools(&questions(school, id).await), [json!(null), json!("Water"), json!(null)]);
        for (settings, told) in [
            (json!({ "question_count": 2 }), "can't be set beside question_count"),
            (json!({ "pools": [{ "name": "Water", "count": 0 }] }), "must take at least one question"),
            (json!({ "pools": [{ "name": "", "count": 1 }] }), "can't be blank"),
            (json!({ "pools": [{ "name": "A", "count": 1 }, { "name": "A", "count": 2 }] }), "must have each name once"),
        ] {
            let refused = school.put(&format!("/contents/{id}"), json!({ "settings": settings })).await.expect(422).json();
            assert!(refused["errors"]["pools"][0].as_str().unwrap_or_default().contains(told), "{told}: {refused}");
        }
        let survey = json!({ "name": "Ask", "contentable_type": "Survey", "questions": [{ "prompt": "Why?", "pool": "A" }] });
        let refused = school.post(&format!("/chapters/{chapter}/contents"), survey).await.expect(422).text;
        assert!(refused.contains("is in a pool, which quizzes alone have"), "{refused}");
    }

    async fn a_survey_has_kinds_of_its_own_and_no_right_choice(school: &TestSchool) {
        let (_, chapter) = course_with_chapter(school, "Bread").await;
        let survey = json!({ "name": "Ask", "contentable_type": "Survey", "questions": [
            { "prompt": "Which?", "kind": "multiple_answers", "choices": [{ "text": "a" }, { "text": "b" }] },
            { "prompt": "How many stars?", "kind": "rating" },
            { "prompt": "How was it?", "kind": "scale", "left_label": "Bad", "right_label": "Good", "optional": true },
            { "prompt": "Anything else?" },
        ] });
        let id = school.post(&format!("/chapters/{chapter}/contents"), survey).await.expect(201).id();
        let has = questions(school, id).await;
        let kinds: Vec<&str> = has.as_array().expect("it is there").iter().map(|question| question["kind"].as_str().expect("it is there")).collect();
        assert_eq!(kinds, ["multiple_answers", "rating", "scale", "free_text"]);
        assert_eq!((&has[2]["left_label"], &has[2]["optional"]), (&json!("Bad"), &json!(true)));
        let right = json!({ "questions": [{ "prompt": "?", "choices": [{ "text": "a", "correct": true }] }] });
        school.put(&format!("/contents/{id}"), right).await.expect(422);
    }
}
