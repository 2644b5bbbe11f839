//! Every kind of storage does the same; the one that speaks as S3 does so with a small server of that language.

mod s3_server;

use super::*;

fn key(file: i64, name: &str) -> ObjectKey {
    ObjectKey { school: "a-school".to_owned(), file: FileId::new(file), name: name.to_owned() }
}

async fn objects_come_as_they_went(storage: Storage) {
    let long: Vec<u8> = (0..6_000_000_u32).map(|at| at as u8).collect();
    let mut writer = storage.writer(&key(7, "aa"));
    for piece in long.chunks(100_000) {
        writer.write(Bytes::copy_from_slice(piece)).await.expect("written");
    }
    assert_eq!(storage.size(&key(7, "aa")).await.expect("asked"), None, "it is not there before it is whole");
    assert_eq!(writer.finish().await.expect("finished"), 6_000_000);
    storage.write(&key(7, "bb"), Bytes::from_static(b"short")).await.expect("written");
    storage.write(&key(70, "cc"), Bytes::from_static(b"another")).await.expect("written");
    let some: Vec<Bytes> =
        storage.read(&key(7, "aa"), 299_990..300_010).await.expect("there").try_collect().await.expect("read");
    assert_eq!(some.concat(), long[299_990..300_010]);
    assert_eq!(storage.read_whole(&key(7, "aa")).await.expect("there"), long);
    let mut listed: Vec<StoredObject> =
        storage.list("a-school", Some(FileId::new(7))).try_collect().await.expect("listed");
    listed.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(
        listed.iter().map(|object| (&*object.key.name, object.size)).collect::<Vec<_>>(),
        [("aa", 6_000_000), ("bb", 5)]
    );
    assert_eq!(storage.schools().await.expect("listed"), ["a-school"]);
    assert_eq!(storage.delete_all("a-school", Some(FileId::new(7))).await.expect("removed"), 2);
    storage.delete(&key(7, "aa")).await.expect("it is gone already");
    assert!(matches!(storage.read_whole(&key(7, "aa")).await, Err(StorageError::Missing(_))));
    assert_eq!(storage.size(&key(70, "cc")).await.expect("asked"), Some(7));
}

#[tokio::test]
async fn in_a_folder_objects_come_as_they_went() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = folder.path().join("files");
    objects_come_as_they_went(Storage::at(files.to_str().expect("text")).expect("a storage")).await;
    // Nothing half-written is left.
    let names: Vec<_> = std::fs::read_dir(files.join("a-school").join("70")).expect("there").collect();
    assert_eq!(names.len(), 1);
}

#[tokio::test]
async fn in_memory_objects_come_as_they_went() {
    objects_come_as_they_went(Storage::memory()).await;
}

#[test]
fn an_address_says_what_is_wrong_with_it() {
    let refused = |address: &str| Storage::at(address).expect_err("refused").to_string();
    assert!(refused("gopher://x").contains("a folder, or an address like s3://bucket"));
    assert!(refused("s3://").contains("names no bucket"));
    assert!(refused("s3://bucket?secret=x").contains("secret means nothing"));
    let shown = Storage::at("s3://bucket/school?endpoint=http://localhost:9&region=x").expect("an address");
    assert_eq!(shown.shown(), "s3://bucket/school");
}

#[tokio::test]
async fn in_a_store_that_speaks_as_s3_objects_come_as_they_went() {
    let server = s3_server::start().await;
    let url = Url::parse(&format!("s3://bucket/our/files?endpoint={server}&region=here")).expect("an address");
    let keys = AmazonS3Builder::new().with_access_key_id("key").with_secret_access_key("secret");
    objects_come_as_they_went(Storage::s3(&url, keys).expect("a storage")).await;
}

#[tokio::test]
async fn a_store_that_is_not_there_is_told_of() {
    let url = Url::parse("s3://bucket?endpoint=http://127.0.0.1:9&region=here").expect("an address");
    let retry = object_store::RetryConfig { max_retries: 0, ..Default::default() };
    let keys = AmazonS3Builder::new().with_access_key_id("key").with_secret_access_key("secret").with_retry(retry);
    let storage = Storage::s3(&url, keys).expect("a storage");
    let refused = storage.read_whole(&key(1, "a")).await.expect_err("nobody is there").to_string();
    assert!(refused.contains("the files cannot be reached"), "{refused}");
}
