//! Who may have an account of a school by themselves: everybody, nobody whom it has not invited, or whoever has an
//! address of a host that it names. What people make for others (the admin area, imports, the API) is not held to it, nor
//! whoever has an account.

use crate::check::Check;
use crate::email;
use crate::error::{Error, Result};
use crate::security_log::{self, Kind};
use crate::sites::{self, Site};
use store::Tx;
use store::addresses::email_key;
pub use store::sites::SignUpRule;

/// A school names so many hosts at most.
pub const MOST_DOMAINS: usize = 100;

/// The hosts of addresses that a school names, in the form in which they are compared.
pub fn domains(site: &Site) -> impl Iterator<Item = &str> {
    site.sign_up_domains.lines()
}

/// Whether somebody with this address may have an account by themselves.
#[must_use]
pub fn admits(site: &Site, email: &str) -> bool {
    match site.sign_up_rule {
        SignUpRule::Open => true,
        SignUpRule::Invited => false,
        SignUpRule::Domains => {
            let key = email_key(email);
            key.rsplit_once('@').is_some_and(|(_, host)| domains(site).any(|named| named == host))
        }
    }
}

/// Refuses somebody who may not.
///
/// # Errors
/// [`Error::Invalid`], which says what the rule is.
pub fn check(site: &Site, email: &str) -> Result<()> {
    if admits(site, email) {
        return Ok(());
    }
    Err(match site.sign_up_rule {
        SignUpRule::Domains => Error::invalid("email", "is not at a host from which people may sign up here"),
        _ => Error::invalid("base", "Accounts of this school are by invitation only"),
    })
}

/// Changes the rule. The hosts are written as people do: apart by blanks, commas or lines, with or without an `@` before.
/// They are kept whatever the rule is.
///
/// # Errors
/// [`Error::Invalid`] when one is no host, there are too many, or the rule asks for one and there is none.
pub fn set(tx: &mut Tx<'_>, site: &Site, rule: SignUpRule, written: &str) -> Result<()> {
    let mut check = Check::new();
    let mut named: Vec<String> = Vec::new();
    let parts = written.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|part| !part.is_empty());
    for part in parts {
        let address = format!("a@{}", part.strip_prefix('@').unwrap_or(part));
        let key = email_key(&address);
        let host = key.strip_prefix("a@").filter(|_| email::address(&address).is_some());
        match host {
            Some(host) if named.iter().any(|known| known == host) => {}
            Some(host) => named.push(host.to_owned()),
            None => {
                let shown: String = part.chars().take(100).collect();
                check.add("domains", format!("has {shown}, which is no host of addresses"));
                break;
            }
        }
    }
    check.that(named.len() <= MOST_DOMAINS, "domains", &format!("are too many (maximum is {MOST_DOMAINS})"));
    check.that(rule != SignUpRule::Domains || !named.is_empty() || !check.is_fine(), "domains", "can't be blank");
    check.done()?;
    let domains = named.join("\n");
    if rule == site.sign_up_rule && domains == site.sign_up_domains {
        return Ok(());
    }
    let detail = match rule {
        SignUpRule::Open => "open to everybody".to_owned(),
        SignUpRule::Invited => "by invitation only".to_owned(),
        SignUpRule::Domains => format!("addresses at {}", named.join(", ")),
    };
    sites::update(tx, site, |site| {
        site.sign_up_rule = rule;
        site.sign_up_domains = domains;
    })?;
    security_log::record(tx, site.id, Kind::SignUpRuleChanged, None, &detail)
}
