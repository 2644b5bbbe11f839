//! One's own account: the profile, and the page that shows it beside the password and the sessions.

use crate::ACCOUNT_PATH;
use crate::profile_form::ProfileForm;
use crate::sessions::session_list;
use axum::response::Response;
use identity::own_account::{self, OpenSession, Profile};
use identity::own_second_factor::{self, SecondFactor};
use identity::rights::Right;
use maud::{Markup, html};
use pages::components::Avatar;
use pages::fields::{Field, Problems};
use pages::layout::Page;
use pages::return_to::see_other;
use pages::school_page::csrf_field;
use pages::{PageError, PageResult, QueryFields, SignedInVisitor, SubmittedForm, Visitor};

/// What the page shows.
pub(super) struct AccountPage {
    profile: Profile,
    sessions: Vec<OpenSession>,
    second_factor: SecondFactor,
}

impl AccountPage {
    /// As the school has it.
    pub async fn read(visitor: &SignedInVisitor<'_>) -> Result<Self, PageError> {
        let read = visitor.read(Right::ManageOwnAccount, |tx, actor| {
            Ok(Self {
                profile: own_account::profile(tx, actor)?,
                sessions: own_account::sessions(tx, actor)?,
                second_factor: own_second_factor::of(tx, actor)?,
            })
        });
        read.await
    }

    /// The page with a sentence about what was done, or what is wrong.
    pub fn show(&self, visitor: &Visitor, done: &str, problems: &Problems) -> Response {
        self.show_with(visitor, &ProfileForm::from(&self.profile), done, problems)
    }

    fn show_with(&self, visitor: &Visitor, form: &ProfileForm, done: &str, problems: &Problems) -> Response {
        let mut fields = Vec::from(form.name_fields());
        fields.extend(form.custom_fields());
        let passwords = [
            Field::password("current_password", "Current password", "current-password"),
            Field::password("password", "New password", "new-password").hint("At least 6 characters."),
        ];
        let all: Vec<Field<'_>> = fields.iter().chain(&passwords).copied().collect();
        let body = html! {
            @if !done.is_empty() { div.done role="status" { p { (done) } } }
            (problems.summary(&all))
            h2 { "Profile" }
            form method="post" action="/account" {
                (csrf_field(visitor))
                @for field in &fields { (field.show(problems)) }
                p.soft { "Your address is " strong { (self.profile.email) } ". " a href="/account/email" { "Change it" } }
                button type="submit" { "Save the profile" }
            }
            h2 { "Picture" }
            (self.picture(visitor, problems))
            h2 { "Password" }
            @if self.profile.has_password {
                form method="post" action="/account/password" {
                    (csrf_field(visitor))
                    // So that programs that keep passwords know whose it is.
                    input type="hidden" name="username" value=(self.profile.email) autocomplete="username";
                    @for field in &passwords { (field.show(problems)) }
                    button type="submit" { "Change the password" }
                }
            } @else {
                p { "You have not chosen a password. " a href="/users/password/new" { "Choose one by mail" } "." }
            }
            h2 { "Second factor" }
            p {
                @match self.second_factor.since {
                    Some(_) => "On: you are asked for a code of your app when you sign in. ",
                    None => "Off. With one, nobody gets into your account who only knows your password. ",
                }
                a href="/account/second_factor" { @if self.second_factor.since.is_some() { "Change it" } @else { "Set it up" } }
            }
            h2 { "Where you are signed in" }
            (session_list(visitor, &self.sessions))
            h2 { "Leaving" }
            p { a href="/account/delete" { "Delete your account" } }
        };
        Page::new("Your account", body).with_problems(problems).wide().show(visitor)
    }

    /// The picture, and where another is uploaded.
    fn picture(&self, visitor: &Visitor, problems: &Problems) -> Markup {
        let name = format!("{} {}", self.profile.first_name, self.profile.last_name);
        let problem = problems.for_field("file").collect::<Vec<_>>().join(". ");
        let is_wrong = !problem.is_empty();
        html! {
            div.picture {
                (Avatar { name: &name, picture: self.profile.picture.as_deref(), is_large: true })
                form method="post" action="/account/picture" enctype="multipart/form-data" {
                    (csrf_field(visitor))
                    label for="file" { "JPEG, PNG, GIF or WebP; it is cut to a circle" }
                    @if is_wrong { p.problem #file-problem { (problem) } }
                    input #file type="file" name="file" required accept="image/jpeg,image/png,image/gif,image/webp"
                        aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some("file-problem")];
                    button.quiet type="submit" { "Upload" }
                }
                @if self.profile.picture.is_some() {
                    form method="post" action="/account/picture/remove" {
                        (csrf_field(visitor))
                        button.plain type="submit" { "Remove the picture" }
                    }
                }
            }
        }
    }
}

/// `GET /account`
pub(super) async fn show(visitor: Visitor, QueryFields(query): QueryFields) -> PageResult {
    let done = match query.get("done") {
        "profile" => "Your profile was changed.",
        "picture" => "Your picture was changed.",
        "no_picture" => "Your picture was removed.",
        "password" => "Your password was changed, and you were signed out everywhere else.",
        "email" => "Your address was changed, and you were signed out everywhere else.",
        "ended" => "It was signed out.",
        _ => "",
    };
    let page = AccountPage::read(&visitor.signed_in(ACCOUNT_PATH)?).await?;
    Ok(page.show(&visitor, done, &Problems::default()))
}

/// `POST /account`
pub(super) async fn save_profile(form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = form;
    let signed_in = visitor.signed_in(ACCOUNT_PATH)?;
    let page = AccountPage::read(&signed_in).await?;
    let form = ProfileForm::submitted(page.profile.fields.clone(), &fields).of(&page.profile);
    let input = form.input();
    match signed_in
        .write(Right::ManageOwnAccount, move |tx, actor| own_account::update_profile(tx, actor, &input))
        .await
    {
        Ok(()) => Ok(see_other("/account?done=profile")),
        Err(error) => Ok(page.show_with(&visitor, &form, "", &form.problems(&error.problems()?))),
    }
}
