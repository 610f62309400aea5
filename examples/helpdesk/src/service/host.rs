//! Whether a web page tricked a browser into asking a service that is only
//! for this machine.
//!
//! Such a page has its own name resolve to 127.0.0.1 (DNS rebinding); the
//! browser then takes the service for the page's own server, and lets the page
//! read its answers. The name stands in the header `Host`. An address cannot
//! be made to resolve to another, and `localhost` belongs to nobody.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::actor::only;
use super::problem::{Kind, Problem};

/// Lets a request in that names this machine, or nothing.
pub(super) async fn check(request: Request, next: Next) -> Response {
    let host = only(request.headers(), header::HOST.as_str());
    let ours = host.is_ok_and(|host| host.is_none_or(|host| host.to_str().is_ok_and(is_this_machine)));
    if ours {
        return next.run(request).await;
    }
    let detail = "this service listens for its own machine only: call it by its address or as localhost";
    Problem::new(Kind::WrongHost, detail).into_response()
}

fn is_this_machine(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn addresses_and_localhost_are_this_machine() {
        for host in ["localhost", "LOCALHOST:7717", "desk.localhost", "127.0.0.1:7717", "[::1]:7717", "[::1]"]
        {
            assert!(is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for host in
            ["evil.example", "localhost.evil.example:7717", "notlocalhost", "127.0.0.1.evil.example", ""]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
