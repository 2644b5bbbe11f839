//! Where an app may have people sent back to.

use url::{Host, Url};

/// The longest redirect URI, in bytes.
const LONGEST: usize = 2000;

/// What is wrong with a redirect URI that is to be registered; nothing when it may be. It is an absolute address
/// without a fragment (RFC 6749, section 3.1.2), by https, or by http to the machine itself (RFC 8252, section 7.3).
#[must_use]
pub fn problem(uri: &str) -> Option<&'static str> {
    if uri.len() > LONGEST {
        return Some("is too long (maximum is 2000 characters)");
    }
    if !uri.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && !b"\\\"<>^`{|}".contains(&byte)) {
        return Some("may only have the characters of an address");
    }
    let Ok(url) = Url::parse(uri) else { return Some("must be an absolute address") };
    if uri.contains('#') {
        return Some("must not have a fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("must not have a user name or password");
    }
    let this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Some("must have a host"),
    };
    match url.scheme() {
        "https" => None,
        "http" if this_machine => None,
        "http" => Some("must begin with https:// unless it leads to localhost"),
        _ => Some("must begin with https://"),
    }
}

/// Whether a requested redirect URI is a registered one: the same to the letter, but for the port of one that leads to
/// the machine itself, which a program there chooses when it starts (RFC 8252, section 7.3).
#[must_use]
pub fn matches(registered: &str, requested: &str) -> bool {
    if registered == requested {
        return true;
    }
    match (on_this_machine(registered), on_this_machine(requested)) {
        (Some(registered), Some(requested)) => registered == requested,
        _ => false,
    }
}

/// The host and what follows the port, of an http address of the machine itself.
fn on_this_machine(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["localhost", "127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let rest = &rest[host.len()..];
    let rest = match rest.strip_prefix(':') {
        Some(port) => {
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            port[..digits].parse::<u16>().ok()?;
            &port[digits..]
        }
        None => rest,
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

#[cfg(test)]
mod tests {
    use super::{matches, problem};

    #[test]
    fn https_anywhere_and_http_to_this_machine_may_be_registered() {
        for fine in [
            "https://app.example/callback",
            "https://app.example:8443/callback?a=b",
            "http://localhost:3000/callback",
            "http://127.0.0.1/callback",
            "http://[::1]:4000/",
        ] {
            assert_eq!(problem(fine), None, "{fine}");
        }
        for wrong in [
            "",
            "/callback",
            "app.example/callback",
            "http://app.example/callback",
            "http://localhost.evil.example/",
            "https://app.example/callback#here",
            "https://app.example/#",
            "https://user@app.example/",
            "https://user:word@app.example/",
            "https://app.example/a b",
            "https://app.example\\@evil.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "com.example.app:/callback",
            "https://app.exämple/",
            "https://",
        ] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn only_the_port_of_this_machine_is_free() {
        assert!(matches("https://app.example/callback", "https://app.example/callback"));
        for (registered, requested) in [
            ("http://127.0.0.1/callback", "http://127.0.0.1:51234/callback"),
            ("http://127.0.0.1:3000/callback", "http://127.0.0.1:51234/callback"),
            ("http://[::1]:3000/callback?a=b", "http://[::1]/callback?a=b"),
            ("http://localhost:3000", "http://localhost:4000"),
        ] {
            assert!(matches(registered, requested), "{requested}");
        }
        for (registered, requested) in [
            ("http://127.0.0.1/callback", "http://127.0.0.1:51234/other"),
            ("http://127.0.0.1/callback", "http://localhost:51234/callback"),
            ("http://127.0.0.1/callback", "http://127.0.0.1:51234/callback/"),
            ("http://127.0.0.1/callback", "http://127.0.0.1:51234@evil.example/callback"),
            ("http://127.0.0.1/callback", "http://127.0.0.1.evil.example/callback"),
            ("http://127.0.0.1/callback", "http://127.0.0.1:99999/callback"),
            ("http://localhost/callback", "http://localhost:/callback"),
            ("http://localhost/callback", "https://localhost:3000/callback"),
            ("https://app.example/callback", "https://app.example:8443/callback"),
            ("https://app.example/callback", "https://app.example/callback/../x"),
        ] {
            assert!(!matches(registered, requested), "{requested}");
        }
    }
}
