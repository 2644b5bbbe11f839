//! How much a school may have.

use super::{upload, used};
use crate::support::TestSchool;
use serde_json::json;

on_both_engines! {
    async fn a_school_has_room_for_its_quota_and_not_a_byte_more(school: &TestSchool) {
        let quota = |bytes: i64| school.arrange(move |tx, site| {
            let site = school::sites::get(tx, site)?;
            let changes = school::sites::SiteChanges { file_quota: Some(bytes), ..Default::default() };
            school::sites::set(tx, &site, &changes).map(drop)
        });
        quota(100).await;
        let begin = |size: i64| school.post("/files", json!({ "name": "a.bin", "size": size }));
        // Both fit alone, and not together: what is left is never given twice.
        let (one, other) = tokio::join!(begin(60), begin(60));
        let statuses = [one.status, other.status];
        assert!(statuses.contains(&201) && statuses.contains(&422), "{statuses:?}");
        let refused = if one.status == 422 { &one } else { &other };
        assert!(refused.text.contains("60 bytes of 100 bytes are used"), "{}", refused.text);
        begin(41).await.expect(422);
        let last = begin(40).await.expect(201).id();
        assert_eq!(used(school).await, 100);
        upload(school, "a.txt", "x", "").await.expect(422);
        school.delete(&format!("/files/{last}")).await.expect(204);
        assert_eq!(used(school).await, 60);
        let small = upload(school, "a.txt", vec![b'x'; 40], "").await.expect(201);
        assert_eq!(small.json()["size"], 40);
        quota(0).await;
        begin(1 << 30).await.expect(201);
        school.store.read(store::files::audit).await.map(|wrong| assert_eq!(wrong, [""; 0])).expect("audited");
    }
}
