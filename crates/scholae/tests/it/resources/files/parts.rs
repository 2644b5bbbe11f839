//! Uploads in parts: in any order, again, at once, and with lies about their lengths.

use super::{address, fetch, objects, put_part, used, work};
use crate::support::TestSchool;
use reqwest::Method;
use school::files::PART_SIZE;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::secrets::hex;

async fn begin(school: &TestSchool, name: &str, size: usize) -> Value {
    school.post("/files", json!({ "name": name, "size": size })).await.expect(201).json()
}

on_both_engines! {
    async fn a_large_file_comes_in_parts_in_any_order_and_as_often_as_it_takes(school: &TestSchool) {
        let first: Vec<u8> = (0..PART_SIZE as u32).map(|at| (at >> 8) as u8).collect();
        let (second, whole) = (b"the end".to_vec(), [first.as_slice(), b"the end"].concat());
        let made = begin(school, "lecture.bin", whole.len()).await;
        let id = made["id"].as_i64().expect("an id");
        assert_eq!((&made["state"], &made["part_size"], &made["url"]), (&json!("uploading"), &json!(PART_SIZE), &Value::Null));
        assert_eq!(put_part(school, id, 2, b"THE END".to_vec()).await.expect(200).json()["received_parts"], json!([2]));
        let early = school.post(&format!("/files/{id}/complete"), json!({})).await.expect(422);
        assert!(early.text.contains("Parts are missing: 1"), "{}", early.text);
        // After a lost connection: what has come is asked for, and the rest is sent.
        assert_eq!(school.get(&format!("/files/{id}")).await.expect(200).json()["received_parts"], json!([2]));
        put_part(school, id, 1, first).await.expect(200);
        put_part(school, id, 2, second).await.expect(200);
        assert_eq!(objects(school).await, 2, "what was sent before is gone");
        let ready = school.post(&format!("/files/{id}/complete"), json!({})).await.expect(200).json();
        assert_eq!((&ready["state"], &ready["checksum"]), (&json!("ready"), &json!(hex(&Sha256::digest(&whole)))));
        // Once more is no error: its answer may have been lost.
        school.post(&format!("/files/{id}/complete"), json!({})).await.expect(200);
        put_part(school, id, 2, b"changed".to_vec()).await.expect(422);
        assert_eq!(objects(school).await, 2, "a part that comes late leaves nothing");

        let here = address(school, id).await;
        let from = PART_SIZE - 3;
        let across = fetch(school, Method::GET, &here, &[("Range", &format!("bytes={from}-{}", from + 5))]).await;
        assert_eq!(across.status, 206);
        assert_eq!(across.header("content-range"), format!("bytes {from}-{}/{}", from + 5, whole.len()));
        assert_eq!(across.bytes, whole[from as usize..from as usize + 6]);
        let end = fetch(school, Method::GET, &here, &[("Range", "bytes=-7")]).await;
        assert_eq!((end.status, end.bytes.as_slice()), (206, &b"the end"[..]));
        assert!(fetch(school, Method::GET, &here, &[]).await.bytes == whole);
    }

    async fn of_two_uploads_of_one_part_at_once_one_counts_whole(school: &TestSchool) {
        let (ones, twos) = (vec![b'1'; 300_000], vec![b'2'; 300_000]);
        let id = begin(school, "a.bin", ones.len()).await["id"].as_i64().expect("an id");
        let both = tokio::join!(put_part(school, id, 1, ones.clone()), put_part(school, id, 1, twos.clone()));
        assert_eq!((both.0.status, both.1.status), (200, 200));
        assert_eq!(objects(school).await, 1);
        let ready = school.post(&format!("/files/{id}/complete"), json!({})).await.expect(200).json();
        let sums = [ones, twos].map(|bytes| json!(hex(&Sha256::digest(bytes))));
        assert!(sums.contains(&ready["checksum"]), "{ready}");
    }

    async fn a_part_has_the_length_that_it_must(school: &TestSchool) {
        let id = begin(school, "a.bin", PART_SIZE as usize + 10).await["id"].as_i64().expect("an id");
        for (number, length, why) in [
            (2, 9, "Part 2 must have 10 bytes, and 9 have come"),
            (2, 11, "Part 2 must have 10 bytes"),
            (2, 0, "Part 2 must have 10 bytes, and 0 have come"),
            (1, 10, "Part 1 must have 8388608 bytes"),
            (0, 10, "must be from 1 to 2"),
            (3, 10, "must be from 1 to 2"),
            (-1, 10, "must be from 1 to 2"),
        ] {
            let refused = put_part(school, id, number, vec![b'x'; length]).await.expect(422);
            assert!(refused.text.contains(why), "{number} {length}: {}", refused.text);
        }
        assert_eq!(objects(school).await, 0);
        put_part(school, 999_999, 1, b"x".to_vec()).await.expect(404);
        for (size, why) in [(json!(0), "at least 1 byte"), (json!(-5), "at least 1 byte"), (json!(null), "can't be blank"), (json!(1_i64 << 40), "maximum is 10.7 GB for one file")] {
            let refused = school.post("/files", json!({ "name": "a", "size": size })).await.expect(422);
            assert!(refused.text.contains(why), "{size}: {}", refused.text);
        }
    }

    async fn an_upload_that_is_left_is_given_up_after_a_day(school: &TestSchool) {
        let id = begin(school, "a.bin", 20).await["id"].as_i64().expect("an id");
        let kept = begin(school, "b.bin", 10).await["id"].as_i64().expect("an id");
        put_part(school, id, 1, vec![b'x'; 20]).await.expect(200);
        let left = |id: i64| school.arrange(move |tx, site| {
            let due = store::now() - 1;
            Ok(store::files::set_due(tx, site, school::FileId::new(id), Some(due))?)
        });
        work(school).await;
        assert_eq!(school.get("/files").await.expect(200).ids().len(), 2, "not before a day is over");
        left(id).await;
        work(school).await;
        assert_eq!(school.get("/files").await.expect(200).ids(), [kept]);
        assert_eq!((objects(school).await, used(school).await), (0, 10));
    }
}
