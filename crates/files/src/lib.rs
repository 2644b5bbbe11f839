//! The bytes of a school's files: where they are kept, what they are, how they are read and made smaller, and what becomes
//! of those that nothing names any more. What is known of a file, and the rules, are [`school::files`].
//!
//! - [`storage`]: a folder, or a store that speaks as S3 does.
//! - [`receive`]: a part on its way in. Its object is written first and noted afterwards, so that what is noted is there.
//! - [`content`], [`picture`], [`archive`], [`media`]: what a file is; [`scan`]: what a program of the host says of it.
//! - [`check`]: all of these asked of a file that has come whole.
//! - [`read`]: its bytes on their way out; [`sizes`]: a picture in smaller sizes.
//! - [`worker`]: what is done by itself; [`sweep`]: objects that no row names; [`copy`]: backups.

pub mod archive;
pub mod check;
pub mod content;
pub mod copy;
pub mod media;
pub mod picture;
pub mod read;
pub mod receive;
pub mod scan;
pub mod sizes;
pub mod storage;
mod strip;
pub mod sweep;
pub mod worker;

use scan::Scan;
use school::files::FileLimits;
use std::sync::Arc;
use storage::Storage;
use tokio::sync::Semaphore;

/// How files are kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    storage: Storage,
    limits: FileLimits,
    scan: Option<Scan>,
    /// One picture at a time is decoded: each may take 160 MiB.
    pictures: Semaphore,
    /// Files being looked at, at once.
    checks: Semaphore,
}

/// So many files are looked at at once.
const CHECKS: usize = 2;

impl Files {
    /// Files in a storage, within limits, asked of by a program of the host where there is one.
    #[must_use]
    pub fn new(storage: Storage, limits: FileLimits, scan: Option<Scan>) -> Self {
        let (pictures, checks) = (Semaphore::new(1), Semaphore::new(CHECKS));
        Self(Arc::new(Inner { storage, limits, scan, pictures, checks }))
    }

    /// In memory, for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::new(Storage::memory(), FileLimits::default(), None)
    }

    /// Where the bytes are.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        &self.0.storage
    }

    /// What the server allows.
    #[must_use]
    pub fn limits(&self) -> &FileLimits {
        &self.0.limits
    }
}
