//! What an app asks for when it sends somebody's browser: RFC 6749, section 4.1.1, and OpenID Connect Core 1.0, section
//! 3.1.2.1.

use identity::scopes::Claims;
use pages::form::Fields;

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// In the query of the redirect URI: what clients expect unless they say otherwise, whatever they ask for.
    Query,
    /// In a form that the browser posts.
    FormPost,
    /// Behind a `#`.
    Fragment,
}

/// Where the answer goes.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub mode: Mode,
}

/// Why there is nowhere to send an answer: for the person alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nowhere(pub &'static str);

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

impl Target {
    /// Reads it. Whether the app has this redirect URI is asked after that.
    pub fn read(fields: &Fields) -> Result<Self, Nowhere> {
        let required = |name, missing| once(fields, name).ok().flatten().map(str::to_owned).ok_or(Nowhere(missing));
        Ok(Self {
            client_id: required("client_id", "The link does not say which app it comes from (client_id).")?,
            redirect_uri: required("redirect_uri", "The link does not say where to go on to (redirect_uri).")?,
            state: once(fields, "state").ok().flatten().map(str::to_owned),
            mode: match once(fields, "response_mode") {
                Ok(Some("form_post")) => Mode::FormPost,
                Ok(Some("fragment")) => Mode::Fragment,
                _ => Mode::Query,
            },
        })
    }
}

/// Why a request is refused: the code and words that the app is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused(pub &'static str, pub &'static str);

/// What an app wants.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Whether it wants a code.
    pub code: bool,
    /// Whether it wants an id token at once.
    pub id_token: bool,
    pub claims: Claims,
    pub nonce: Option<String>,
    pub code_challenge: Option<String>,
    /// Nobody is to be asked anything.
    pub silently: bool,
    /// The person is to prove anew who they are.
    pub login: bool,
    /// The person is to be asked again.
    pub consent: bool,
    /// The person must have proved who they are in the last so many seconds.
    pub max_age: Option<i64>,
    /// They were sent to sign in again at this moment; it is ours, see [`SINCE`].
    pub since: Option<i64>,
}

/// Carries through signing in when it began, so that it is not asked for again. Whoever changes it could as well take
/// `prompt` away: an app that insists looks at `auth_time`.
pub(super) const SINCE: &str = "signed_in_since";

const INVALID: &str = "invalid_request";
/// The longest state and nonce, in bytes.
const LONGEST: usize = 1024;

impl Wish {
    /// Reads it.
    ///
    /// # Errors
    /// [`Refused`], with what the app is told.
    pub fn read(fields: &Fields) -> Result<Self, Refused> {
        let text = |name| once(fields, name).map_err(|()| Refused(INVALID, "A parameter comes twice."));
        if text("state")?.is_some_and(|state| state.len() > LONGEST) {
            return Err(Refused(INVALID, "state is too long (maximum is 1024 characters)."));
        }
        if text("request")?.is_some() {
            return Err(Refused("request_not_supported", "The parameter request is not supported."));
        }
        if text("request_uri")?.is_some() {
            return Err(Refused("request_uri_not_supported", "The parameter request_uri is not supported."));
        }
        if !matches!(text("response_mode")?, None | Some("query" | "form_post" | "fragment")) {
            return Err(Refused(INVALID, "response_mode must be query, form_post or fragment."));
        }
        let (code, id_token) = match text("response_type")? {
            Some("code") => (true, false),
            Some("id_token") => (false, true),
            Some("code id_token" | "id_token code") => (true, true),
            Some(_) => {
                let words = "response_type must be code, id_token or code id_token.";
                return Err(Refused("unsupported_response_type", words));
            }
            None => return Err(Refused(INVALID, "response_type is missing.")),
        };
        let claims = Claims::asked_in(text("scope")?.unwrap_or_default());
        if id_token && !claims.openid {
            return Err(Refused("invalid_scope", "An id token needs the scope openid."));
        }
        let nonce = text("nonce")?.map(str::to_owned);
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > LONGEST) {
            return Err(Refused(INVALID, "nonce is too long (maximum is 1024 characters)."));
        }
        let prompt: Vec<&str> = text("prompt")?.unwrap_or_default().split_ascii_whitespace().collect();
        let silently = prompt.contains(&"none");
        if silently && prompt.len() > 1 {
            return Err(Refused(INVALID, "prompt=none stands alone."));
        }
        let max_age = text("max_age")?.map(|age| age.parse::<u32>().map(i64::from)).transpose();
        Ok(Self {
            code,
            id_token,
            claims,
            nonce,
            code_challenge: challenge(text("code_challenge")?, text("code_challenge_method")?)?,
            silently,
            login: prompt.contains(&"login") || prompt.contains(&"select_account"),
            consent: prompt.contains(&"consent"),
            max_age: max_age.map_err(|_| Refused(INVALID, "max_age must be a number of seconds."))?,
            since: text(SINCE)?.and_then(|since| since.parse().ok()),
        })
    }
}

/// The challenge of RFC 7636: S256 alone, which is 43 characters of base64url.
fn challenge(challenge: Option<&str>, method: Option<&str>) -> Result<Option<String>, Refused> {
    match (challenge, method) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Refused(INVALID, "code_challenge is missing.")),
        (Some(_), Some(method)) if method != "S256" => Err(Refused(INVALID, "code_challenge_method must be S256.")),
        // Without a method it would be `plain`, which protects nothing.
        (Some(_), None) => Err(Refused(INVALID, "code_challenge_method must be S256.")),
        (Some(challenge), Some(_)) => {
            let formed = challenge.len() == 43
                && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            if !formed {
                return Err(Refused(INVALID, "code_challenge must be 43 characters of base64url without padding."));
            }
            Ok(Some(challenge.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Wish, Refused> {
        Wish::read(&Fields::parse(query.as_bytes()).expect("fields"))
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
        let wish = read("response_type=code+id_token&scope=openid+email+read:users&state=a&").expect("a wish");
        assert!(wish.code && wish.id_token && wish.claims.email && !wish.claims.profile);
    }
}
