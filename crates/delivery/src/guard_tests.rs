use super::*;

fn production(allow: &str) -> Policy {
    Policy::new("production", allow, "school.example").expect("a policy")
}

/// Targets, and why production refuses them.
const TARGETS: &[(&str, Option<TargetError>)] = &[
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
    ("http://example.org/hooks", Some(TargetError::NotHttps)),
    ("http://localhost/", Some(TargetError::NotHttps)),
    ("ftp://example.org/", Some(TargetError::Malformed)),
    ("file:///etc/passwd", Some(TargetError::Malformed)),
    ("gopher://example.org/", Some(TargetError::Malformed)),
    ("javascript:alert(1)", Some(TargetError::Malformed)),
    ("data:text/plain,x", Some(TargetError::Malformed)),
    ("unix:/var/run/docker.sock", Some(TargetError::Malformed)),
    ("example.org/hooks", Some(TargetError::Malformed)),
    ("//example.org/hooks", Some(TargetError::Malformed)),
    ("https://", Some(TargetError::Malformed)),
    ("https://:443/", Some(TargetError::Malformed)),
    ("https://exa mple.org/", Some(TargetError::Malformed)),
    ("https://example.org:99999/", Some(TargetError::Malformed)),
    ("https://256.1.1.1/", Some(TargetError::Malformed)),
    ("https://1.2.3.4.5/", Some(TargetError::Malformed)),
    ("https://[::1/", Some(TargetError::Malformed)),
    ("https://[fe80::1%25eth0]/", Some(TargetError::Malformed)),
    ("", Some(TargetError::Malformed)),
    // Names of this network.
    ("https://localhost/", Some(TargetError::LocalName)),
    ("https://LOCALHOST:3000/", Some(TargetError::LocalName)),
    ("https://localhost./", Some(TargetError::LocalName)),
    ("https://demo.localhost/", Some(TargetError::LocalName)),
    ("https://printer.local/", Some(TargetError::LocalName)),
    ("https://metadata.google.internal/computeMetadata/v1/", Some(TargetError::LocalName)),
    ("https://nas.home.arpa/", Some(TargetError::LocalName)),
    ("https://router.lan/", Some(TargetError::LocalName)),
    ("https://localhost.localdomain/", Some(TargetError::LocalName)),
    ("https://postgres:5432/", Some(TargetError::LocalName)),
    ("https://metadata/", Some(TargetError::LocalName)),
    ("https://ⓛocalhost/", Some(TargetError::LocalName)),
    ("https://%6cocalhost/", Some(TargetError::LocalName)),
    // Addresses in every notation that some client understands.
    ("https://127.0.0.1/", Some(TargetError::NotPublic)),
    ("https://127.0.0.1./", Some(TargetError::NotPublic)),
    ("https://127.1/", Some(TargetError::NotPublic)),
    ("https://0x7f.1/", Some(TargetError::NotPublic)),
    ("https://0x7f000001/", Some(TargetError::NotPublic)),
    ("https://0X7F.0.0.0X1/", Some(TargetError::NotPublic)),
    ("https://2130706433/", Some(TargetError::NotPublic)),
    ("https://017700000001/", Some(TargetError::NotPublic)),
    ("https://0177.0.0.1/", Some(TargetError::NotPublic)),
    ("https://0/", Some(TargetError::NotPublic)),
    ("https://%31%32%37.0.0.1/", Some(TargetError::NotPublic)),
    ("https://127。0。0。1/", Some(TargetError::NotPublic)),
    ("https://①②⑦.0.0.1/", Some(TargetError::NotPublic)),
    ("https://127.0.0.1:80@127.0.0.1/", Some(TargetError::NotPublic)),
    ("https://example.org@127.0.0.1/", Some(TargetError::NotPublic)),
    ("https://example.org\\@127.0.0.1/", None), // a backslash is a slash: the host is example.org
    ("https:\\\\127.0.0.1/", Some(TargetError::NotPublic)),
    ("https:/127.0.0.1/", Some(TargetError::NotPublic)),
    ("https://\t127.0.\n0.1/", Some(TargetError::NotPublic)),
    ("https://127.0.0.1#@example.org/", Some(TargetError::NotPublic)),
    ("https://10.0.0.1/", Some(TargetError::NotPublic)),
    ("https://172.16.3.4/", Some(TargetError::NotPublic)),
    ("https://192.168.1.1/", Some(TargetError::NotPublic)),
    ("https://192.11010305/", Some(TargetError::NotPublic)), // 192.168.1.1
    ("https://169.254.169.254/latest/meta-data/", Some(TargetError::NotPublic)),
    ("https://0xa9fea9fe/", Some(TargetError::NotPublic)),
    ("https://2852039166/", Some(TargetError::NotPublic)),
    ("https://100.64.0.1/", Some(TargetError::NotPublic)),
    ("https://198.18.0.1/", Some(TargetError::NotPublic)),
    ("https://203.0.113.1/", Some(TargetError::NotPublic)),
    ("https://224.0.0.1/", Some(TargetError::NotPublic)),
    ("https://255.255.255.255/", Some(TargetError::NotPublic)),
    ("https://[::1]/", Some(TargetError::NotPublic)),
    ("https://[::]/", Some(TargetError::NotPublic)),
    ("https://[0:0:0:0:0:0:0:1]/", Some(TargetError::NotPublic)),
    ("https://[::ffff:127.0.0.1]/", Some(TargetError::NotPublic)),
    ("https://[::ffff:7f00:1]/", Some(TargetError::NotPublic)),
    ("https://[::127.0.0.1]/", Some(TargetError::NotPublic)),
    ("https://[64:ff9b::169.254.169.254]/", Some(TargetError::NotPublic)),
    ("https://[2002:7f00:1::]/", Some(TargetError::NotPublic)),
    ("https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", Some(TargetError::NotPublic)),
    ("https://[fd00:ec2::254]/", Some(TargetError::NotPublic)),
    ("https://[fe80::1]/", Some(TargetError::NotPublic)),
    ("https://[ff02::1]/", Some(TargetError::NotPublic)),
    ("https://[2001:db8::1]/", Some(TargetError::NotPublic)),
    // The platform's own hosts.
    ("https://school.example/api/v2/webhooks", Some(TargetError::OwnDomain)),
    ("https://demo.school.example/", Some(TargetError::OwnDomain)),
    ("https://DEMO.School.Example./", Some(TargetError::OwnDomain)),
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
        assert_eq!(check_url(target, &policy), Err(TargetError::Malformed), "{target}");
    }
    assert!(policy.admits("localhost", 3000, IpAddr::from([127, 0, 0, 1])));
}
