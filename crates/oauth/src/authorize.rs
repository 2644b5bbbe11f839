//! `GET /oauth2/authorize`, and `/oauth2/consent`, which is the same with another name and takes the answer.

use crate::consent;
use crate::request::{Nowhere, Refused, SINCE, Target, Wish};
use crate::send_back::{encoded, send_back};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use identity::apps::App;
use identity::oauth::authorize::{self, Begin, Step};
use identity::oauth::id_token::{Frame, id_token};
use identity::oauth::tokens::Identity;
use pages::form::{Fields, SubmittedForm};
use pages::return_to::see_other;
use pages::visitor::Session;
use pages::{PageError, PageResult, Visitor};
use school::Site;
use store::Tx;

/// A request whose app and redirect URI were found right: from here on errors go to the app.
struct Trusted {
    app: App,
    target: Target,
    fields: Fields,
    issuer: String,
}

impl Trusted {
    fn refuse(&self, Refused(code, words): Refused, after_a_form: bool) -> Response {
        send_back(&self.target, &self.issuer, &[("error", code), ("error_description", words)], after_a_form)
    }

    /// The request again, as a place of this host.
    fn here(&self, path: &str) -> String {
        format!("{path}?{}", encoded(self.fields.iter()))
    }
}

/// Finds out which app asks, and whether its answer may go where it says (RFC 9700, section 4.1).
///
/// # Errors
/// The page for the person: nobody is sent to an address that is not known.
async fn trust(visitor: &Visitor, uri: &Uri) -> Result<Result<Trusted, Response>, PageError> {
    let stop = |status, title: &str, text: &str| Ok(Err(consent::stopped(visitor, status, title, text)));
    let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes())?;
    let target = match Target::read(&fields) {
        Ok(target) => target,
        Err(Nowhere(why)) => return stop(StatusCode::BAD_REQUEST, "This link is not complete", why),
    };
    let asked = target.client_id.clone();
    let found =
        visitor.app.store.read(move |tx| -> school::Result<_> { Ok(store::apps::by_client_id(tx, &asked)?) }).await?;
    let Some(app) = found.map(App::from) else {
        return stop(
            StatusCode::BAD_REQUEST,
            "This app is not known",
            "The link comes from an app that is not registered here (client_id). Please tell whoever makes it.",
        );
    };
    if !app.redirects_to(&target.redirect_uri) {
        return stop(
            StatusCode::BAD_REQUEST,
            "This link leads somewhere else",
            "The address that the app wants you to be sent to is not registered for it (redirect_uri). Please tell \
             whoever makes it.",
        );
    }
    if !visitor.site.plan.has_apps() {
        return stop(
            StatusCode::FORBIDDEN,
            "Apps are not available",
            "Access to Apps is not available on your plan. Upgrade to gain access",
        );
    }
    let issuer = visitor.site_url();
    Ok(Ok(Trusted { app, target, fields, issuer }))
}

/// Who is signed in, when that is enough for the request.
///
/// # Errors
/// The answer: to where they sign in, or back to the app when nobody is to be asked.
fn person<'v>(visitor: &'v Visitor, trusted: &Trusted, wish: &Wish) -> Result<&'v Session, Box<Response>> {
    let now = store::now();
    let too_old = |session: &Session| {
        wish.login || wish.max_age.is_some_and(|seconds| now - session.signed_in_at > seconds * 1000)
    };
    let again = |session: &Session| wish.since.is_none_or(|since| session.signed_in_at < since);
    match &visitor.session {
        Some(session) if !(too_old(session) && again(session)) => Ok(session),
        _ if wish.silently => {
            Err(Box::new(trusted.refuse(Refused("login_required", "The person is not signed in."), false)))
        }
        _ => {
            let fields = trusted.fields.iter().filter(|(name, _)| *name != SINCE);
            let since = now.to_string();
            let here = format!("/oauth2/authorize?{}", encoded(fields.chain([(SINCE, since.as_str())])));
            let place = encoded([("again", "1"), ("return_to", here.as_str())]);
            Err(Box::new(see_other(&format!("/users/sign_in?{place}"))))
        }
    }
}

/// Shows the page, or leads straight back to the app when the person agreed before.
pub(super) async fn show(visitor: Visitor, uri: Uri) -> PageResult {
    let trusted = match trust(&visitor, &uri).await? {
        Ok(trusted) => trusted,
        Err(page) => return Ok(page),
    };
    let wish = match Wish::read(&trusted.fields) {
        Ok(wish) => wish,
        Err(refused) => return Ok(trusted.refuse(refused, false)),
    };
    let session = match person(&visitor, &trusted, &wish) {
        Ok(session) => session,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let (site, user, app, claims) = (visitor.site.clone(), session.user.clone(), trusted.app.clone(), wish.claims);
    let step = visitor.app.store.read(move |tx| authorize::step(tx, &site, &user, &app, claims)).await?;
    match step {
        Step::Go if !wish.consent => go(&visitor, session, &trusted, &wish, None).await,
        _ if wish.silently => {
            Ok(trusted.refuse(Refused("consent_required", "The person is to be asked first."), false))
        }
        Step::NotInstalled => Ok(not_installed(&visitor, &trusted)),
        Step::Go => {
            let (site, app) = (visitor.site.id, trusted.app.clone());
            let granted = visitor.app.store.read(move |tx| identity::installs::granted(tx, site, &app)).await?;
            let shown = (granted.unwrap_or_default(), false);
            Ok(consent::page(&visitor, &trusted.app, &trusted.target, &wish, shown, &trusted.here("/oauth2/consent")))
        }
        Step::ConsentRequired { installs, scopes } => {
            let shown = (scopes, installs);
            Ok(consent::page(&visitor, &trusted.app, &trusted.target, &wish, shown, &trusted.here("/oauth2/consent")))
        }
    }
}

fn not_installed(visitor: &Visitor, trusted: &Trusted) -> Response {
    let text = format!(
        "{} is not installed in {}. Only the owner, a site admin or a partner of the school can install it. Please ask \
         one of them.",
        trusted.app.name, visitor.site.row.name
    );
    consent::stopped(visitor, StatusCode::UNAUTHORIZED, "You cannot install this app", &text)
}

/// `POST /oauth2/consent`: what the person decided.
pub(super) async fn decided(uri: Uri, posted: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = posted;
    let trusted = match trust(&visitor, &uri).await? {
        Ok(trusted) => trusted,
        Err(page) => return Ok(page),
    };
    let wish = match Wish::read(&trusted.fields) {
        Ok(wish) => wish,
        Err(refused) => return Ok(trusted.refuse(refused, true)),
    };
    let session = visitor.signed_in(&trusted.here("/oauth2/authorize"))?;
    match fields.get("decision") {
        "accept" => {}
        // Two words, as clients know it.
        "cancel" => return Ok(send_back(&trusted.target, &trusted.issuer, &[("error", "access denied")], true)),
        _ => return Err(PageError::Malformed("It does not say what you decided.")),
    }
    go(&visitor, session, &trusted, &wish, Some(fields.get("shown").to_owned())).await
}

/// What came of going on.
enum Came {
    /// The code, when one was asked for.
    On(Option<String>),
    /// There is something else to be asked now.
    Changed,
}

/// Leads back to the app with what it asked for. With `agreed` the person has just said yes to that, which counts if it
/// is what they would be shown now.
async fn go(
    visitor: &Visitor,
    session: &Session,
    trusted: &Trusted,
    wish: &Wish,
    agreed: Option<String>,
) -> PageResult {
    let begin = Begin {
        claims: wish.claims,
        nonce: wish.nonce.clone(),
        code_challenge: wish.code_challenge.clone(),
        redirect_uri: trusted.target.redirect_uri.clone(),
        signed_in_at: session.signed_in_at,
    };
    let after_a_form = agreed.is_some();
    let code = if wish.code || after_a_form {
        let work = Work {
            site: visitor.site.clone(),
            user: session.user.clone(),
            app: trusted.app.clone(),
            wants_code: wish.code,
            consent: wish.consent,
            begin,
            agreed,
        };
        let key = visitor.app.key.clone();
        match visitor.app.store.write(visitor.site.id, move |tx| work.run(tx, &key)).await? {
            Came::On(code) => code,
            Came::Changed => return Ok(see_other(&trusted.here("/oauth2/authorize"))),
        }
    } else {
        None
    };
    let token = match wish.id_token {
        true => Some(identity(visitor, session, trusted, wish, code.as_deref()).await?),
        false => None,
    };
    let mut pairs: Vec<(&str, &str)> = Vec::with_capacity(3);
    pairs.extend(code.as_deref().map(|code| ("code", code)));
    pairs.extend(token.as_deref().map(|token| ("id_token", token)));
    pairs.push(("subdomain", &visitor.site.row.subdomain));
    Ok(send_back(&trusted.target, &trusted.issuer, &pairs, after_a_form))
}

/// What is written when somebody goes on.
struct Work {
    site: std::sync::Arc<Site>,
    user: school::users::User,
    app: App,
    wants_code: bool,
    consent: bool,
    begin: Begin,
    agreed: Option<String>,
}

impl Work {
    fn run(&self, tx: &mut Tx<'_>, key: &store::ServerKey) -> school::Result<Came> {
        let (site, claims) = (&self.site, self.begin.claims);
        if let Some(agreed) = &self.agreed {
            // The app as it is now: what it asks for may have changed since the page was shown.
            let Some(app) = store::apps::get(tx, self.app.id)?.map(App::from) else { return Ok(Came::Changed) };
            let (scopes, installs) = match authorize::step(tx, site, &self.user, &app, claims)? {
                Step::ConsentRequired { installs, scopes } => (scopes, installs),
                Step::Go if self.consent => {
                    (identity::installs::granted(tx, site.id, &app)?.unwrap_or_default(), false)
                }
                // They agreed in another window meanwhile.
                Step::Go => return self.code(tx, key),
                Step::NotInstalled => return Ok(Came::Changed),
            };
            if consent::shown(scopes, claims, installs) != *agreed {
                return Ok(Came::Changed);
            }
            authorize::agree(tx, site, &self.user, &app, claims, installs)?;
        }
        self.code(tx, key)
    }

    fn code(&self, tx: &mut Tx<'_>, key: &store::ServerKey) -> school::Result<Came> {
        if !self.wants_code {
            return Ok(Came::On(None));
        }
        Ok(Came::On(Some(authorize::begin(tx, key, self.site.id, self.user.id, self.app.id, &self.begin)?)))
    }
}

async fn identity(
    visitor: &Visitor,
    session: &Session,
    trusted: &Trusted,
    wish: &Wish,
    code: Option<&str>,
) -> Result<String, PageError> {
    let identity = Identity {
        user: session.user.clone(),
        claims: wish.claims,
        nonce: wish.nonce.clone(),
        signed_in_at: session.signed_in_at,
    };
    let frame = Frame {
        issuer: &trusted.issuer,
        domain: visitor.app.domain_of(&trusted.issuer),
        client_id: &trusted.app.client_id,
        code,
        access_token: None,
        now: store::now(),
    };
    let keys = visitor.app.signing.keys(&visitor.app).await.map_err(|failure| PageError::from(failure.0))?;
    Ok(keys.sign(&id_token(&visitor.site, &identity, &frame))?)
}
