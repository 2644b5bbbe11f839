//! As much of the language of S3 as the storage speaks (Amazon S3 API Reference): objects, uploads in parts, lists.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

type Parts = BTreeMap<u32, Bytes>;

#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, Bytes>,
    uploads: HashMap<String, Parts>,
}

type Shared = Arc<Mutex<Bucket>>;

/// Starts one; where it listens.
pub async fn start() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(answer).with_state(Shared::default());
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn answer(
    State(bucket): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let signed = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=key/"), "{signed}");
    let path = parts.uri.path().strip_prefix("/bucket").expect("the bucket's path").trim_start_matches('/').to_owned();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let mut bucket = bucket.lock().expect("no panic");
    match (&parts.method, path.is_empty()) {
        (&Method::GET, true) => list(&bucket, &query),
        (&Method::GET | &Method::HEAD, false) => get(&bucket, &path, &parts.headers),
        (&Method::DELETE, false) => {
            bucket.objects.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        (&Method::PUT, false) => {
            match (query.get("uploadId"), query.get("partNumber").and_then(|number| number.parse().ok())) {
                (Some(id), Some(number)) => {
                    // Amazon takes no part but the last that is shorter.
                    bucket.uploads.get_mut(id).expect("an upload").insert(number, body);
                }
                _ => {
                    bucket.objects.insert(path, body);
                }
            }
            [(header::ETAG, "\"tag\"")].into_response()
        }
        (&Method::POST, false) => match query.get("uploadId") {
            None => {
                bucket.uploads.insert("u1".to_owned(), Parts::new());
                "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>".into_response()
            }
            Some(id) => {
                let whole: Vec<Bytes> = bucket.uploads.remove(id).expect("an upload").into_values().collect();
                bucket.objects.insert(path, whole.concat().into());
                "<CompleteMultipartUploadResult><ETag>\"tag\"</ETag></CompleteMultipartUploadResult>".into_response()
            }
        },
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn get(bucket: &Bucket, path: &str, headers: &HeaderMap) -> Response {
    let Some(bytes) = bucket.objects.get(path) else { return StatusCode::NOT_FOUND.into_response() };
    let about = [(header::ETAG, "\"tag\""), (header::LAST_MODIFIED, "Sun, 26 Apr 2026 12:00:00 GMT")];
    let range =
        headers.get(header::RANGE).and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-'));
    match range {
        None => (about, bytes.clone()).into_response(),
        Some((first, last)) => {
            let (first, last): (usize, usize) = (first.parse().expect("a number"), last.parse().expect("a number"));
            let range = [(header::CONTENT_RANGE, format!("bytes {first}-{last}/{}", bytes.len()))];
            (StatusCode::PARTIAL_CONTENT, about, range, bytes.slice(first..=last)).into_response()
        }
    }
}

fn list(bucket: &Bucket, query: &HashMap<String, String>) -> Response {
    let prefix = query.get("prefix").map_or("", String::as_str);
    let mut folders = Vec::new();
    let mut xml = String::from("<ListBucketResult>");
    for (key, bytes) in bucket.objects.iter().filter(|(key, _)| key.starts_with(prefix)) {
        let folder = key[prefix.len()..].split_once('/').filter(|_| query.contains_key("delimiter"));
        match folder {
            Some((folder, _)) => folders.push(format!("{prefix}{folder}/")),
            None => {
                xml += &format!(
                    "<Contents><Key>{key}</Key><Size>{}</Size><LastModified>2026-04-26T12:00:00.000Z</LastModified><ETag>\"tag\"</ETag></Contents>",
                    bytes.len()
                )
            }
        }
    }
    folders.dedup();
    for folder in folders {
        xml += &format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
    }
    (xml + "</ListBucketResult>").into_response()
}
