//! One attempt at a delivery: what was sent, and what was answered.

use delivery::webhooks::{Attempt, KEPT_ANSWER};
use maud::{Markup, html};
use pages::components::{Badge, Tone, grouped, message_block, moment};

/// How it went, in a word.
fn outcome(attempt: &Attempt) -> (String, Tone) {
    match attempt.status {
        Some(status @ 200..=299) => (status.to_string(), Tone::Success),
        Some(status) => (status.to_string(), Tone::Danger),
        None => ("No answer".to_owned(), Tone::Danger),
    }
}

/// An attempt with the body that is the same in all of them.
pub(super) fn attempt_card(attempt: &Attempt, body: &str, is_open: bool) -> Markup {
    let (status, tone) = outcome(attempt);
    let number = attempt.number;
    html! {
        details.card open[is_open] {
            summary.card-summary {
                "Attempt " (number) " " (Badge::new(&status, tone)) " "
                span.muted.small { (moment(attempt.at)) " · " (grouped(attempt.milliseconds)) " ms" }
            }
            div.body.fields {
                @if let Some(error) = &attempt.error { p { strong { "Not sent or not answered: " } (error) } }
                (request(attempt, body))
                (answer(attempt))
            }
        }
    }
}

fn request(attempt: &Attempt, body: &str) -> Markup {
    let (id, number) = (format!("request-{}", attempt.number), attempt.number);
    html! {
        @match &attempt.request_head {
            Some(head) => (message_block(&id, &format!("Request of attempt {number}"), &format!("{head}\n{body}"))),
            None => {
                p.muted.small { "The headers of this request were not kept. This is its body." }
                (message_block(&id, &format!("Body of attempt {number}"), body))
            }
        }
    }
}

fn answer(attempt: &Attempt) -> Markup {
    let Some(answer) = &attempt.answer else { return html! {} };
    let head = attempt.answer_head.as_deref().unwrap_or_default();
    let text = if head.is_empty() { answer.clone() } else { format!("{head}\n{answer}") };
    let name = format!("Answer to attempt {}", attempt.number);
    html! {
        @if text.trim().is_empty() {
            p.muted.small { "The answer had no body." }
        } @else {
            (message_block(&format!("answer-{}", attempt.number), &name, &text))
            @if answer.len() + 3 >= KEPT_ANSWER { p.muted.small { "The first " (grouped(KEPT_ANSWER as i64)) " bytes of the body are kept." } }
        }
    }
}
