//! The parts of the admin area, as the navigation shows them to whoever may open them.

use crate::{
    HOME, addresses, api_access_tokens, api_key, bundles, categories, courses, files, groups, instructors, jobs, mails,
    profile_fields, security_log, settings, users,
};
use identity::actor::Actor;
use identity::rights::Right;
use pages::components::Icon;
use pages::frame::{Frame, NavigationGroup, NavigationItem};

/// A part: what it is called, where it is, its picture, and the right that opens it.
struct Part(&'static str, &'static str, Icon, Right);

/// Every part, in groups.
const PARTS: &[(&str, &[Part])] = &[
    ("", &[Part("Home", HOME, Icon::House, Right::ManageSchool)]),
    (
        "People",
        &[
            Part("Users", users::LIST, Icon::Users, Right::ManageSchool),
            Part("Enrollments", addresses::ENROLLMENTS, Icon::GraduationCap, Right::ManageSchool),
            Part("Groups", groups::LIST, Icon::UsersRound, Right::ManageSchool),
            Part("Profile fields", profile_fields::LIST, Icon::ScrollText, Right::ManageSchool),
            Part("Your groups", addresses::MY_GROUPS, Icon::UsersRound, Right::AnalyseGroups),
            Part("Jobs", jobs::LIST, Icon::ListChecks, Right::ManageSchool),
        ],
    ),
    (
        "Teaching",
        &[
            Part("Courses", courses::LIST, Icon::BookOpen, Right::ManageCourses),
            Part("Bundles", bundles::LIST, Icon::Layers, Right::ManageSchool),
            Part("Categories", categories::LIST, Icon::Tag, Right::ManageSchool),
            Part("Instructors", instructors::LIST, Icon::GraduationCap, Right::ManageSchool),
            Part("Files", files::LIST, Icon::FileText, Right::ManageSchool),
        ],
    ),
    (
        "Sales",
        &[
            Part("Orders", addresses::ORDERS, Icon::Receipt, Right::ManageSchool),
            Part("External orders", addresses::EXTERNAL_ORDERS, Icon::CreditCard, Right::ManageSchool),
            Part("Reconciliation", addresses::RECONCILIATION, Icon::ListChecks, Right::ManageSchool),
            Part("Promotions", addresses::PROMOTIONS, Icon::TicketPercent, Right::ManageSchool),
            Part("Publish requests", addresses::PUBLISH_REQUESTS, Icon::Send, Right::ManageSchool),
        ],
    ),
    (
        "Developers",
        &[
            Part("Webhooks", addresses::WEBHOOKS, Icon::Webhook, Right::ManageSchool),
            Part("Deliveries", addresses::DELIVERIES, Icon::Send, Right::ManageSchool),
            Part("Events", addresses::EVENTS, Icon::Activity, Right::ManageSchool),
            Part("Requests", addresses::REQUESTS, Icon::ScrollText, Right::ManageSchool),
            Part("API key", api_key::PAGE, Icon::KeyRound, Right::ManageApiKeys),
            Part("API access tokens", api_access_tokens::LIST, Icon::Blocks, Right::ManageApiKeys),
            Part("Security log", security_log::LIST, Icon::Shield, Right::ReadSecurityLog),
            Part("Mail", mails::LIST, Icon::Mail, Right::ManageSchool),
        ],
    ),
    ("School", &[Part("Settings", settings::GENERAL, Icon::Settings, Right::ManageSchool)]),
];

/// The frame for somebody.
pub(crate) fn frame(actor: &Actor) -> Frame<'static> {
    let group = |(label, parts): &(&'static str, &'static [Part])| {
        let open = parts.iter().filter(|part| actor.may(part.3));
        let items = open.map(|Part(label, href, icon, _)| NavigationItem { label, href, icon: *icon, attention: 0 });
        NavigationGroup { label, items: items.collect() }
    };
    let groups = PARTS.iter().map(group).filter(|group| !group.items.is_empty());
    let groups: Vec<_> = groups.collect();
    // Who may not open the first page begins with what they may.
    let home = groups.first().and_then(|group| group.items.first()).map_or(HOME, |item| item.href);
    let search = actor.may(Right::ManageSchool).then_some((addresses::SEARCH, "people, courses, orders"));
    Frame { home, navigation: groups, search }
}
