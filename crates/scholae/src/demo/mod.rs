//! The demo school: finished, with content worth opening, and the same each time it is made.

mod content;
mod people;

use crate::config::Failure;
use school::Site;
use school::apps::{self, App, AppInput, Kind};
use school::sites::{self, NewSite, Plan};
use std::path::{Path, PathBuf};
use store::{ServerKey, Store};

/// The demo school's subdomain.
pub const SUBDOMAIN: &str = "demo";
/// Who owns the demo school.
pub const OWNER_EMAIL: &str = "owner@demo.example";
/// The owner's password; the demo school is for trying out.
pub const OWNER_PASSWORD: &str = "demo-school";

/// The courses that come with the program: file names and texts.
const COURSES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/courses.rs"));

/// The demo school, ready to be used.
#[derive(Debug, Clone)]
pub struct School {
    /// Its subdomain.
    pub subdomain: String,
    /// Its API key.
    pub api_key: String,
    /// The apps that come with it, each with its secret.
    pub apps: Vec<(App, String)>,
}

/// Where the demo's apps have people sent back to. Any port will do: the program of whoever tries them chooses one.
const CALLBACKS: [&str; 3] =
    ["http://localhost:3000/callback", "http://127.0.0.1:3000/callback", "http://[::1]:3000/callback"];

/// The apps that come with the demo: their kind, name, slug, and the scopes they ask for.
const APPS: [(Kind, &str, &str, &[&str]); 2] = [
    (
        Kind::Public,
        "Demo Public App",
        "demo-public-app",
        &["read:users", "read:courses", "read:products", "read:enrollments", "write:enrollments", "read:orders"],
    ),
    (
        Kind::Private,
        "Demo Private App",
        "demo-private-app",
        &["read:users_profile", "write:users_profile", "read:courses", "write:external_orders", "read:external_orders"],
    ),
];

/// Makes the demo school, or finds the one that was made before.
///
/// # Errors
/// When the store or the data folder cannot be used.
pub fn prepare(store: &Store, key: &ServerKey, data: &Path) -> Result<School, Failure> {
    let found = store.read_now(|tx| match sites::by_subdomain(tx, SUBDOMAIN) {
        Ok(site) => Ok(Some(site)),
        Err(school::Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    })?;
    let (subdomain, api_key) = match found {
        Some(site) => open(store, key, &site),
        None => make(store, key, data),
    }?;
    Ok(School { subdomain, api_key, apps: apps(store, key)? })
}

/// Registers the demo's apps, or finds them.
fn apps(store: &Store, key: &ServerKey) -> Result<Vec<(App, String)>, Failure> {
    let key = key.clone();
    let registered = store.write_now(0, move |tx| -> school::Result<_> {
        let mut registered = Vec::with_capacity(APPS.len());
        for (kind, name, slug, scopes) in APPS {
            let input = AppInput {
                kind,
                name: name.to_owned(),
                slug: Some(slug.to_owned()),
                company: "Scholae".to_owned(),
                redirect_uris: CALLBACKS.map(str::to_owned).to_vec(),
                scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
                app_url: None,
                install_url: None,
            };
            let app = apps::find_or_create(tx, &key, &input)?;
            let secret = apps::secret(tx, &key, &app)?;
            registered.push((app, secret));
        }
        Ok(registered)
    });
    Ok(registered?)
}

fn open(store: &Store, key: &ServerKey, site: &Site) -> Result<(String, String), Failure> {
    let (site, key) = (site.clone(), key.clone());
    let subdomain = site.row.subdomain.clone();
    let api_key = store.write_now(site.id, move |tx| -> school::Result<String> {
        match sites::api_key(tx, &key, &site)? {
            Some(api_key) => Ok(api_key),
            None => sites::rotate_key(tx, &key, &site),
        }
    })?;
    Ok((subdomain, api_key))
}

/// Makes the whole school in one transaction: it is there finished, or not at all.
fn make(store: &Store, key: &ServerKey, data: &Path) -> Result<(String, String), Failure> {
    let folders = unpack(&data.join("courses"))?;
    let mut sources = Vec::with_capacity(folders.len());
    for folder in folders {
        sources.push(crate::course::read(&folder).map_err(|problems| Failure::Told(problems.to_string()))?);
    }
    let password = school::passwords::Password::new(OWNER_PASSWORD);
    let key = key.clone();
    let new = NewSite {
        subdomain: SUBDOMAIN.to_owned(),
        name: "Demo School".to_owned(),
        plan: Plan::Plus,
        currency: "usd".to_owned(),
        support_email: "support@demo.example".to_owned(),
    };
    store
        .write_now(0, move |tx| -> school::Result<(String, String)> {
            let (site, api_key) = sites::create(tx, &key, &new)?;
            content::fill(tx, &site, &sources, &password)?;
            Ok((site.row.subdomain, api_key))
        })
        .map_err(Failure::from)
}

/// Writes the courses into the data folder, where they can be opened, changed and imported again; gives their
/// folders.
fn unpack(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut folders = Vec::new();
    for (name, text) in COURSES {
        let path = root.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text)?;
        if let Some((course, "course.toml")) = name.split_once('/') {
            folders.push(root.join(course));
        }
    }
    Ok(folders)
}
