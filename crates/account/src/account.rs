//! One's own account: the profile, the password, and where one is signed in.

use crate::profile::Profile;
use crate::sign_up::{later, too_many};
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::Response;
use identity::attempts::Attempt;
use identity::passwords;
use identity::sign_in::{self, Begun};
use identity::{attempts, sessions};
use maud::{Markup, html};
use pages::cookies::CookieName;
use pages::fields::{Field, Problems};
use pages::layout::{Page, token};
use pages::return_to::see_other;
use pages::visitor::{Session, Visitor};
use pages::{PageError, PageResult, SubmittedForm, form::Fields};
use school::mails::Kind;
use school::time::Moment;
use school::users::{self, UserInput, Welcome, Who};
use school::{Set, custom_profile_field_definitions as definitions, mails};

/// `GET /account`
pub(super) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> PageResult {
    let query = Fields::parse(query.unwrap_or_default().as_bytes())?;
    let done = match query.get("done") {
        "profile" => "Your profile was changed.",
        "password" => "Your password was changed, and you were signed out everywhere else.",
        "ended" => "It was signed out.",
        _ => "",
    };
    let session = visitor.signed_in("/account")?;
    let account = Account::read(&visitor, session, None).await?;
    Ok(account.page(&visitor, session, done, &Problems::default()))
}

/// What the page shows.
struct Account {
    profile: Profile,
    sessions: Vec<sessions::Session>,
}

impl Account {
    /// As the school has it; the profile as a form says, where one was sent.
    async fn read(visitor: &Visitor, session: &Session, sent: Option<&Fields>) -> Result<Self, PageError> {
        let (site, user) = (visitor.site.id, session.user_id);
        let read = visitor
            .app
            .store
            .read(move |tx| school::Result::Ok((definitions::all(tx, site)?, sessions::list(tx, site, user)?)));
        let (definitions, sessions) = read.await?;
        let profile = match sent {
            Some(fields) => Profile::sent(definitions, fields),
            None => Profile::of(definitions, &session.user),
        };
        Ok(Self { profile, sessions })
    }

    fn page(&self, visitor: &Visitor, session: &Session, done: &str, problems: &Problems) -> Response {
        let mut fields = Vec::from(self.profile.names());
        fields.extend(self.profile.custom());
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
                (token(visitor))
                @for field in &fields { (field.show(problems)) }
                p.soft { "Your address is " strong { (session.user.email) } "." }
                button type="submit" { "Save the profile" }
            }
            h2 { "Password" }
            @if session.user.has_password() {
                form method="post" action="/account/password" {
                    (token(visitor))
                    // So that programs that keep passwords know whose it is.
                    input type="hidden" name="username" value=(session.user.email) autocomplete="username";
                    @for field in &passwords { (field.show(problems)) }
                    button type="submit" { "Change the password" }
                }
            } @else {
                p { "You have not chosen a password. " a href="/users/password/new" { "Choose one by mail" } "." }
            }
            h2 { "Where you are signed in" }
            (self.sessions(visitor, session))
        };
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Page::new("Your account", body).status(status).wide().show(visitor)
    }

    fn sessions(&self, visitor: &Visitor, session: &Session) -> Markup {
        html! {
            ul.rows {
                @for one in &self.sessions {
                    @let name = browser(&one.user_agent);
                    li {
                        div {
                            p { strong { (name) } @if one.id == session.id { " (here)" } }
                            p.soft {
                                "Since " (when(one.created_at)) ", last used " (when(one.seen_at))
                                @if !one.address.is_empty() { ", from " (one.address) }
                            }
                        }
                        @if one.id != session.id {
                            form method="post" action="/account/sessions/end" {
                                (token(visitor))
                                input type="hidden" name="session" value=(one.id);
                                button.quiet type="submit" aria-label={ "Sign out " (name) ", since " (when(one.created_at)) } {
                                    "Sign out"
                                }
                            }
                        }
                    }
                }
            }
            @if self.sessions.len() > 1 {
                form method="post" action="/account/sessions/end_others" {
                    (token(visitor))
                    button.quiet type="submit" { "Sign out everywhere else" }
                }
            }
        }
    }
}

/// A moment for people: `2026-11-23 19:05 UTC`.
pub(super) fn when(at: i64) -> String {
    let text = Moment(at).text();
    let text = String::from_utf8_lossy(&text);
    format!("{} {} UTC", &text[..10], &text[11..16])
}

/// What a browser is, as far as it says so; in a word or two, not in its own many.
fn browser(user_agent: &str) -> String {
    // The order matters: Edge calls itself Chrome too, and Chrome calls itself Safari.
    let browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let known =
        |all: &[(&str, &'static str)]| all.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| *name);
    match (known(&browsers), known(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Some browser".to_owned(),
    }
}

/// `POST /account`
pub(super) async fn save(posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = posted;
    let session = visitor.signed_in("/account")?;
    let account = Account::read(&visitor, session, Some(&fields)).await?;
    let (site, id) = (visitor.site.id, session.user_id);
    let input = UserInput {
        first_name: Set::To(account.profile.first_name.clone()),
        last_name: Set::To(account.profile.last_name.clone()),
        custom_profile_fields: Set::To(account.profile.values()),
        ..UserInput::default()
    };
    // What must be filled in when one signs up must be so afterwards.
    let whole = UserInput { email: Set::To(session.user.email.clone()), ..input.clone() };
    let saved = visitor.app.store.write(site, move |tx| {
        users::check(tx, site, &whole, &Welcome::default())?;
        users::update(tx, site, &Who::Id(id), &input)
    });
    match saved.await {
        Ok(_) => Ok(see_other("/account?done=profile")),
        Err(school::Error::Invalid(problems)) => {
            Ok(account.page(&visitor, session, "", &account.profile.told(&problems)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/password`
pub(super) async fn change_password(posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, device, fields } = posted;
    let session = visitor.signed_in("/account")?;
    let account = Account::read(&visitor, session, None).await?;
    let refused = |problems: Problems| account.page(&visitor, session, "", &problems);
    let (site, key, id, email) =
        (visitor.site.id, visitor.app.key.clone(), session.user_id, session.user.email.clone());
    let asked = email.clone();
    let begun =
        visitor.app.store.write(site, move |tx| sign_in::begin(tx, &key, site, &asked, &device.address)).await?;
    let hash = match begun {
        Begun::Try(hash) => hash,
        Begun::Wait(seconds) => return Ok(later(refused(Problems::one("base", too_many(seconds))), seconds)),
    };
    let (current, new) = (fields.get("current_password").to_owned(), fields.get("password").to_owned());
    let right = visitor.app.hash(move || passwords::verify_or_pretend(&current, hash.as_deref())).await?;
    if !right {
        return Ok(refused(Problems::one("current_password", "is not right")));
    }
    let password = visitor.app.hash(move || passwords::hash(&new)).await?;
    let input = UserInput { password: Set::To(password), ..UserInput::default() };
    let (key, here) = (visitor.app.key.clone(), session.id);
    let changed = visitor.app.store.write(site, move |tx| {
        users::update_own(tx, site, &Who::Id(id), &input, Some(here))?;
        attempts::forget(tx, &key, site, Attempt::SignInTo, &store::users::email_key(&email))?;
        mails::queue(tx, site, Kind::PasswordChanged, id)?;
        sessions::renew(tx, &key, site, here)
    });
    match changed.await {
        Ok(secret) => {
            let mut response = see_other("/account?done=password");
            let remembered = account.sessions.iter().any(|one| one.id == here && one.remembered);
            let cookie = CookieName::Session.set(&secret, visitor.app.is_https(), remembered);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(school::Error::Invalid(problems)) => Ok(refused(Problems::of(&problems))),
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/sessions/end`
pub(super) async fn end_session(posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = posted;
    let session = visitor.signed_in("/account")?;
    let id: i64 = fields.get("session").parse().map_err(|_| PageError::NoPage)?;
    let (site, user) = (visitor.site.id, session.user_id);
    match visitor.app.store.write(site, move |tx| sessions::end(tx, site, user, id)).await {
        // It had ended by itself.
        Ok(()) | Err(school::Error::NotFound) => Ok(see_other("/account?done=ended")),
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/sessions/end_others`
pub(super) async fn end_others(posted: SubmittedForm) -> PageResult {
    let visitor = posted.visitor;
    let session = visitor.signed_in("/account")?;
    let (site, user, here) = (visitor.site.id, session.user_id, session.id);
    visitor.app.store.write(site, move |tx| sessions::end_all(tx, site, user, Some(here))).await?;
    Ok(see_other("/account?done=ended"))
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn browsers_are_called_by_their_names() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8", "Some browser"),
            ("", "Some browser"),
        ] {
            assert_eq!(browser(agent), name);
        }
    }
}
