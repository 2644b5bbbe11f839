//! `/manage/security_log`: what the owner reads of the ways into the school.

use super::Person;
use crate::people::browser::Browser;
use crate::support::TestSchool;

/// How many entries a list has.
fn rows(page: &str) -> usize {
    page.split("<tbody>").nth(1).map_or(0, |body| body.matches("<tr>").count())
}

on_both_engines! {
    async fn entries_are_found_by_what_happened_by_whom_about_whom_and_when(school: &TestSchool) {
        let mut owner = Person::Owner.signed_in(school).await;
        Person::SiteAdmin.signed_in(school).await;
        Browser::new(school).sign_in("siteadmin@example.com", "battery staple").await;
        let today = String::from_utf8(school::time::Moment(store::now()).text()[..10].to_vec()).expect("a day");
        for (query, least, most) in [
            (String::new(), 4, 9),
            ("?kind=sign_in_refused".to_owned(), 1, 1),
            ("?kind=sign_in&by=siteadmin%40example.com".to_owned(), 1, 1),
            ("?about=siteadmin%40example.com&kind=sign_in_refused".to_owned(), 1, 1),
            ("?by=nobody%40example.com".to_owned(), 0, 0),
            ("?kind=nothing".to_owned(), 0, 0),
            (format!("?from={today}&kind=sign_in_refused"), 1, 1),
            ("?to=2001-01-01".to_owned(), 0, 0),
            (format!("?to={today}&kind=sign_in_refused"), 1, 1),
        ] {
            let text = owner.get(&format!("/manage/security_log{query}")).await.expect(200).text;
            assert!((least..=most).contains(&rows(&text)), "{query}: {}", rows(&text));
        }
        let text = owner.get("/manage/security_log?kind=sign_in_refused").await.expect(200).text;
        assert!(text.contains("Sign-in refused") && text.contains("127.0.0.1") && text.contains("Nobody signed in"), "{text}");
    }
}
