//! Files: sent in one request or in parts, looked at, served as nothing can run them, counted, removed.

mod parts;
mod quotas;
mod scanning;
mod serving;
mod tricks;
mod uploading;

use crate::support::{Reply, TestSchool, send};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use futures_util::TryStreamExt as _;
use reqwest::Method;
use reqwest::header::HeaderMap;
use std::io::Write as _;

/// Uploads bytes under a name in one request; `more` is the rest of the query.
pub async fn upload(school: &TestSchool, name: &str, bytes: impl Into<Vec<u8>>, more: &str) -> Reply {
    let name: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let path = format!("/files/upload?name={name}{more}");
    send(school.request(Method::POST, &path).body(bytes.into())).await
}

/// Sends a part of a file.
pub async fn put_part(school: &TestSchool, file: i64, number: i64, bytes: impl Into<Vec<u8>>) -> Reply {
    send(school.request(Method::PUT, &format!("/files/{file}/parts/{number}")).body(bytes.into())).await
}

/// What is at the address of a file.
pub struct Fetched {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Fetched {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Asks for the address of a file, on the host that it names.
pub async fn fetch(school: &TestSchool, method: Method, address: &str, headers: &[(&str, &str)]) -> Fetched {
    let path = address.strip_prefix("http://localhost").unwrap_or_else(|| panic!("{address} is elsewhere"));
    let mut request = school.plain(method, &format!("{}{path}", school.url)).header("Host", "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Fetched { status, headers, bytes: response.bytes().await.expect("a body").to_vec() }
}

/// The address of a file, as the API says it now.
pub async fn address(school: &TestSchool, file: i64) -> String {
    let file = school.get(&format!("/files/{file}")).await.expect(200).json();
    file["url"].as_str().unwrap_or_else(|| panic!("{file}")).to_owned()
}

/// How many objects are kept for the school.
pub async fn objects(school: &TestSchool) -> usize {
    let site = school.site;
    let gid = school.arrange(move |tx, _| Ok(school::sites::get(tx, site)?.gid)).await;
    let all: Vec<_> = school.app().files().storage().list(&gid, None).try_collect().await.expect("listed");
    all.len()
}

/// How many bytes the school's files take.
pub async fn used(school: &TestSchool) -> i64 {
    school.arrange(school::files::used).await
}

/// Does what is due by itself.
pub async fn work(school: &TestSchool) {
    while files::worker::see_to_what_is_due(&school.store, school.app().files()).await.expect("done") {}
}

/// A PNG picture of one colour, with a chunk that is none of the picture.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..height {
        rows.write_all(&[0]).expect("written");
        rows.write_all(&[200, 90, 40].repeat(width as usize)).expect("written");
    }
    png_of(width, height, &rows.finish().expect("compressed"))
}

/// A PNG picture that says it is so large, and holds this.
pub fn png_of(width: u32, height: u32, compressed: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8; 4], body: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(name);
        sum.update(body);
        bytes.extend((body.len() as u32).to_be_bytes());
        bytes.extend(name);
        bytes.extend(body);
        bytes.extend(sum.sum().to_be_bytes());
    };
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat());
    chunk(b"tEXt", b"Comment\0where it was taken");
    chunk(b"IDAT", compressed);
    chunk(b"IEND", b"");
    bytes
}
