//! Documents that are the same for everybody: small on the wire, and not sent to whoever has them.

use crate::support::{Reply, TestSchool};
use reqwest::Client;

/// Asks for a document as it stands on the wire, with this header more.
async fn get(school: &TestSchool, path: &str, header: (&str, &str)) -> (Reply, Vec<u8>) {
    let client = Client::builder().no_gzip().build().expect("a client");
    let response =
        client.get(format!("{}{path}", school.url)).header(header.0, header.1).send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.expect("a body").to_vec();
    (Reply { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }, bytes)
}

/// The addresses of the files that a page names.
fn named(page: &str, root: &str) -> Vec<String> {
    let quoted = page.split('"').filter(|part| part.starts_with(root));
    quoted.map(str::to_owned).collect()
}

/// The same documents for every server: one engine is as good as the other.
#[tokio::test]
async fn every_document_has_a_compressed_copy_with_a_tag_of_its_own_and_is_sent_once() {
    let school = TestSchool::start(store::Engine::Sqlite).await.expect("SQLite");
    let mut documents = vec![("/openapi.json".to_owned(), false), ("/openapi/webhooks.json".to_owned(), false)];
    for page in ["/docs/api", "/docs/webhooks"] {
        let (shown, _) = get(&school, page, ("Accept", "text/html")).await;
        documents.extend(named(&shown.text, "/docs/assets/").into_iter().map(|file| (file, true)));
        documents.push((page.to_owned(), false));
    }
    let mut wire = super::wire::Wire::connect(&school.url).await;
    let sign_in = wire.get("/users/sign_in", "academy.localhost").await.expect(200);
    documents.extend(named(&sign_in.text, "/site/assets/").into_iter().map(|file| (file, true)));
    assert!(documents.len() >= 9, "{documents:?}");
    for (path, for_ever) in documents {
        let (plain, bytes) = get(&school, &path, ("Accept-Encoding", "identity")).await;
        plain.clone().expect(200);
        let cache = if for_ever { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!((plain.header("cache-control"), plain.header("content-encoding")), (cache, ""), "{path}");
        let mut tags = vec![plain.header("etag").to_owned()];
        for encoding in ["gzip", "br"] {
            let (packed, small) = get(&school, &path, ("Accept-Encoding", encoding)).await;
            packed.clone().expect(200);
            assert_eq!(packed.header("vary"), "Accept-Encoding", "{path}");
            // A font is compressed in itself.
            if bytes.len() < 2_000 || path.ends_with(".woff2") {
                continue;
            }
            assert_eq!(packed.header("content-encoding"), encoding, "{path}");
            assert_eq!(packed.header("content-length"), small.len().to_string(), "made before it was asked for");
            assert!(small.len() * 2 < bytes.len(), "{path}: {} of {}", small.len(), bytes.len());
            assert_eq!(unpacked(&small, encoding), bytes, "{path} {encoding}");
            tags.push(packed.header("etag").to_owned());
        }
        for (tag, encoding) in tags.iter().zip(["identity", "gzip", "br"]) {
            assert!(tag.starts_with('"'), "{path}: {tag} is a strong tag");
            assert_eq!(tags.iter().filter(|other| *other == tag).count(), 1, "{path}: {tags:?}");
            let client = Client::builder().no_gzip().build().expect("a client");
            let again = client.get(format!("{}{path}", school.url)).header("Accept-Encoding", encoding);
            let again = crate::support::send(again.header("If-None-Match", tag)).await.expect(304);
            assert_eq!((again.text.as_str(), again.header("etag")), ("", tag.as_str()), "{path}");
            assert_eq!(again.header("cache-control"), cache, "{path}");
        }
    }
    school.finish().await;
}

fn unpacked(bytes: &[u8], encoding: &str) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        "gzip" => {
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut plain).expect("gzip");
        }
        _ => brotli::BrotliDecompress(&mut &*bytes, &mut plain).expect("Brotli"),
    }
    plain
}

on_both_engines! {
    async fn an_answer_is_compressed_for_whoever_accepts_that_and_says_the_same(school: &TestSchool) {
        for n in 0..25 {
            school.user(&format!("u{n}@example.com")).await;
        }
        let client = Client::builder().no_gzip().build().expect("a client");
        let get = |encoding: &str| {
            let request = client.get(format!("{}/api/public/v1/users", school.url));
            let request = request.header("X-Auth-API-Key", &school.api_key).header("X-Auth-Subdomain", "academy");
            request.header("Accept-Encoding", encoding).send()
        };
        let plain = get("identity").await.expect("an answer");
        assert!(plain.headers().get("content-encoding").is_none());
        let (tag, plain) = (plain.headers()["etag"].clone(), plain.bytes().await.expect("a body"));
        for encoding in ["gzip", "br"] {
            let packed = get(encoding).await.expect("an answer");
            assert_eq!(packed.headers()["content-encoding"], encoding);
            assert_eq!(packed.headers()["etag"], tag);
            let packed = packed.bytes().await.expect("a body");
            assert!(packed.len() * 2 < plain.len());
            assert_eq!(unpacked(&packed, encoding), plain);
        }
    }
}
