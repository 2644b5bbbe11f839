//! The questions of quizzes and surveys, each by itself.

use super::body::{QuestionResponse, question_view};
use crate::rest::courses::{set_flag, set_text};
use crate::rest::places::place;
use identity::scopes::Scope;
use schemars::JsonSchema;
use school::check::Check;
use school::contents::{self, Choice, NewContent, Question, QuestionKind};
use school::input::Object;
use school::places::Place;
use school::{ChoiceId, ContentId, QuestionId, Set, outline};
use serde::Deserialize;
use web::body::Body;
use web::context::ApiContext;
use web::endpoint::{self, Endpoint, tagged};
use web::input::{Bool, Field, IdInput, Int, Text};
use web::path::Id;
use web::response::ApiResponse;
use web::{ApiError, ApiResult, Tx};

/// A question to be made, or the changes to one: only the given fields change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct QuestionRequest {
    /// How it is answered; by its choices when a new one does not say: with one or several of them, or in words.
    #[serde(default)]
    #[schemars(example = &"single_answer")]
    pub kind: Field<QuestionKind>,
    /// What is asked, in one line.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"How warm is the water?")]
    pub prompt: Field<Text>,
    /// What stands below that.
    #[serde(default)]
    pub text: Field<Text>,
    /// What is shown once it was answered.
    #[serde(default)]
    #[schemars(example = &"Hotter water kills the yeast.")]
    pub explanation: Field<Text>,
    /// Whether it need not be answered.
    #[serde(default)]
    #[schemars(example = false)]
    pub optional: Field<Bool>,
    /// The pool of its quiz from which it is drawn; without one every attempt asks it.
    #[serde(default)]
    pub pool: Field<Text>,
    /// What the lower end of a scale is called.
    #[serde(default)]
    pub left_label: Field<Text>,
    /// What its middle is called.
    #[serde(default)]
    pub middle_label: Field<Text>,
    /// What its upper end is called.
    #[serde(default)]
    pub right_label: Field<Text>,
    /// What can be chosen, in order, in place of what could be. Those that name their id keep it, and so do those whose
    /// text stays.
    #[serde(default)]
    #[schemars(example = serde_json::json!([{ "text": "As warm as your hand", "correct": true }]))]
    pub choices: Field<Vec<Object<ChoiceRequest>>>,
    /// The place among the questions to put it at, from one; not within the questions of a content, which are in order.
    #[serde(default)]
    #[schemars(example = 1)]
    pub position: Field<Int>,
}

/// A question among those of a content.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ContentQuestionRequest {
    /// The id of the one that it is.
    #[serde(default)]
    pub id: Field<IdInput<QuestionId>>,
    /// The question.
    #[serde(flatten)]
    pub question: QuestionRequest,
}

/// A choice of a question.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ChoiceRequest {
    /// The id of the one that it is.
    #[serde(default)]
    pub id: Field<IdInput<ChoiceId>>,
    /// What it says.
    #[serde(default)]
    #[schemars(required, with = "Text", example = &"As warm as your hand")]
    pub text: Field<Text>,
    /// Whether it is right.
    #[serde(default)]
    #[schemars(example = true)]
    pub correct: Field<Bool>,
}

impl ChoiceRequest {
    fn made(self) -> Choice {
        let mut choice = Choice { id: self.id.id().unwrap_or_default(), ..Choice::default() };
        set_text(self.text, &mut choice.text);
        set_flag(self.correct, &mut choice.correct);
        choice
    }
}

impl ContentQuestionRequest {
    /// The question that the content is to have.
    pub(super) fn made(self) -> Question {
        Question { id: self.id.id().unwrap_or_default(), ..self.question.made() }
    }
}

impl QuestionRequest {
    /// A new question.
    fn made(self) -> Question {
        let says_kind = matches!(self.kind.0, Set::To(_));
        let mut question = Question::default();
        self.apply(&mut question);
        if !says_kind {
            question.kind = question.usual_kind();
        }
        question
    }

    /// What a question becomes by it.
    fn apply(self, question: &mut Question) {
        if let Some(kind) = self.kind.value() {
            question.kind = kind;
        }
        set_text(self.prompt, &mut question.prompt);
        set_text(self.text, &mut question.text);
        set_text(self.explanation, &mut question.explanation);
        set_flag(self.optional, &mut question.optional);
        for (sent, field) in [
            (self.pool, &mut question.pool),
            (self.left_label, &mut question.left_label),
            (self.middle_label, &mut question.middle_label),
            (self.right_label, &mut question.right_label),
        ] {
            sent.text().apply(field);
        }
        match self.choices.0 {
            Set::Keep => {}
            Set::Clear => question.choices.clear(),
            Set::To(choices) => question.choices = choices.into_iter().map(|Object(choice)| choice.made()).collect(),
        }
    }
}

/// The endpoints of questions.
pub(super) fn endpoints() -> Vec<Endpoint> {
    tagged(
        "Contents",
        vec![
            endpoint::post("/contents/{id}/questions", "createQuestion", Scope::WriteCourses, create)
                .path_examples(&["5"])
                .summary("Adds a question to a quiz or survey.")
                .request::<QuestionRequest>()
                .response::<QuestionResponse<'static>>(201),
            endpoint::put("/questions/{id}", "updateQuestion", Scope::WriteCourses, update)
                .path_examples(&["1"])
                .summary("Changes the given fields of a question, or puts it at another place.")
                .request::<QuestionRequest>(),
            endpoint::delete("/questions/{id}", "deleteQuestion", Scope::WriteCourses, delete)
                .path_examples(&["1"])
                .summary("Removes a question with its choices."),
        ],
    )
}

fn place_of(api: &ApiContext, request: &QuestionRequest) -> Place<QuestionId> {
    let place = place(api, request.position.clone(), Field::default(), Field::default());
    let mut check = Check::new();
    check.that(!matches!(place, Place::At(..=0)), "position", "must be greater than 0");
    api.refuse(check);
    place
}

/// Puts a question at its place, and writes all of the lesson's.
fn write(
    tx: &mut Tx<'_>,
    site: school::SiteId,
    id: ContentId,
    work: impl FnOnce(&mut Vec<Question>) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let content = contents::get(tx, site, id)?;
    let mut new = NewContent::of(&content, contents::body(tx, site, id)?);
    work(&mut new.questions)?;
    outline::change_content(tx, site, id, &new, None, Place::Stay)?;
    Ok(())
}

fn put(questions: &mut Vec<Question>, at: usize, place: Place<QuestionId>) {
    if let Place::At(position) = place {
        let question = questions.remove(at);
        let to = usize::try_from(position.max(1) - 1).unwrap_or(questions.len()).min(questions.len());
        questions.insert(to, question);
    }
}

/// `POST /contents/{id}/questions`
pub async fn create(api: ApiContext, Id(id): Id<ContentId>, Body(request): Body<QuestionRequest>) -> ApiResult {
    let place = place_of(&api, &request);
    api.write(move |tx, site| {
        let question = request.clone().made();
        let had: Vec<QuestionId> =
            contents::body(tx, site.id, id)?.questions.iter().map(|question| question.id).collect();
        write(tx, site.id, id, |questions| {
            questions.push(question);
            put(questions, questions.len() - 1, place);
            Ok(())
        })?;
        let body = contents::body(tx, site.id, id)?;
        let made = body.questions.iter().enumerate().find(|(_, question)| !had.contains(&question.id));
        let (at, question) = made.ok_or_else(ApiError::not_found)?;
        Ok(ApiResponse::created(&question_view(at, question)))
    })
    .await
}

/// `PUT /questions/{id}`
pub async fn update(api: ApiContext, Id(id): Id<QuestionId>, Body(request): Body<QuestionRequest>) -> ApiResult {
    let place = place_of(&api, &request);
    api.write(move |tx, site| {
        let content = contents::content_of(tx, site.id, id)?;
        write(tx, site.id, content, |questions| {
            let at = questions.iter().position(|question| question.id == id).ok_or_else(ApiError::not_found)?;
            request.clone().apply(&mut questions[at]);
            put(questions, at, place);
            Ok(())
        })?;
        Ok(ApiResponse::no_content())
    })
    .await
}

/// `DELETE /questions/{id}`
pub async fn delete(api: ApiContext, Id(id): Id<QuestionId>) -> ApiResult {
    api.write(move |tx, site| {
        let content = contents::content_of(tx, site.id, id)?;
        write(tx, site.id, content, |questions| {
            questions.retain(|question| question.id != id);
            Ok(())
        })?;
        Ok(ApiResponse::no_content())
    })
    .await
}
