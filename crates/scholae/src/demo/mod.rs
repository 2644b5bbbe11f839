//! The demo school: finished, with content worth opening, and the same each time it is made.

mod content;
mod jobs;
mod people;

use crate::commands::until_done;
use crate::config::{Config, Failure};
use crate::location::shown;
use identity::apps::{self, App, AppInput, Kind};
use identity::passwords;
use school::Site;
use school::files::FileAddresses;
use school::sites::{self, NewSite, Plan};
use school::users;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Location, ServerKey, Store, StoreError, dump};

/// The demo school's subdomain.
const SUBDOMAIN: &str = "demo";
/// Where its students ask for help. Nothing changes this address, so that it also tells the demo school from somebody's
/// real one that is called demo.
const SUPPORT_EMAIL: &str = "support@demo.example";
/// Who owns the demo school.
const OWNER_EMAIL: &str = "owner@demo.example";
/// The owner's password; the demo school is for trying out.
const OWNER_PASSWORD: &str = "demo-school";

/// The courses that come with the program: file names and texts.
const COURSES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/courses.rs"));

/// The demo school, ready to be used.
#[derive(Debug, Clone)]
pub struct School {
    /// Its subdomain.
    pub subdomain: String,
    /// Its API key.
    pub api_key: String,
    /// Who owns it.
    pub owner: Owner,
    /// The apps that come with it, each with its secret.
    pub apps: Vec<(App, String)>,
}

/// Whom to sign in as.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Their address.
    pub email: String,
    /// Their password, while it is the one that everybody knows.
    pub password: Option<&'static str>,
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

/// The demo school in a database, when it was made before. `at` is where the database is.
///
/// # Errors
/// When there are schools, and none is the demo's: a demo lifts the limits of all of them, keeps their mail where everybody
/// reads it, and has an owner whose password everybody knows.
pub fn find(store: &Store, at: &str) -> Result<Option<Site>, Failure> {
    let sites = store.read_now(sites::all)?;
    if let (Some(other), false) = (sites.first(), sites.iter().any(is_the_demos)) {
        return Err(Failure::Told(format!(
            "{at} holds the school `{}`, and the demo would lift its limits and show its mail to everybody; serve it \
             with `scholae serve`, or name another folder for the demo with --data",
            other.subdomain
        )));
    }
    Ok(sites.into_iter().find(is_the_demos))
}

/// Deletes the demo school with all of its data: the database, uploaded files and the server's key.
///
/// # Errors
/// When there is any other school, a server still answers, or the database is no file.
pub fn delete(config: &Config) -> Result<(), Failure> {
    let at = shown(&config.location()?);
    let told = |text: String| Err(Failure::Told(format!("nothing was deleted: {text}")));
    let Location::Sqlite(file) = config.location()? else {
        return told(format!("{at} is a database of PostgreSQL, which other programs may use; empty it yourself"));
    };
    if !file.exists() {
        return Ok(());
    }
    if !config.listen.ends_with(":0") && TcpStream::connect(&config.listen).is_ok() {
        return told(format!("something answers at {}; end it first (Ctrl-C)", config.listen));
    }
    let store = config.open_store()?;
    let sites = store.read_now(sites::all)?;
    if let Some(other) = sites.iter().find(|site| !is_the_demos(site)) {
        return told(format!("{at} holds the school `{}`, which is not the demo's", other.subdomain));
    }
    // A file with other tables than ours is not opened; one without any school may be anybody's.
    if sites.is_empty() {
        return told(format!("{at} does not hold the demo school"));
    }
    drop(store);
    if is_in_use(&file).map_err(|error| Failure::Told(format!("nothing was deleted: {error}")))? {
        return told(format!("another program has {at} open; end it first (Ctrl-C)"));
    }
    if config.has_file_storage() {
        let storage = config.file_storage()?;
        until_done(async {
            for site in &sites {
                storage.delete_all(&site.gid, None).await.map_err(|error| Failure::Told(error.to_string()))?;
            }
            Ok(())
        })?;
    }
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.clone().into_os_string();
        name.push(suffix);
        remove(Path::new(&name))?;
    }
    remove(&config.data.join("server.key"))
}

/// Whether another program has the database open. Our own connections may take a moment to end.
fn is_in_use(file: &Path) -> Result<bool, StoreError> {
    for _ in 0..20 {
        if !dump::is_in_use(file)? {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(true)
}

/// Removes a file, which may be gone already.
fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::Told(format!("{} cannot be deleted: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

/// Whether this is the demo school.
#[must_use]
pub fn is_the_demos(site: &Site) -> bool {
    site.subdomain == SUBDOMAIN && site.support_email == SUPPORT_EMAIL
}

/// Makes the demo school unless it was found, and makes sure that what is printed about it is true. `known` says whether
/// the owner's password is the one that everybody knows, when that was looked at already.
///
/// # Errors
/// When the store or the data folder cannot be used.
pub fn prepare(
    store: &Store,
    key: &ServerKey,
    found: Option<Site>,
    data: &Path,
    known: Option<bool>,
) -> Result<School, Failure> {
    let (site, api_key) = match found {
        Some(site) => {
            let api_key = open(store, key, &site)?;
            (site, api_key)
        }
        None => make(store, key, data)?,
    };
    let owner = owner(store, &site, known)?;
    Ok(School { subdomain: site.subdomain, api_key, owner, apps: apps(store, key)? })
}

/// The owner, who is made anew when they are gone.
fn owner(store: &Store, site: &Site, known: Option<bool>) -> Result<Owner, Failure> {
    let at = site.clone();
    let found = store.read_now(move |tx| -> school::Result<_> {
        match at.owner_user_id {
            Some(id) => Ok(users::find(tx, at.id, id)?.zip(Some(passwords::stored(tx, at.id, id)?))),
            None => Ok(None),
        }
    })?;
    if let Some((user, hash)) = found {
        let verify = || hash.verify(OWNER_PASSWORD).is_some();
        let known = known.unwrap_or_else(verify);
        return Ok(Owner { email: user.email.clone(), password: known.then_some(OWNER_PASSWORD) });
    }
    let (site, password) = (site.clone(), passwords::hash(OWNER_PASSWORD));
    store.write_now(site.id, move |tx| content::owner(tx, &site, &password))?;
    Ok(Owner { email: OWNER_EMAIL.to_owned(), password: Some(OWNER_PASSWORD) })
}

/// Registers the demo's apps, or finds them.
fn apps(store: &Store, key: &ServerKey) -> Result<Vec<(App, String)>, Failure> {
    let key = key.clone();
    let registered = store.write_now(None, move |tx| -> school::Result<_> {
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

/// The API key, which is made anew when it was revoked.
fn open(store: &Store, key: &ServerKey, site: &Site) -> Result<String, Failure> {
    let (site, key) = (site.clone(), key.clone());
    let api_key = store.write_now(site.id, move |tx| -> school::Result<String> {
        match sites::api_key(tx, &key, &site)? {
            Some(api_key) => Ok(api_key),
            None => sites::rotate_key(tx, &key, &site, 0),
        }
    });
    Ok(api_key?)
}

/// Makes the whole school in one transaction: it is there finished, or not at all.
fn make(store: &Store, key: &ServerKey, data: &Path) -> Result<(Site, String), Failure> {
    let folders = unpack(&data.join("courses"))?;
    let mut sources = Vec::with_capacity(folders.len());
    for folder in folders {
        sources.push(crate::course::read(&folder).map_err(|problems| Failure::Told(problems.to_string()))?);
    }
    let password = passwords::hash(OWNER_PASSWORD);
    let key = key.clone();
    // Courses of the demo name no file of the school, so that no address begins so.
    let addresses = FileAddresses { url: String::new(), key: key.clone() };
    let new = NewSite {
        subdomain: SUBDOMAIN.to_owned(),
        name: "Demo School".to_owned(),
        plan: Plan::Plus,
        currency: "usd".to_owned(),
        support_email: SUPPORT_EMAIL.to_owned(),
    };
    store
        .write_now(None, move |tx| -> school::Result<(Site, String)> {
            let (mut site, api_key) = sites::create(tx, &key, &new)?;
            site.owner_user_id = Some(content::fill(tx, &site, (&sources, &addresses), &password)?);
            jobs::enroll(tx, site.id)?;
            Ok((site, api_key))
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
