//! What a browser is given: nothing that could run, to nobody who was not given the address.

use super::{Fetched, address, fetch, objects, png, upload, work};
use crate::support::TestSchool;
use reqwest::Method;

on_both_engines! {
    async fn a_file_comes_as_what_it_is_and_without_any_right(school: &TestSchool) {
        for (name, bytes, kind, shown) in [
            ("a.png", png(20, 20), "image/png", true),
            ("a.vtt", b"WEBVTT\n".to_vec(), "text/vtt; charset=utf-8", true),
            ("a.mp3", b"ID3\x04 <script>alert(1)</script>".to_vec(), "audio/mpeg", true),
            ("a.mp4", b"\0\0\0\x18ftypisom <script>alert(1)</script>".to_vec(), "video/mp4", true),
            ("a.pdf", b"%PDF-1.7 <script>alert(1)</script>".to_vec(), "application/pdf", false),
            ("a.txt", b"plain <script>alert(1)</script>".to_vec(), "text/plain; charset=utf-8", false),
            ("a.js", b"alert(1)".to_vec(), "application/octet-stream", false),
        ] {
            let id = upload(school, name, bytes, "&visibility=public").await.expect(201).id();
            let here = address(school, id).await;
            let got = fetch(school, Method::GET, &here, &[]).await;
            assert_eq!((got.status, got.header("content-type")), (200, kind), "{name}");
            let policy = got.header("content-security-policy");
            assert!(policy.contains("sandbox") && policy.contains("default-src 'none'") && !policy.contains("allow-"), "{policy}");
            assert_eq!(got.header("x-content-type-options"), "nosniff");
            assert_eq!(got.header("cross-origin-resource-policy"), "cross-origin");
            assert_eq!(got.header("set-cookie"), "");
            let disposition = got.header("content-disposition");
            assert_eq!(disposition.starts_with("inline"), shown, "{name}: {disposition}");
            let kept = fetch(school, Method::GET, &format!("{here}?download=1"), &[]).await;
            assert!(kept.header("content-disposition").starts_with("attachment; filename="), "{name}");
            assert_eq!(got.header("cache-control"), "public, max-age=31536000, immutable");
            let same = fetch(school, Method::GET, &here, &[("If-None-Match", got.header("etag"))]).await;
            assert_eq!((same.status, same.bytes.len()), (304, 0));
            let head = fetch(school, Method::HEAD, &here, &[]).await;
            assert_eq!((head.status, head.bytes.len(), head.header("content-length")), (200, 0, got.bytes.len().to_string().as_str()));
            // At a school's own host there is none: it would be of the school's origin.
            let path = here.strip_prefix("http://localhost").expect("a path");
            let there = school.plain(Method::GET, &format!("{}{path}", school.url)).header("Host", "academy.localhost");
            assert_eq!(there.send().await.expect("an answer").status().as_u16(), 404);
        }
    }

    async fn a_name_cannot_say_anything_in_a_header(school: &TestSchool) {
        let id = upload(school, "a\"; x=\r\nX-Evil: 1; \u{fc}%22.txt", "text", "&visibility=public").await.expect(201).id();
        let got = fetch(school, Method::GET, &address(school, id).await, &[]).await;
        assert_eq!((got.status, got.header("x-evil")), (200, ""));
        let disposition = got.header("content-disposition");
        assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
        assert!(disposition.contains("filename*=UTF-8''a-%3B%20x%3DX-Evil-%201%3B%20%C3%BC%2522.txt"), "{disposition}");
    }

    async fn a_private_file_is_had_by_who_has_an_address_that_counts(school: &TestSchool) {
        let id = upload(school, "a.txt", "text", "").await.expect(201).id();
        let here = address(school, id).await;
        let got = fetch(school, Method::GET, &here, &[]).await;
        assert_eq!((got.status, got.bytes.as_slice()), (200, &b"text"[..]));
        assert!(got.header("cache-control").starts_with("private, max-age="));
        let (bare, query) = here.split_once('?').expect("a signature");
        let expires: i64 = query.strip_prefix("expires=").and_then(|rest| rest.split('&').next()?.parse().ok()).expect("a moment");
        let hours = (expires - store::now() / 1000) as f64 / 3600.0;
        assert!((3.0..=4.0).contains(&hours), "{hours}");
        let other = upload(school, "b.txt", "text", "").await.expect(201).id();
        let others = address(school, other).await;
        let stranger = school.second_school("stranger").await;
        let wrong = [
            bare.to_owned(),
            here.replace(&expires.to_string(), &(expires + 3600).to_string()),
            here.replace(&expires.to_string(), "99999999999999999999"),
            format!("{bare}?expires={expires}&signature="),
            format!("{bare}?expires={expires}&signature={}", "0".repeat(64)),
            format!("{bare}?{}", others.split_once('?').expect("a signature").1),
            here.replacen(&format!("/{}/{id}/", school.site), &format!("/{}/{id}/", stranger.site), 1),
            here.replacen(&format!("/{id}/"), &format!("/{other}/"), 1),
        ];
        for address in wrong {
            let refused: Fetched = fetch(school, Method::GET, &address, &[]).await;
            assert!([400, 404].contains(&refused.status), "{address}: {}", refused.status);
            assert_ne!(refused.bytes, b"text");
        }
        // Under a clock that has gone on the same address counts no more.
        let addresses = school.app().file_addresses();
        let site = school.site;
        let signature = query.rsplit('=').next().expect("a signature").to_owned();
        let file = school.arrange(move |tx, site| school::files::get(tx, site, school::FileId::new(id))).await;
        let signed = Some(school::files::Signed { expires, signature: &signature });
        assert!(addresses.counts(site, &file, signed, expires * 1000 - 1));
        assert!(!addresses.counts(site, &file, signed, expires * 1000));
    }

    async fn a_picture_is_had_in_sizes_that_are_made_once(school: &TestSchool) {
        let id = upload(school, "a.png", png(1000, 500), "&visibility=public").await.expect(201).id();
        let here = address(school, id).await;
        let width = |bytes: &[u8]| {
            let known = files::content::of(bytes, "a").expect("a picture");
            let picture = files::content::Picture::of(known.content_type).expect("a picture");
            files::picture::clean(bytes, picture).expect("a picture").width
        };
        let small = fetch(school, Method::GET, &format!("{here}?width=300"), &[]).await;
        assert_eq!((small.status, width(&small.bytes)), (200, 320));
        assert!(["image/webp", "image/jpeg"].contains(&small.header("content-type")));
        assert_eq!(small.header("cache-control"), "public, max-age=31536000, immutable");
        let before = objects(school).await;
        let again = fetch(school, Method::GET, &format!("{here}?width=320"), &[]).await;
        assert_eq!((again.bytes == small.bytes, objects(school).await), (true, before));
        let known = fetch(school, Method::GET, &format!("{here}?width=320"), &[("If-None-Match", small.header("etag"))]).await;
        assert_eq!(known.status, 304);
        // It is never made larger, and what is no number is no address.
        let large = fetch(school, Method::GET, &format!("{here}?width=99999"), &[]).await;
        assert_eq!((width(&large.bytes), large.header("content-type")), (1000, "image/png"));
        assert_eq!(fetch(school, Method::GET, &format!("{here}?width=-1"), &[]).await.status, 400);
        school.delete(&format!("/files/{id}")).await.expect(204);
        work(school).await;
        assert_eq!(objects(school).await, 0, "the sizes go with the picture");
    }

    async fn a_text_comes_byte_by_byte_however_well_it_could_be_compressed(school: &TestSchool) {
        let text = "the same words over and over\n".repeat(1000);
        let id = upload(school, "words.csv", text.clone(), "&visibility=public").await.expect(201).id();
        let here = address(school, id).await;
        let whole = fetch(school, Method::GET, &here, &[("Accept-Encoding", "br, gzip")]).await;
        assert_eq!((whole.header("content-encoding"), whole.header("content-length")), ("", "29000"));
        assert!(whole.bytes == text.as_bytes());
        let asked = [("Accept-Encoding", "br, gzip"), ("Range", "bytes=1000-3999")];
        let some = fetch(school, Method::GET, &here, &asked).await;
        assert_eq!((some.status, some.header("content-encoding"), some.bytes.len()), (206, "", 3000));
    }
}
