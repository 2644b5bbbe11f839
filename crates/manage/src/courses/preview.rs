//! `GET /manage/lessons/{id}/preview`: a lesson as a student sees what it says and asks.

use super::{LIST, kinds, lesson_path, path};
use crate::manager::Manager;
use identity::managed_courses;
use maud::{Markup, PreEscaped, html};
use pages::components::{Banner, Icon, Tone};
use pages::frame::FramedPage;
use pages::{PageResult, PathId};
use school::ContentId;
use school::contents::{self, Body, Content, ContentType, Question, QuestionKind, Settings};
use school::files::FilePlaces;
use school::rich_text::{TextFormat, html_of};

/// `GET /manage/lessons/{id}/preview`
pub(super) async fn show(manager: Manager, PathId(id): PathId<ContentId>) -> PageResult {
    let addresses = manager.app.file_addresses();
    let read = manager.read(move |tx, actor| {
        let (course, content) = managed_courses::content(tx, actor, id)?;
        let body = contents::body(tx, actor.site().id, content.id)?;
        let places = FilePlaces::of_refs(tx, actor.site().id, body.settings.file_refs(), &addresses)?;
        Ok((course, body, content, places))
    });
    let (area, (course, body, content, places)) = read.await?;
    let title = format!("Preview: {}", content.name);
    let page = FramedPage::new(LIST, &title, lesson(&content, &body, &places))
        .below("Courses", LIST)
        .below(&course.name, path(course.id))
        .below(&content.name, lesson_path(id))
        .actions(html! { a.button.quiet href=(lesson_path(id)) { (Icon::Pencil) "Edit" } })
        .narrow();
    manager.show(&area, page)
}

fn lesson(content: &Content, body: &Body, places: &FilePlaces) -> Markup {
    let (kind, settings) = (kinds::of(content.contentable_type), &body.settings);
    let asked = body.attempt();
    html! {
        @if content.draft {
            (Banner::new(Tone::Neutral, "", html! { p { "This is a draft: students do not see it." } }))
        }
        article.card {
            header { div { p.muted { (kind.label) } h2 dir="auto" { (content.name) } } }
            div.body.prose dir="auto" {
                (media(content.contentable_type, settings, places))
                @if let Some(url) = places.of(settings.url.as_deref(), settings.file.as_ref()) {
                    p { a.button.quiet href=(url) rel="noopener noreferrer" { (kind.icon) "Open the " (kind.label.to_lowercase()) } }
                }
                @if let Some(at) = &settings.starts_at { p { "Begins at " time datetime=(at) data-show="moment" { (at) } } }
                @for file in settings.files.iter().flatten() {
                    p { a href=(places.of(Some(&file.url), file.file.as_ref()).unwrap_or_default()) rel="noopener noreferrer" { (Icon::Download) (file.name) } }
                }
                // Cleaned by the school's one list of what a text may hold.
                (PreEscaped(body.html()))
                @if settings.pools.is_some() || settings.question_count.is_some() {
                    p.muted { "One attempt, of " (body.questions.len()) " questions; load the page again for another." }
                }
                @for (at, question) in asked.iter().enumerate() { (ask(at + 1, question, settings.text_format())) }
            }
        }
    }
}

/// What a video or sound of the school plays.
fn media(kind: ContentType, settings: &Settings, places: &FilePlaces) -> Markup {
    let own = settings.file.as_ref().and_then(|file| places.of(None, Some(file)));
    let picture = places.of(settings.thumbnail_url.as_deref(), settings.thumbnail_file.as_ref());
    html! {
        @match (kind, own) {
            (ContentType::Lesson, Some(url)) => video controls preload="metadata" src=(url) poster=[picture] {},
            (ContentType::Audio, Some(url)) => audio controls preload="metadata" src=(url) {},
            _ => {},
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
