//! Finding enrollments.

use super::{FUTURE, PAST, enroll};
use crate::resources::arranged::{course, progress};
use crate::resources::asserted::assert_list;
use crate::support::TestSchool;
use serde_json::json;

/// An enrollment that meets some of the filters.
#[derive(Debug)]
struct Row {
    id: i64,
    user: usize,
    course: usize,
    trial: bool,
    completed: bool,
    expired: bool,
}

/// A filter as it stands in the address, and which enrollments it leaves.
type Filter = (String, Box<dyn Fn(&Row) -> bool>);

/// Four users in four courses each, so that every two states occur together and apart.
struct Enrollments {
    users: Vec<i64>,
    courses: Vec<i64>,
    rows: Vec<Row>,
}

impl Enrollments {
    async fn of(school: &TestSchool) -> Self {
        let (mut users, mut courses, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..4 {
            users.push(school.user(&format!("u{n}@example.com")).await);
            courses.push(course(school, "Bread").await.id);
        }
        for (user, course) in (0..4).flat_map(|course| (0..4).map(move |user| (user, course))) {
            let [trial, completed, expired] =
                [user ^ course, (user >> 1) ^ course, user ^ (course >> 1)].map(|bits: usize| bits & 1 == 1);
            let mut dates = json!({ "expiry_date": if expired { PAST } else { FUTURE } });
            if !trial {
                dates["activated_at"] = json!(PAST);
            }
            let id = enroll(school, users[user], courses[course], dates).await.expect(201).id();
            if completed {
                progress(school, id, 10_000).await;
            }
            rows.push(Row { id, user, course, trial, completed, expired });
        }
        Self { users, courses, rows }
    }

    /// For each part of an enrollment what can be asked of it; the first is always nothing.
    fn filters(&self) -> [Vec<Filter>; 5] {
        let anything = || (String::new(), Box::new(|_: &Row| true) as Box<dyn Fn(&Row) -> bool>);
        let of_user = |user: usize| -> Filter {
            (format!("query[user_id]={}", self.users[user]), Box::new(move |row| row.user == user))
        };
        let of_course = |course: usize| -> Filter {
            (format!("query[course_id]={}", self.courses[course]), Box::new(move |row| row.course == course))
        };
        let email: Filter = ("query[email]=U2@Example.com".to_owned(), Box::new(|row| row.user == 2));
        let flag = |text: &str, meets: fn(&Row) -> bool| -> Filter { (format!("query[{text}"), Box::new(meets)) };
        [
            vec![anything(), of_user(1), of_user(2), email],
            vec![anything(), of_course(1), of_course(2)],
            vec![anything(), flag("free_trial]=true", |row| row.trial), flag("full]=true", |row| !row.trial)],
            vec![anything(), flag("completed]=true", |row| row.completed)],
            vec![anything(), flag("expired]=true", |row| row.expired), flag("expired]=false", |row| !row.expired)],
        ]
    }

    /// The ids of those that meet a condition.
    fn ids(&self, meets: impl Fn(&Row) -> bool) -> Vec<i64> {
        self.rows.iter().filter(|row| meets(row)).map(|row| row.id).collect()
    }
}

/// One of each, in every way.
fn combinations<'f>(filters: &'f [Vec<Filter>]) -> Vec<Vec<&'f Filter>> {
    filters.iter().fold(vec![vec![]], |found: Vec<Vec<&'f Filter>>, part| {
        found.iter().flat_map(|chosen| part.iter().map(|one| [&chosen[..], &[one]].concat())).collect()
    })
}

on_both_engines! {
    async fn every_filter_narrows_what_every_other_leaves_and_counts_it(school: &TestSchool) {
        let elsewhere = school.second_school("elsewhere").await;
        let (theirs, ours) = (Enrollments::of(&elsewhere).await, Enrollments::of(school).await);
        for (school, enrollments) in [(school, &ours), (&elsewhere, &theirs)] {
            for chosen in combinations(&enrollments.filters()) {
                let query = chosen.iter().map(|(text, _)| text.as_str()).filter(|text| !text.is_empty());
                let query: Vec<&str> = query.collect();
                let path = format!("/enrollments?{}", query.join("&"));
                let expected = enrollments.ids(|row| chosen.iter().all(|(_, meets)| meets(row)));
                if query.len() <= 2 && enrollments.users == ours.users {
                    assert_list(school, &path, &expected).await;
                } else {
                    let reply = school.get(&path).await.expect(200);
                    assert_eq!(reply.ids(), expected, "{path}");
                    assert_eq!(reply.pagination()["total_items"], expected.len(), "{path}");
                }
            }
        }
        let of_theirs = |row: &Row| row.user == 1 && row.trial;
        let path = format!("/enrollments?query[user_id]={}&query[free_trial]=true", theirs.users[1]);
        assert_list(&elsewhere, &path, &theirs.ids(of_theirs)).await;
        assert_list(school, &path, &[]).await;
        assert_list(school, &format!("/enrollments?query[course_id]={}", theirs.courses[1]), &[]).await;
    }

    async fn flags_are_read_as_clients_write_them_and_contradictions_find_nothing(school: &TestSchool) {
        let enrollments = Enrollments::of(school).await;
        let all = enrollments.ids(|_| true);
        let (trials, ended) = (enrollments.ids(|row| row.trial), enrollments.ids(|row| row.expired));
        let going_on = enrollments.ids(|row| !row.expired);
        for (query, expected) in [
            ("query[free_trial]=1", &trials),
            ("query[free_trial]=false", &all),
            ("query[free_trial]=0", &all),
            ("query[full]=false", &all),
            ("query[completed]=0", &all),
            ("query[expired]=1", &ended),
            ("query[expired]=0", &going_on),
            ("query[expired]=", &all),
            ("query%5Bexpired%5D=true", &ended),
            ("query[email]=u1@example.com&query[user_id]=", &enrollments.ids(|row| row.user == 1)),
            ("query[free_trial]=true&query[full]=true", &vec![]),
            ("query[email]=nobody@example.com", &vec![]),
            ("query[user_id]=999", &vec![]),
            ("query[course_id]=999", &vec![]),
        ] {
            assert_list(school, &format!("/enrollments?{query}"), expected).await;
        }
        let u1 = "/enrollments?query[email]=u1@example.com";
        let both = |user: usize| format!("{u1}&query[user_id]={}", enrollments.users[user]);
        assert_list(school, &both(1), &enrollments.ids(|row| row.user == 1)).await;
        assert_list(school, &both(2), &[]).await;
        // What is no filter is passed over: the list is the whole one, with a warning.
        let loose = school.get(&format!("/enrollments?user_id={}", enrollments.users[0])).await.expect(200);
        assert_eq!(loose.ids(), all);
        assert!(loose.header("warning").contains("user_id"), "{:?}", loose.headers);
        for wrong in ["query[user_id]=ann", "query[course_id]=1.5", "query[expired]=maybe", "query[completed]=2"] {
            school.get(&format!("/enrollments?{wrong}")).await.expect(400);
        }
    }
}
