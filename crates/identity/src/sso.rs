//! Single sign-on by the school's own signed tokens: another system of the school says who somebody is.
//!
//! A token is a JWT (RFC 7519) signed with HS256 under the school's API key as it is written. No other algorithm is
//! taken, whatever the token says of itself (RFC 8725, section 3.1), and each token once.
//!
//! What a token may do: it finds a user by the external id, or else by the address, or makes one. Whoever holds the
//! school's key can do everything in the school already, so a token signs in anybody, its owner too, as clients expect;
//! but whoever has a second factor is asked for it.
//! The system that signs must therefore have checked the address. An address never gets somebody into an account that
//! that system knows by another id, and a token never changes the address of somebody who may change the school.

use crate::actor;
use crate::rights::{Right, may};
use crate::second_factor::{self, FirstStep};
use crate::sessions::{self, Device};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use school::Set;
use school::check::LINE;
use school::error::{Error, Result};
use school::external_ids::{self, Provider};
use school::security_log::{self, Kind};
use school::text::{self, ControlCharacter};
use school::users::{self, CreationOptions, UpdatedBy, User, UserInput, UserRef};
use school::{Site, sign_up_rules, sites};
use serde::Deserialize;
use serde_json::{Value, json};
use store::sso_tokens as rows;
use store::{ServerKey, SiteId, Tx, UserId};

/// How old a token may be, in seconds. Clients write a moment up to three hours before now, so that no clock is ahead.
const OLDEST: i64 = 4 * 3600;
/// How far a token's clock may be ahead, in seconds.
const AHEAD: i64 = 60;
/// For how long a token counts by which somebody tries, in seconds.
const TRIAL: i64 = 60;
/// Longest token, in bytes.
const LONGEST: usize = 8 * 1024;
/// With each token, at most this many that have expired are forgotten.
const FORGOTTEN_AT_ONCE: i64 = 8;

/// What a token says.
#[derive(Debug, Clone, Default, Deserialize)]
struct Claims {
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    external_id: Option<Value>,
    bio: Option<String>,
    company: Option<String>,
    iat: Option<Value>,
    exp: Option<Value>,
    nbf: Option<Value>,
}

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SsoError {
    /// The school has no key or no such plan, or this is no token of its.
    #[error("The token is not signed with this school's key.")]
    NotOurs,
    /// The token does not say when it was made.
    #[error("The token has no iat.")]
    NoMoment,
    /// It is too old, or has expired.
    #[error("The token has expired.")]
    TooOld,
    /// It is from the future.
    #[error("The token's iat lies in the future.")]
    TooNew,
    /// It does not count yet.
    #[error("The token's nbf lies in the future.")]
    NotYet,
    /// Its `exp` or `nbf` is no moment, or its header names something that must be understood and is not.
    #[error("The token cannot be understood.")]
    NotUnderstood,
    /// It was used before.
    #[error("The token was used before.")]
    Used,
    /// It does not name an address.
    #[error("The token has no email.")]
    NoEmail,
    /// It is about somebody new and does not say what they are called.
    #[error("The token has no first_name or last_name.")]
    NoName,
    /// What it says breaks a rule.
    #[error("What the token says of the user is not valid.")]
    BadClaims,
    /// What is signed is of another shape.
    #[error("What the token says of the user is not valid.")]
    Invalid,
    /// It is about somebody new, whom the school's rule about signing up does not let in.
    #[error("The rule of the school about signing up does not let this address in.")]
    NotAdmitted,
    /// The account with the address has another external id.
    #[error("The address belongs to an account with another external_id.")]
    OtherId,
}

impl SsoError {
    /// Whether the token was nevertheless one of the school's that counts, for the first and only time: then what comes
    /// along with it is believed a little.
    #[must_use]
    pub fn is_of_a_valid_token(self) -> bool {
        matches!(self, Self::NoEmail | Self::NoName | Self::BadClaims | Self::NotAdmitted | Self::OtherId)
    }
}

/// A token by which the actor signs in as a try, as another system of the school would make one; none when the school
/// takes none.
pub fn token_of(tx: &mut Tx<'_>, key: &ServerKey, actor: &actor::Actor) -> Result<Option<String>> {
    let Some(api_key) = keys(tx, key, actor.site())?.into_iter().next() else { return Ok(None) };
    let claims = json!({
        "email": actor.email(), "first_name": actor.first_name(), "last_name": actor.last_name(),
        "iat": tx.moment() / 1000, "exp": tx.moment() / 1000 + TRIAL,
        "jti": store::secrets::hex(&rand::random::<[u8; 8]>()),
    });
    let signing = EncodingKey::from_secret(api_key.as_bytes());
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &signing);
    Ok(Some(token.map_err(|_| store::StoreError::Sealed)?))
}

/// What came of a token that counts.
#[derive(Debug)]
pub enum SignedIn {
    /// A session began, or they are asked for their second factor.
    Began(FirstStep),
    /// The token was used before, and whom it names is signed in in this browser: they go on in their session.
    Already,
}

/// Signs in whom a token names, or says why not, which the security log tells too. `before` is the secret of the session
/// that their browser had, which ends: whoever was signed in there is no longer. `return_to` is where they go on to.
pub fn sign_in(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: &Site,
    token: &str,
    device: &Device,
    before: Option<&str>,
    return_to: &str,
) -> Result<std::result::Result<SignedIn, SsoError>> {
    let signed_in = try_to_sign_in(tx, key, site, token, device, before, return_to)?;
    if let Err(refused) = &signed_in {
        security_log::count(tx, site.id, Kind::SignInRefused, None, &format!("SSO: {refused}"))?;
    }
    Ok(signed_in)
}

fn try_to_sign_in(
    tx: &mut Tx<'_>,
    key: &ServerKey,
    site: &Site,
    token: &str,
    device: &Device,
    before: Option<&str>,
    return_to: &str,
) -> Result<std::result::Result<SignedIn, SsoError>> {
    let now = tx.moment() / 1000;
    let (claims, forgotten_at) = match read_with_any(token, &keys(tx, key, site)?, now) {
        Ok(read) => read,
        Err(refused) => return Ok(Err(refused)),
    };
    rows::prune(tx, site.id, milliseconds(now), FORGOTTEN_AT_ONCE)?;
    // What is signed, not the signature: one token is one, however its signature is spelled.
    let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
    if !rows::use_once(tx, site.id, &key.fingerprint(&format!("sso:{signed}")), forgotten_at)? {
        let already = is_signed_in(tx, key, site, &claims, before)?;
        return Ok(if already { Ok(SignedIn::Already) } else { Err(SsoError::Used) });
    }
    let user = match user(tx, site, &claims)? {
        Ok(user) => user,
        Err(refused) => return Ok(Err(refused)),
    };
    let by = (Kind::SignInBySso, "");
    let began = second_factor::begin_session(tx, key, site.id, user, device, by, false, return_to)?;
    if let Some(before) = before {
        sessions::end_by_secret(tx, key, site.id, before)?;
    }
    Ok(Ok(SignedIn::Began(began)))
}

/// Whether whom a token names has the session with this secret. Nothing is written: whoever opens a link twice is where
/// it has led them before.
fn is_signed_in(tx: &mut Tx<'_>, key: &ServerKey, site: &Site, claims: &Claims, secret: Option<&str>) -> Result<bool> {
    let Some(secret) = secret else { return Ok(false) };
    let Some(actor) = actor::find(tx, key, site.clone(), secret)? else { return Ok(false) };
    let (Ok(claims), Ok(external_id)) = (claims.checked(), external_id(claims)) else { return Ok(false) };
    let known = match &external_id {
        Some(id) => known_by(tx, site.id, id)?.map(|user| user.id),
        None => None,
    };
    let named = match (known, &claims.email) {
        (Some(id), _) => Some(id),
        (None, Some(email)) => users::id_by_email(tx, site.id, email)?,
        (None, None) => None,
    };
    Ok(named == Some(actor.user_id()))
}

fn milliseconds(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}

/// The API keys under which a token may be signed: the school's, and the one before it while that counts.
fn keys(tx: &mut Tx<'_>, key: &ServerKey, site: &Site) -> Result<Vec<String>> {
    if !sites::has_api(site.plan) {
        return Ok(Vec::new());
    }
    let now = tx.moment();
    let previous = sites::previous_api_key(tx, key, site.id, now)?.map(|previous| previous.key);
    Ok(sites::api_key(tx, key, site)?.into_iter().chain(previous).collect())
}

/// As [`read`], with the key of several under which the token is signed.
fn read_with_any(token: &str, keys: &[String], now: i64) -> std::result::Result<(Claims, i64), SsoError> {
    let mut read_with_each = keys.iter().map(|key| read(token, key, now));
    read_with_each.find(|read| !matches!(read, Err(SsoError::NotOurs))).unwrap_or(Err(SsoError::NotOurs))
}

/// Reads a token, and says when it need not be remembered any more, in milliseconds.
fn read(token: &str, api_key: &str, now: i64) -> std::result::Result<(Claims, i64), SsoError> {
    if token.len() > LONGEST {
        return Err(SsoError::NotOurs);
    }
    if names_critical_headers(token) {
        return Err(SsoError::NotUnderstood);
    }
    let mut validation = Validation::new(Algorithm::HS256);
    // Looked at below, so that each has its own sentence, and numbers may have fractions.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoded = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(api_key.as_bytes()), &validation);
    let claims = match decoded {
        Ok(decoded) => decoded.claims,
        // The signature was right; what is signed is not what it should be.
        Err(error) if matches!(error.kind(), ErrorKind::Json(_)) && is_signed(token, api_key) => {
            return Err(SsoError::Invalid);
        }
        Err(_) => return Err(SsoError::NotOurs),
    };
    let seconds = |value: &Option<Value>| match value {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    // A moment that cannot be read is not one that does not matter.
    let moment = |value: &Option<Value>| match value {
        None => Ok(None),
        given => seconds(given).filter(|at| at.is_finite()).map(Some).ok_or(SsoError::NotUnderstood),
    };
    let made = seconds(&claims.iat).filter(|at| at.is_finite()).ok_or(SsoError::NoMoment)? as i64;
    if made > now.saturating_add(AHEAD) {
        return Err(SsoError::TooNew);
    }
    let expired = moment(&claims.exp)?.is_some_and(|at| at <= now as f64);
    if moment(&claims.nbf)?.is_some_and(|at| at > now.saturating_add(AHEAD) as f64) {
        return Err(SsoError::NotYet);
    }
    if made < now - OLDEST || expired {
        return Err(SsoError::TooOld);
    }
    let forgotten_at = milliseconds(made.saturating_add(OLDEST + AHEAD));
    Ok((claims, forgotten_at))
}

/// Whether a token's header says that something in it must be understood. Nothing of that kind is (RFC 7515, section
/// 4.1.11), so that such a token does not count.
fn names_critical_headers(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header.trim_end_matches('=')).unwrap_or_default();
    serde_json::from_slice::<serde_json::Map<String, Value>>(&header).is_ok_and(|header| header.contains_key("crit"))
}

fn is_signed(token: &str, api_key: &str) -> bool {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(token, &DecodingKey::from_secret(api_key.as_bytes()), &validation).is_ok()
}

/// The user that a token names, found or made, as the token says they are.
fn user(tx: &mut Tx<'_>, site: &Site, claims: &Claims) -> Result<std::result::Result<UserId, SsoError>> {
    let Ok(claims) = claims.checked() else { return Ok(Err(SsoError::BadClaims)) };
    let Some(email) = claims.email.clone() else { return Ok(Err(SsoError::NoEmail)) };
    let Ok(external_id) = external_id(&claims) else { return Ok(Err(SsoError::BadClaims)) };
    let mut input = UserInput::default();
    let sets = [
        (&mut input.first_name, claims.first_name),
        (&mut input.last_name, claims.last_name),
        (&mut input.bio, claims.bio),
        (&mut input.company, claims.company),
    ];
    for (set, text) in sets {
        if let Some(text) = text {
            *set = Set::To(text);
        }
    }
    let known = match &external_id {
        Some(id) => known_by(tx, site.id, id)?,
        None => None,
    };
    let done = if let Some(user) = known {
        // The other system knows them: their address is what it says, unless that is somebody else's by now.
        let owner = may(site, &user, Right::ManageSchool);
        let free = users::id_by_email(tx, site.id, &email)?.is_none();
        if free && !owner {
            input.email = Set::To(email);
        }
        change(tx, site.id, &user, &input)
    } else if let Some(id) = users::id_by_email(tx, site.id, &email)? {
        let user = users::get(tx, site.id, &UserRef::Id(id))?;
        if let Some(external_id) = &external_id {
            match external_ids::get(tx, site.id, id, Provider::Sso) {
                Ok(_) => return Ok(Err(SsoError::OtherId)),
                Err(Error::NotFound) => external_ids::set(tx, site.id, id, Provider::Sso, external_id)?,
                Err(error) => return Err(error),
            }
        }
        change(tx, site.id, &user, &input)
    } else {
        if !sign_up_rules::admits(site, &email) {
            return Ok(Err(SsoError::NotAdmitted));
        }
        if !has_name(&mut input) {
            return Ok(Err(SsoError::NoName));
        }
        input.email = Set::To(email);
        create(tx, site.id, &input, external_id)
    };
    match done {
        Ok(id) => Ok(Ok(id)),
        Err(Error::Invalid(_)) => Ok(Err(SsoError::BadClaims)),
        Err(error) => Err(error),
    }
}

/// Whether somebody new has a name. Whoever has one has it as the first, whichever claim it comes in.
fn has_name(input: &mut UserInput) -> bool {
    if input.first_name == Set::Keep {
        input.first_name = std::mem::take(&mut input.last_name);
    }
    input.first_name != Set::Keep
}

/// Makes somebody whom a token names.
fn create(tx: &mut Tx<'_>, site: SiteId, input: &UserInput, external_id: Option<String>) -> Result<UserId> {
    let options = CreationOptions {
        skip_custom_fields_validation: true,
        may_have_one_name: true,
        external_id: external_id.map(|id| (Provider::Sso, id)),
        ..CreationOptions::default()
    };
    Ok(users::create(tx, site, input, &options)?.id)
}

impl Claims {
    /// The claims as they are stored: texts that were checked, none of them empty.
    fn checked(&self) -> std::result::Result<Self, ControlCharacter> {
        let text = |claim: &Option<String>| match claim.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(claim) => text::checked(claim).map(|claim| Some(claim.into_owned())),
        };
        Ok(Self {
            email: text(&self.email)?,
            first_name: text(&self.first_name)?,
            last_name: text(&self.last_name)?,
            bio: text(&self.bio)?,
            company: text(&self.company)?,
            ..self.clone()
        })
    }
}

/// The id by which the other system knows somebody: a text or a number.
fn external_id(claims: &Claims) -> std::result::Result<Option<String>, SsoError> {
    match &claims.external_id {
        Some(Value::String(id)) => {
            let id = text::checked(id.trim()).map_err(|_| SsoError::BadClaims)?.into_owned();
            if !text::is_one_line(&id) || id.chars().count() > LINE {
                return Err(SsoError::BadClaims);
            }
            Ok(Some(id).filter(|id| !id.is_empty()))
        }
        Some(Value::Number(id)) => Ok(Some(id.to_string())),
        None | Some(Value::Null) => Ok(None),
        Some(_) => Err(SsoError::BadClaims),
    }
}

fn known_by(tx: &mut Tx<'_>, site: SiteId, external_id: &str) -> Result<Option<User>> {
    match users::get(tx, site, &UserRef::External(Provider::Sso, external_id.to_owned())) {
        Ok(user) => Ok(Some(user)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes what the token says of a user, where it says something new.
fn change(tx: &mut Tx<'_>, site: SiteId, user: &User, input: &UserInput) -> Result<UserId> {
    let mut input = input.clone();
    if user.last_name.is_empty() && input.first_name == Set::Keep {
        input.first_name = std::mem::take(&mut input.last_name);
    }
    let new = |set: &Set<String>, has: Option<&str>| set.value().is_some_and(|text| Some(text.as_str()) != has);
    let changed = new(&input.first_name, Some(&user.first_name))
        || new(&input.last_name, Some(&user.last_name))
        || new(&input.email, Some(&user.email))
        || new(&input.bio, user.bio.as_deref())
        || new(&input.company, user.company.as_deref());
    if changed {
        users::update(tx, site, &UpdatedBy::School, &UserRef::Id(user.id), &input)?;
    }
    Ok(user.id)
}
