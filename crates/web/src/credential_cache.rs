//! Credentials, what each opened, and the memory of that.

use identity::access::Caller;
use school::Site;
use school::custom_profile_field_definitions::Definition;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};

/// What a request offers to show who it is from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A school's subdomain and its API key.
    ApiKey {
        /// The first label of the school's host name.
        subdomain: String,
        /// The fingerprint of the key under the server's key; the key itself is not kept.
        fingerprint: String,
    },
    /// A school's API key alone, where it counts as a Bearer token.
    BearerKey {
        /// The fingerprint of the key, as above.
        fingerprint: String,
    },
    /// A token: an app's for somebody, or one that a school made for itself.
    Token {
        /// The fingerprint of the token, as above.
        fingerprint: String,
    },
}

/// What a credential opened: the school, and what nearly every answer needs of it beside its row.
#[derive(Debug, Clone)]
pub struct AuthContext {
    /// The school.
    pub site: Site,
    /// The fields that it asks its users for.
    pub definitions: Vec<Definition>,
    /// Who calls.
    pub caller: Caller,
    /// About when a token of the school's own was last used, as far as it is written down.
    pub(crate) noted: Arc<AtomicI64>,
    /// When this was looked up.
    pub(crate) known_since: i64,
}

impl Deref for AuthContext {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

/// At most this many credentials are remembered; then all are forgotten and asked anew.
const MOST_REMEMBERED: usize = 10_000;

/// What each credential opened.
#[derive(Default)]
pub struct CredentialCache(Mutex<HashMap<Credential, Arc<AuthContext>>>);

impl CredentialCache {
    pub(crate) fn get(&self, credential: &Credential) -> Option<Arc<AuthContext>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(credential).cloned()
    }

    pub(crate) fn put(&self, credential: Credential, known: Arc<AuthContext>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_REMEMBERED {
            all.clear();
        }
        all.insert(credential, known);
    }

    pub(crate) fn forget(&self, credential: &Credential) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(credential);
    }
}
