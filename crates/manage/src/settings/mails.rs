//! `GET /manage/settings/mails`: the words of the mails to students, which a school may find anew.

use super::{GENERAL, MAILS, Parts};
use crate::manager::{Manager, ManagerForm};
use axum::extract::Path;
use delivery::mail::letters::LetterPart;
use delivery::mail::usual_words::{self, UsualText};
use maud::{Markup, html};
use pages::components::{Badge, ConfirmDialog, FormField, Icon, Input, Tone, moment, problem_summary};
use pages::fields::Problems;
use pages::frame::FramedPage;
use pages::return_to::see_other;
use pages::{PageResult, QueryFields};
use school::mail_texts::{self, Kind, LONGEST, LONGEST_SUBJECT, MailText};
use school::{Error, Site};

/// What each mail is called, and when it is sent.
fn described(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Invitation => ("Invitation", "To somebody whom you add, with a link to choose a password"),
        Kind::Welcome => ("Welcome", "To somebody whom a program has made an account for"),
        Kind::ConfirmSignUp => ("Confirming an address", "To somebody who has signed up"),
        Kind::HasAccount => ("Has an account already", "To somebody who signs up again with the same address"),
        Kind::NewPassword => ("New password", "To somebody who has forgotten theirs"),
        Kind::SignInLink => ("Link to sign in", "To somebody who signs in by mail"),
        Kind::ConfirmEmail => ("Confirming another address", "To somebody who changes their address"),
        Kind::AccountDeleted => ("Account deleted", "To somebody who has left the school"),
    }
}

/// Where the words of a mail are.
fn path(kind: Kind) -> String {
    format!("{MAILS}/{}", kind.name())
}

/// `GET /manage/settings/mails`
pub(super) async fn list(manager: Manager) -> PageResult {
    let read = manager.read(|tx, actor| Ok((Parts::of(actor), mail_texts::all(tx, actor.site().id)?)));
    let (area, (parts, own)) = read.await?;
    let body = html! {
        (parts.tabs(MAILS))
        div.card {
            header { div { h2 { "Mails to students" } p { "Each has its usual words until you find others." } } }
            ul.rows {
                @for kind in Kind::ALL {
                    @let (name, when) = described(*kind);
                    li {
                        div { p.strong { a href=(path(*kind)) { (name) } } p { (when) } }
                        @match own.iter().find(|text| text.kind == *kind) {
                            Some(text) => span { (Badge::new("Your words", Tone::Accent)) " " span.muted.small { (moment(text.updated_at)) } },
                            None => span.muted.small { "Usual words" },
                        }
                    }
                }
            }
        }
        p.muted.small { "Mails about safety (a changed password or address, second factors) always have their usual words, so that they are told apart from forged ones." }
    };
    manager.show(&area, FramedPage::new(GENERAL, "Settings", body).narrow())
}

/// What stands in the form.
#[derive(Clone)]
struct TextForm {
    subject: String,
    body: String,
}

/// What the page of a mail shows.
struct MailPage {
    kind: Kind,
    usual: UsualText,
    form: TextForm,
    is_own: bool,
    preview: (String, Vec<LetterPart>),
}

fn kind_named(name: &str) -> school::Result<Kind> {
    Kind::named(name).ok_or(Error::NotFound)
}

/// `GET /manage/settings/mails/{id}`
pub(super) async fn show(manager: Manager, Path(name): Path<String>, QueryFields(query): QueryFields) -> PageResult {
    let done = match query.get("done") {
        "saved" => "The words were saved. Mails that leave from now on have them.",
        "reset" => "The mail has its usual words again.",
        _ => "",
    };
    show_page(&manager, name, None, done, &Problems::default()).await
}

async fn show_page(
    manager: &Manager,
    name: String,
    typed: Option<TextForm>,
    done: &str,
    problems: &Problems,
) -> PageResult {
    let read = manager.read(move |tx, actor| {
        let (site, kind): (&Site, Kind) = (actor.site(), kind_named(&name)?);
        let usual = usual_words::usual_text(tx, site, kind)?;
        let own: Option<MailText> = mail_texts::get(tx, site.id, kind)?;
        let is_own = own.is_some();
        let form = typed.clone().unwrap_or_else(|| match own {
            Some(own) => TextForm { subject: own.subject, body: own.body },
            None => TextForm { subject: usual.subject.clone(), body: usual.body.clone() },
        });
        let preview = usual_words::preview(tx, site, kind, (&form.subject, &form.body))?;
        Ok(MailPage { kind, usual, form, is_own, preview })
    });
    let (area, page) = read.await?;
    let framed = FramedPage::new(GENERAL, described(page.kind).0, page.body(&manager.csrf(), problems))
        .below("Settings", GENERAL)
        .below("Mails", MAILS)
        .intro(described(page.kind).1)
        .narrow()
        .done(done);
    manager.show(&area, framed.with_problems(problems))
}

impl MailPage {
    fn body(&self, csrf: &Markup, problems: &Problems) -> Markup {
        let action = path(self.kind);
        let fields = [
            FormField::line("subject", "Subject", &self.form.subject)
                .required()
                .longest(LONGEST_SUBJECT)
                .problems(problems),
            FormField::new("body", "Words", &self.form.body, Input::Text { rows: 12 })
                .hint("Each line is a paragraph. The greeting above and the name of the school below are added.")
                .required()
                .longest(LONGEST)
                .problems(problems),
        ];
        html! {
            (problem_summary(problems, &fields.each_ref().map(FormField::named)))
            form method="post" action=(action) {
                (csrf)
                div.card {
                    div.body.fields {
                        @for field in &fields { (field) }
                        (self.names())
                    }
                }
                div.actions.apart {
                    @if self.is_own { a.button.bare href="#reset" data-dialog="reset" { "Usual words…" } }
                    button.quiet type="submit" name="do" value="preview" { (Icon::Eye) "Preview" }
                    button type="submit" name="do" value="save" { "Save" }
                }
            }
            (self.shown())
            (ConfirmDialog {
                id: "reset",
                title: "Give this mail its usual words again?",
                body: html! { p { "Your words for it are lost." } },
                action: &format!("{action}/reset"),
                hidden: csrf.clone(),
                confirm: "Use the usual words",
                is_dangerous: true,
            })
        }
    }

    /// What may be named in the text.
    fn names(&self) -> Markup {
        html! {
            dl.facts {
                dt.mono { "{{school}}" } dd { "The name of the school" }
                dt.mono { "{{first_name}}" } dd { "Their first name; nothing while their address is not confirmed" }
                @for (number, label) in self.usual.links.iter().enumerate() {
                    dt.mono { (mail_texts::link_name(number)) } dd { "The link “" (label) "”, in a line of its own" }
                }
            }
        }
    }

    /// The mail as it is read.
    fn shown(&self) -> Markup {
        let (subject, parts) = &self.preview;
        html! {
            div.card {
                header { div { h2 { "Preview" } p { "As Ann reads it. Links lead nowhere here." } } }
                div.body.letter {
                    p { strong dir="auto" { (subject) } }
                    @for part in parts {
                        @match part {
                            LetterPart::Text(text) => p dir="auto" { (text) },
                            LetterPart::Link(label, _) => p { u { (label) } },
                        }
                    }
                }
            }
        }
    }
}

/// `POST /manage/settings/mails/{id}`: saves the words, or shows how they look (`do` is `preview`).
pub(super) async fn save(Path(name): Path<String>, ManagerForm { manager, fields }: ManagerForm) -> PageResult {
    let form = TextForm { subject: fields.get("subject").to_owned(), body: fields.get("body").to_owned() };
    let (typed, is_preview, named) = (form.clone(), fields.get("do") == "preview", name.clone());
    let saved = manager.write(move |tx, actor| {
        let kind = kind_named(&named)?;
        let links = usual_words::usual_text(tx, actor.site(), kind)?.links.len();
        match is_preview {
            true => mail_texts::check(kind, &typed.subject, &typed.body, links),
            false => mail_texts::set(tx, actor.site().id, kind, &typed.subject, &typed.body, links),
        }
    });
    match saved.await {
        Ok(()) if is_preview => {
            show_page(&manager, name, Some(form), "Not saved yet: this is how it looks.", &Problems::default()).await
        }
        Ok(()) => Ok(see_other(&format!("{MAILS}/{name}?done=saved"))),
        Err(error) => {
            let problems = error.problems()?.into();
            show_page(&manager, name, Some(form), "", &problems).await
        }
    }
}

/// `POST /manage/settings/mails/{id}/reset`
pub(super) async fn reset(Path(name): Path<String>, ManagerForm { manager, .. }: ManagerForm) -> PageResult {
    let named = name.clone();
    manager.write(move |tx, actor| mail_texts::reset(tx, actor.site().id, kind_named(&named)?)).await?;
    Ok(see_other(&format!("{MAILS}/{name}?done=reset")))
}
