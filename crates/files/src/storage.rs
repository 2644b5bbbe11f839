//! Where the bytes are: a folder, a store that speaks as S3 does, or the memory of a test.
//!
//! An object is written whole or not at all, and never changed: what is written later has another key. Keys are made of
//! ids and random digits alone, so that nothing that anybody sends is ever part of a path.

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload};
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, OnceLock};
use store::FileId;
use url::Url;

/// So many bytes are collected before they are written to a folder.
const FOLDER_PIECE: usize = 256 * 1024;
/// The same for a store that speaks as S3 does, which takes no shorter pieces (Amazon S3, "Multipart upload limits").
const S3_PIECE: usize = 5 * 1024 * 1024;

/// Why bytes could not be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The address is none.
    #[error("{0}")]
    Address(String),
    /// There is no such object.
    #[error("there is no object {0}")]
    Missing(String),
    /// The store failed.
    #[error("the files cannot be reached: {0}")]
    Failed(#[source] object_store::Error),
}

impl From<object_store::Error> for StorageError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { path, .. } => Self::Missing(path),
            error => Self::Failed(error),
        }
    }
}

/// What names an object: the school by its global id, the file, and the object within the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    /// The school's global id.
    pub school: String,
    /// The file.
    pub file: FileId,
    /// The object within it.
    pub name: String,
}

/// An object that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// What names it.
    pub key: ObjectKey,
    /// How many bytes it has.
    pub size: u64,
    /// When it was written, in milliseconds since 1970.
    pub written_at: i64,
}

/// What keeps the objects.
#[derive(Debug)]
enum Objects {
    /// It is open.
    Open(Arc<dyn ObjectStore>),
    /// A folder, which is made when it is first needed: a server of schools without files needs none.
    Folder(PathBuf, OnceLock<Arc<dyn ObjectStore>>),
}

impl Objects {
    fn open(&self) -> Result<&Arc<dyn ObjectStore>, StorageError> {
        let (folder, made) = match self {
            Self::Open(objects) => return Ok(objects),
            Self::Folder(folder, made) => (folder, made),
        };
        if let Some(objects) = made.get() {
            return Ok(objects);
        }
        let failed = |error: std::io::Error| {
            StorageError::Address(format!("the folder {} cannot be used for files: {error}", folder.display()))
        };
        make_private(folder).map_err(failed)?;
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(made.get_or_init(|| Arc::new(objects)))
    }
}

/// Where the bytes are. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Storage {
    objects: Arc<Objects>,
    /// What every key begins with.
    prefix: Path,
    piece: usize,
    shown: String,
}

impl Storage {
    /// In a folder, which is made when it is first needed.
    #[must_use]
    pub fn folder(folder: &FilePath) -> Self {
        Self {
            objects: Arc::new(Objects::Folder(folder.to_owned(), OnceLock::new())),
            prefix: Path::default(),
            piece: FOLDER_PIECE,
            shown: folder.display().to_string(),
        }
    }

    /// At an address: `s3://bucket/beginning?endpoint=https://…&region=…`, or the path of a folder. What opens the bucket is
    /// in the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and what else the tools of Amazon read there.
    ///
    /// # Errors
    /// When the address is none.
    pub fn at(address: &str) -> Result<Self, StorageError> {
        match Url::parse(address) {
            Ok(url) if url.scheme() == "s3" => Self::s3(&url, AmazonS3Builder::from_env()),
            Ok(url) if url.scheme() == "file" => match url.to_file_path() {
                Ok(folder) => Ok(Self::folder(&folder)),
                Err(()) => Err(StorageError::Address(format!("{address} names no folder"))),
            },
            _ if address.contains("://") => Err(StorageError::Address(
                "files must be a folder, or an address like s3://bucket/beginning".to_owned(),
            )),
            _ => Ok(Self::folder(FilePath::new(address))),
        }
    }

    fn s3(url: &Url, builder: AmazonS3Builder) -> Result<Self, StorageError> {
        let wrong = |what: String| StorageError::Address(format!("the address of the files is wrong: {what}"));
        let bucket = url.host_str().filter(|bucket| !bucket.is_empty());
        let bucket = bucket.ok_or_else(|| wrong("it names no bucket, as s3://bucket does".to_owned()))?;
        // One request for each object that is removed is what every such store understands.
        let mut builder = builder.with_bucket_name(bucket).with_disable_bulk_delete(true);
        for (name, value) in url.query_pairs() {
            builder = match &*name {
                "endpoint" => builder
                    .with_allow_http(value.starts_with("http://"))
                    .with_virtual_hosted_style_request(false)
                    .with_endpoint(value),
                "region" => builder.with_region(value),
                "virtual_hosted" => builder.with_virtual_hosted_style_request(value == "true"),
                _ => return Err(wrong(format!("{name} means nothing; endpoint, region and virtual_hosted do"))),
            };
        }
        let prefix = Path::parse(url.path().trim_matches('/')).map_err(|error| wrong(error.to_string()))?;
        let mut shown = url.clone();
        shown.set_query(None);
        let objects = Arc::new(Objects::Open(Arc::new(builder.build()?)));
        Ok(Self { objects, prefix, piece: S3_PIECE, shown: shown.to_string() })
    }

    /// In memory, for tests.
    #[must_use]
    pub fn memory() -> Self {
        let shown = "memory".to_owned();
        let objects = Arc::new(Objects::Open(Arc::new(InMemory::new())));
        Self { objects, prefix: Path::default(), piece: FOLDER_PIECE, shown }
    }

    /// Where it is, as it may be told: without what opens it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    fn path(&self, key: &ObjectKey) -> Path {
        self.prefix.clone().join(key.school.as_str()).join(key.file.to_string()).join(key.name.as_str())
    }

    fn key(&self, path: &Path) -> Option<ObjectKey> {
        let mut parts = path.prefix_match(&self.prefix)?;
        let (school, file, name) = (parts.next()?, parts.next()?, parts.next()?);
        let key = ObjectKey {
            school: school.as_ref().to_owned(),
            file: file.as_ref().parse().ok()?,
            name: name.as_ref().to_owned(),
        };
        parts.next().is_none().then_some(key)
    }

    /// Begins an object, which is there when it is finished.
    #[must_use]
    pub fn writer(&self, key: &ObjectKey) -> ObjectWriter {
        let path = self.path(key);
        ObjectWriter { storage: self.clone(), path, upload: None, pieces: Vec::new(), collected: 0, size: 0 }
    }

    /// Writes an object.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn write(&self, key: &ObjectKey, bytes: Bytes) -> Result<(), StorageError> {
        self.objects.open()?.put(&self.path(key), bytes.into()).await?;
        Ok(())
    }

    /// The bytes of an object between two places, as they come.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when there is no such object.
    pub async fn read(
        &self,
        key: &ObjectKey,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, StorageError>>, StorageError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.objects.open()?.get_opts(&self.path(key), options).await?;
        Ok(found.into_stream().map_err(StorageError::from).boxed())
    }

    /// All bytes of an object that is known to be small.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when there is no such object.
    pub async fn read_whole(&self, key: &ObjectKey) -> Result<Bytes, StorageError> {
        Ok(self.objects.open()?.get(&self.path(key)).await?.bytes().await?)
    }

    /// How many bytes an object has; none when there is no such object.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn size(&self, key: &ObjectKey) -> Result<Option<u64>, StorageError> {
        match self.objects.open()?.head(&self.path(key)).await.map_err(StorageError::from) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(StorageError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes an object; one that is not there is removed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), StorageError> {
        match self.objects.open()?.delete(&self.path(key)).await.map_err(StorageError::from) {
            Ok(()) | Err(StorageError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Every object of a school, or of one file of it.
    pub fn list(&self, school: &str, file: Option<FileId>) -> BoxStream<'static, Result<StoredObject, StorageError>> {
        let mut path = self.prefix.clone().join(school);
        if let Some(file) = file {
            path = path.join(file.to_string());
        }
        let this = self.clone();
        let stored = match self.objects.open() {
            Ok(objects) => objects.list(Some(&path)).map_err(StorageError::from),
            Err(error) => return stream::iter([Err(error)]).boxed(),
        };
        let known = stored.try_filter_map(move |meta| {
            let key = this.key(&meta.location);
            let written_at = meta.last_modified.timestamp_millis();
            std::future::ready(Ok(key.map(|key| StoredObject { key, size: meta.size, written_at })))
        });
        known.boxed()
    }

    /// Removes every object of a school, or of one file of it; gives how many there were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_all(&self, school: &str, file: Option<FileId>) -> Result<u64, StorageError> {
        let mut listed = self.list(school, file);
        let mut removed = 0;
        while let Some(object) = listed.try_next().await? {
            self.delete(&object.key).await?;
            removed += 1;
        }
        Ok(removed)
    }

    /// The global ids of the schools that have objects.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn schools(&self) -> Result<Vec<String>, StorageError> {
        let under = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
        let listed = self.objects.open()?.list_with_delimiter(under).await?;
        let last = |path: &Path| path.filename().map(str::to_owned);
        Ok(listed.common_prefixes.iter().filter_map(last).collect())
    }
}

/// Makes a folder that nobody else may look into; one that is there stays as it is.
fn make_private(folder: &FilePath) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// An object being written, piece by piece: no more than one piece is in memory.
pub struct ObjectWriter {
    storage: Storage,
    path: Path,
    upload: Option<Box<dyn MultipartUpload>>,
    pieces: Vec<Bytes>,
    collected: usize,
    size: u64,
}

impl ObjectWriter {
    /// How many bytes were written.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), StorageError> {
        self.size += bytes.len() as u64;
        self.collected += bytes.len();
        self.pieces.push(bytes);
        if self.collected >= self.storage.piece { self.send().await } else { Ok(()) }
    }

    async fn send(&mut self) -> Result<(), StorageError> {
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.storage.objects.open()?.put_multipart(&self.path).await?),
        };
        let piece: PutPayload = std::mem::take(&mut self.pieces).into_iter().collect();
        self.collected = 0;
        Ok(upload.put_part(piece).await?)
    }

    /// The object is there from now on; gives how many bytes it has.
    ///
    /// # Errors
    /// When the store fails; there is no object then.
    pub async fn finish(mut self) -> Result<u64, StorageError> {
        if self.upload.is_none() {
            let whole: PutPayload = std::mem::take(&mut self.pieces).into_iter().collect();
            self.storage.objects.open()?.put(&self.path, whole).await?;
            return Ok(self.size);
        }
        if self.collected > 0 {
            self.send().await?;
        }
        if let Some(upload) = &mut self.upload {
            upload.complete().await?;
        }
        Ok(self.size)
    }

    /// There is to be no object; what was sent of it is forgotten.
    pub async fn abandon(mut self) {
        if let Some(upload) = &mut self.upload
            && let Err(error) = upload.abort().await
        {
            tracing::debug!(%error, "half an object was not removed");
        }
    }
}

#[cfg(test)]
mod tests;
