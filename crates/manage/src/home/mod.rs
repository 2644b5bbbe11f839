//! `GET /manage`: what needs somebody, and what happened over a period.

mod attention;
mod figures;
mod first_steps;
mod numbers;
mod period;

use crate::HOME;
use crate::manager::Manager;
use attention::Attention;
use maud::{Markup, html};
use numbers::Numbers;
use pages::components::{Badge, Icon, Tone};
use pages::frame::FramedPage;
use pages::{PageResult, QueryFields};
use period::AskedPeriod;
use school::statistics;

/// `GET /manage`
pub(super) async fn show(manager: Manager, QueryFields(query): QueryFields) -> PageResult {
    let key = manager.app.key.clone();
    let asked = AskedPeriod::of(&query);
    let period = asked.period;
    let read = manager.read(move |tx, actor| {
        let site = actor.site();
        let statistics = statistics::of_period(tx, site.id, &site.currency, period)?;
        Ok((attention::find(tx, actor, &key)?, Numbers::read(tx, actor)?, statistics))
    });
    let (area, (attention, numbers, statistics)) = read.await?;
    let body = html! {
        @if numbers.is_new_school() {
            (first_steps::card())
            @if !attention.is_empty() { (needs(&attention)) }
        } @else {
            (needs(&attention))
        }
        (asked.choice())
        (figures::tiles(&statistics))
        (figures::plots(&statistics))
        (figures::note(&statistics))
        (numbers.tiles())
    };
    manager.show(&area, FramedPage::new(HOME, "Home", body).with_problems(&asked.problems))
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
const WAITS: (&str, Tone) = ("Waiting", Tone::Accent);
