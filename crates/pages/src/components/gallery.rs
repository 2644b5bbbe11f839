//! Every component in every state, on one page for whoever builds pages, and for the test that takes pictures of it.

use super::*;
use crate::address::ListAddress;
use crate::fields::Problems;
use crate::form::Fields;
use maud::{Markup, html};
use school::money::Currency;

/// 14 November 2023, 22:13 UTC.
const MOMENT: i64 = 1_700_000_000_000;
const LONG_NAME: &str =
    "Wolfeschlegelsteinhausenbergerdorff-Krankenhausverwaltungsgesellschaft von und zu Hohenzollern";

/// Every component in every state.
#[must_use]
pub fn gallery() -> Markup {
    let parts: [(&str, Markup); 14] = [
        ("Buttons and menus", buttons()),
        ("Badges and banners", messages()),
        ("Numbers and plots", numbers()),
        ("A list", list(people(), "q=am&role=affiliate&page=2", 1_284)),
        ("A list that finds nothing", list(Vec::new(), "q=nobody", 0)),
        ("A list of nothing yet", list(Vec::new(), "", 0)),
        ("A form", form(&Problems::default())),
        ("A form that was refused", form(&wrong())),
        ("Files dropped or chosen", file_drop("")),
        ("A file that was refused", file_drop("Its name ends in .jpg, and its content is a PDF document")),
        ("People, progress, time", people_and_time()),
        ("Tabs and timeline", tabs_and_timeline()),
        ("Secrets and code", secrets()),
        ("Icons", icons()),
    ];
    html! {
        @for (name, part) in parts { section.sample { h2 { (name) } (part) } }
    }
}

fn buttons() -> Markup {
    html! {
        div.actions {
            button type="button" { (Icon::Plus) "Add a student" }
            button.quiet type="button" { "Import" }
            button.bare type="button" { "Cancel" }
            button.quiet.danger type="button" { (Icon::Trash2) "Delete" }
            button.danger type="button" { "Delete Sourdough at home" }
            button type="button" disabled { "Saved" }
            details.menu { summary.button.quiet { "More" (Icon::ChevronDown) } div { a href="#one" { "Duplicate" } a.danger href="#two" { "Delete" } } }
            a.button.quiet href="#sample-dialog" data-dialog="sample-dialog" { "Ask first" }
        }
        (ConfirmDialog {
            id: "sample-dialog",
            title: "Delete Sourdough at home?",
            body: html! { p { "214 students lose their access, and 1,902 lessons of progress are forgotten." } },
            action: "#",
            hidden: html! {},
            confirm: "Delete Sourdough at home",
            is_dangerous: true,
        })
    }
}

fn file_drop(problem: &str) -> Markup {
    let drop = FileDrop {
        action: "#",
        begin: "#",
        hidden: html! {},
        fields: html! {},
        hint: "Pictures, video, audio and PDFs of 10.7 GB at most.",
        problem,
    };
    html! {
        div.card { div.body {
            (drop)
            @if problem.is_empty() {
                ul.uploads {
                    li { p { strong dir="auto" { "lecture-1.mp4" } span.muted { "412 MB of 1.1 GB" } } progress.wide value="37" max="100" aria-label="lecture-1.mp4" { "37%" } }
                    li.done { p { a href="#one" dir="auto" { "crumb.jpg" } span.muted { "Uploaded" } } }
                    li.wrong { p { strong dir="auto" { "page.html" } } p.problem { "It is a web page, which could run programs where it is shown." } }
                }
            }
        } }
    }
}

fn messages() -> Markup {
    let tones = [Tone::Neutral, Tone::Success, Tone::Warning, Tone::Danger, Tone::Accent];
    html! {
        div.actions { @for tone in tones { (Badge::new(tone.class(), tone)) } }
        @for tone in tones {
            (Banner::new(tone, "", html! { p { "The webhook for order.created has failed for two days. " a href="#failed" { "See why" } } }))
        }
        (Banner::new(Tone::Danger, "Please look at this again", html! { ul { li { a href="#field-email" { "E-mail address has already been taken" } } } }))
    }
}

fn numbers() -> Markup {
    let points: Vec<Point> = (1..=30)
        .map(|day| Point {
            label: format!("{day} Nov"),
            value: (day * 7919) % 1300,
            before: Some((day * 104_729) % 1100),
        })
        .collect();
    let quantity = Currency::named("usd").map_or(Quantity::Count, Quantity::Money);
    let plot = LinePlot { title: "Sales", of: "Day", points: &points, quantity, beside: BEFORE };
    let tile = |label, value: &str, change| StatTile { label, value: value.to_owned(), change, href: None };
    html! {
        div.grid {
            (tile("Sales", "$12,480.50", Change::Up(12)))
            (tile("New students", "214", Change::Down(3)))
            (tile("Enrollments", "0", Change::None))
            (tile("Completions", "1,000,000", Change::New))
        }
        div.grid.tiles {
            (NumberTile { label: "Users", value: 1_234_567, href: Some("#users".to_owned()) })
            (NumberTile { label: "Courses", value: 0, href: None })
        }
        div.card { div.body { (plot) div.legend { span { "This period" } span.was { "Period before" } } } }
        div.card { div.body { (BarPlot(LinePlot { title: "Enrollments", of: "Course", points: &points[..6], quantity: Quantity::Count, beside: BEFORE })) } }
    }
}

fn people() -> Vec<(String, Vec<Markup>)> {
    let person = |name, below| PersonChip { name, below, picture: None, href: "#person" };
    let row = |id: &str, person: PersonChip<'_>, badge: Badge<'_>, count: &str| {
        (id.to_owned(), vec![html! { (person) }, html! { (badge) }, html! { (count) }, date(MOMENT)])
    };
    vec![
        row("1", person("Amara Okafor", "amara@demo.example"), Badge::new("Affiliate", Tone::Accent), "4"),
        row(
            "2",
            person(LONG_NAME, "an.address.that.is.as.long.as.addresses.get@subdomain.of.a.long.example"),
            Badge::new("Student", Tone::Neutral),
            "1,204",
        ),
        row("3", person("محمد الفارسي", "m@demo.example"), Badge::new("Student", Tone::Neutral), "0"),
        row("4", person("", "nameless@demo.example"), Badge::new("Owner", Tone::Success), "12"),
    ]
}

fn list(rows: Vec<(String, Vec<Markup>)>, query: &str, total: i64) -> Markup {
    let address = ListAddress::new("#list", &Fields::parse(query.as_bytes()).unwrap_or_default());
    let chips = if query.contains("role") {
        vec![FilterChip { parameter: "role", label: "Role: affiliate".to_owned() }]
    } else {
        Vec::new()
    };
    let columns = [
        Column::new("Name").sorted_by("name"),
        Column::new("Role"),
        Column::new("Courses").number(),
        Column::new("Joined").sorted_by("created_at"),
    ];
    let list = ResourceList {
        address: &address,
        of: "students",
        search: "name or address",
        filters: Some(
            html! { (FormField::new("role", "Role", "", Input::Select(vec![Choice { value: "", label: "Any" }])))},
        ),
        chips,
        columns: &columns,
        sort: Some(Sort::parse("-created_at")),
        rows,
        total: Some(total),
        page: if query.contains("page") { 2 } else { 1 },
        has_next: true,
        page_size: 25,
        bulk: Some((
            "#bulk",
            html! { button.quiet type="button" { "Enroll" } button.quiet.danger type="button" { "Delete" } },
        )),
        csv: Some("#csv"),
        empty: EmptyState {
            icon: Icon::Users,
            title: "No students yet",
            text: "Everybody who signs up, is enrolled or imported stands here.",
            actions: html! { a.button href="#add" { "Add a student" } a.button.quiet href="#import" { "Import a list" } },
        },
    };
    html! { (list) }
}

fn wrong() -> Problems {
    let mut problems = Problems::one("email", "has already been taken");
    problems.add("bio", "is too long (maximum is 1000 characters)");
    problems
}

fn form(problems: &Problems) -> Markup {
    let roles =
        ["Affiliate", "Partner", "Site admin"].map(|label| (Choice { value: label, label }, label == "Partner"));
    html! {
        form method="post" action="#form" {
            div.card {
                header { div { h2 { "Profile" } p { "What the school knows of them." } } }
                div.body.fields {
                    div.fields.pair {
                        (FormField::line("first", "First name", "Amara").required().problems(problems))
                        (FormField::new("email", "E-mail address", "taken@demo.example", Input::Line("email")).required().problems(problems))
                    }
                    (FormField::new("bio", "About them", "Bakes.", Input::Text { rows: 4 }).hint("Shown beside what they write.").longest(1000).problems(problems))
                    (FormField::new("country", "Country", "NG", Input::Select(vec![Choice { value: "NG", label: "Nigeria" }, Choice { value: "NO", label: "Norway" }])))
                    (FormField::new("welcome", "Send the welcome mail", "true", Input::Checkbox).hint("It has a link to choose a password."))
                    (FormField::new("roles", "Roles", "", Input::Checkboxes(roles.into())))
                }
            }
            (save_bar("Save", "#cancel"))
        }
    }
}

fn people_and_time() -> Markup {
    html! {
        dl.facts {
            dt { "Picture" } dd { (Avatar { name: "Amara Okafor", picture: None, is_large: true }) }
            dt { "Progress" } dd { (progress_bar("Progress", 2, 3)) }
            dt { "When" } dd { (moment(MOMENT)) }
            dt { "Loading" } dd { span.skeleton {} }
        }
    }
}

fn tabs_and_timeline() -> Markup {
    let tab = |label, is_current| Tab { label, href: "#tab", is_current };
    let entry = |what: &str, tone| TimelineEntry { at: MOMENT, what: html! { (what) }, tone };
    html! {
        (tabs("Amara Okafor", &[tab("Overview", true), tab("Enrollments", false), tab("Orders", false)]))
        div.card {
            (timeline(&[entry("Completed Sourdough at home", Tone::Success), entry("Payment failed", Tone::Danger), entry("Signed up", Tone::Neutral)]))
        }
    }
}

fn secrets() -> Markup {
    html! {
        div.fields {
            (Secret::Revealed { id: "sample-key", name: "API key", value: "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6" })
            (Secret::Hidden { end: "c5d6" })
            (code_block("sample-code", "Request", "{\n  \"id\": 1,\n  \"topic\": \"order.created\"\n}"))
            (message_block("sample-message", "Answer", &format!("HTTP/1.1 500\ncontent-type: text/plain\n\n{LONG_NAME} {LONG_NAME}")))
        }
    }
}

fn icons() -> Markup {
    html! { div.actions { @for icon in Icon::ALL { span.badge { (icon) (icon.name()) } } } }
}
