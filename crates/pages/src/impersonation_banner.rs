//! What stands above every page while somebody who runs the school sees it as another person.

use crate::components::moment;
use crate::csrf_field::csrf_field;
use crate::visitor::Visitor;
use maud::{Markup, html};

/// Whom the school is seen as, by whom, and what ends it; nothing for everybody else.
pub(crate) fn impersonation_banner(visitor: &Visitor) -> Markup {
    let Some(session) = &visitor.session else { return html! {} };
    let Some(impersonation) = &session.impersonation else { return html! {} };
    let name = format!("{} {}", session.first_name, session.last_name);
    let name = if name.trim().is_empty() { session.email.as_str() } else { name.trim() };
    html! {
        aside.impersonation aria-label="Whom you see the school as" {
            p {
                strong { "You see the school as " bdi { (name) } }
                span.who { (session.email) " · signed in as " bdi { (impersonation.by) } ", until " (moment(impersonation.until)) " at most" }
            }
            form method="post" action="/users/impersonation/end" {
                (csrf_field(visitor))
                button type="submit" { "Stop and go back" }
            }
        }
    }
}
