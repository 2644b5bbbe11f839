//! How much there is of everything, from maintained counts.

use crate::addresses::{ENROLLMENTS, EVENTS};
use crate::users;
use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::NumberTile;
use school::enrollments::{self, EnrollmentFilter};
use school::users::UserFilter;
use school::{PageRequest, TimeRange, courses, events, now};
use web::Tx;

const DAY_MS: i64 = 86_400_000;

/// How much there is.
pub(super) struct Numbers {
    users: i64,
    enrollments: i64,
    courses: i64,
    events_of_a_day: i64,
}

impl Numbers {
    pub fn read(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Self> {
        let (site, one) = (actor.site().id, PageRequest::first(1));
        let day = TimeRange { from: now() - DAY_MS, to: i64::MAX };
        Ok(Self {
            users: school::users::list(tx, site, &UserFilter::default(), &one, |_| ())?.total,
            enrollments: enrollments::list(tx, site, &EnrollmentFilter::default(), &one)?.total,
            courses: courses::list(tx, site, &one)?.total,
            events_of_a_day: events::list(tx, site, None, &PageRequest { created: day, ..one })?.total,
        })
    }

    /// Whether there is nothing yet but the people who run it.
    pub fn is_new_school(&self) -> bool {
        self.courses == 0 && self.enrollments == 0
    }

    pub fn tiles(&self) -> Markup {
        html! {
            h2.apart { "In all" }
            div.grid.tiles {
                (NumberTile { label: "Users", value: self.users, href: Some(users::LIST.to_owned()) })
                (NumberTile { label: "Courses", value: self.courses, href: None })
                (NumberTile { label: "Enrollments", value: self.enrollments, href: Some(ENROLLMENTS.to_owned()) })
                (NumberTile { label: "Events in the last 24 hours", value: self.events_of_a_day, href: Some(EVENTS.to_owned()) })
            }
        }
    }
}
