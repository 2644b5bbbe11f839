//! The settings of the school.

use super::manager;
use crate::support::TestSchool;

const PAGE: &str = "/manage/settings";

on_both_engines! {
    async fn the_name_and_the_support_address_are_changed_and_what_is_wrong_stands_beside_its_field(school: &TestSchool) {
        let mut browser = manager(school).await;
        let shown = browser.get(PAGE).await.expect(200).text;
        assert!(shown.contains("value=\"School academy\"") && shown.contains("USD"), "{shown}");
        assert!(!shown.contains("/manage/settings/security"), "that is the owner's");
        let fields = [("name", ""), ("support_email", "nobody")];
        let refused = browser.submit(PAGE, PAGE, &fields).await.expect(422).text;
        for told in ["Name can", "Support address is invalid", "value=\"nobody\""] {
            assert!(refused.contains(told), "{told}: {refused}");
        }
        let fields = [("name", "Harbour <Bakery>"), ("support_email", "help@harbour.example")];
        browser.submit(PAGE, PAGE, &fields).await.expect(303);
        let saved = browser.get(&format!("{PAGE}?done=saved")).await.expect(200).text;
        assert!(saved.contains("Harbour &lt;Bakery&gt;") && saved.contains("help@harbour.example"), "{saved}");
    }
}
