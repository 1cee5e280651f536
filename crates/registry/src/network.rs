//! Networks a key may be used from, and those of proxies.

use std::net::IpAddr;

/// Whether an address lies in a network such as `192.0.2.0/24`, or is the one that is named.
#[must_use]
pub fn holds(network: &str, address: IpAddr) -> bool {
    let (base, bits) = match network.split_once('/') {
        Some((base, bits)) => (base, bits.parse::<u32>().ok()),
        None => (network, None),
    };
    let bytes = |address: IpAddr| match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let Ok(base) = base.parse::<IpAddr>() else { return false };
    let (base, address) = (bytes(base), bytes(address));
    let whole = u32::try_from(base.len() * 8).unwrap_or_default();
    let bits = bits.unwrap_or(whole).min(whole);
    let bit = |bytes: &[u8], at: u32| {
        let byte = bytes.get(usize::try_from(at / 8).unwrap_or_default()).copied();
        byte.unwrap_or_default() >> (7 - at % 8) & 1
    };
    base.len() == address.len() && (0..bits).all(|at| bit(&base, at) == bit(&address, at))
}

/// What is counted of an address: all of it, or the network of one line where it is of version 6, of
/// whose addresses everybody has more than can be counted.
#[must_use]
pub fn counted(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

/// Whether a text names a network or an address.
#[must_use]
pub fn is_network(text: &str) -> bool {
    let (base, bits) = text.split_once('/').unwrap_or((text, "0"));
    let bits = bits.parse::<u32>().ok();
    match base.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => bits.is_some_and(|bits| bits <= 32),
        Ok(IpAddr::V6(_)) => bits.is_some_and(|bits| bits <= 128),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_line_count_as_one() {
        assert_eq!(counted("2001:db8:0:1::7"), counted("2001:db8:0:1:ffff::9"));
        assert_ne!(counted("2001:db8:0:1::7"), counted("2001:db8:0:2::7"));
        assert_eq!(counted("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(counted("local"), "local");
    }

    #[test]
    fn a_network_holds_its_addresses() {
        for (network, address, inside) in [
            ("192.0.2.0/24", "192.0.2.7", true),
            ("192.0.2.0/24", "192.0.3.7", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.0/24", "::ffff:192.0.2.9", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
        ] {
            assert_eq!(holds(network, address.parse().unwrap()), inside, "{network} {address}");
            assert!(is_network(network));
        }
        for wrong in ["", "x", "192.0.2.0/33", "2001:db8::/129", "192.0.2", "192.0.2.0/-1"] {
            assert!(!is_network(wrong), "{wrong}");
        }
    }
}
