//! Enrollments, orders and external orders against a real store: the rules, and that every count and balance the
//! store keeps agrees with the rows, whatever happened before.

mod enrollments;
mod external_orders;
mod orders;
mod statistics;

use school::bundles::NewBundle;
use school::courses::NewCourse;
use school::products::{BillingInterval, NewPrice, PaymentType};
use school::sites::{NewSite, Plan};
use school::users::{CreationOptions, UserInput};
use school::{Error, Set};
use std::fmt::Debug;
use store::{CourseId, Engine, Location, ServerKey, SiteId, Store, Tx};
use testing::{postgres, sqlite};

/// Writes a test twice: on SQLite, and on PostgreSQL (skipped with a line where its binaries are missing).
macro_rules! on_both_engines {
    ($(fn $name:ident($school:ident: &School) $body:block)*) => {
        $(mod $name {
            use super::*;

            fn test($school: &School) $body

            #[test]
            fn on_sqlite() {
                test(&School::new(store::Engine::Sqlite).expect("SQLite is always there"));
            }

            #[test]
            fn on_postgres() {
                if let Some(school) = School::new(store::Engine::Postgres) {
                    test(&school);
                }
            }
        })*
    };
}
use on_both_engines;

/// A school in a database of its own: users and courses with ids from 1, the first three courses in bundle 1.
struct School {
    store: Store,
    site: SiteId,
    _folder: tempfile::TempDir,
}

impl Drop for School {
    fn drop(&mut self) {
        if let Location::Postgres(url) = self.store.location() {
            postgres::drop_database(&url);
        }
    }
}

const USERS: i64 = 4;
const COURSES: i64 = 5;

impl School {
    /// None where the engine is missing.
    fn new(engine: Engine) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let location = match engine {
            Engine::Sqlite => {
                let path = folder.path().join("school.db");
                sqlite::fresh_database(&path);
                Location::Sqlite(path)
            }
            Engine::Postgres => Location::Postgres(postgres::fresh_database()?),
        };
        let store = Store::open(&location, 1).expect("a store");
        let site = store.write_now(None, |tx| {
            let key = ServerKey::from_text("a key for tests, long enough for a server").expect("a key");
            let new = NewSite {
                subdomain: "demo".to_owned(),
                name: "Demo".to_owned(),
                plan: Plan::Grow,
                currency: "usd".to_owned(),
                support_email: "help@example.com".to_owned(),
            };
            Ok::<_, Error>(school::sites::create(tx, &key, &new)?.0.id)
        });
        let school = Self { store, site: site.expect("a site"), _folder: folder };
        school.write(|tx, site| {
            for number in 1..=USERS {
                let text = |text: &str| Set::To(text.to_owned());
                let input = UserInput {
                    first_name: text("Ann"),
                    last_name: Set::To(format!("{number}")),
                    email: Set::To(format!("ann{number}@example.com")),
                    ..UserInput::default()
                };
                school::users::create(tx, site, &input, &CreationOptions::default())?;
            }
            for number in 1..=COURSES {
                let mut course = NewCourse::named(&format!("Course {number}"));
                let mut price = NewPrice::primary(PaymentType::Subscription, 1_900, "eur");
                price.interval = Some(BillingInterval::Month);
                price.interval_count = Some(1);
                course.prices = vec![price];
                school::courses::create(tx, site, &course)?;
            }
            let bundle = NewBundle {
                name: "Bundle".to_owned(),
                course_ids: [1, 2, 3].map(CourseId::new).to_vec(),
                ..NewBundle::default()
            };
            school::bundles::create(tx, site, &bundle)
        });
        // The school's clock never runs backwards; set back, so that tests may report what happened in the past.
        school.write(|tx, site| {
            Ok(tx.execute("UPDATE site_clocks SET at = 0 WHERE site_id = $1", store::params![site])?)
        });
        Some(school)
    }

    fn try_write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>, SiteId) -> school::Result<T> + Send + 'static,
    ) -> school::Result<T> {
        let site = self.site;
        self.store.write_now(site, move |tx| work(tx, site))
    }

    fn write<T: Send + 'static>(&self, work: impl Fn(&mut Tx<'_>, SiteId) -> school::Result<T> + Send + 'static) -> T {
        self.try_write(work).expect("the school agrees")
    }

    fn read<T: Send + 'static>(&self, work: impl Fn(&mut Tx<'_>, SiteId) -> school::Result<T> + Send + 'static) -> T {
        let site = self.site;
        self.store.read_now(move |tx| work(tx, site)).expect("the school answers")
    }

    /// Every count, balance and sum agrees with the rows.
    fn audit(&self) {
        let wrong = self.read(|tx, _| {
            let counts = store::lists::audit(tx)?;
            let books = store::books::audit(tx)?;
            Ok((counts, books))
        });
        assert_eq!(wrong, (vec![], vec![]));
    }
}

/// What the school says against something, as `field: message` or lines.
fn refusal<T: Debug>(result: school::Result<T>) -> Vec<String> {
    match result.expect_err("the school refuses") {
        Error::Invalid(problems) => problems.iter().map(|(field, why)| format!("{field} {why}")).collect(),
        Error::InvalidLines(lines) => lines.into_iter().map(|(_, line)| line).collect(),
        other => vec![other.to_string()],
    }
}
