use super::*;

fn production(allow: &str) -> Policy {
    Policy::new("production", allow, "school.example").expect("a policy")
}

/// Targets, and why production refuses them.
const TARGETS: &[(&str, Option<Refused>)] = &[
    ("https://example.org/hooks?a=b", None),
    ("https://example.org:8443/hooks", None),
    ("HTTPS://EXAMPLE.ORG", None),
    ("https://user:secret@example.org/", None),
    ("https://8.8.8.8/", None),
    ("https://[2606:4700:4700::1111]/", None),
    ("https://bücher.example/", None),
    ("https://notschool.example/", None),
    ("https://school.example.org/", None),
    ("https://localhost.example.org/", None),
    ("http://example.org/hooks", Some(Refused::NotHttps)),
    ("http://localhost/", Some(Refused::NotHttps)),
    ("ftp://example.org/", Some(Refused::Malformed)),
    ("file:///etc/passwd", Some(Refused::Malformed)),
    ("gopher://example.org/", Some(Refused::Malformed)),
    ("javascript:alert(1)", Some(Refused::Malformed)),
    ("data:text/plain,x", Some(Refused::Malformed)),
    ("unix:/var/run/docker.sock", Some(Refused::Malformed)),
    ("example.org/hooks", Some(Refused::Malformed)),
    ("//example.org/hooks", Some(Refused::Malformed)),
    ("https://", Some(Refused::Malformed)),
    ("https://:443/", Some(Refused::Malformed)),
    ("https://exa mple.org/", Some(Refused::Malformed)),
    ("https://example.org:99999/", Some(Refused::Malformed)),
    ("https://256.1.1.1/", Some(Refused::Malformed)),
    ("https://1.2.3.4.5/", Some(Refused::Malformed)),
    ("https://[::1/", Some(Refused::Malformed)),
    ("https://[fe80::1%25eth0]/", Some(Refused::Malformed)),
    ("", Some(Refused::Malformed)),
    // Names of this network.
    ("https://localhost/", Some(Refused::LocalName)),
    ("https://LOCALHOST:3000/", Some(Refused::LocalName)),
    ("https://localhost./", Some(Refused::LocalName)),
    ("https://demo.localhost/", Some(Refused::LocalName)),
    ("https://printer.local/", Some(Refused::LocalName)),
    ("https://metadata.google.internal/computeMetadata/v1/", Some(Refused::LocalName)),
    ("https://nas.home.arpa/", Some(Refused::LocalName)),
    ("https://router.lan/", Some(Refused::LocalName)),
    ("https://localhost.localdomain/", Some(Refused::LocalName)),
    ("https://postgres:5432/", Some(Refused::LocalName)),
    ("https://metadata/", Some(Refused::LocalName)),
    ("https://ⓛocalhost/", Some(Refused::LocalName)),
    ("https://%6cocalhost/", Some(Refused::LocalName)),
    // Addresses in every notation that some client understands.
    ("https://127.0.0.1/", Some(Refused::NotPublic)),
    ("https://127.0.0.1./", Some(Refused::NotPublic)),
    ("https://127.1/", Some(Refused::NotPublic)),
    ("https://0x7f.1/", Some(Refused::NotPublic)),
    ("https://0x7f000001/", Some(Refused::NotPublic)),
    ("https://0X7F.0.0.0X1/", Some(Refused::NotPublic)),
    ("https://2130706433/", Some(Refused::NotPublic)),
    ("https://017700000001/", Some(Refused::NotPublic)),
    ("https://0177.0.0.1/", Some(Refused::NotPublic)),
    ("https://0/", Some(Refused::NotPublic)),
    ("https://%31%32%37.0.0.1/", Some(Refused::NotPublic)),
    ("https://127。0。0。1/", Some(Refused::NotPublic)),
    ("https://①②⑦.0.0.1/", Some(Refused::NotPublic)),
    ("https://127.0.0.1:80@127.0.0.1/", Some(Refused::NotPublic)),
    ("https://example.org@127.0.0.1/", Some(Refused::NotPublic)),
    ("https://example.org\\@127.0.0.1/", None), // a backslash is a slash: the host is example.org
    ("https:\\\\127.0.0.1/", Some(Refused::NotPublic)),
    ("https:/127.0.0.1/", Some(Refused::NotPublic)),
    ("https://\t127.0.\n0.1/", Some(Refused::NotPublic)),
    ("https://127.0.0.1#@example.org/", Some(Refused::NotPublic)),
    ("https://10.0.0.1/", Some(Refused::NotPublic)),
    ("https://172.16.3.4/", Some(Refused::NotPublic)),
    ("https://192.168.1.1/", Some(Refused::NotPublic)),
    ("https://192.11010305/", Some(Refused::NotPublic)), // 192.168.1.1
    ("https://169.254.169.254/latest/meta-data/", Some(Refused::NotPublic)),
    ("https://0xa9fea9fe/", Some(Refused::NotPublic)),
    ("https://2852039166/", Some(Refused::NotPublic)),
    ("https://100.64.0.1/", Some(Refused::NotPublic)),
    ("https://198.18.0.1/", Some(Refused::NotPublic)),
    ("https://203.0.113.1/", Some(Refused::NotPublic)),
    ("https://224.0.0.1/", Some(Refused::NotPublic)),
    ("https://255.255.255.255/", Some(Refused::NotPublic)),
    ("https://[::1]/", Some(Refused::NotPublic)),
    ("https://[::]/", Some(Refused::NotPublic)),
    ("https://[0:0:0:0:0:0:0:1]/", Some(Refused::NotPublic)),
    ("https://[::ffff:127.0.0.1]/", Some(Refused::NotPublic)),
    ("https://[::ffff:7f00:1]/", Some(Refused::NotPublic)),
    ("https://[::127.0.0.1]/", Some(Refused::NotPublic)),
    ("https://[64:ff9b::169.254.169.254]/", Some(Refused::NotPublic)),
    ("https://[2002:7f00:1::]/", Some(Refused::NotPublic)),
    ("https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", Some(Refused::NotPublic)),
    ("https://[fd00:ec2::254]/", Some(Refused::NotPublic)),
    ("https://[fe80::1]/", Some(Refused::NotPublic)),
    ("https://[ff02::1]/", Some(Refused::NotPublic)),
    ("https://[2001:db8::1]/", Some(Refused::NotPublic)),
    // The platform's own hosts.
    ("https://school.example/api/v2/webhooks", Some(Refused::OwnDomain)),
    ("https://demo.school.example/", Some(Refused::OwnDomain)),
    ("https://DEMO.School.Example./", Some(Refused::OwnDomain)),
];

#[test]
fn what_production_takes_and_refuses() {
    let policy = production("");
    for (target, expected) in TARGETS {
        assert_eq!(check_url(target, &policy).err(), *expected, "{target:?}");
    }
}

#[test]
fn what_is_allowed_beside_the_public_internet() {
    let policy = production("n8n.lan, receiver.internal:8080 ,10.20.0.0/16, fd12::/16,192.168.1.7, secure.corp:443,");
    let table = [
        ("http://n8n.lan:5678/webhook", true),
        ("https://N8N.LAN./", true),
        ("https://sub.n8n.lan/", false),
        ("http://receiver.internal:8080/", true),
        ("http://receiver.internal/", false),
        ("https://receiver.internal:8081/", false),
        ("http://10.20.30.40/", true),
        ("https://10.21.0.1/", false),
        ("http://[fd12::9]:3000/", true),
        ("https://[fd13::9]/", false),
        ("http://192.168.1.7/", true),
        ("https://192.168.1.8/", false),
        ("https://secure.corp/", true),
        ("https://secure.corp:444/", false),
        ("http://example.org/", false),
    ];
    for (target, allowed) in table {
        assert_eq!(check_url(target, &policy).is_ok(), allowed, "{target}");
    }
    for wrong in ["http://n8n.lan", "a b", "10.0.0.0/40", "user@host", "host/path"] {
        assert!(Policy::new("production", wrong, "x.example").is_err(), "{wrong}");
    }
    assert!(Policy::new("staging", "", "x.example").is_err());
}

#[test]
fn where_a_name_may_lead() {
    let policy = production("n8n.lan:5678, 10.20.0.0/16");
    let admits = |host: &str, port: u16, address: &str| policy.admits(host, port, address.parse().expect(address));
    assert!(admits("example.org", 443, "93.184.215.14"));
    assert!(!admits("example.org", 443, "127.0.0.1"));
    assert!(!admits("example.org", 443, "169.254.169.254"));
    assert!(!admits("example.org", 443, "::ffff:10.0.0.1"));
    assert!(admits("example.org", 443, "10.20.1.1"));
    assert!(admits("n8n.lan", 5678, "192.168.1.1"));
    assert!(!admits("n8n.lan", 80, "192.168.1.1"));
}

#[test]
fn development_welcomes_the_machine_itself() {
    let policy = Policy::new("development", "", "localhost").expect("a policy");
    for target in ["http://localhost:3000/hooks", "http://127.0.0.1:1/", "https://demo.localhost/", "http://[::1]:80/"]
    {
        assert_eq!(check_url(target, &policy), Ok(()), "{target}");
    }
    for target in ["ftp://localhost/", "localhost:3000", "/hooks", "mailto:a@example.org"] {
        assert_eq!(check_url(target, &policy), Err(Refused::Malformed), "{target}");
    }
    assert!(policy.admits("localhost", 3000, IpAddr::from([127, 0, 0, 1])));
}
