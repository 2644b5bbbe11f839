//! The questions of quizzes and surveys: making, changing, moving and deleting one.

use super::{LIST, lesson_path, path};
use crate::form_values::Values;
use crate::manager::{Area, Manager, ManagerForm};
use identity::managed_courses;
use maud::{Markup, html};
use pages::components::{Choice as Option_, ConfirmDialog, FormField, Icon, Input, problem_summary, save_bar};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageError, PageResult, PathId};
use school::contents::{self, Choice, Content, ContentType, MOST_CHOICES, NewContent, Question, QuestionKind};
use school::courses::Course;
use school::error::Problem;
use school::places::Place;
use school::rich_text::TextFormat;
use school::{ChoiceId, ContentId, QuestionId, outline};
use web::Tx;

/// A new question has so many lines for choices, and others so many empty ones below those they have.
const LINES: usize = 4;

/// What a kind of question is called.
pub(super) fn kind_words(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::SingleAnswer => "One answer",
        QuestionKind::MultipleAnswers => "Several answers",
        QuestionKind::FreeText => "In words",
        QuestionKind::Rating => "Stars",
        QuestionKind::Scale => "Scale",
    }
}

/// What the form of a question is about.
struct QuestionPage {
    course: Course,
    content: Content,
    /// In what its texts are written, as those of its lesson.
    format: TextFormat,
    /// None for a new one.
    question: Option<Question>,
}

fn values_of(question: &Question) -> Values {
    let label = |label: &Option<String>| label.clone().unwrap_or_default();
    let values = Values::default()
        .with("kind", question.kind.name())
        .with("prompt", question.prompt.clone())
        .with("text", question.text.clone())
        .with("explanation", question.explanation.clone())
        .with_flag("optional", question.optional)
        .with("pool", label(&question.pool))
        .with("left_label", label(&question.left_label))
        .with("middle_label", label(&question.middle_label))
        .with("right_label", label(&question.right_label));
    (1..).zip(&question.choices).fold(values, |values, (number, choice)| {
        values
            .with(&format!("choice_{number}"), choice.text.clone())
            .with(&format!("id_{number}"), choice.id.to_string())
            .with_flag(&format!("right_{number}"), choice.correct)
    })
}

/// What a question becomes by what was sent.
fn apply(values: &Values, had: Question) -> Question {
    let label = |name: &str| values.text(name);
    let choice = |number: usize| {
        let text = values.text(&format!("choice_{number}"))?;
        let id = values.get(&format!("id_{number}")).parse().unwrap_or_default();
        Some(Choice { id: ChoiceId::new(id), text, correct: values.is_set(&format!("right_{number}")) })
    };
    Question {
        kind: QuestionKind::named(values.get("kind")).unwrap_or_default(),
        prompt: values.get("prompt").to_owned(),
        text: values.text("text").unwrap_or_default(),
        explanation: values.text("explanation").unwrap_or_default(),
        optional: values.is_set("optional"),
        pool: label("pool"),
        left_label: label("left_label"),
        middle_label: label("middle_label"),
        right_label: label("right_label"),
        choices: (1..=MOST_CHOICES).filter_map(choice).collect(),
        ..had
    }
}

impl QuestionPage {
    fn fields<'f>(&self, values: &'f Values, problems: &'f Problems) -> Vec<FormField<'f>> {
        let is_survey = self.content.contentable_type == ContentType::Survey;
        let offered = QuestionKind::ALL
            .iter()
            .filter(|kind| is_survey || !matches!(kind, QuestionKind::Rating | QuestionKind::Scale));
        let kinds = offered.map(|kind| Option_ { value: kind.name(), label: kind_words(*kind) }).collect();
        vec![
            FormField::line("prompt", "Question", values.get("prompt"))
                .known_as("questions")
                .required()
                .longest(2000)
                .problems(problems),
            FormField::new("kind", "Answered with", values.get("kind"), Input::Select(kinds)).required(),
            FormField::new("text", "More about it", values.get("text"), Input::Text { rows: 3 }),
            FormField::new("explanation", "Explanation", values.get("explanation"), Input::Text { rows: 3 })
                .hint("Shown once it was answered."),
        ]
    }

    fn form(&self, csrf: &Markup, action: &str, values: &Values, problems: &Problems) -> Markup {
        let is_quiz = self.content.contentable_type == ContentType::Quiz;
        let fields = self.fields(values, problems);
        let lines = (1..=MOST_CHOICES).rev().find(|number| !values.get(&format!("choice_{number}")).is_empty());
        let lines = (lines.unwrap_or(0) + 2).clamp(LINES, MOST_CHOICES);
        html! {
            (problem_summary(problems, &fields.iter().map(FormField::named).collect::<Vec<_>>()))
            form method="post" action=(action) {
                (csrf)
                div.card { div.body.fields data-writes=(self.format.name()) { @for field in &fields[..3] { (field) } } }
                div.card {
                    header { div { h2 { "Choices" } p {
                        @if is_quiz { "Mark every right one. " }
                        "Empty lines are left out; save to get more. A question in words has none."
                    } } }
                    div.body.fields {
                        @for number in 1..=lines { (choice_line(number, values, is_quiz)) }
                    }
                }
                div.card {
                    div.body.fields {
                        div.fields data-writes=(self.format.name()) { (fields[3]) }
                        (FormField::new("optional", "It need not be answered", values.get("optional"), Input::Checkbox))
                        @if is_quiz {
                            (FormField::line("pool", "Pool", values.get("pool")).longest(100).problems(problems).hint(
                                "Of the questions of a pool each attempt takes some, as the quiz says; one in no pool is always asked.",
                            ))
                        }
                        @if !is_quiz {
                            details open[!values.get("left_label").is_empty()] {
                                summary { "What the ends of a scale are called" }
                                div.fields {
                                    (FormField::line("left_label", "Lower end", values.get("left_label")).longest(100))
                                    (FormField::line("middle_label", "Middle", values.get("middle_label")).longest(100))
                                    (FormField::line("right_label", "Upper end", values.get("right_label")).longest(100))
                                }
                            }
                        }
                    }
                }
                (save_bar(if self.question.is_some() { "Save" } else { "Add the question" }, &lesson_path(self.content.id)))
            }
        }
    }

    fn show(&self, manager: &Manager, area: &Area, values: &Values, problems: &Problems) -> PageResult {
        let (csrf, lesson) = (manager.csrf(), lesson_path(self.content.id));
        let own = self.question.as_ref().map(|question| format!("/manage/questions/{}", question.id));
        let action = own.clone().unwrap_or_else(|| format!("{lesson}/questions"));
        let body = html! {
            (self.form(&csrf, &action, values, problems))
            @if let Some(own) = &own {
                (ConfirmDialog {
                    id: "delete",
                    title: "Delete this question?",
                    body: html! { p { "The question and its choices are gone for good. Attempts that were made keep their grade." } },
                    action: &format!("{own}/delete"),
                    hidden: csrf.clone(),
                    confirm: "Delete the question",
                    is_dangerous: true,
                })
            }
        };
        let title = if own.is_some() { "Edit the question" } else { "Add a question" };
        let actions = html! {
            @if own.is_some() { a.button.quiet.danger href="#delete" data-dialog="delete" { (Icon::Trash2) "Delete…" } }
        };
        let page = FramedPage::new(LIST, title, body)
            .below("Courses", LIST)
            .below(&self.course.name, path(self.course.id))
            .below(&self.content.name, lesson)
            .actions(actions)
            .narrow()
            .writes();
        manager.show(area, page.with_problems(problems))
    }
}

fn choice_line(number: usize, values: &Values, is_quiz: bool) -> Markup {
    let (text, id, right) = (format!("choice_{number}"), format!("id_{number}"), format!("right_{number}"));
    html! {
        div.choice-line {
            input type="hidden" name=(id) value=(values.get(&id));
            input type="text" name=(text) value=(values.get(&text)) dir="auto" maxlength="2000" autocomplete="off" aria-label={ "Choice " (number) };
            @if is_quiz {
                label { input type="checkbox" name=(right) value="true" checked[values.is_set(&right)]; "Right" span.visually-hidden { " is choice " (number) } }
            }
        }
    }
}

/// What is wrong with the one question of the form: of which one it is need not be said.
fn told(problems: Vec<Problem>) -> Problems {
    let of_this = |text: &str| {
        let rest = text.strip_prefix("can't be kept: question ")?.split_once(' ')?.1;
        Some(rest.to_owned())
    };
    let mut told = Problems::default();
    for (field, text) in problems {
        told.add(&field, of_this(&text).unwrap_or(text));
    }
    told
}

/// `GET /manage/lessons/{id}/questions/new`
pub(super) async fn show_new(manager: Manager, PathId(id): PathId<ContentId>) -> PageResult {
    let (area, page) = read_lesson(&manager, id).await?;
    page.show(&manager, &area, &Values::default(), &Problems::default())
}

async fn read_lesson(manager: &Manager, id: ContentId) -> Result<(Area, QuestionPage), PageError> {
    let read = manager.read(move |tx, actor| {
        let (course, content) = managed_courses::content(tx, actor, id)?;
        let format = contents::body(tx, actor.site().id, id)?.settings.text_format();
        Ok(QuestionPage { course, content, format, question: None })
    });
    read.await
}

/// `POST /manage/lessons/{id}/questions`
pub(super) async fn create(PathId(id): PathId<ContentId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, page) = read_lesson(&manager, id).await?;
    let values = Values::submitted(&fields);
    let question = apply(&values, Question::default());
    let made = manager.write(move |tx, actor| {
        managed_courses::content(tx, actor, id)?;
        change(tx, actor.site().id, id, |questions| questions.push(question.clone()))
    });
    match made.await {
        Ok(()) => Ok(see_other(&format!("{}?done=question_added", lesson_path(id)))),
        Err(error) => page.show(&manager, &area, &values, &told(error.problems()?)),
    }
}

/// Changes the questions of a lesson.
fn change(
    tx: &mut Tx<'_>,
    site: school::SiteId,
    id: ContentId,
    work: impl FnOnce(&mut Vec<Question>),
) -> school::Result<()> {
    let content = contents::get(tx, site, id)?;
    let mut new = NewContent::of(&content, contents::body(tx, site, id)?);
    work(&mut new.questions);
    outline::change_content(tx, site, id, &new, None, Place::Stay).map(drop)
}

async fn read(manager: &Manager, id: QuestionId) -> Result<(Area, QuestionPage), PageError> {
    let read = manager.read(move |tx, actor| {
        let (course, content) = managed_courses::question(tx, actor, id)?;
        let body = contents::body(tx, actor.site().id, content.id)?;
        let format = body.settings.text_format();
        let question = body.questions.into_iter().find(|question| question.id == id);
        Ok(QuestionPage { course, content, format, question })
    });
    read.await
}

/// `GET /manage/questions/{id}`
pub(super) async fn show(manager: Manager, PathId(id): PathId<QuestionId>) -> PageResult {
    let (area, page) = read(&manager, id).await?;
    let values = page.question.as_ref().map(values_of).unwrap_or_default();
    page.show(&manager, &area, &values, &Problems::default())
}

/// `POST /manage/questions/{id}`
pub(super) async fn update(PathId(id): PathId<QuestionId>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let (area, page) = read(&manager, id).await?;
    let values = Values::submitted(&fields);
    let (sent, lesson) = (values.clone(), page.content.id);
    let changed = manager.write(move |tx, actor| {
        let (_, content) = managed_courses::question(tx, actor, id)?;
        change(tx, actor.site().id, content.id, |questions| {
            for question in questions.iter_mut().filter(|question| question.id == id) {
                *question = apply(&sent, question.clone());
            }
        })
    });
    match changed.await {
        Ok(()) => Ok(see_other(&format!("{}?done=question_saved", lesson_path(lesson)))),
        Err(error) => page.show(&manager, &area, &values, &told(error.problems()?)),
    }
}

/// `POST /manage/questions/{id}/move`
pub(super) async fn move_to(
    PathId(id): PathId<QuestionId>,
    ManagerForm { manager, fields }: ManagerForm,
) -> PageResult {
    let up = fields.get("to") == "up";
    let lesson = manager.write(move |tx, actor| {
        let (_, content) = managed_courses::question(tx, actor, id)?;
        change(tx, actor.site().id, content.id, |questions| {
            let at = questions.iter().position(|question| question.id == id).unwrap_or_default();
            let other = if up { at.checked_sub(1) } else { Some(at + 1).filter(|next| *next < questions.len()) };
            if let Some(other) = other {
                questions.swap(at, other);
            }
        })?;
        Ok(content.id)
    });
    Ok(see_other(&lesson_path(lesson.await?)))
}

/// `POST /manage/questions/{id}/delete`
pub(super) async fn delete(PathId(id): PathId<QuestionId>, form: ManagerForm) -> PageResult {
    let lesson = form.manager.write(move |tx, actor| {
        let (_, content) = managed_courses::question(tx, actor, id)?;
        change(tx, actor.site().id, content.id, |questions| questions.retain(|question| question.id != id))?;
        Ok(content.id)
    });
    Ok(see_other(&format!("{}?done=question_deleted", lesson_path(lesson.await?))))
}
