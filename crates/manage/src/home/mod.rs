//! `GET /manage`: what needs somebody, and how much there is of everything.

mod attention;
mod first_steps;
mod numbers;

use crate::HOME;
use crate::manager::Manager;
use attention::Attention;
use maud::{Markup, html};
use numbers::Numbers;
use pages::PageResult;
use pages::components::{Badge, Icon, Tone};
use pages::frame::FramedPage;

/// `GET /manage`
pub(super) async fn show(manager: Manager) -> PageResult {
    let key = manager.app.key.clone();
    let read = manager.read(move |tx, actor| Ok((attention::find(tx, actor, &key)?, Numbers::read(tx, actor)?)));
    let (area, (attention, numbers)) = read.await?;
    let body = html! {
        @if numbers.is_new_school() {
            (first_steps::card())
            @if !attention.is_empty() { (needs(&attention)) }
        } @else {
            (needs(&attention))
        }
        (numbers.tiles())
    };
    manager.show(&area, FramedPage::new(HOME, "Home", body))
}

/// What needs somebody, the most pressing first.
fn needs(attention: &[Attention]) -> Markup {
    html! {
        div.card {
            header { div { h2 { "Needs attention" } } }
            ul.rows {
                @for item in attention {
                    li {
                        div { p.strong dir="auto" { (item.title) } p { (item.text) } }
                        (Badge::new(item.word, item.tone))
                        a.button.quiet href=(item.href) { (item.action) }
                    }
                }
                @if attention.is_empty() {
                    li { div { p { (Icon::CircleCheck) " Nothing needs you now. Webhooks, mails and keys are as they should be." } } }
                }
            }
        }
    }
}

/// The tone of what has stopped, and of what will.
const STOPPED: (&str, Tone) = ("Stopped", Tone::Danger);
const SOON: (&str, Tone) = ("Soon", Tone::Warning);
const WAITS: (&str, Tone) = ("Waits", Tone::Accent);
