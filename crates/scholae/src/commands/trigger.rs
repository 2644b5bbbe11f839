//! `scholae trigger`: makes a real change, so that its event happens.

mod courses;
mod enrollments;
mod sales;
mod site;
mod users;

use super::school;
use super::topics::known_topic;
use crate::config::{Config, Failure};
use clap::Args;
use school::Site;
use school::enrollments::COMPLETE;
use school::events::{self, Event, Topic};
use school::orders::Status;
use serde_json::json;
use std::process::ExitCode;
use store::{ServerKey, Tx};

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
        let store = config.open_store()?;
        let site = school(&store, self.school.as_deref())?;
        let (json, key) = (self.json, config.server_key(&store)?);
        let (did, caused) = store.write_now(site.id, move |tx| -> Result<(Vec<String>, Vec<Event>), Failure> {
            let before = events::newest(tx, site.id)?;
            let mut scene = TriggerContext { tx, site: &site, key: &key, asked: &self, did: Vec::new() };
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
struct TriggerContext<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    site: &'a Site,
    key: &'a ServerKey,
    asked: &'a Trigger,
    /// What was done, a sentence each.
    did: Vec<String>,
}

fn told<T>(text: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Told(text.into()))
}

impl TriggerContext<'_, '_> {
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
            Topic::UserSignin => self.sign_in(),
            Topic::UserUpdated => self.rename_user(),
            Topic::UserDeleted => self.delete_user(),
            Topic::EnrollmentTrial => self.enroll(false).map(drop),
            Topic::EnrollmentCreated => self.enroll(true).map(drop),
            Topic::EnrollmentProgress => self.progress(COMPLETE / 10),
            Topic::EnrollmentCompleted => self.progress(COMPLETE),
            Topic::LessonCompleted => self.lesson(),
            Topic::QuizAttempted => self.quiz(),
            Topic::CourseCreated | Topic::ProductCreated => self.make_course().map(drop),
            Topic::CourseUpdated => self.update_course(),
            Topic::CourseDeleted => self.remove_course(),
            Topic::ProductUpdated => self.update_product(),
            Topic::ProductDeleted => self.delete_product(),
            Topic::AppUninstalled => self.uninstall_app(),
            Topic::PlanUpdated => self.plan(),
        }
    }
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
