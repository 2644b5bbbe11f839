//! Deleting one's own account.

use super::browser::{Browser, events, link};
use super::sign_in::ann;
use crate::support::TestSchool;
use store::UserId;

const PASSWORD: &str = "correct horse";

on_both_engines! {
    async fn somebody_deletes_their_account_with_their_password(school: &TestSchool) {
        let id = ann(school).await;
        let (mut here, mut there) = (Browser::new(school), Browser::new(school));
        here.sign_in("ann@example.com", PASSWORD).await.expect(303);
        there.sign_in("ann@example.com", PASSWORD).await.expect(303);
        let page = here.get("/account/delete").await.expect(200).text;
        assert!(page.contains("your access to 0 courses") && page.contains("stays in the books"), "{page}");
        let wrong = [("current_password", "battery staple")];
        here.submit("/account/delete", "/account/delete", &wrong).await.expect(422);
        school.get(&format!("/users/{id}")).await.expect(200);
        let right = [("current_password", PASSWORD)];
        here.submit("/account/delete", "/account/delete", &right).await.expect(200);
        school.get(&format!("/users/{id}")).await.expect(404);
        assert!(!here.is_signed_in().await && !there.is_signed_in().await);
        assert!(!here.cookies.contains_key("scholae_session"));
        assert_eq!(events(school).await.last().expect("an event"), "user.deleted");
        let mail = school.mails().await.remove(0);
        assert_eq!((&mail["to"], &mail["subject"]), (&"ann@example.com".into(), &"Your account at School academy was deleted".into()));
    }

    async fn the_owner_hands_the_school_over_first(school: &TestSchool) {
        let id = ann(school).await;
        school
            .arrange(move |tx, site| {
                let site = school::Site::from(store::sites::get(tx, site)?.expect("the school"));
                school::sites::update(tx, &site, |site| site.owner_user_id = Some(UserId::new(id))).map(drop)
            })
            .await;
        let mut browser = Browser::new(school);
        browser.sign_in("ann@example.com", PASSWORD).await.expect(303);
        let page = browser.get("/account/delete").await.expect(200).text;
        assert!(page.contains("Hand it over") && !page.contains("Delete my account"), "{page}");
        let csrf = browser.token().await;
        let forced = [("csrf", csrf.as_str()), ("current_password", PASSWORD)];
        let page = browser.post("/account/delete", &forced).await.expect(422).text;
        assert!(page.contains("The owner of the school can&#39;t be deleted") || page.contains("can't be deleted"), "{page}");
        assert!(browser.is_signed_in().await);
    }

    async fn who_has_no_password_deletes_their_account_by_a_link(school: &TestSchool) {
        let id = school.user("bob@example.com").await;
        let mut browser = Browser::new(school);
        let by_mail = "/users/express_sign_in";
        browser.submit(by_mail, by_mail, &[("email", "bob@example.com")]).await.expect(200);
        let sign_in = link(&school.mails().await[0], "Sign in");
        browser.submit(&sign_in, &sign_in, &[]).await.expect(303);
        let csrf = browser.token().await;
        let without = [("csrf", csrf.as_str()), ("current_password", "")];
        browser.post("/account/delete", &without).await.expect(422);
        browser.submit("/account/delete", "/account/delete/link", &[]).await.expect(200);
        let confirm = link(&school.mails().await[0], "See what that means, and delete it");
        // The link of one purpose is none for another, and nobody else's.
        browser.get(&confirm.replace("/delete/confirmation/", "/email/new/")).await.expect(410);
        Browser::new(school).get(&confirm).await.expect(303);
        browser.submit(&confirm, &confirm, &[]).await.expect(200);
        school.get(&format!("/users/{id}")).await.expect(404);
    }
}
