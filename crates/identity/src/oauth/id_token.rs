//! What an app learns about a person: the claims of id tokens and of userinfo.

use super::keys::ID_TOKEN_MS;
use super::tokens::Identity;
use crate::rights;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use school::Site;
use school::roles::Role;
use school::users::User;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// A person's roles, by the names of the REST API. Apps look here whether somebody runs the school: whoever may use the
/// Admin API is a site admin here, the owner and partners too.
fn roles(site: &Site, user: &User) -> Vec<&'static str> {
    let roles = if rights::may_use_admin_api(site, user) { user.roles.with(Role::SiteAdmin) } else { user.roles };
    roles.names().collect()
}

/// The claims about a person that an app asked for (OpenID Connect Core 1.0, section 5.4). `domain` is the host of the
/// school. `roles` comes with `openid`: no scope of its own is known for it.
#[must_use]
pub fn claims(site: &Site, domain: &str, identity: &Identity) -> Map<String, Value> {
    let Identity { user, claims, .. } = identity;
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| {
        told.insert(name.to_owned(), value);
    };
    if claims.email {
        tell("email", json!(user.email));
    }
    if claims.profile {
        tell("family_name", json!(user.last_name));
        tell("given_name", json!(user.first_name));
        tell("name", json!(format!("{} {}", user.first_name, user.last_name).trim()));
        if let Some(picture) = &user.avatar_url {
            tell("picture", json!(picture));
        }
        tell("updated_at", json!(user.updated_at.div_euclid(1000)));
    }
    tell("roles", json!(roles(site, user)));
    if claims.site {
        tell(
            "site",
            json!({
                "currency": site.currency,
                "domain": domain,
                "name": site.name,
                "subdomain": site.subdomain,
                "support_email": site.support_email,
            }),
        );
    }
    tell("sub", json!(user.gid));
    tell("user_id_api_v1", json!(user.id.to_string()));
    told
}

/// What stands in an id token beside the claims about the person.
#[derive(Debug, Clone, Copy)]
pub struct IdTokenContext<'a> {
    /// The school's own origin.
    pub issuer: &'a str,
    /// The host of the school.
    pub domain: &'a str,
    /// The app that it is for.
    pub client_id: &'a str,
    /// The code that travels beside it.
    pub code: Option<&'a str>,
    /// The access token that travels beside it.
    pub access_token: Option<&'a str>,
    /// Now, in milliseconds.
    pub now: i64,
}

/// The claims of an id token (OpenID Connect Core 1.0, sections 2, 3.1.3.6 and 3.3.2.11).
#[must_use]
pub fn id_token(site: &Site, identity: &Identity, context: &IdTokenContext<'_>) -> Value {
    let seconds = |ms: i64| ms.div_euclid(1000);
    let mut all = Map::new();
    all.insert("iss".to_owned(), json!(context.issuer));
    all.insert("aud".to_owned(), json!(context.client_id));
    all.insert("iat".to_owned(), json!(seconds(context.now)));
    all.insert("exp".to_owned(), json!(seconds(context.now + ID_TOKEN_MS)));
    all.insert("auth_time".to_owned(), json!(seconds(identity.signed_in_at)));
    if let Some(nonce) = &identity.nonce {
        all.insert("nonce".to_owned(), json!(nonce));
    }
    if let Some(code) = context.code {
        all.insert("c_hash".to_owned(), json!(half_hash(code)));
    }
    if let Some(token) = context.access_token {
        all.insert("at_hash".to_owned(), json!(half_hash(token)));
    }
    all.extend(claims(site, context.domain, identity));
    Value::Object(all)
}

/// The left half of the hash that goes with RS256, in base64url.
fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    /// The example of OpenID Connect Core 1.0, appendix A.4: code and c_hash.
    #[test]
    fn the_known_vector() {
        assert_eq!(
            super::half_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }
}
