//! Who may open which page of the admin area: the table of the rights, asked of the server page by page.

use super::{Person, manager};
use crate::support::TestSchool;
use axum::http::Method;
use identity::rights::Right;

/// Who has a right, as this table says and not the program's own.
fn has(person: Person, right: Right) -> bool {
    use Person::{CourseAdmin, GroupAnalyst, Owner, Partner, SiteAdmin, Visitor};
    match right {
        Right::ChangeOwner
        | Right::CloseSchool
        | Right::ReadSecurityLog
        | Right::ManageApiKeys
        | Right::ManagePageCode
        | Right::ManageSecurity => person == Owner,
        Right::InstallApps | Right::UseAdminApi | Right::ManageSchool => matches!(person, Owner | SiteAdmin | Partner),
        Right::AnalyseGroups => person == GroupAnalyst,
        Right::ManageCourses => matches!(person, Owner | SiteAdmin | Partner | CourseAdmin),
        Right::Impersonate => matches!(person, Owner | SiteAdmin),
        Right::Learn | Right::ManageOwnAccount | Right::SecureOwnAccount | Right::EndSession => person != Visitor,
    }
}

/// Whether a form does something without being told more.
fn needs_nothing(path: &str) -> bool {
    [
        "/manage/settings/security/second_factor",
        "/manage/settings/security/end_sessions",
        "/manage/settings/code",
        "/manage/settings/sso/try",
    ]
    .contains(&path)
}

on_both_engines! {
    async fn every_page_is_shown_to_those_who_have_its_right_and_to_nobody_else(school: &TestSchool) {
        for person in Person::ALL {
            let mut browser = person.signed_in(school).await;
            for line in manage::table().iter().filter(|line| line.method == "GET") {
                // No record has this id: who may look is told so, and who may not hears nothing of it.
                let path = line.path.replace("{id}", "999999");
                let reply = browser.get(&path).await;
                let expected: &[u16] = match person {
                    Person::Visitor => &[303],
                    _ if has(person, line.right) && path != line.path => &[404],
                    _ if has(person, line.right) => &[200],
                    _ => &[403],
                };
                assert!(expected.contains(&reply.status), "{person:?} {path}: {}", reply.status);
            }
        }
    }

    async fn every_form_is_taken_from_those_who_have_its_right_and_with_its_token_alone(school: &TestSchool) {
        for person in Person::ALL {
            let mut browser = person.signed_in(school).await;
            let token = browser.token().await;
            for line in manage::table().iter().filter(|line| line.method == "POST") {
                let path = line.path.replace("{id}", "999999");
                browser.post(&path, &[]).await.expect(403);
                let status = browser.post(&path, &[("csrf", &token)]).await.status;
                let expected: &[u16] = match person {
                    Person::Visitor => &[303],
                    // It only shows something, and needs to be told no more.
                    _ if has(person, line.right) && path == "/manage/api_key/reveal" => &[200],
                    // They need to be told no more either.
                    _ if has(person, line.right) && needs_nothing(&path) => &[303],
                    _ if has(person, line.right) => &[404, 422],
                    _ => &[403],
                };
                assert!(expected.contains(&status), "{person:?} {path}: {status}");
            }
        }
    }

    async fn a_page_that_there_is_not_keeps_the_frame_for_those_who_may_open_something(school: &TestSchool) {
        for person in Person::ALL {
            let mut browser = person.signed_in(school).await;
            for path in ["/manage/nothing/here", "/manage/users/999999"] {
                let reply = browser.send(Method::GET, path, &[], &[("accept", "text/html")]).await;
                let works_here = [Right::ManageSchool, Right::ManageCourses, Right::AnalyseGroups];
                let framed = works_here.into_iter().any(|right| has(person, right));
                assert_eq!(reply.text.contains("id=\"navigation\""), framed, "{person:?} {path}: {}", reply.text);
            }
        }
    }

    async fn no_page_is_shown_at_another_schools_host(school: &TestSchool) {
        let mut browser = manager(school).await;
        let other = school.second_school("other").await;
        browser.host = "other.localhost".to_owned();
        for line in manage::table() {
            let method = if line.method == "GET" { Method::GET } else { Method::POST };
            let reply = browser.send(method, &line.path.replace("{id}", "1"), &[], &[]).await;
            assert!([303, 403].contains(&reply.status), "{} {}: {}", line.method, line.path, reply.status);
        }
        drop(other);
    }
}
