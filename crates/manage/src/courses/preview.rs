//! `GET /manage/lessons/{id}/preview`: a lesson as a student sees what it says and asks.

use super::{LIST, kinds, lesson_path, path};
use crate::manager::Manager;
use identity::managed_courses;
use maud::{Markup, PreEscaped, html};
use pages::components::{Banner, Icon, Tone};
use pages::frame::FramedPage;
use pages::{PageResult, PathId};
use school::ContentId;
use school::contents::{self, Body, Content, Question, QuestionKind};
use school::rich_text::{TextFormat, html_of};

/// `GET /manage/lessons/{id}/preview`
pub(super) async fn show(manager: Manager, PathId(id): PathId<ContentId>) -> PageResult {
    let read = manager.read(move |tx, actor| {
        let (course, content) = managed_courses::content(tx, actor, id)?;
        Ok((course, contents::body(tx, actor.site().id, content.id)?, content))
    });
    let (area, (course, body, content)) = read.await?;
    let title = format!("Preview: {}", content.name);
    let page = FramedPage::new(LIST, &title, lesson(&content, &body))
        .below("Courses", LIST)
        .below(&course.name, path(course.id))
        .below(&content.name, lesson_path(id))
        .actions(html! { a.button.quiet href=(lesson_path(id)) { (Icon::Pencil) "Edit" } })
        .narrow();
    manager.show(&area, page)
}

fn lesson(content: &Content, body: &Body) -> Markup {
    let (kind, settings) = (kinds::of(content.contentable_type), &body.settings);
    html! {
        @if content.draft {
            (Banner::new(Tone::Neutral, "", html! { p { "This is a draft: students do not see it." } }))
        }
        article.card {
            header { div { p.muted { (kind.label) } h2 dir="auto" { (content.name) } } }
            div.body.prose dir="auto" {
                @if let Some(url) = &settings.url {
                    p { a.button.quiet href=(url) rel="noopener noreferrer" { (kind.icon) "Open the " (kind.label.to_lowercase()) } }
                }
                @if let Some(at) = &settings.starts_at { p { "Begins at " time datetime=(at) data-show="moment" { (at) } } }
                @for file in settings.files.iter().flatten() {
                    p { a href=(file.url) rel="noopener noreferrer" { (Icon::Download) (file.name) } }
                }
                // Cleaned by the school's one list of what a text may hold.
                (PreEscaped(body.html()))
                @for (at, question) in body.questions.iter().enumerate() { (ask(at + 1, question, settings.text_format())) }
            }
        }
    }
}

fn ask(number: usize, question: &Question, format: TextFormat) -> Markup {
    let text = |text: &str| PreEscaped(html_of(text, format));
    let input = if question.kind == QuestionKind::MultipleAnswers { "checkbox" } else { "radio" };
    html! {
        fieldset.question {
            legend { (number) ". " (text(&question.prompt)) }
            (text(&question.text))
            @for choice in &question.choices {
                label.option { input type=(input) name={ "question-" (number) }; (text(&choice.text)) }
            }
            @match question.kind {
                QuestionKind::FreeText => textarea rows="3" aria-label={ "Answer to question " (number) } {},
                QuestionKind::Rating => p { @for stars in 1..=5 { label.option { input type="radio" name={ "question-" (number) }; (stars) (Icon::Star) } } },
                QuestionKind::Scale => p {
                    (question.left_label.as_deref().unwrap_or("1")) " "
                    @for place in 1..=5 { label.option { input type="radio" name={ "question-" (number) } aria-label=(place); } }
                    " " (question.right_label.as_deref().unwrap_or("5"))
                },
                _ => {},
            }
            @if !question.explanation.is_empty() {
                details { summary { "What is shown afterwards" } (text(&question.explanation)) }
            }
        }
    }
}
