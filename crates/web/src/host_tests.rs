use super::*;

fn decided(version: Version, target: &str, hosts: &[&str]) -> Result<(String, String), HostError> {
    let mut headers = HeaderMap::new();
    for host in hosts {
        headers.append(HOST, HeaderValue::from_str(host).expect("a header"));
    }
    let mut uri: Uri = target.parse().expect("a target");
    decide(version, &mut uri, &mut headers, "https")?;
    Ok((uri.to_string(), requested(&headers).to_owned()))
}

#[test]
fn every_form_of_the_same_host_is_decided_to_be_the_same() {
    for host in [
        "demo.school.example",
        "Demo.SCHOOL.example",
        "demo.school.example.",
        "demo.school.example:443",
        "demo.school.example.:443",
        "demo.school.example:",
    ] {
        let same = |found: &str| assert_eq!(found, "demo.school.example", "{host}");
        same(&decided(Version::HTTP_11, "/a?b=c", &[host]).expect(host).1);
        same(&decided(Version::HTTP_10, "/a?b=c", &[host]).expect(host).1);
        if host.ends_with(':') {
            continue;
        }
        let absolute = format!("http://{host}/a?b=c");
        for (version, hosts) in [(Version::HTTP_11, &[host][..]), (Version::HTTP_2, &[]), (Version::HTTP_2, &[host])] {
            let (target, found) = decided(version, &absolute, hosts).expect(host);
            same(&found);
            assert_eq!(target, "/a?b=c");
        }
    }
    for (host, found) in [
        ("127.0.0.1:9000", "127.0.0.1:9000"),
        ("[::1]", "[::1]"),
        ("[0:0::1]:9000", "[::1]:9000"),
        ("[2001:DB8::1]:443", "[2001:db8::1]"),
        ("a_b.example:80", "a_b.example:80"),
        ("a.example:0443", "a.example"),
        ("", ""),
    ] {
        assert_eq!(decided(Version::HTTP_11, "/", &[host]).expect(host).1, found, "{host}");
    }
}

#[test]
fn a_request_of_two_minds_is_refused() {
    for (version, target, hosts, error) in [
        (Version::HTTP_11, "/", &[][..], HostError::Missing),
        (Version::HTTP_11, "/", &["a.example", "a.example"], HostError::Several),
        (Version::HTTP_2, "http://a.example/", &["a.example", "a.example"], HostError::Several),
        (Version::HTTP_11, "http://a.example/", &["b.example"], HostError::Conflict),
        (Version::HTTP_2, "https://a.example/", &["b.example"], HostError::Conflict),
        (Version::HTTP_2, "https://a.example/", &["a.example:444"], HostError::Conflict),
        (Version::HTTP_11, "http://me@a.example/", &["a.example"], HostError::Invalid),
        (Version::HTTP_11, "ftp://a.example/", &["a.example"], HostError::Scheme),
        (Version::HTTP_2, "ftp://a.example/", &[], HostError::Scheme),
    ] {
        assert_eq!(decided(version, target, hosts), Err(error), "{target} {hosts:?}");
    }
    assert_eq!(decided(Version::HTTP_10, "/", &[]), Ok(("/".to_owned(), String::new())));
    assert_eq!(decided(Version::HTTP_2, "/", &["a.example"]), Ok(("/".to_owned(), "a.example".to_owned())));
}

#[test]
fn what_is_no_host_is_refused() {
    for host in [
        "a b",
        "a/b",
        "a@b",
        "a..b",
        ".a",
        ".",
        "..",
        "a.example..",
        "a:b",
        "a:65536",
        "a:-1",
        "a:80:80",
        "::1",
        "[::1",
        "[::1]x",
        "[1.2.3.4]",
        "[]",
        ":80",
        "a,b",
        "a%2eb",
        "a?b",
        "a#b",
        "http://a",
        "a\\b",
    ] {
        assert_eq!(decided(Version::HTTP_11, "/", &[host]), Err(HostError::Invalid), "{host}");
    }
}

#[test]
fn a_school_is_the_first_label_under_the_base_domain() {
    let of = |host: &'static str, domain: &str| {
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
        (school(&headers, domain).map(str::to_owned), is_platforms(&headers, domain))
    };
    assert_eq!(of("demo.localhost:9000", "localhost"), (Some("demo".to_owned()), false));
    assert_eq!(of("demo.school.example", "School.Example"), (Some("demo".to_owned()), false));
    for (host, platforms) in [
        ("localhost:9000", true),
        ("127.0.0.1:9000", true),
        ("[::1]:9000", true),
        ("[::1]", true),
        ("10.0.0.1", false),
        ("api.localhost", false),
        ("a.b.localhost", false),
        ("evil.example", false),
        (".localhost", false),
        ("", false),
    ] {
        assert_eq!(of(host, "localhost"), (None, platforms), "{host}");
    }
}
