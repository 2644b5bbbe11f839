//! What `doctor` asks about who can be reached: the schools under their names, and their owners.

use super::Report;
use crate::commands::proxy;
use crate::config::{Config, Failure};
use crate::names;
use store::Store;

/// Whether the server knows of the proxy that it is asked through.
pub(super) fn proxy(config: &Config, report: &mut Report) {
    let check = "proxy";
    match config.proxies {
        0 if proxy::is_noted(&config.data) => report.failed(check, proxy::UNKNOWN_PROXY, proxy::SET_PROXIES),
        0 => report.ok(check, "no request has come through one since the server was started"),
        1 => report.ok(check, "one stands before the server"),
        more => report.ok(check, format!("{more} stand before the server")),
    }
}

/// Whether names of schools lead anywhere from this machine.
pub(super) fn address(config: &Config, report: &mut Report) {
    let (check, web) = ("address", config.web(0));
    if web.base_domain == "localhost" {
        report.warning(
            check,
            "the base domain is localhost: the schools are only reached from this machine",
            "fine for trying out; otherwise set base_domain (SCHOLAE_BASE_DOMAIN) to a domain of yours",
        );
    } else if web.scheme == "http" {
        report.warning(
            check,
            format!("links to schools under {} begin with http", web.base_domain),
            "put a proxy with a certificate in front, and set scheme = \"https\" (SCHOLAE_SCHEME)",
        );
    } else {
        report.ok(check, format!("schools are under {}", web.base_domain));
    }
}

/// So many schools are looked up: a look-up may take seconds.
const LOOKED_UP: usize = 20;

/// Whether the names of the schools lead somewhere, asked from here.
pub(super) fn name(config: &Config, store: &Store, report: &mut Report) {
    let check = "names";
    let sites = match store.read_now(store::sites::all) {
        Ok(sites) => sites,
        Err(error) => return report.failed(check, error.to_string(), "see the line on the database"),
    };
    if sites.is_empty() {
        return;
    }
    let alone = sites.len() == 1;
    let domain = config.web(0).base_domain;
    let hosts = sites.iter().take(LOOKED_UP).map(|site| format!("{}.{domain}", site.subdomain));
    let (known, unknown): (Vec<String>, Vec<String>) = hosts.partition(|host| names::resolves(host));
    let shown = |hosts: &[String], one: &str, more: &str| {
        format!("{} {}", hosts.join(", "), if hosts.len() == 1 { one } else { more })
    };
    if unknown.is_empty() {
        report.ok(check, shown(&known, "leads somewhere from this machine", "lead somewhere from this machine"));
    } else if domain == "localhost" {
        let are = "known to browsers, but to no other program on this machine";
        let found = shown(&unknown, &format!("is {are}"), &format!("are {are}"));
        let advice = match alone {
            true => format!("apps under development can use {domain} instead, as long as this is the only school"),
            false => format!("for apps under development: {}", names::hosts_line(&unknown.join(" "))),
        };
        report.warning(check, found, advice);
    } else {
        report.warning(
            check,
            shown(&unknown, "leads nowhere from this machine", "lead nowhere from this machine"),
            format!("give *.{domain} an entry in the DNS that leads to this server or the proxy before it"),
        );
    }
}

/// Whether every school has an owner.
pub(super) fn owners(store: &Store, report: &mut Report) {
    let check = "owners";
    let found = store.read_now(|tx| Ok::<_, Failure>((store::sites::all(tx)?.len(), identity::owners::missing(tx)?)));
    match found {
        Ok((0, _)) => {}
        Ok((_, without)) if without.is_empty() => report.ok(check, "every school has one"),
        Ok((schools, without)) => report.warning(
            check,
            format!("{} of {schools} schools have none: {}", without.len(), without.join(", ")),
            "`scholae owner set --school SUBDOMAIN --email EMAIL` names one, who can then let apps in",
        ),
        Err(failure) => report.failed(check, failure.to_string(), "see the line on the database"),
    }
}
