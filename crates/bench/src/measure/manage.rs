//! Pages of the admin area: how long they take at a large school, and how much of them a browser loads.

use super::{Bench, Row};
use crate::http::{Answer, Connection};
use crate::load::Spread;
use crate::report::{count, milliseconds};
use crate::scholae::{Child, Home, School};
use crate::statistics::{ends, median};
use crate::{Fault, Outcome};
use identity::sessions::{self, Device};
use school::security_log::Kind;
use school::sites;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};
use store::{Location, ServerKey, Store, UserId};

/// How many users stand on a page of the list.
const PAGE: u64 = 25;
/// The year in which a generated school begins: all that happens in it is on this page.
const WHOLE_YEAR: &str = "/manage?from=2024-01-01&to=2024-12-31";
/// More pages than the admin area has kinds of.
const MOST_PAGES: usize = 200;

/// A browser in which the owner of a school is signed in.
struct Browser {
    connection: Connection,
    host: String,
    secret: String,
}

impl Browser {
    fn of_the_owner(home: &Home, school: &School, server: &Child) -> Outcome<Self> {
        let location = match &home.database {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(home.folder.join("scholae.db")),
        };
        let store = Store::open(&location, 1)?;
        let key = ServerKey::from_file(&home.folder.join("server.key"))?;
        let (subdomain, user) = (school.subdomain.clone(), UserId::new(i64::try_from(school.first_user_id)?));
        let begun = store.write_now(None, move |tx| -> school::Result<_> {
            let site = sites::by_subdomain(tx, &subdomain)?;
            let site = sites::update(tx, &site, |site| site.owner_user_id = Some(user))?;
            sessions::begin(tx, &key, site.id, user, &Device::default(), (Kind::SignIn, "measured"), true)
        });
        let host = format!("{}.localhost", school.subdomain);
        Ok(Self { connection: Connection::open(server.address)?, host, secret: begun?.secret })
    }

    fn request(&self, path: &str, encoding: &str) -> Vec<u8> {
        let Self { host, secret, .. } = self;
        format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\nAccept: */*\r\n{encoding}\
             Cookie: scholae_session={secret}\r\n\r\n"
        )
        .into_bytes()
    }

    fn get(&mut self, path: &str) -> Outcome<Answer> {
        let request = self.request(path, "");
        let answer = self.connection.ask(&request)?.expect(200);
        answer.map_err(|fault| -> Fault { format!("GET {path}: {fault}").into() })
    }

    /// How many bytes of the answer to this path a browser reads.
    fn loaded(&mut self, path: &str) -> Outcome<u64> {
        let request = self.request(path, "Accept-Encoding: br, gzip\r\n");
        let (head, _) = self.connection.time(&request)?;
        if head.status == 200 { Ok(head.total as u64) } else { Err(format!("{path} answered {}", head.status).into()) }
    }

    /// The median time of pages that are asked for so long, in milliseconds.
    fn batch(&mut self, length: Duration, path: &mut dyn FnMut() -> String) -> Outcome<f64> {
        let (begun, mut times) = (Instant::now(), Vec::new());
        while begun.elapsed() < length || times.len() < 5 {
            let path = path();
            let request = self.request(&path, "");
            let (head, took) = self.connection.time(&request)?;
            if head.status != 200 {
                return Err(format!("{path} answered {}", head.status).into());
            }
            times.push(took.as_secs_f64() * 1000.0);
        }
        Ok(median(&times))
    }
}

impl Bench<'_> {
    /// Any page of the list of users at a large school.
    pub(super) fn manage_users(&mut self, home: &Home, school: &School) -> Outcome<()> {
        self.say("any page of the users in the admin area");
        let server = home.serve()?;
        let mut browser = Browser::of_the_owner(home, school, &server)?;
        let pages = school.users.div_ceil(PAGE);
        let last = browser.get(&format!("/manage/users?page={pages}"))?;
        if !String::from_utf8_lossy(&last.body).contains(&format!("of {} users", count(school.users))) {
            return Err("the last page does not say how many users there are".into());
        }
        let mut spread = Spread::new(3);
        let any = |spread: &mut Spread| format!("/manage/users?page={}", spread.between(1, pages));
        self.timed("manage-users", &mut browser, &mut || any(&mut spread))
    }

    /// The home page of a busy school, and what a browser loads of every kind of page.
    pub(super) fn manage_home(&mut self) -> Outcome<()> {
        if !self.wants(&[Row::ManageHome, Row::ManageBytes]) {
            return Ok(());
        }
        let many = self.method.users_large;
        self.say("a school with many enrollments and orders");
        let name = format!("large-busy-{many}");
        let (home, school) = match Home::kept(self.program, self.work, &name, self.cluster.as_ref()) {
            Some(kept) => kept,
            None => {
                let home = self.home(&name)?;
                let school = home.generate_busy(many)?;
                (home, school)
            }
        };
        self.settle(&home)?;
        let server = home.serve()?;
        let mut browser = Browser::of_the_owner(&home, &school, &server)?;
        if self.wants(&[Row::ManageHome]) {
            let page = browser.get(WHOLE_YEAR)?;
            let text = String::from_utf8_lossy(&page.body).into_owned();
            if text.matches("<svg class=\"plot\"").count() < 5 || !text.contains(&count(many)) {
                return Err("the home page does not show what the school has".into());
            }
            self.timed("manage-home", &mut browser, &mut || WHOLE_YEAR.to_owned())?;
        }
        if self.wants(&[Row::ManageBytes]) {
            self.manage_bytes(&mut browser)?;
        }
        Ok(())
    }

    fn timed(&mut self, key: &'static str, browser: &mut Browser, path: &mut dyn FnMut() -> String) -> Outcome<()> {
        let length = Duration::from_secs_f64(self.method.batch_seconds);
        browser.batch(length * 20, path)?;
        let mut medians = Vec::with_capacity(self.method.batches);
        for _ in 0..self.method.batches {
            medians.push(browser.batch(length, path)?);
        }
        let value = median(&medians);
        self.found(key, value, ends(medians.iter().copied()), format!("{} ms, median", milliseconds(value)));
        Ok(())
    }

    /// Follows the links of the admin area to a page of each kind, and adds up what each loads.
    fn manage_bytes(&mut self, browser: &mut Browser) -> Outcome<()> {
        self.say("bytes of every kind of page in the admin area");
        let mut seen = BTreeSet::new();
        let mut waiting = VecDeque::from(["/manage".to_owned(), WHOLE_YEAR.to_owned()]);
        let (mut files, mut largest): (BTreeMap<String, u64>, (u64, String)) = (BTreeMap::new(), (0, String::new()));
        while let Some(path) = waiting.pop_front() {
            if seen.len() >= MOST_PAGES || !seen.insert(kind(&path)) {
                continue;
            }
            let page = String::from_utf8_lossy(&browser.get(&path)?.body).into_owned();
            let mut bytes = browser.loaded(&path)?;
            let links: Vec<&str> = attributes(&page).collect();
            for file in links.iter().filter(|link| link.starts_with("/site/assets/")).collect::<BTreeSet<_>>() {
                let size = match files.get(*file) {
                    Some(size) => *size,
                    None => browser.loaded(file)?,
                };
                files.insert((*file).to_owned(), size);
                bytes += size;
            }
            largest = largest.max((bytes, path));
            let pages = links.iter().filter(|link| link.starts_with("/manage") && !link.contains(['#', '.']));
            waiting.extend(pages.map(|link| link.replace("&amp;", "&")));
        }
        let (bytes, path) = largest;
        let value = bytes as f64 / 1e3;
        let numbers = format!("{} kinds of pages; most has {path}, {} bytes", seen.len(), count(bytes));
        self.found("manage-bytes", value, (value, value), numbers);
        Ok(())
    }
}

/// What kind of page a path leads to: the same for every record, and for whatever a list is asked for.
fn kind(path: &str) -> String {
    if path == WHOLE_YEAR {
        return path.to_owned();
    }
    let path = path.split('?').next().unwrap_or_default();
    let part =
        |part: &str| if part.contains(|c: char| c.is_ascii_digit()) { "{id}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The addresses that a page names.
fn attributes(page: &str) -> impl Iterator<Item = &str> {
    let after = |name: &'static str| page.split(name).skip(1).filter_map(|rest| rest.split('"').next());
    after("href=\"").chain(after("src=\""))
}

#[cfg(test)]
mod tests {
    use super::{attributes, kind};

    #[test]
    fn pages_of_one_kind_are_one() {
        assert_eq!(kind("/manage/users/17/edit"), "/manage/users/{id}/edit");
        assert_eq!(kind("/manage/users?page=7"), kind("/manage/users"));
    }

    #[test]
    fn a_page_names_addresses() {
        let page = "<link href=\"/a.css\"><script src=\"/b.js\"></script><a href=\"/c\">";
        assert_eq!(attributes(page).collect::<Vec<_>>(), ["/a.css", "/c", "/b.js"]);
    }
}
