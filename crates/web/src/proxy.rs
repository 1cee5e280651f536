//! Proxies before the platform (反向代理): the address a caller comes from, as they tell it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use registry::{network::holds, platform::Platform};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Puts the caller's address in the place of a declared proxy's.
pub async fn see_through(
    State(platform): State<Platform>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    if let Some(peer) = peer {
        let address = caller(peer.ip(), request.headers(), &platform.proxies);
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, peer.port())));
    }
    next.run(request).await
}

/// The nearest address that is no proxy. Each hop is named by the one after it, so that the word of
/// whoever is no proxy counts for nothing.
fn caller(peer: IpAddr, headers: &HeaderMap, proxies: &[String]) -> IpAddr {
    let is_proxy = |address| proxies.iter().any(|proxy| holds(proxy, address));
    // By bytes: what a caller wrote before must not make the rest of the line unreadable.
    let lines = headers.get_all(FORWARDED_FOR).iter().rev();
    let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    let mut address = peer;
    for hop in hops {
        if !is_proxy(address) {
            break;
        }
        // Whoever hides behind a word that is no address is somebody still, and counted as nobody else.
        let Some(named) = read(hop) else { return IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
        address = named;
    }
    address.to_canonical()
}

/// An address, with or without a port.
fn read(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?.trim();
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    text.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_callers() {
        let proxies = ["127.0.0.1".to_owned(), "10.0.0.0/8".to_owned()];
        for (peer, lines, expected) in [
            ("203.0.113.9", &["192.0.2.7"][..], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("::ffff:127.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["198.51.100.1, 192.0.2.7, 10.1.2.3"], "192.0.2.7"),
            ("127.0.0.1", &["198.51.100.1,192.0.2.7", "10.1.2.3"], "192.0.2.7"),
            ("127.0.0.1", &["192.0.2.7:4711"], "192.0.2.7"),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("127.0.0.1", &["示例, 192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["192.0.2.7, unknown, 10.1.2.3"], "0.0.0.0"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                headers.append(FORWARDED_FOR, value);
            }
            let found = caller(peer.parse().unwrap(), &headers, &proxies);
            assert_eq!(found.to_string(), expected, "{peer} {lines:?}");
        }
    }
}
