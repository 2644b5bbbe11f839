//! What to do first in a school where nothing is yet.

use crate::addresses::WEBHOOKS;
use maud::{Markup, html};

/// The first things to do: each with what it is for, and where it is done.
pub(super) fn card() -> Markup {
    html! {
        div.card {
            header { div { h2 { "First things to do" } p { "The school is ready, and empty." } } }
            ul.rows {
                li {
                    div {
                        p.strong { "Make a course" }
                        p {
                            "A course is a folder of Markdown files. On the server, the command "
                            code { "scholae course import" } " brings it in, and brings changes of it in later."
                        }
                    }
                }
                li {
                    div {
                        p.strong { "Add people" }
                        p {
                            "Add them one by one here, import a list with the command " code { "scholae users import" }
                            ", or let them sign up."
                        }
                    }
                    a.button.quiet href="/manage/users/new" { "Add a user" }
                }
                li {
                    div {
                        p.strong { "Connect a program" }
                        p { "A webhook tells it when somebody signs up, enrolls or completes a course." }
                    }
                    a.button.quiet href=(WEBHOOKS) { "Go to the webhooks" }
                }
            }
        }
    }
}
