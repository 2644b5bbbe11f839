//! Who called, and how it went, in words.

use identity::actor::Actor;
use maud::{Markup, html};
use pages::components::{Badge, Tone, grouped};
use school::request_log::{Credential, Request};
use school::{ApiAccessTokenId, AppId};
use web::Tx;

/// The credentials of the school, with their names.
pub(super) struct Callers {
    pub tokens: Vec<(ApiAccessTokenId, String)>,
    pub apps: Vec<(AppId, String)>,
}

impl Callers {
    pub fn read(tx: &mut Tx<'_>, actor: &Actor) -> school::Result<Self> {
        let site = actor.site().id;
        let tokens = identity::api_access_tokens::all(tx, site)?;
        let apps = identity::installs::of_site(tx, site)?;
        Ok(Self {
            tokens: tokens.into_iter().map(|token| (token.id, token.name)).collect(),
            apps: apps.into_iter().map(|(app, _)| (app.id, app.name)).collect(),
        })
    }

    /// Who called, in a few words.
    pub fn name(&self, request: &Request) -> Markup {
        let token = |id| self.tokens.iter().find(|(known, _)| Some(*known) == id).map(|(_, name)| name);
        let app = |id| self.apps.iter().find(|(known, _)| Some(*known) == id).map(|(_, name)| name);
        html! {
            @match request.credential {
                Credential::ApiKey => "API key",
                Credential::PreviousApiKey => "Previous API key",
                Credential::ApiAccessToken => {
                    @if let Some(name) = token(request.token_id) { "Token " span dir="auto" { (name) } }
                    @else { span.muted { "A token that is gone" } }
                },
                Credential::App => {
                    @if let Some(name) = app(request.app_id) { "App " span dir="auto" { (name) } }
                    @else { span.muted { "An app that is gone" } }
                },
            }
        }
    }
}

/// The status, in the colour of its kind.
pub(super) fn status(status: i64) -> Markup {
    let tone = match status {
        ..300 => Tone::Success,
        300..400 => Tone::Neutral,
        400..500 => Tone::Warning,
        _ => Tone::Danger,
    };
    html! { (Badge::new(&status.to_string(), tone)) }
}

/// How long it took: `0.4 ms`, `1,250 ms`.
pub(super) fn took(microseconds: i64) -> String {
    match microseconds {
        ..100 => "under 0.1 ms".to_owned(),
        100..10_000 => format!("{}.{} ms", microseconds / 1000, microseconds % 1000 / 100),
        more => format!("{} ms", grouped(more / 1000)),
    }
}

#[cfg(test)]
mod tests {
    use super::took;

    #[test]
    fn times_are_told_as_exactly_as_they_matter() {
        for (microseconds, told) in [(0, "under 0.1 ms"), (449, "0.4 ms"), (9_999, "9.9 ms"), (1_250_000, "1,250 ms")] {
            assert_eq!(took(microseconds), told);
        }
    }
}
