//! What `doctor` asks about who can be reached: the schools under their names, their owners, and people by mail.

use super::Report;
use crate::commands::proxy;
use crate::config::{Config, Failure};
use crate::names;
use delivery::mail::Route;
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

/// Whether the names of the schools lead somewhere, asked from here of the first of them.
pub(super) fn name(config: &Config, store: &Store, report: &mut Report) {
    let check = "names";
    let site = match store.read_now(store::sites::all) {
        Ok(sites) => sites.into_iter().next(),
        Err(error) => return report.failed(check, error.to_string(), "see the line on the database"),
    };
    let Some(site) = site else { return };
    let domain = config.web(0).base_domain;
    let host = format!("{}.{domain}", site.subdomain);
    if names::resolves(&host) {
        report.ok(check, format!("{host} leads somewhere from this machine"));
    } else if domain == "localhost" {
        let found = format!("{host} is known to browsers, but to no other program on this machine");
        report.warning(check, found, format!("for apps under development: {}", names::hosts_line(&host)));
    } else {
        report.warning(
            check,
            format!("{host} leads nowhere from this machine"),
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

/// Whether mail leaves.
pub(super) fn mail(config: &Config, report: &mut Report) {
    let check = "mail";
    match config.mail() {
        Err(error) => report.failed(check, error.to_string(), "look at smtp_url (SCHOLAE_SMTP_URL) and mail_from"),
        Ok(Route::Nowhere) => report.warning(check, NO_MAIL, SET_MAIL),
        Ok(Route::Mailbox) if config.web(0).base_domain != "localhost" => report.warning(
            check,
            "it is kept in the mailbox of development, which everybody can read at /mailbox",
            "set mailbox = false (SCHOLAE_MAILBOX) and smtp_url (SCHOLAE_SMTP_URL)",
        ),
        Ok(Route::Mailbox) => report.ok(check, "it is kept in the mailbox of development, at /mailbox"),
        Ok(_) => report.ok(check, "there is a mail server"),
    }
}

/// What it means that there is no mail server.
pub const NO_MAIL: &str = "there is no mail server: nobody can confirm an address or get a link; mail waits, and is \
                           given up after three days";
/// What to do about it.
pub const SET_MAIL: &str = "set smtp_url (SCHOLAE_SMTP_URL) to the mail server; for trying out, mailbox = true \
                            (SCHOLAE_MAILBOX) keeps mail at /mailbox";
