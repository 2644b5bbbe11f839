//! `scholae generate`

use super::school;
use crate::config::{Config, Failure};
use crate::progress::{Progress, during};
use clap::Args;
use school::Set;
use school::courses::{self, NewCourse};
use school::custom_profile_field_definitions::{self as definitions, FieldType};
use school::enrollments::{self, NewEnrollment};
use school::orders::{self, NewItem, NewOrder, Status};
use school::products::{NewPrice, PaymentType};
use school::sites::{self, NewSite, Plan};
use school::users::{self, CreationOptions, UserInput};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use store::{CourseId, DefinitionId, ProductId, SiteId, Store, Tx, UserId};

/// Rows that share a transaction.
const BATCH: u64 = 2_000;
/// The first moment of a generated school, 2024-01-01T00:00:00Z: it is the same on every machine and day.
const BEGIN: i64 = 1_704_067_200_000;
/// Time between two sign-ups.
const STEP: i64 = 30_000;
/// Time between two enrollments, once everybody has signed up, and between two orders after them.
const NEXT_STEP: i64 = 10_000;

const FIRST: [&str; 16] = [
    "Ada", "Bela", "Chen", "Dora", "Emil", "Fay", "Gita", "Hal", "Ida", "Jun", "Kira", "Luz", "Milo", "Nia", "Ole",
    "Pia",
];
const LAST: [&str; 16] = [
    "Adler", "Brook", "Costa", "Diaz", "Engel", "Frost", "Gray", "Hale", "Ito", "Jones", "Klein", "Lund", "Moss",
    "Nolan", "Ortiz", "Park",
];
const PLACES: [&str; 8] = ["Brazil", "Canada", "France", "India", "Japan", "Kenya", "Norway", "Peru"];

/// Make a school of any size, the same each time, for benchmarks and load tests
#[derive(Debug, Args)]
pub struct Generate {
    /// The school's subdomain; it must not be there yet
    #[arg(long, default_value = "load")]
    subdomain: String,
    /// How many users
    #[arg(long, default_value_t = 1_000)]
    users: u64,
    /// How many courses
    #[arg(long, default_value_t = 10)]
    courses: u64,
    /// How many enrollments
    #[arg(long, default_value_t = 0)]
    enrollments: u64,
    /// How many orders
    #[arg(long, default_value_t = 0)]
    orders: u64,
    /// What the school is made from: another number, another school
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one line of JSON at the end
    #[arg(long)]
    json: bool,
}

impl Generate {
    /// Makes the school.
    ///
    /// # Errors
    /// When the subdomain is taken, or there are more enrollments than pairs of users and courses.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        if self.enrollments > self.users.saturating_mul(self.courses) {
            return Err(Failure::Told("there are more enrollments than pairs of a user and a course".to_owned()));
        }
        let store = config.make_store()?;
        let key = config.server_key(&store)?;
        let new = NewSite {
            subdomain: self.subdomain.clone(),
            name: format!("Generated school {}", self.seed),
            plan: Plan::Plus,
            currency: "usd".to_owned(),
            support_email: "support@example.com".to_owned(),
        };
        let (_, api_key) = store.write_now(None, move |tx| sites::create(tx, &key, &new))?;
        let site = school(&store, Some(&self.subdomain))?.id;
        let course_ids = during("making courses", || self.make_courses(&store, site))?;
        let user_ids = self.make_users(&store, site)?;
        self.make_enrollments(&store, site, &user_ids, &course_ids)?;
        self.make_orders(&store, site, &user_ids, &course_ids)?;
        if self.json {
            println!(
                "{}",
                json!({
                    "subdomain": self.subdomain, "api_key": api_key, "site_id": site,
                    "users": user_ids.len(), "courses": course_ids.len(), "enrollments": self.enrollments,
                    "orders": self.orders,
                    "first_user_id": user_ids.first(), "last_user_id": user_ids.last(),
                    "first_course_id": course_ids.first(), "last_course_id": course_ids.last(),
                })
            );
        } else {
            println!("School `{}` is made. Its API key: {api_key}", self.subdomain);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn make_courses(&self, store: &Store, site: SiteId) -> Result<Vec<CourseId>, Failure> {
        let count = self.courses;
        store
            .write_now(site, move |tx| -> school::Result<Vec<CourseId>> {
                tx.without_events();
                tx.backdate(BEGIN);
                definitions::create(tx, site, "Phone", FieldType::Text, false)?;
                definitions::create(tx, site, "Country", FieldType::Country, false)?;
                (1..=count)
                    .map(|n| {
                        let mut course = NewCourse::named(&format!("Course {n}"));
                        course.prices = vec![NewPrice::primary(PaymentType::OneTime, 10_00 + n as i64, "usd")];
                        Ok(courses::create(tx, site, &course)?.id)
                    })
                    .collect()
            })
            .map_err(Failure::from)
    }

    fn make_users(&self, store: &Store, site: SiteId) -> Result<Vec<UserId>, Failure> {
        let fields: Vec<DefinitionId> =
            store.read_now(move |tx| definitions::all(tx, site))?.iter().map(|field| field.id).collect();
        let mut ids = Vec::with_capacity(self.users as usize);
        let progress = Progress::of(self.users, "making users");
        let mut next = 1;
        while next <= self.users {
            let last = (next + BATCH - 1).min(self.users);
            let (fields, seed) = (fields.clone(), self.seed);
            let made = store.write_now(site, move |tx| -> school::Result<Vec<UserId>> {
                (next..=last).map(|n| user(tx, site, n, seed, &fields)).collect()
            })?;
            progress.done(made.len() as u64);
            ids.extend(made);
            next = last + 1;
        }
        progress.end();
        Ok(ids)
    }

    fn make_enrollments(
        &self,
        store: &Store,
        site: SiteId,
        users: &[UserId],
        courses: &[CourseId],
    ) -> Result<(), Failure> {
        let progress = Progress::of(self.enrollments, "making enrollments");
        let mut next = 0;
        while next < self.enrollments {
            let last = (next + BATCH).min(self.enrollments);
            // The n-th pair: every user has a first course before anyone has a second.
            let pairs: Vec<(UserId, CourseId)> = (next..last)
                .map(|n| {
                    let (user, round) = (n as usize % users.len(), n as usize / users.len());
                    (users[user], courses[(user + round) % courses.len()])
                })
                .collect();
            let (seed, begin) = (self.seed, self.after_users());
            store.write_now(site, move |tx| -> school::Result<()> {
                tx.without_events();
                for (n, (user_id, course_id)) in pairs.iter().enumerate() {
                    let mixed = mix(seed, next + n as u64);
                    tx.backdate(begin + (next as i64 + n as i64) * NEXT_STEP);
                    let enrollment = enrollments::create(
                        tx,
                        site,
                        &NewEnrollment {
                            course_id: Some(*course_id),
                            user_id: Some(*user_id),
                            activated_at: (!mixed.is_multiple_of(10)).then_some(BEGIN),
                            expiry_date: mixed.is_multiple_of(7).then_some(BEGIN + 365 * 86_400_000),
                        },
                    )?;
                    let done = (mixed >> 8) % 5 * 25_00;
                    if done > 0 {
                        enrollments::set_progress(tx, site, enrollment.id, done as i64)?;
                    }
                }
                Ok(())
            })?;
            progress.done(last - next);
            next = last;
        }
        progress.end();
        Ok(())
    }
}

impl Generate {
    /// When everybody has signed up.
    fn after_users(&self) -> i64 {
        BEGIN + self.users as i64 * STEP
    }

    /// Orders of one course each, one in ten of which waits for its payment or was refunded.
    fn make_orders(&self, store: &Store, site: SiteId, users: &[UserId], courses: &[CourseId]) -> Result<(), Failure> {
        if self.orders == 0 {
            return Ok(());
        }
        let courses = courses.to_vec();
        let products = store.read_now(move |tx| -> school::Result<Vec<ProductId>> {
            Ok(courses::of_ids(tx, site, &courses)?.iter().map(|course| course.product_id).collect())
        })?;
        if products.is_empty() || users.is_empty() {
            return Err(Failure::Told("orders need users and courses".to_owned()));
        }
        let begin = self.after_users() + self.enrollments as i64 * NEXT_STEP;
        let progress = Progress::of(self.orders, "making orders");
        let (users, products): (Arc<[UserId]>, Arc<[ProductId]>) = (users.into(), products.into());
        let mut next = 0;
        while next < self.orders {
            let last = (next + BATCH).min(self.orders);
            let (users, products, seed) = (Arc::clone(&users), Arc::clone(&products), self.seed);
            store.write_now(site, move |tx| -> school::Result<()> {
                tx.without_events();
                for n in next..last {
                    let mixed = mix(seed.wrapping_add(1), n);
                    tx.backdate(begin + n as i64 * NEXT_STEP);
                    let product_id = products[mixed as usize % products.len()];
                    let order = NewOrder {
                        user_id: users[n as usize % users.len()],
                        items: vec![NewItem { product_id, amount_cents: None }],
                        status: match (mixed >> 16) % 20 {
                            0 => Status::Pending,
                            1 => Status::Refunded,
                            _ => Status::Complete,
                        },
                        ..NewOrder::default()
                    };
                    orders::create(tx, site, &order)?;
                }
                Ok(())
            })?;
            progress.done(last - next);
            next = last;
        }
        progress.end();
        Ok(())
    }
}

/// The n-th user of a school.
fn user(tx: &mut Tx<'_>, site: SiteId, n: u64, seed: u64, fields: &[DefinitionId]) -> school::Result<UserId> {
    let mixed = mix(seed, n) as usize;
    let pick = |words: &[&str], shift: usize| Set::To(words[(mixed >> shift) % words.len()].to_owned());
    let values = [Some(format!("+1 555 {:07}", n % 10_000_000)), Some(PLACES[(mixed >> 16) % 8].to_owned())];
    let input = UserInput {
        first_name: pick(&FIRST, 0),
        last_name: pick(&LAST, 8),
        email: Set::To(format!("user{n}@load.example")),
        company: if n.is_multiple_of(3) { Set::To("Load Testing Ltd".to_owned()) } else { Set::Keep },
        custom_profile_fields: Set::To(fields.iter().copied().zip(values).collect()),
        ..UserInput::default()
    };
    tx.without_events();
    tx.backdate(BEGIN + n as i64 * STEP);
    Ok(users::create(tx, site, &input, &CreationOptions::default())?.id)
}

/// A number that looks random and is always the same (SplitMix64, Steele, Lea and Flood 2014).
fn mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
