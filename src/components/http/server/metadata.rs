//! What a request says besides its body, as the metadata of messages.

use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use ecow::EcoVec;
use http::{HeaderMap, Request};
use percent_encoding::percent_decode_str;
use smallvec::SmallVec;

use crate::client::serve::TlsInfo;
use crate::component::PathVars;
use crate::value::{Object, Str, Value};

/// A request without its headers.
pub struct Line<'a> {
    pub method: &'a str,
    /// As it was sent.
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub vars: &'a PathVars,
    pub remote: Option<Str>,
    pub tls: Option<TlsInfo>,
}

/// Metadata in the making; what is added later wins.
struct Metadata {
    entries: EcoVec<(Str, Value)>,
}

/// The keys that are too long to be stored inline.
struct Keys {
    user_agent: Str,
    path: Str,
    verb: Str,
    remote_ip: Str,
    tls_version: Str,
    tls_cipher_suite: Str,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    user_agent: "http_server_user_agent".into(),
    path: "http_server_request_path".into(),
    verb: "http_server_verb".into(),
    remote_ip: "http_server_remote_ip".into(),
    tls_version: "http_server_tls_version".into(),
    tls_cipher_suite: "http_server_tls_cipher_suite".into(),
});

/// Headers that concern the connection alone.
const NOT_SHOWN: [&str; 3] = ["host", "transfer-encoding", "trailer"];

/// What a message that was posted gets to know. Of equal headers the last one counts.
pub fn of_request<'a>(line: &Line<'_>, headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Object {
    let mut metadata = Metadata::new();
    metadata.put(KEYS.path.clone(), decoded(line.path));
    metadata.put(KEYS.verb.clone(), line.method);
    if let Some(remote) = &line.remote {
        metadata.put(KEYS.remote_ip.clone(), remote.clone());
    }
    if let Some(tls) = &line.tls {
        metadata.put(KEYS.tls_version.clone(), tls.version);
        metadata.put(KEYS.tls_cipher_suite.clone(), tls.cipher_suite);
    }
    metadata.client(line, headers);
    Object::from_entries(metadata.entries)
}

/// What every message that comes through a websocket gets to know.
pub fn of_websocket<'a>(line: &Line<'_>, headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Object {
    let mut metadata = Metadata::new();
    metadata.client(line, headers);
    Object::from_entries(metadata.entries)
}

/// The headers of a request, of equal ones the first.
pub fn firsts(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8])> {
    headers.keys().filter_map(|name| Some((name.as_str(), headers.get(name)?.as_bytes())))
}

/// An address as it is read, v4 also where it came through a v6 socket.
pub fn ip_text(ip: IpAddr) -> Str {
    ecow::eco_format!("{}", ip.to_canonical())
}

// === impl Line ===

static NO_VARS: PathVars = PathVars(Vec::new());

impl<'a> Line<'a> {
    pub fn of<B>(request: &'a Request<B>) -> Self {
        let extensions = request.extensions();
        Self {
            method: request.method().as_str(),
            path: request.uri().path(),
            query: request.uri().query(),
            vars: extensions.get().unwrap_or(&NO_VARS),
            remote: extensions.get::<SocketAddr>().map(|remote| ip_text(remote.ip())),
            tls: extensions.get().copied(),
        }
    }
}

// === impl Metadata ===

impl Metadata {
    fn new() -> Self {
        Self { entries: EcoVec::with_capacity(12) }
    }

    fn put(&mut self, key: impl Into<Str>, value: impl Into<Str>) {
        self.entries.push((key.into(), Value::String(value.into())));
    }

    /// What clients choose: headers, query, variables of the path, cookies.
    fn client<'a>(&mut self, line: &Line<'_>, headers: impl Iterator<Item = (&'a str, &'a [u8])>) {
        let mut cookies = SmallVec::<[&[u8]; 1]>::new();
        self.put(KEYS.user_agent.clone(), Str::new());
        for (name, value) in headers {
            if NOT_SHOWN.iter().any(|hidden| name.eq_ignore_ascii_case(hidden)) {
                continue;
            }
            if name.eq_ignore_ascii_case("cookie") {
                cookies.push(value);
            } else if name.eq_ignore_ascii_case("user-agent") {
                self.put(KEYS.user_agent.clone(), text(value));
            }
            self.put(canonical(name), text(value));
        }
        if let Some(query) = line.query {
            self.query(query);
        }
        line.vars.0.iter().for_each(|(name, value)| self.put(name.clone(), value.clone()));
        cookies.iter().for_each(|cookies| self.cookies(&text(cookies)));
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
}

/// A path without percent signs.
pub fn decoded(path: &str) -> Str {
    match memchr::memchr(b'%', path.as_bytes()) {
        None => path.into(),
        Some(_) => percent_decode_str(path).decode_utf8_lossy().as_ref().into(),
    }
}

fn text(bytes: &[u8]) -> Str {
    String::from_utf8_lossy(bytes).as_ref().into()
}

/// The usual spelling of a header: `content-type` becomes `Content-Type`.
fn canonical(name: &str) -> Str {
    let mut spelled = Str::with_capacity(name.len());
    let mut at_start = true;
    for c in name.chars() {
        spelled.push(if at_start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() });
        at_start = c == '-';
    }
    spelled
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
        let metadata = of_request(&Line::of(&request), firsts(request.headers()));
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
