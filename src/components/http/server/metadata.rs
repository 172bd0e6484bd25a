//! What a request says besides its body, as the metadata of messages.

use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use ecow::EcoVec;
use http::header::{COOKIE, HOST, TRAILER, TRANSFER_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderName, Request};
use percent_encoding::percent_decode_str;

use crate::client::serve::TlsInfo;
use crate::component::PathVars;
use crate::value::{Object, Str, Value};

/// Metadata in the making; what is added later wins.
#[derive(Default)]
pub struct Metadata {
    entries: EcoVec<(Str, Value)>,
}

/// The keys that are too long to be stored inline.
struct Keys {
    user_agent: Str,
    path: Str,
    verb: Str,
    remote_ip: Str,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    user_agent: "http_server_user_agent".into(),
    path: "http_server_request_path".into(),
    verb: "http_server_verb".into(),
    remote_ip: "http_server_remote_ip".into(),
});

/// Headers that concern the connection alone.
const NOT_SHOWN: [HeaderName; 3] = [HOST, TRANSFER_ENCODING, TRAILER];

/// Everything about a request that brings one message or several.
pub fn of_request<B>(request: &Request<B>) -> Object {
    let mut metadata = Metadata::default();
    metadata.put(KEYS.user_agent.clone(), value_of(request.headers(), USER_AGENT));
    metadata.put(KEYS.path.clone(), percent_decode_str(request.uri().path()).decode_utf8_lossy().as_ref());
    metadata.put(KEYS.verb.clone(), request.method().as_str());
    if let Some(remote) = request.extensions().get::<SocketAddr>() {
        metadata.put(KEYS.remote_ip.clone(), ip_text(remote.ip()));
    }
    if let Some(tls) = request.extensions().get::<TlsInfo>() {
        metadata.put("http_server_tls_version", tls.version);
        metadata.put("http_server_tls_cipher_suite", tls.cipher_suite);
    }
    metadata.client(request);
    metadata.finish()
}

/// What is said of every message that comes through a websocket.
pub fn of_websocket<B>(request: &Request<B>) -> Object {
    let mut metadata = Metadata::default();
    metadata.put(KEYS.user_agent.clone(), value_of(request.headers(), USER_AGENT));
    metadata.client(request);
    metadata.finish()
}

// === impl Metadata ===

impl Metadata {
    fn put(&mut self, key: impl Into<Str>, value: impl Into<Str>) {
        self.entries.push((key.into(), Value::String(value.into())));
    }

    /// What clients choose: headers, query, variables of the path, cookies.
    fn client<B>(&mut self, request: &Request<B>) {
        let headers = request.headers();
        for name in headers.keys().filter(|name| !NOT_SHOWN.contains(name)) {
            self.put(canonical(name.as_str()), value_of(headers, name));
        }
        if let Some(query) = request.uri().query() {
            self.query(query);
        }
        if let Some(vars) = request.extensions().get::<PathVars>() {
            vars.0.iter().for_each(|(name, value)| self.put(name.clone(), value.clone()));
        }
        for cookies in headers.get_all(COOKIE) {
            self.cookies(&String::from_utf8_lossy(cookies.as_bytes()));
        }
    }

    /// The first value of each name.
    fn query(&mut self, query: &str) {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        // Backwards, so that the first one wins.
        pairs.iter().rev().for_each(|(name, value)| self.put(name.as_ref(), value.as_ref()));
    }

    fn cookies(&mut self, text: &str) {
        for (name, value) in text.split(';').filter_map(|pair| pair.trim().split_once('=')) {
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let value = quoted.unwrap_or(value);
            if !name.is_empty() && name.bytes().all(is_token) && value.bytes().all(is_cookie_octet) {
                self.put(name, value);
            }
        }
    }

    fn finish(self) -> Object {
        Object::from_entries(self.entries)
    }
}

/// The first value of a header; empty if it is missing.
fn value_of(headers: &HeaderMap, name: impl http::header::AsHeaderName) -> Str {
    headers.get(name).map_or_else(Str::new, |value| String::from_utf8_lossy(value.as_bytes()).as_ref().into())
}

/// The usual spelling of a header: `content-type` becomes `Content-Type`.
fn canonical(name: &str) -> Str {
    let mut at_start = true;
    let spelled = name.chars().map(|c| {
        let spelled = if at_start { c.to_ascii_uppercase() } else { c };
        at_start = c == '-';
        spelled
    });
    spelled.collect()
}

/// An address as it is read, v4 also where it came through a v6 socket.
fn ip_text(ip: IpAddr) -> Str {
    ecow::eco_format!("{}", ip.to_canonical())
}

fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

fn is_cookie_octet(b: u8) -> bool {
    (0x20..0x7f).contains(&b) && !matches!(b, b'"' | b';' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_later_wins() {
        let mut request = Request::builder()
            .method("PUT")
            .uri("/a%20b?q=1&q=2&p=x+y&id=query&z")
            .header("host", "h")
            .header("user-agent", "me")
            .header("x-many", "1")
            .header("x-many", "2")
            .header("cookie", "a=1; b=\"q\"; bad name=2; id2=c")
            .body(())
            .expect("a request");
        request
            .extensions_mut()
            .insert(PathVars(vec![("id".into(), "path".into()), ("id2".into(), "p".into())]));
        request.extensions_mut().insert(SocketAddr::from(([127, 0, 0, 1], 1)));
        let metadata = of_request(&request);
        let shown: Vec<_> =
            metadata.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("?"))).collect();
        assert_eq!(
            shown,
            [
                "Cookie=a=1; b=\"q\"; bad name=2; id2=c",
                "User-Agent=me",
                "X-Many=1",
                "a=1",
                "b=q",
                "http_server_remote_ip=127.0.0.1",
                "http_server_request_path=/a b",
                "http_server_user_agent=me",
                "http_server_verb=PUT",
                "id=path",
                "id2=c",
                "p=x y",
                "q=1",
                "z=",
            ]
        );
    }
}
