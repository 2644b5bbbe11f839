//! Which addresses are out in the public internet.
//!
//! After the IANA special-purpose address registries (iana.org/assignments/iana-ipv4-special-registry and
//! …/iana-ipv6-special-registry, RFC 6890): what is not globally reachable there is no target for a webhook, nor is an
//! IPv6 address that carries an IPv4 address in it, whatever that one is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses, as `10.0.0.0/8` or `fd00::/8`; a single address is a range of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    first: IpAddr,
    bits: u8,
}

impl Range {
    /// Reads a range.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let first: IpAddr = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { first, bits })
    }

    /// Whether an address is in it.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(first) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                u128::from(first) & mask == u128::from(address) & mask
            }
            _ => false,
        }
    }
}

/// IPv4 ranges that are not public, by first address and length.
const NOT_PUBLIC_V4: [([u8; 4], u8); 18] = [
    ([0, 0, 0, 0], 8),          // this network, and unspecified
    ([10, 0, 0, 0], 8),         // private (RFC 1918)
    ([100, 64, 0, 0], 10),      // behind a provider's NAT (RFC 6598); metadata of Alibaba Cloud
    ([127, 0, 0, 0], 8),        // loopback
    ([168, 63, 129, 16], 32),   // the host of Azure's machines
    ([169, 254, 0, 0], 16),     // link-local; metadata of most clouds
    ([172, 16, 0, 0], 12),      // private
    ([192, 0, 0, 0], 24),       // protocol assignments; metadata of Oracle Cloud
    ([192, 0, 2, 0], 24),       // documentation
    ([192, 88, 99, 0], 24),     // 6to4 relays (RFC 7526)
    ([192, 168, 0, 0], 16),     // private
    ([198, 18, 0, 0], 15),      // benchmarking (RFC 2544)
    ([198, 51, 100, 0], 24),    // documentation
    ([203, 0, 113, 0], 24),     // documentation
    ([224, 0, 0, 0], 4),        // multicast
    ([233, 252, 0, 0], 24),     // documentation
    ([240, 0, 0, 0], 4),        // reserved
    ([255, 255, 255, 255], 32), // broadcast
];

/// IPv6 ranges within 2000::/3, which is all that is given out as public, that are not public.
const NOT_PUBLIC_V6: [([u16; 3], u8); 4] = [
    ([0x2001, 0, 0], 23),     // protocol assignments: Teredo, benchmarking, ORCHID
    ([0x2001, 0xdb8, 0], 32), // documentation
    ([0x2002, 0, 0], 16),     // 6to4: an IPv4 address inside
    ([0x3fff, 0, 0], 20),     // documentation (RFC 9637)
];

/// Whether an address is out in the public internet.
///
/// What lies outside 2000::/3 is not: loopback, unspecified, mapped and compatible IPv4 (`::ffff:0:0/96`, `::/96`),
/// NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), unique local (`fc00::/7`), link-local (`fe80::/10`), multicast
/// (`ff00::/8`).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !NOT_PUBLIC_V4
            .iter()
            .any(|(first, bits)| Range { first: IpAddr::V4(Ipv4Addr::from(*first)), bits: *bits }.has(IpAddr::V4(v4))),
        IpAddr::V6(v6) => {
            v6.segments()[0] & 0xe000 == 0x2000
                && !NOT_PUBLIC_V6.iter().any(|([a, b, c], bits)| {
                    let first = IpAddr::V6(Ipv6Addr::new(*a, *b, *c, 0, 0, 0, 0, 0));
                    Range { first, bits: *bits }.has(IpAddr::V6(v6))
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "168.63.129.15",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
        "2a00::1",
        "2001:200::1",
        "3ffe::1",
    ];

    const CLOSED: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fdff:ffff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "4000::1",
    ];

    #[test]
    fn public_and_not() {
        for text in PUBLIC {
            assert!(is_public(text.parse().expect(text)), "{text} is public");
        }
        for text in CLOSED {
            assert!(!is_public(text.parse().expect(text)), "{text} is not public");
        }
    }

    #[test]
    fn ranges() {
        let range = |text| Range::parse(text).expect(text);
        let address = |text: &str| text.parse::<IpAddr>().expect(text);
        assert!(range("10.20.0.0/16").has(address("10.20.255.1")));
        assert!(!range("10.20.0.0/16").has(address("10.21.0.1")));
        assert!(range("0.0.0.0/0").has(address("255.1.2.3")));
        assert!(!range("0.0.0.0/0").has(address("::1")));
        assert!(range("fd00::/8").has(address("fdab::1")));
        assert!(range("::/0").has(address("fdab::1")));
        assert!(range("10.0.0.5").has(address("10.0.0.5")));
        assert!(!range("10.0.0.5").has(address("10.0.0.6")));
        for wrong in ["10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "host", "10.0.0.0/-1", ""] {
            assert_eq!(Range::parse(wrong), None, "{wrong}");
        }
    }
}
