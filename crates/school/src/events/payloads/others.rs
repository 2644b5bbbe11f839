//! `lead.*`, `plan.*` and `app.*`

use super::parts::Person;
use crate::time::Moment;
use serde::Serialize;
use store::LeadId;
use store::sites::Plan;

/// A lead: `lead.created`.
#[derive(Debug, Clone, Serialize)]
pub struct Lead<'a> {
    /// Its id.
    pub id: LeadId,
    /// The address.
    pub email: &'a str,
    /// First name; empty when none was left.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: Option<&'a str>,
    /// When the address was left.
    pub created_at: Moment,
    /// Whether they want to be written to.
    pub subscribed: bool,
}

impl Lead<'static> {
    /// A made-up lead of this moment.
    pub(crate) fn sample(at: i64) -> Self {
        Lead {
            id: LeadId::new(33),
            email: Person::SAMPLE.email,
            first_name: Person::SAMPLE.first_name,
            last_name: Some(Person::SAMPLE.last_name),
            created_at: Moment(at),
            subscribed: true,
        }
    }
}

/// A school on another plan: `plan.updated`. What receivers know of it is nowhere written; this is our choice.
#[derive(Debug, Clone, Serialize)]
pub struct PlanUpdated<'a> {
    /// The plan now.
    pub plan: Plan,
    /// The plan before.
    pub previous_plan: Plan,
    /// The school's subdomain.
    pub subdomain: &'a str,
    /// The school's name.
    pub name: &'a str,
}

impl PlanUpdated<'static> {
    /// A made-up school on another plan.
    pub(crate) fn sample() -> Self {
        PlanUpdated { plan: Plan::Premier, previous_plan: Plan::Grow, subdomain: "test", name: "[TEST] School" }
    }
}

/// An app that a school no longer has: `app.uninstalled`. What receivers know of it is nowhere written; this is our
/// choice. The envelope says which school.
#[derive(Debug, Clone, Serialize)]
pub struct AppUninstalled<'a> {
    /// By what the app knows itself.
    pub client_id: &'a str,
    /// The app's name.
    pub name: &'a str,
    /// Why, in the words of whoever removed it.
    pub reason: Option<&'a str>,
    /// When.
    pub uninstalled_at: Moment,
}

impl AppUninstalled<'static> {
    /// A made-up app, removed at this moment.
    pub(crate) fn sample(at: i64) -> Self {
        AppUninstalled {
            client_id: "test-app",
            name: "[TEST] App",
            reason: Some("[TEST] No longer needed"),
            uninstalled_at: Moment(at),
        }
    }
}
