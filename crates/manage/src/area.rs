//! What every page of the admin area goes through: the visitor's right, the frame with what they may see, the query.

use crate::HOME;
use axum::response::Response;
use identity::actor::Actor;
use identity::rights::Right;
use pages::components::Icon;
use pages::form::Fields;
use pages::frame::{Frame, FramedPage, NavigationGroup, NavigationItem};
use pages::{PageError, SignedInVisitor};
use web::Tx;

/// How many records a list shows on a page.
pub(crate) const PAGE_SIZE: i64 = 25;

/// The parts of the admin area as one visitor sees them.
pub(crate) struct Area {
    rights: Vec<Right>,
}

/// A part: what it is called, where it is, its picture, and the right that opens it.
struct Part(&'static str, &'static str, Icon, Right);

/// Every part, in the groups of the navigation.
const PARTS: &[(&str, &[Part])] = &[
    ("", &[Part("Home", HOME, Icon::House, Right::ManageSchool)]),
    ("People", &[Part("Users", crate::users::LIST, Icon::Users, Right::ManageSchool)]),
];

impl Area {
    fn of(actor: &Actor) -> Self {
        let rights = PARTS.iter().flat_map(|(_, parts)| *parts).map(|part| part.3);
        Self { rights: rights.filter(|right| actor.may(*right)).collect() }
    }

    fn frame(&self) -> Frame<'static> {
        let group = |(label, parts): &(&'static str, &'static [Part])| {
            let open = parts.iter().filter(|part| self.rights.contains(&part.3));
            let items =
                open.map(|Part(label, href, icon, _)| NavigationItem { label, href, icon: *icon, attention: 0 });
            NavigationGroup { label, items: items.collect() }
        };
        let groups = PARTS.iter().map(group).filter(|group| !group.items.is_empty());
        Frame { home: HOME, navigation: groups.collect(), search: Some((crate::users::LIST, "people")) }
    }

    /// A page of the area.
    pub fn show(&self, page: FramedPage<'_>, visitor: &SignedInVisitor<'_>) -> Response {
        page.show(&self.frame(), visitor)
    }
}

/// Reads what a page shows, for somebody with a right.
pub(crate) async fn read<T: Send + 'static>(
    visitor: &SignedInVisitor<'_>,
    right: Right,
    closure: impl Fn(&mut Tx<'_>, &Actor) -> school::Result<T> + Send + 'static,
) -> Result<(Area, T), PageError> {
    visitor.read(right, move |tx, actor| Ok((Area::of(actor), closure(tx, actor)?))).await
}

/// Which page of a list an address asks for, from 1.
pub(crate) fn page_number(query: &Fields) -> i64 {
    query.get("page").parse().unwrap_or(1).clamp(1, i64::MAX / PAGE_SIZE)
}
