//! `scholae trigger`: makes a real change, so that its event happens.

use super::topics::known_topic;
use super::{open_store, school};
use crate::config::{Config, Failure};
use clap::Args;
use school::apps::{self, App, AppInput, Kind};
use school::chapters::{self, NewChapter};
use school::contents::{self, ContentType, NewContent, Settings};
use school::courses::{self, Course, NewCourse};
use school::enrollments::{self, Enrollment, NewEnrollment};
use school::events::{self, Event, Topic};
use school::leads::{self, NewLead};
use school::orders::{self, NewItem, NewOrder, Order, Status};
use school::products::{self, NewPrice, NewProduct, PaymentType, Product, ProductableType};
use school::scopes::Scope;
use school::sites::{self, Plan};
use school::subscriptions::{self, NewSubscription, Subscription};
use school::users::{self, User, UserInput, Welcome};
use school::{Set, Site, order_transactions, progress};
use serde_json::json;
use std::process::ExitCode;
use store::{Ask, Tx};

/// Rows that are looked through for one that fits.
const LOOKED_AT: i64 = 250;
/// Events that one change causes, at most.
const CAUSED: i64 = 1_000;
/// What a made product costs, and what is paid where nothing else says how much: ten units of the currency.
const PRICE: i64 = 10_00;
/// The word that comes and goes where something is to change.
const WORD: &str = "trigger";

/// Make a real change in a school, so that its event happens
///
/// The change is made in the database itself; a server that runs beside it sends the event within a second. What is
/// not given is chosen: a new user trigger-1@example.com, the first published course, the first product with a price.
#[derive(Debug, Clone, Args)]
pub struct Trigger {
    /// Which event, such as enrollment.completed; --list names them all
    #[arg(value_name = "TOPIC", required_unless_present = "list")]
    topic: Option<String>,
    /// List the topics with what each does
    #[arg(long)]
    list: bool,
    /// Which school; not needed when there is only one
    #[arg(long, value_name = "SUBDOMAIN")]
    school: Option<String>,
    /// Whom it happens to; nobody yet has the address: they are made
    #[arg(long, value_name = "EMAIL|ID")]
    user: Option<String>,
    /// In or to which course
    #[arg(long, value_name = "SLUG|ID")]
    course: Option<String>,
    /// With or to which product
    #[arg(long, value_name = "SLUG|ID")]
    product: Option<String>,
    /// Print one line of JSON: topic, event_id, did, events
    #[arg(long)]
    json: bool,
}

/// What is done for the event of a topic.
fn what(topic: Topic) -> &'static str {
    match topic {
        Topic::LeadCreated => "somebody leaves their address (--user EMAIL)",
        Topic::OrderCreated => "a user buys a product, and has paid (--user, --product)",
        Topic::OrderTransactionSucceeded => "a payment of a new order succeeds, which completes it (--user, --product)",
        Topic::OrderTransactionFailed => "a payment of a new order fails (--user, --product)",
        Topic::OrderTransactionRefunded => "a new order is paid, and paid back (--user, --product)",
        Topic::SubscriptionCancelled => "a new subscription is cancelled (--user, --product)",
        Topic::SubscriptionPastDue => "a payment of a new subscription fails (--user, --product)",
        Topic::SubscriptionUnpaid => "every attempt to take a payment of a new subscription fails (--user, --product)",
        Topic::UserSignup => "a user is made (--user EMAIL)",
        Topic::UserSignin => "a user signs in (--user)",
        Topic::UserUpdated => "a user's last name changes; once more changes it back (--user)",
        Topic::UserDeleted => "a user is made and removed; with --user, that one is removed",
        Topic::EnrollmentTrial => "a user begins a free trial (--user, --course)",
        Topic::EnrollmentCreated => "a user is enrolled (--user, --course)",
        Topic::EnrollmentProgress => "an enrollment gains ten per cent (--user, --course)",
        Topic::EnrollmentCompleted => "an enrollment is completed (--user, --course)",
        Topic::LessonCompleted => "a user completes the next lesson of a course (--user, --course)",
        Topic::QuizAttempted => "a user answers the first quiz of a course, four of five right (--user, --course)",
        Topic::CourseCreated => "a course is made, as a draft, with its product",
        Topic::CourseUpdated => "a course gets the keyword `trigger`; once more takes it away (--course)",
        Topic::CourseDeleted => "a course is made and removed; with --course, that one is removed",
        Topic::ProductCreated => "a course is made, as a draft, with its product",
        Topic::ProductUpdated => "a product gets the keyword `trigger`; once more takes it away (--product)",
        Topic::ProductDeleted => "a course is made and removed with its product; with --product, that one is",
        Topic::AppUninstalled => "the school lets in the app `Trigger app`, and takes it out",
        Topic::PlanUpdated => "the school goes to the next plan that opens at least as much",
    }
}

impl Trigger {
    /// Makes the change.
    ///
    /// # Errors
    /// When there is no such topic, school, user, course or product, or the school has something against the change.
    pub fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let Some(name) = self.topic.as_deref().filter(|_| !self.list) else {
            for topic in Topic::ALL {
                println!("{:<28} {}", topic.name(), what(*topic));
            }
            return Ok(ExitCode::SUCCESS);
        };
        let topic = known_topic(name)?;
        let store = open_store(config)?;
        let site = school(&store, self.school.as_deref())?;
        let (json, config) = (self.json, config.clone());
        let (did, caused) = store.write_now(site.id, move |tx| -> Result<(Vec<String>, Vec<Event>), Failure> {
            let before = events::newest(tx, site.id)?;
            let mut scene = Scene { tx, site: &site, config: &config, asked: &self, did: Vec::new() };
            scene.play(topic)?;
            let did = scene.did;
            Ok((did, events::after(tx, site.id, &before, CAUSED)?))
        })?;
        let found = caused.iter().rev().find(|event| event.topic == topic as i64);
        let event = found.ok_or_else(|| Failure::Told(format!("nothing happened that is a {}", topic.name())))?;
        let name_of = |event: &Event| Topic::numbered(event.topic).map_or("", Topic::name);
        if json {
            let all: Vec<_> = caused.iter().map(|event| json!({ "id": event.ulid, "topic": name_of(event) })).collect();
            println!("{}", json!({ "topic": topic.name(), "event_id": event.ulid, "did": did, "events": all }));
            return Ok(ExitCode::SUCCESS);
        }
        for line in did {
            println!("{line}");
        }
        for other in caused.iter().filter(|other| other.id != event.id) {
            println!("  also {:<28} {}", name_of(other), other.ulid);
        }
        println!("Event  {:<28} {}", topic.name(), event.ulid);
        Ok(ExitCode::SUCCESS)
    }
}

/// Where an event is made to happen.
struct Scene<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    site: &'a Site,
    config: &'a Config,
    asked: &'a Trigger,
    /// What was done, a sentence each.
    did: Vec<String>,
}

fn told<T>(text: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Told(text.into()))
}

impl Scene<'_, '_> {
    fn did(&mut self, text: impl Into<String>) {
        self.did.push(text.into());
    }

    fn play(&mut self, topic: Topic) -> Result<(), Failure> {
        match topic {
            Topic::LeadCreated => self.lead(),
            Topic::OrderCreated => self.order(Status::Complete).map(drop),
            Topic::OrderTransactionSucceeded | Topic::OrderTransactionFailed | Topic::OrderTransactionRefunded => {
                self.payment(topic)
            }
            Topic::SubscriptionCancelled | Topic::SubscriptionPastDue | Topic::SubscriptionUnpaid => {
                self.subscription(topic)
            }
            Topic::UserSignup => {
                let email = self.asked.user.clone();
                self.make_user(email).map(drop)
            }
            Topic::UserSignin => {
                let user = self.user()?;
                users::signed_in(self.tx, self.site.id, user.id)?;
                self.did(format!("{} signed in.", user.email));
                Ok(())
            }
            Topic::UserUpdated => self.rename_user(),
            Topic::UserDeleted => {
                let user = self.user()?;
                users::delete(self.tx, self.site.id, &users::Who::Id(user.id))?;
                self.did(format!("Removed the user {}.", user.email));
                Ok(())
            }
            Topic::EnrollmentTrial => self.enroll(false).map(drop),
            Topic::EnrollmentCreated => self.enroll(true).map(drop),
            Topic::EnrollmentProgress => {
                let enrollment = self.enrollment(true)?;
                let progress =
                    (enrollment.percentage_completed + enrollments::COMPLETE / 10).min(enrollments::COMPLETE);
                self.set_progress(&enrollment, progress)
            }
            Topic::EnrollmentCompleted => {
                let enrollment = self.enrollment(true)?;
                self.set_progress(&enrollment, enrollments::COMPLETE)
            }
            Topic::LessonCompleted => self.lesson(),
            Topic::QuizAttempted => self.quiz(),
            Topic::CourseCreated | Topic::ProductCreated => self.make_course().map(drop),
            Topic::CourseUpdated => self.update_course(),
            Topic::CourseDeleted => {
                let course = match self.asked.course.clone() {
                    Some(named) => self.course_named(&named)?,
                    None => self.make_course()?,
                };
                self.delete_course(&course)
            }
            Topic::ProductUpdated => self.update_product(),
            Topic::ProductDeleted => self.delete_product(),
            Topic::AppUninstalled => self.uninstall_app(),
            Topic::PlanUpdated => self.plan(),
        }
    }

    // Users.

    /// A number from which on nobody is called trigger-<n>.
    fn free_number(&mut self) -> Result<u64, Failure> {
        let (mut taken, mut free) = (0, 1);
        while users::id_by_email(self.tx, self.site.id, &address(free))?.is_some() {
            (taken, free) = (free, free * 2);
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            match users::id_by_email(self.tx, self.site.id, &address(middle))? {
                Some(_) => taken = middle,
                None => free = middle,
            }
        }
        Ok(free)
    }

    fn make_user(&mut self, email: Option<String>) -> Result<User, Failure> {
        let number = self.free_number()?;
        let email = email.unwrap_or_else(|| address(number));
        let input = UserInput {
            first_name: Set::To("Trigger".to_owned()),
            last_name: Set::To(format!("Number {number}")),
            email: Set::To(email),
            ..UserInput::default()
        };
        let welcome = Welcome { skip_custom_fields_validation: true, ..Welcome::default() };
        let user = users::create(self.tx, self.site.id, &input, &welcome)?;
        self.did(format!("Made the user {} (id {}).", user.email, user.id));
        Ok(user)
    }

    /// The user with the address or id that was given; a new one when nobody was named, or nobody has the address.
    fn user(&mut self) -> Result<User, Failure> {
        let Some(named) = self.asked.user.clone() else { return self.make_user(None) };
        let id = match named.parse() {
            Ok(id) => Some(id),
            Err(_) => users::id_by_email(self.tx, self.site.id, &named)?,
        };
        let found = match id {
            Some(id) => users::find(self.tx, self.site.id, id)?,
            None => None,
        };
        match found {
            Some(user) => Ok(user),
            None if named.contains('@') => self.make_user(Some(named)),
            None => told(format!("there is no user `{named}`; give an id or an address")),
        }
    }

    fn rename_user(&mut self) -> Result<(), Failure> {
        let user = self.user()?;
        let last_name = match user.last_name.strip_suffix(" (changed)") {
            Some(before) => before.to_owned(),
            None => format!("{} (changed)", user.last_name),
        };
        self.did(format!("The last name of {} is now {last_name}.", user.email));
        let input = UserInput { last_name: Set::To(last_name), ..UserInput::default() };
        users::update(self.tx, self.site.id, &users::Who::Id(user.id), &input)?;
        Ok(())
    }

    fn lead(&mut self) -> Result<(), Failure> {
        let email = match self.asked.user.clone() {
            Some(email) => email,
            None => format!("trigger-lead-{}@example.com", self.tx.moment()),
        };
        let (first_name, last_name) = ("Trigger".to_owned(), Some("Lead".to_owned()));
        let lead = leads::create(self.tx, self.site.id, &NewLead { email, first_name, last_name, subscribed: true })?;
        self.did(format!("{} left their address (lead {}).", lead.email, lead.id));
        Ok(())
    }

    // Courses.

    /// A draft with a lesson and a quiz.
    fn make_course(&mut self) -> Result<Course, Failure> {
        let mut new = NewCourse::named("Trigger course");
        "draft".clone_into(&mut new.status);
        new.hidden = true;
        new.prices = vec![NewPrice::primary(PaymentType::OneTime, PRICE, &self.site.row.currency)];
        let course = courses::create(self.tx, self.site.id, &new)?;
        let chapter = NewChapter { name: "Chapter".to_owned(), ..NewChapter::default() };
        let chapter = chapters::create(self.tx, self.site.id, course.id, &chapter)?;
        let lessons = [
            ("Lesson", ContentType::HtmlItem, "A lesson to complete."),
            ("Quiz", ContentType::Quiz, "## Does it work?\n\n- [x] Yes\n- [ ] No\n"),
        ];
        for (name, content_type, text) in lessons {
            let content = NewContent {
                name: name.to_owned(),
                content_type,
                free: false,
                duration_in_seconds: 0,
                position: None,
                file: String::new(),
                settings: Settings::default(),
                text: text.to_owned(),
            };
            contents::create(self.tx, self.site.id, chapter.id, &content)?;
        }
        self.did(format!("Made the course {} (id {}), a draft.", course.slug, course.id));
        Ok(course)
    }

    fn course_named(&mut self, named: &str) -> Result<Course, Failure> {
        let mut found = courses::find_by_slug(self.tx, self.site.id, named)?;
        if let (None, Ok(id)) = (&found, named.parse()) {
            found = courses::of_ids(self.tx, self.site.id, &[id])?.pop();
        }
        found.map_or_else(|| told(format!("there is no course `{named}`; give its slug or its id")), Ok)
    }

    /// The courses that come into question, the best first: the named one, or those that are published.
    fn courses(&mut self) -> Result<Vec<Course>, Failure> {
        if let Some(named) = self.asked.course.clone() {
            return Ok(vec![self.course_named(&named)?]);
        }
        let all = courses::list(self.tx, self.site.id, &Ask::first(LOOKED_AT))?.items;
        let mut published = Vec::with_capacity(all.len());
        for course in all {
            if products::get(self.tx, self.site.id, course.product_id)?.status == "published" {
                published.push(course);
            }
        }
        Ok(published)
    }

    /// The first course that comes into question; a new one when there is none.
    fn course(&mut self) -> Result<Course, Failure> {
        match self.courses()?.into_iter().next() {
            Some(course) => Ok(course),
            None => self.make_course(),
        }
    }

    /// The lessons of a course in their order, quizzes only or everything else.
    fn lessons(&mut self, course: i64, quizzes: bool) -> Result<Vec<(i64, String)>, Failure> {
        let mut found = Vec::new();
        for chapter in chapters::all(self.tx, self.site.id, course)? {
            for id in &chapter.content_ids {
                let content = contents::get(self.tx, self.site.id, *id)?;
                if (content.content_type() == ContentType::Quiz) == quizzes {
                    found.push((content.id, content.name.clone()));
                }
            }
        }
        Ok(found)
    }

    fn update_course(&mut self) -> Result<(), Failure> {
        let course = self.course()?;
        let product = products::get(self.tx, self.site.id, course.product_id)?;
        let (keywords, now) = toggled(course.keywords.as_deref());
        let new = NewCourse {
            name: course.name.clone(),
            slug: course.slug.clone(),
            subtitle: course.subtitle.clone(),
            description: course.description.clone(),
            course_card_text: course.course_card_text.clone(),
            intro_video_youtube: course.intro_video_youtube.clone(),
            intro_video_wistia_identifier: course.intro_video_wistia_identifier.clone(),
            contact_information: course.contact_information.clone(),
            keywords,
            duration: course.duration.clone(),
            banner_image_url: course.banner_image_url.clone(),
            course_card_image_url: course.course_card_image_url.clone(),
            reviews_enabled: course.reviews_enabled,
            user_id: course.user_id,
            instructor_id: course.instructor_id,
            administrator_user_ids: course.administrator_user_ids.clone(),
            status: product.status.clone(),
            private: product.private,
            hidden: product.hidden,
            has_certificate: product.has_certificate,
            days_until_expiry: product.days_until_expiry,
            seo_title: product.seo_title.clone(),
            seo_description: product.seo_description.clone(),
            prices: product.prices.iter().map(NewPrice::from).collect(),
        };
        courses::update(self.tx, self.site.id, course.id, &new)?;
        self.did(format!("The course {} {now}.", course.slug));
        Ok(())
    }

    fn delete_course(&mut self, course: &Course) -> Result<(), Failure> {
        courses::delete(self.tx, self.site.id, course.id)?;
        self.did(format!("Removed the course {} (id {}).", course.slug, course.id));
        Ok(())
    }

    // Enrollments.

    /// The user's enrollments, in the named course or in all.
    fn enrollments_of(&mut self, user: &User) -> Result<Vec<Enrollment>, Failure> {
        let course_id = match self.asked.course.clone() {
            Some(named) => Some(self.course_named(&named)?.id),
            None => None,
        };
        let wanted = enrollments::Wanted { user_id: Some(user.id), course_id, ..enrollments::Wanted::default() };
        Ok(enrollments::list(self.tx, self.site.id, &wanted, &Ask::first(LOOKED_AT))?.items)
    }

    fn enroll_in(&mut self, user: &User, course: &Course, full: bool) -> Result<Enrollment, Failure> {
        let now = self.tx.moment();
        let new = NewEnrollment {
            course_id: Some(course.id),
            user_id: Some(user.id),
            activated_at: full.then_some(now),
            expiry_date: None,
        };
        let enrollment = enrollments::create(self.tx, self.site.id, &new)?;
        let how = if full { "Enrolled" } else { "Began a free trial for" };
        self.did(format!("{how} {} in {} (enrollment {}).", user.email, course.slug, enrollment.id));
        Ok(enrollment)
    }

    /// Enrolls the user in the first course in which they are not enrolled.
    fn enroll(&mut self, full: bool) -> Result<Enrollment, Failure> {
        let user = self.user()?;
        let now = self.tx.moment();
        let had = self.enrollments_of(&user)?;
        let open =
            |course: &Course| had.iter().any(|one| one.course_id == course.id && !enrollments::is_expired(one, now));
        let courses = self.courses()?;
        match courses.iter().find(|course| !open(course)) {
            Some(course) => self.enroll_in(&user, course, full),
            None if self.asked.course.is_some() => {
                told(format!("{} is enrolled in this course already; name another --user or --course", user.email))
            }
            None => {
                let course = self.make_course()?;
                self.enroll_in(&user, &course, full)
            }
        }
    }

    /// A full enrollment that has not ended, of the user: one that is there, or a new one.
    fn enrollment(&mut self, unfinished: bool) -> Result<Enrollment, Failure> {
        let user = self.user()?;
        let now = self.tx.moment();
        let had = self.enrollments_of(&user)?;
        let fits = |one: &Enrollment| {
            one.activated_at.is_some_and(|from| from <= now)
                && !enrollments::is_expired(one, now)
                && !(unfinished && one.completed)
        };
        if let Some(found) = had.iter().find(|one| fits(one)) {
            return Ok(found.clone());
        }
        if self.asked.course.is_some() && had.iter().any(|one| !enrollments::is_expired(one, now)) {
            return told(format!(
                "{} has only a free trial of this course, or has completed it; name another --user or --course",
                user.email
            ));
        }
        let known: Vec<i64> = had.iter().map(|one| one.course_id).collect();
        let course = match self.courses()?.into_iter().find(|course| !known.contains(&course.id)) {
            Some(course) => course,
            None => self.ended_or_new(&had, now)?,
        };
        self.enroll_in(&user, &course, true)
    }

    /// A course in which the user's enrollment has ended; a new one when there is none.
    fn ended_or_new(&mut self, had: &[Enrollment], now: i64) -> Result<Course, Failure> {
        match had.iter().find(|one| enrollments::is_expired(one, now)) {
            Some(ended) => Ok(courses::get(self.tx, self.site.id, ended.course_id)?),
            None => self.make_course(),
        }
    }

    fn set_progress(&mut self, had: &Enrollment, progress: i64) -> Result<(), Failure> {
        let enrollment = enrollments::set_progress(self.tx, self.site.id, had.id, progress)?;
        let per_cent = progress * 100 / enrollments::COMPLETE;
        self.did(format!("{} has done {per_cent} % of {}.", enrollment.user_email, enrollment.course_name));
        Ok(())
    }

    /// Enrollments in which there may be something to do: the user's own, and a new one.
    fn learning(&mut self, quizzes: bool) -> Result<(Enrollment, Vec<(i64, String)>), Failure> {
        if self.asked.user.is_some() || self.asked.course.is_some() {
            let enrollment = self.enrollment(false)?;
            let lessons = self.lessons(enrollment.course_id, quizzes)?;
            return Ok((enrollment, lessons));
        }
        for course in self.courses()? {
            let lessons = self.lessons(course.id, quizzes)?;
            if !lessons.is_empty() {
                let user = self.user()?;
                return Ok((self.enroll_in(&user, &course, true)?, lessons));
            }
        }
        let (course, user) = (self.make_course()?, self.user()?);
        let enrollment = self.enroll_in(&user, &course, true)?;
        let lessons = self.lessons(course.id, quizzes)?;
        Ok((enrollment, lessons))
    }

    fn lesson(&mut self) -> Result<(), Failure> {
        let (enrollment, lessons) = self.learning(false)?;
        for (id, name) in lessons {
            // A lesson that was completed before is left as it is, without an event.
            let before = events::newest(self.tx, self.site.id)?;
            progress::complete_lesson(self.tx, self.site.id, enrollment.id, id)?;
            if events::newest(self.tx, self.site.id)? != before {
                self.did(format!(
                    "{} completed the lesson \"{name}\" of {}.",
                    enrollment.user_email, enrollment.course_name
                ));
                return Ok(());
            }
        }
        told(format!(
            "{} has completed every lesson of {}; name another --user or --course",
            enrollment.user_email, enrollment.course_name
        ))
    }

    fn quiz(&mut self) -> Result<(), Failure> {
        let (enrollment, quizzes) = self.learning(true)?;
        let Some((id, name)) = quizzes.into_iter().next() else {
            return told(format!("{} has no quiz; name another --course", enrollment.course_name));
        };
        let attempt = progress::attempt_quiz(self.tx, self.site.id, enrollment.id, id, 4, 1)?;
        self.did(format!("{} answered the quiz \"{name}\": {} %.", enrollment.user_email, attempt.grade));
        Ok(())
    }

    // Products, orders and subscriptions.

    /// The product that was named, itself or by its course.
    fn product_named(&mut self) -> Result<Option<Product>, Failure> {
        if let Some(named) = self.asked.product.clone() {
            let mut id = products::id_by_slug(self.tx, self.site.id, &named)?;
            if let (None, Ok(number)) = (id, named.parse()) {
                id = products::exists(self.tx, self.site.id, number)?.then_some(number);
            }
            let Some(id) = id else {
                return told(format!("there is no product `{named}`; give its slug or its id"));
            };
            return Ok(Some(products::get(self.tx, self.site.id, id)?));
        }
        let Some(named) = self.asked.course.clone() else { return Ok(None) };
        let course = self.course_named(&named)?;
        Ok(Some(products::get(self.tx, self.site.id, course.product_id)?))
    }

    /// The named product, or the first published one that costs something.
    fn product(&mut self) -> Result<Product, Failure> {
        if let Some(product) = self.product_named()? {
            return Ok(product);
        }
        let all = products::list(self.tx, self.site.id, &Ask::first(LOOKED_AT))?.items;
        let mut published = all.into_iter().filter(|product| product.status == "published");
        if let Some(product) = published.find(|product| product.price() > 0) {
            return Ok(product);
        }
        let course = self.make_course()?;
        Ok(products::get(self.tx, self.site.id, course.product_id)?)
    }

    fn update_product(&mut self) -> Result<(), Failure> {
        let product = self.product()?;
        let (keywords, now) = toggled(product.keywords.as_deref());
        let kind = ProductableType::named(&product.productable_type).unwrap_or(ProductableType::Course);
        let new = NewProduct {
            productable_type: kind,
            productable_id: product.productable_id,
            name: product.name.clone(),
            slug: product.slug.clone(),
            status: product.status.clone(),
            private: product.private,
            hidden: product.hidden,
            has_certificate: product.has_certificate,
            days_until_expiry: product.days_until_expiry,
            keywords,
            seo_title: product.seo_title.clone(),
            seo_description: product.seo_description.clone(),
            description: product.description.clone(),
            card_image_url: product.card_image_url.clone(),
            instructor_names: product.instructor_names.clone(),
            prices: product.prices.iter().map(NewPrice::from).collect(),
        };
        products::update(self.tx, self.site.id, product.id, &new)?;
        self.did(format!("The product {} {now}.", product.slug));
        Ok(())
    }

    fn delete_product(&mut self) -> Result<(), Failure> {
        let course = match self.product_named()? {
            None => self.make_course()?,
            Some(product) if product.productable_type == ProductableType::Course.name() => {
                courses::get(self.tx, self.site.id, product.productable_id)?
            }
            Some(product) => {
                return told(format!(
                    "{} sells a bundle, and bundles stay; name the product of a course",
                    product.slug
                ));
            }
        };
        self.delete_course(&course)
    }

    fn order(&mut self, status: Status) -> Result<Order, Failure> {
        let (product, user) = (self.product()?, self.user()?);
        let amount_cents = if product.price() > 0 { None } else { Some(PRICE) };
        let items = vec![NewItem { product_id: product.id, amount_cents }];
        let new = NewOrder { user_id: user.id, items, status, ..NewOrder::default() };
        let order = orders::create(self.tx, self.site.id, &new)?;
        self.did(format!("{} ordered {} (order {}, {}).", user.email, product.slug, order.id, order.status));
        Ok(order)
    }

    fn payment(&mut self, topic: Topic) -> Result<(), Failure> {
        let order = self.order(Status::Pending)?;
        let made = match topic {
            Topic::OrderTransactionFailed => order_transactions::failed(self.tx, self.site.id, order.id, None)?,
            _ => order_transactions::succeeded(self.tx, self.site.id, order.id, None)?,
        };
        let how = if made.succeeded { "succeeded" } else { "failed" };
        self.did(format!("Its payment {how} (transaction {}, {} {}).", made.id, made.amount, made.currency));
        if topic == Topic::OrderTransactionRefunded {
            order_transactions::refunded(self.tx, self.site.id, made.id, None)?;
            self.did("It was paid back.");
        }
        Ok(())
    }

    fn subscription(&mut self, topic: Topic) -> Result<(), Failure> {
        let (product, user) = (self.product()?, self.user()?);
        let new = NewSubscription { user_id: user.id, product_id: product.id, ..NewSubscription::default() };
        let open = subscriptions::open(self.tx, self.site.id, &new)?;
        self.did(format!("{} subscribed to {} (subscription {}).", user.email, product.slug, open.id));
        let Subscription { status, .. } = match topic {
            Topic::SubscriptionPastDue => subscriptions::past_due(self.tx, self.site.id, open.id)?,
            Topic::SubscriptionUnpaid => subscriptions::unpaid(self.tx, self.site.id, open.id)?,
            _ => subscriptions::cancel(self.tx, self.site.id, open.id, None)?,
        };
        self.did(format!("It is {}.", status.replace('_', " ")));
        Ok(())
    }

    // The school.

    /// The app that comes and goes: the same each time, once it is registered.
    fn app(&mut self) -> Result<App, Failure> {
        let input = AppInput {
            kind: Kind::Private,
            name: "Trigger app".to_owned(),
            slug: None,
            company: "Trigger".to_owned(),
            redirect_uris: vec!["http://localhost:3000/callback".to_owned()],
            scopes: vec![Scope::ReadUsers.name().to_owned(), Scope::ReadCourses.name().to_owned()],
            app_url: None,
            install_url: None,
        };
        Ok(apps::find_or_create(self.tx, &self.config.server_key()?, &input)?)
    }

    /// Who lets the app in: the owner, or else the first user, for the install goes before anybody sees it.
    fn installer(&mut self) -> Result<i64, Failure> {
        if let Some(owner) = self.site.row.owner_user_id {
            return Ok(owner);
        }
        let first = users::list(self.tx, self.site.id, &users::Wanted::default(), &Ask::first(1), |user| user.id)?;
        match first.items.first() {
            Some(id) => Ok(*id),
            None => Ok(self.make_user(None)?.id),
        }
    }

    fn uninstall_app(&mut self) -> Result<(), Failure> {
        let app = self.app()?;
        let (name, slug) = (&app.name, &app.slug);
        if apps::granted(self.tx, self.site.id, &app)?.is_none() {
            let by = self.installer()?;
            apps::install(self.tx, self.site.id, &app, by)?;
            self.did(format!("Let in {name} ({slug}), with {}.", app.scopes));
        }
        apps::uninstall(self.tx, self.site.id, &app, Some("`scholae trigger` took it out."))?;
        self.did(format!("The school no longer has {name}."));
        Ok(())
    }

    fn plan(&mut self) -> Result<(), Failure> {
        let had = self.site.plan;
        let after = Plan::ALL.iter().map(|(plan, _)| *plan).cycle().skip_while(|plan| *plan != had).skip(1);
        let opens = |plan: &Plan| (plan.has_api() || !had.has_api()) && (plan.has_apps() || !had.has_apps());
        let next = after.take(Plan::ALL.len()).find(opens).unwrap_or(had);
        sites::set_plan(self.tx, self.site, next)?;
        let (subdomain, had) = (&self.site.row.subdomain, had.name());
        let text = format!(
            "The school is on plan {}. Back with: scholae site update --school {subdomain} --plan {had}",
            next.name()
        );
        self.did(text);
        Ok(())
    }
}

fn address(number: u64) -> String {
    format!("trigger-{number}@example.com")
}

/// Keywords with the word that comes and goes, or without it, and what is to be said of it.
fn toggled(keywords: Option<&str>) -> (Option<String>, &'static str) {
    let mut words: Vec<&str> =
        keywords.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    let count = words.len();
    words.retain(|word| *word != WORD);
    let had = words.len() < count;
    if !had {
        words.push(WORD);
    }
    let text = Some(words.join(", ")).filter(|text| !text.is_empty());
    (text, if had { "no longer has the keyword `trigger`" } else { "has the keyword `trigger`" })
}

#[cfg(test)]
mod tests {
    use super::toggled;

    #[test]
    fn the_word_comes_and_goes() {
        for before in [None, Some("api, keys")] {
            let (with, _) = toggled(before);
            assert!(with.as_deref().is_some_and(|text| text.ends_with("trigger")));
            assert_eq!(toggled(with.as_deref()).0.as_deref(), before);
        }
    }
}
