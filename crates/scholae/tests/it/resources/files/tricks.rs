//! What is tried with uploads, in one table: what is sent, and what becomes of it. Of what is refused nothing stays.

use super::{address, fetch, objects, png, png_of, upload, used, work};
use crate::support::TestSchool;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use reqwest::Method;
use std::io::Write as _;

const SCRIPT: &[u8] = b"<script>alert(document.cookie)</script>";

/// A million times the same byte, compressed.
fn bomb() -> Vec<u8> {
    let mut bytes = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        bytes.write_all(&[0; 65_536]).expect("written");
    }
    bytes.finish().expect("compressed")
}

/// An archive that says it unpacks to a terabyte.
fn zip_bomb() -> Vec<u8> {
    let mut bytes = vec![b'P', b'K', 3, 4];
    bytes.resize(64, 0);
    let begin = bytes.len() as u32;
    for _ in 0..256 {
        let mut entry = b"PK\x01\x02".to_vec();
        entry.resize(46, 0);
        entry[24..28].copy_from_slice(&u32::MAX.wrapping_sub(16).to_le_bytes());
        bytes.extend(entry);
    }
    let length = bytes.len() as u32 - begin;
    bytes.extend(b"PK\x05\x06\0\0\0\0\0\x01\0\x01");
    bytes.extend(length.to_le_bytes());
    bytes.extend(begin.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn refused() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(1)</script></svg>".to_vec();
    vec![
        ("a.svg", svg.clone(), "an SVG picture"),
        ("a.png", svg.clone(), "an SVG picture"),
        ("a.txt", [b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n".to_vec(), svg].concat(), "an SVG picture"),
        ("a.html", SCRIPT.to_vec(), "a web page"),
        ("a.txt", SCRIPT.to_vec(), "a web page"),
        ("a.csv", b"  \n<!DOCTYPE HTML><body onload=alert(1)>".to_vec(), "a web page"),
        ("a.jpg", b"<html><script>alert(1)</script>".to_vec(), "a web page"),
        ("a.xhtml", b"<?xml version=\"1.0\"?><html/>".to_vec(), "a web page"),
        ("a.exe", b"MZ anything".to_vec(), "a program"),
        ("photo.jpg", [b"\x7fELF".to_vec(), vec![0; 100]].concat(), "a program"),
        ("a.jpg", png(4, 4), "Its name ends in .jpg, and its content is a PNG picture"),
        ("a.pdf", png(4, 4), "Its name ends in .pdf, and its content is a PNG picture"),
        ("a.png", b"%PDF-1.7".to_vec(), "its content is a PDF document"),
        ("a.png", b"just words".to_vec(), "its content is not a PNG picture"),
        ("a.mp4", b"just words".to_vec(), "its content is not an MP4 video"),
        // A GIF that is a script too: it begins as one, and is none.
        ("a.gif", b"GIF89a/*\0\0\0\0*/=1;alert(document.cookie)//;".to_vec(), "damaged"),
        ("a.png", png(50, 50)[..60].to_vec(), "damaged"),
        // Pictures that would fill the memory: by what they say, and by what they hold.
        ("a.png", png_of(60_000, 60_000, &bomb()), "too many pixels"),
        ("a.png", png_of(16_000, 16_000, &bomb()), "too many pixels"),
        ("a.png", png_of(2, 2, b"not compressed"), "damaged"),
        ("a.zip", zip_bomb(), "unpacks to 1.1 TB"),
        ("a.docx", zip_bomb(), "unpacks to 1.1 TB"),
        ("a.zip", b"PK\x03\x04 and no directory".to_vec(), "not a whole ZIP archive"),
        ("a.vtt", b"WEBVTT\n\xff\xfe".to_vec(), "must be UTF-8"),
        ("", b"text".to_vec(), "can't be blank"),
        ("../..", b"text".to_vec(), "can't be blank"),
        ("a.txt", Vec::new(), "at least 1 byte"),
    ]
}

on_both_engines! {
    async fn what_is_refused_is_told_why_and_leaves_nothing(school: &TestSchool) {
        for (name, bytes, why) in refused() {
            let reply = upload(school, name, bytes, "&visibility=public").await;
            assert_eq!(reply.status, 422, "{name} ({why}): {}", reply.text);
            assert!(reply.json()["errors"].is_object() && reply.text.contains(why), "{name}: {}", reply.text);
        }
        let left = school.get("/files?limit=100").await.expect(200).json();
        for file in left["items"].as_array().expect("items") {
            assert_eq!((&file["state"], &file["url"]), (&"refused".into(), &serde_json::Value::Null), "{file}");
        }
        work(school).await;
        assert_eq!((objects(school).await, used(school).await), (0, 0));
    }

    async fn what_hides_behind_a_picture_is_gone(school: &TestSchool) {
        let mut sent = png(40, 30);
        sent.extend_from_slice(b"PK\x03\x04");
        sent.extend_from_slice(SCRIPT);
        let made = upload(school, "polyglot.png", sent.clone(), "&visibility=public").await.expect(201);
        assert!(made.json()["size"].as_i64().expect("a number") < sent.len() as i64);
        let got = fetch(school, Method::GET, &address(school, made.id()).await, &[]).await;
        let holds = |what: &[u8]| got.bytes.windows(what.len()).any(|some| some == what);
        assert!(!holds(SCRIPT) && !holds(b"PK\x03\x04") && !holds(b"where it was taken"));
        assert_eq!(objects(school).await, 1, "what was sent is gone");
    }

    async fn a_name_is_never_a_path(school: &TestSchool) {
        for (sent, name) in [
            ("../../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("/etc/cron.d/x", "x"),
            ("a\0.txt", "a.txt"),
            ("\u{202e}txt.bin", "txt.bin"),
            ("%2e%2e%2fx.txt", "%2e%2e%2fx.txt"),
        ] {
            let made = upload(school, sent, "text", "").await;
            // A NUL is refused before anything is asked of the name.
            if sent.contains('\0') {
                assert_eq!(made.status, 400);
                continue;
            }
            assert_eq!(made.expect(201).json()["name"], name);
        }
    }
}
