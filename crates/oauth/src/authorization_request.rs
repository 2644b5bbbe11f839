//! What an app asks for when it sends somebody's browser: RFC 6749, section 4.1.1, and OpenID Connect Core 1.0, section
//! 3.1.2.1.

use identity::oauth::authorize::GrantRequest;
use identity::scopes::Claims;
use pages::form::Fields;

/// How the response travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseMode {
    /// In the query of the redirect URI: what clients expect unless they say otherwise, whatever they ask for.
    Query,
    /// In a form that the browser posts.
    FormPost,
    /// Behind a `#`.
    Fragment,
}

/// Where the response goes, and how.
#[derive(Debug, Clone)]
pub(super) struct ResponseTarget {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub mode: ResponseMode,
}

/// A request that does not say where its response goes: what is told the person, since there is no app to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoTarget(pub &'static str);

/// A field that comes once; none when it is missing or empty.
///
/// # Errors
/// When it comes twice.
fn once<'f>(fields: &'f Fields, name: &str) -> Result<Option<&'f str>, ()> {
    let mut values = fields.iter().filter(|(known, _)| *known == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(()),
        (value, None) => Ok(value.filter(|value| !value.is_empty())),
    }
}

impl ResponseTarget {
    /// Reads it. Whether the app has this redirect URI is asked after that.
    pub fn read(fields: &Fields) -> Result<Self, NoTarget> {
        let required = |name, missing| once(fields, name).ok().flatten().map(str::to_owned).ok_or(NoTarget(missing));
        Ok(Self {
            client_id: required("client_id", "The link does not say which app it comes from (client_id).")?,
            redirect_uri: required("redirect_uri", "The link does not say where to go on to (redirect_uri).")?,
            state: once(fields, "state").ok().flatten().map(str::to_owned),
            mode: match once(fields, "response_mode") {
                Ok(Some("form_post")) => ResponseMode::FormPost,
                Ok(Some("fragment")) => ResponseMode::Fragment,
                _ => ResponseMode::Query,
            },
        })
    }
}

/// Why a request is refused: the `error` and `error_description` that the app is sent (RFC 6749, section 4.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AuthorizationError(pub &'static str, pub &'static str);

/// What an app asks for.
#[derive(Debug, Clone)]
pub(super) struct AuthorizationRequest {
    /// Whether it wants a code.
    pub wants_code: bool,
    /// Whether it wants an id token at once.
    pub wants_id_token: bool,
    pub claims: Claims,
    pub nonce: Option<String>,
    pub code_challenge: Option<String>,
    /// Nobody is to be asked anything: `prompt=none`.
    pub prompt_none: bool,
    /// The person is to prove anew who they are: `prompt=login`.
    pub prompt_login: bool,
    /// The person is to be asked again: `prompt=consent`.
    pub prompt_consent: bool,
    /// The person must have proved who they are in the last so many seconds.
    pub max_age: Option<i64>,
}

/// Carries through signing in when that was asked for, signed ([`crate::proof_asked_for`]), so that it is not asked for
/// again.
pub(super) const SIGNED_IN_SINCE: &str = "signed_in_since";

const INVALID: &str = "invalid_request";
/// The longest state and nonce, in bytes.
const LONGEST: usize = 1024;

impl AuthorizationRequest {
    /// Reads it.
    ///
    /// # Errors
    /// [`AuthorizationError`], with what the app is told.
    pub fn read(fields: &Fields) -> Result<Self, AuthorizationError> {
        let text = |name| once(fields, name).map_err(|()| AuthorizationError(INVALID, "A parameter comes twice."));
        if text("state")?.is_some_and(|state| state.len() > LONGEST) {
            return Err(AuthorizationError(INVALID, "state is too long (maximum is 1024 characters)."));
        }
        if text("request")?.is_some() {
            return Err(AuthorizationError("request_not_supported", "The parameter request is not supported."));
        }
        if text("request_uri")?.is_some() {
            return Err(AuthorizationError("request_uri_not_supported", "The parameter request_uri is not supported."));
        }
        if !matches!(text("response_mode")?, None | Some("query" | "form_post" | "fragment")) {
            return Err(AuthorizationError(INVALID, "response_mode must be query, form_post or fragment."));
        }
        let (wants_code, wants_id_token) = match text("response_type")? {
            Some("code") => (true, false),
            Some("id_token") => (false, true),
            Some("code id_token" | "id_token code") => (true, true),
            Some(_) => {
                let words = "response_type must be code, id_token or code id_token.";
                return Err(AuthorizationError("unsupported_response_type", words));
            }
            None => return Err(AuthorizationError(INVALID, "response_type is missing.")),
        };
        let claims = Claims::asked_in(text("scope")?.unwrap_or_default());
        if wants_id_token && !claims.openid {
            return Err(AuthorizationError("invalid_scope", "An id token needs the scope openid."));
        }
        let nonce = text("nonce")?.map(str::to_owned);
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > LONGEST) {
            return Err(AuthorizationError(INVALID, "nonce is too long (maximum is 1024 characters)."));
        }
        let prompt: Vec<&str> = text("prompt")?.unwrap_or_default().split_ascii_whitespace().collect();
        let prompt_none = prompt.contains(&"none");
        if prompt_none && prompt.len() > 1 {
            return Err(AuthorizationError(INVALID, "prompt=none stands alone."));
        }
        let max_age = text("max_age")?.map(|age| age.parse::<u32>().map(i64::from)).transpose();
        Ok(Self {
            wants_code,
            wants_id_token,
            claims,
            nonce,
            code_challenge: challenge(text("code_challenge")?, text("code_challenge_method")?)?,
            prompt_none,
            prompt_login: prompt.contains(&"login") || prompt.contains(&"select_account"),
            prompt_consent: prompt.contains(&"consent"),
            max_age: max_age.map_err(|_| AuthorizationError(INVALID, "max_age must be a number of seconds."))?,
        })
    }

    /// What the person is asked to grant.
    pub fn grant(&self, target: &ResponseTarget) -> GrantRequest {
        GrantRequest {
            client_id: target.client_id.clone(),
            redirect_uri: target.redirect_uri.clone(),
            wants_code: self.wants_code,
            asks_again: self.prompt_consent,
            claims: self.claims,
            nonce: self.nonce.clone(),
            code_challenge: self.code_challenge.clone(),
        }
    }
}

/// The challenge of RFC 7636: S256 alone, which is 43 characters of base64url.
fn challenge(challenge: Option<&str>, method: Option<&str>) -> Result<Option<String>, AuthorizationError> {
    match (challenge, method) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(AuthorizationError(INVALID, "code_challenge is missing.")),
        (Some(_), Some(method)) if method != "S256" => {
            Err(AuthorizationError(INVALID, "code_challenge_method must be S256."))
        }
        // Without a method it would be `plain`, which protects nothing.
        (Some(_), None) => Err(AuthorizationError(INVALID, "code_challenge_method must be S256.")),
        (Some(challenge), Some(_)) => {
            let formed = challenge.len() == 43
                && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            if !formed {
                return Err(AuthorizationError(
                    INVALID,
                    "code_challenge must be 43 characters of base64url without padding.",
                ));
            }
            Ok(Some(challenge.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<AuthorizationRequest, AuthorizationError> {
        AuthorizationRequest::read(&Fields::parse(query.as_bytes()).expect("fields"))
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_code() {
        for (query, code) in [
            ("", INVALID),
            ("response_type=token", "unsupported_response_type"),
            ("response_type=code&response_type=code", INVALID),
            ("response_type=id_token", "invalid_scope"),
            ("response_type=code&response_mode=jwt", INVALID),
            ("response_type=code&prompt=none+login", INVALID),
            ("response_type=code&max_age=soon", INVALID),
            ("response_type=code&code_challenge=short&code_challenge_method=S256", INVALID),
            ("response_type=code&code_challenge_method=S256", INVALID),
            ("response_type=code&code_challenge=0123456789012345678901234567890123456789012", INVALID),
            (
                "response_type=code&code_challenge=0123456789012345678901234567890123456789012\
                 &code_challenge_method=plain",
                INVALID,
            ),
            ("response_type=code&request=x", "request_not_supported"),
        ] {
            assert_eq!(read(query).map(|_| ()).expect_err(query).0, code, "{query}");
        }
        let request = read("response_type=code+id_token&scope=openid+email+read:users&state=a&").expect("a request");
        assert!(request.wants_code && request.wants_id_token);
        assert!(request.claims.email && !request.claims.profile);
    }
}
