//! `GET /oauth2/authorize`, and `/oauth2/consent`, which is the same with another name and takes the person's decision.

use crate::authorization_request::{AuthorizationError, AuthorizationRequest, NoTarget, ResponseTarget};
use crate::authorization_response::redirect_to_app;
use crate::consent_page::{self, consent_page};
use crate::proof_asked_for;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use identity::oauth::authorize::{self, Authorized, ClientRefusal, Step, VerifiedClient};
use identity::oauth::id_token::{IdTokenContext, id_token};
use identity::oauth::tokens::Identity;
use identity::rights::Right;
use pages::form::{Fields, SubmittedForm};
use pages::return_to::see_other;
use pages::{PageError, PageResult, Session, SignedInVisitor, Visitor};
use school::Site;
use web::form::encode;

/// What an app's request is about, once its app and redirect URI were found right: from here on errors go to the app.
struct ClientRequest {
    client: VerifiedClient,
    target: ResponseTarget,
    fields: Fields,
    issuer: String,
}

impl ClientRequest {
    /// Finds out which app asks, and whether its response may go where it says.
    ///
    /// # Errors
    /// The page for the person: nobody is sent to an address that is not known.
    async fn verify(visitor: &Visitor, uri: &Uri) -> Result<Result<Self, Response>, PageError> {
        let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes())?;
        let target = match ResponseTarget::read(&fields) {
            Ok(target) => target,
            Err(NoTarget(why)) => {
                return Ok(Err(consent_page::error_page(
                    visitor,
                    StatusCode::BAD_REQUEST,
                    "This link is not complete",
                    why,
                )));
            }
        };
        let (client_id, redirect_uri) = (target.client_id.clone(), target.redirect_uri.clone());
        let verified = visitor
            .read_as_anyone(move |tx, site| authorize::verify_client(tx, site, &client_id, &redirect_uri))
            .await?;
        let issuer = visitor.site_url();
        Ok(match verified {
            Ok(client) => Ok(Self { client, target, fields, issuer }),
            Err(refusal) => Err(refused(visitor, &refusal, &target)),
        })
    }

    fn refuse(&self, AuthorizationError(code, words): AuthorizationError, after_form: bool) -> Response {
        self.respond(&[("error", code), ("error_description", words)], after_form)
    }

    fn respond(&self, pairs: &[(&str, &str)], after_form: bool) -> Response {
        redirect_to_app(&self.target, &self.issuer, pairs, after_form)
    }

    /// The request again, as a place of this host.
    fn path(&self, path: &str) -> String {
        format!("{path}?{}", encode(self.fields.iter()))
    }
}

fn refused(visitor: &Visitor, refusal: &ClientRefusal, target: &ResponseTarget) -> Response {
    let (status, title, text) = match refusal {
        ClientRefusal::Unknown => (
            StatusCode::BAD_REQUEST,
            "This app is not known",
            "The link comes from an app that is not registered here (client_id). Please tell whoever makes it.",
        ),
        ClientRefusal::RedirectUri { registered } => {
            return consent_page::wrong_redirect_page(visitor, &target.redirect_uri, registered);
        }
        ClientRefusal::NoPlan => (
            StatusCode::FORBIDDEN,
            "Apps are not available",
            "Access to Apps is not available on your plan. Upgrade to gain access",
        ),
    };
    consent_page::error_page(visitor, status, title, text)
}

/// Whether a session is enough for the request: the app may want that the person has proved lately who they are, and
/// whoever was sent to do so comes back with the same request.
fn is_recent_enough(
    visitor: &Visitor,
    session: &Session,
    client: &ClientRequest,
    request: &AuthorizationRequest,
    now: i64,
) -> bool {
    let at = session.signed_in_at;
    let too_old = request.prompt_login || request.max_age.is_some_and(|seconds| now - at > seconds * 1000);
    let asked_at = || proof_asked_for::asked_at(&visitor.key(), &client.issuer, &client.fields, now);
    !too_old || asked_at().is_some_and(|asked_at| at >= asked_at)
}

/// Leads to where one signs in and from there back to the request, or back to the app when nobody is to be asked.
fn sign_in_first(
    visitor: &Visitor,
    client: &ClientRequest,
    request: &AuthorizationRequest,
    now: i64,
    after_form: bool,
) -> Response {
    if request.prompt_none {
        return client.refuse(AuthorizationError("login_required", "The person is not signed in."), after_form);
    }
    let query = proof_asked_for::query_asked_at(&visitor.key(), &client.issuer, &client.fields, now);
    let here = format!("/oauth2/authorize?{query}");
    see_other(&format!("/users/sign_in?{}", encode([("again", "1"), ("return_to", here.as_str())])))
}

/// Shows the page, or leads straight back to the app when the person agreed before.
pub(super) async fn show(visitor: Visitor, uri: Uri) -> PageResult {
    let client = match ClientRequest::verify(&visitor, &uri).await? {
        Ok(client) => client,
        Err(page) => return Ok(page),
    };
    let request = match AuthorizationRequest::read(&client.fields) {
        Ok(request) => request,
        Err(error) => return Ok(client.refuse(error, false)),
    };
    let now = web::now();
    let signed_in = match visitor.signed_in(&client.path("/oauth2/authorize")) {
        Ok(signed_in) if is_recent_enough(&visitor, signed_in.session, &client, &request, now) => signed_in,
        _ => return Ok(sign_in_first(&visitor, &client, &request, now, false)),
    };
    let grant = request.grant(&client.target);
    match signed_in.read(Right::ManageOwnAccount, move |tx, actor| authorize::next_step(tx, actor, &grant)).await? {
        Step::Refused(refusal) => Ok(refused(&visitor, &refusal, &client.target)),
        Step::Authorize => complete(&visitor, &signed_in, &client, &request, None).await,
        _ if request.prompt_none => {
            let error = AuthorizationError("consent_required", "The person is to be asked first.");
            Ok(client.refuse(error, false))
        }
        Step::NotInstalled => Ok(not_installed(&visitor, &client.client)),
        Step::Ask(consent) => {
            let action = client.path("/oauth2/consent");
            Ok(consent_page(&visitor, &client.client, &client.target.redirect_uri, &consent, &action))
        }
    }
}

fn not_installed(visitor: &Visitor, client: &VerifiedClient) -> Response {
    let text = format!(
        "{} is not installed in {}. Only the owner, a site admin or a partner of the school can install it. Please ask \
         one of them.",
        client.name, visitor.school_name
    );
    consent_page::error_page(visitor, StatusCode::UNAUTHORIZED, "You cannot install this app", &text)
}

/// `POST /oauth2/consent`: what the person decided.
pub(super) async fn decide(uri: Uri, form: SubmittedForm) -> PageResult {
    let SubmittedForm { visitor, fields, .. } = form;
    let client = match ClientRequest::verify(&visitor, &uri).await? {
        Ok(client) => client,
        Err(page) => return Ok(page),
    };
    let request = match AuthorizationRequest::read(&client.fields) {
        Ok(request) => request,
        Err(error) => return Ok(client.refuse(error, true)),
    };
    let signed_in = visitor.signed_in(&client.path("/oauth2/authorize"))?;
    // Also here: nobody needs to have been shown the question to send an answer to it.
    let now = web::now();
    if !is_recent_enough(&visitor, signed_in.session, &client, &request, now) {
        return Ok(sign_in_first(&visitor, &client, &request, now, true));
    }
    match fields.get("decision") {
        "accept" => {}
        // Two words, as clients know it.
        "cancel" => return Ok(client.respond(&[("error", "access denied")], true)),
        _ => return Err(PageError::Malformed("It does not say what you decided.")),
    }
    complete(&visitor, &signed_in, &client, &request, Some(fields.get("shown").to_owned())).await
}

/// Leads back to the app with what it asked for. With `agreed` the person has just said yes to that, which counts if it
/// is what they would be shown now.
async fn complete(
    visitor: &Visitor,
    signed_in: &SignedInVisitor<'_>,
    client: &ClientRequest,
    request: &AuthorizationRequest,
    agreed: Option<String>,
) -> PageResult {
    let after_form = agreed.is_some();
    let (key, grant) = (visitor.key(), request.grant(&client.target));
    let writes = request.wants_code || after_form;
    let work = move |tx: &mut web::Tx<'_>, actor: &identity::actor::Actor| {
        Ok((actor.site().clone(), authorize::authorize(tx, &key, actor, &grant, agreed.as_deref())?))
    };
    let authorized = match writes {
        true => signed_in.write(Right::ManageOwnAccount, work).await?,
        false => signed_in.read(Right::ManageOwnAccount, work).await?,
    };
    let (site, Authorized::Yes { code, identity }) = authorized else {
        return Ok(see_other(&client.path("/oauth2/authorize")));
    };
    let token = match request.wants_id_token {
        true => Some(sign_id_token(visitor, client, &site, &identity, code.as_deref()).await?),
        false => None,
    };
    let mut pairs: Vec<(&str, &str)> = Vec::with_capacity(3);
    pairs.extend(code.as_deref().map(|code| ("code", code)));
    pairs.extend(token.as_deref().map(|token| ("id_token", token)));
    pairs.push(("subdomain", &visitor.subdomain));
    Ok(client.respond(&pairs, after_form))
}

async fn sign_id_token(
    visitor: &Visitor,
    client: &ClientRequest,
    site: &Site,
    identity: &Identity,
    code: Option<&str>,
) -> Result<String, PageError> {
    let domain = visitor.host_in_links();
    let context = IdTokenContext {
        issuer: &client.issuer,
        domain: &domain,
        client_id: &client.client.client_id,
        code,
        access_token: None,
        now: web::now(),
    };
    Ok(visitor.signing_keys().await?.sign(&id_token(site, identity, &context))?)
}
