//! Reading the head of a plain request: strict, and small enough to be sure of.

use http::Method;

use super::super::server::Pattern;
use super::super::server::metadata::{Line, decoded, of_request};
use super::post::{LARGEST, parts_type};
use crate::value::{Object, Str};

/// The most headers that a plain request has.
const MAX_HEADERS: usize = 64;
/// The longest head that a plain request has.
pub const MAX_HEAD: usize = 32 * 1024;

/// What the beginning of a connection's data is.
pub enum Read {
    /// Not all of the head is there.
    Partial,
    Plain(Head),
    /// Something else, which the general server has to judge.
    Other,
}

/// The head of a request that brings messages.
pub struct Head {
    /// In bytes.
    pub length: usize,
    /// The length of the body in bytes.
    pub body: usize,
    pub method: Method,
    /// The content type of a body in parts.
    pub parts: Option<String>,
    pub metadata: Object,
    /// Whether the client takes compressed answers.
    pub gzip: bool,
}

/// What matters of the headers.
#[derive(Default)]
struct Fields<'a> {
    length: Option<&'a [u8]>,
    content_type: &'a [u8],
    gzip: bool,
}

/// Reads the head at the beginning of `data`, if it is one of a plain request for `path` by one of `verbs`.
pub fn read(data: &[u8], path: &Pattern, verbs: &[Method], remote: &Str) -> Read {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(data) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if data.len() < MAX_HEAD => return Read::Partial,
        _ => return Read::Other,
    };
    plain(length, &request, path, verbs, remote).map_or(Read::Other, Read::Plain)
}

fn plain(
    length: usize,
    request: &httparse::Request<'_, '_>,
    path: &Pattern,
    verbs: &[Method],
    remote: &Str,
) -> Option<Head> {
    let (Some(method), Some(target), Some(1)) = (request.method, request.path, request.version) else {
        return None;
    };
    let method = verbs.iter().find(|verb| verb.as_str() == method && **verb != Method::HEAD)?;
    let target = target.split_once('#').map_or(target, |(target, _)| target);
    let (target, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let vars = path.matches(&decoded(target))?;
    let fields = Fields::of(request.headers)?;
    let body = match fields.length {
        None => 0,
        Some(digits) => number(digits).filter(|length| *length <= LARGEST)?,
    };
    let line = Line {
        method: method.as_str(),
        path: target,
        query,
        vars: &vars,
        remote: Some(remote.clone()),
        tls: None,
    };
    // Backwards, so that of equal headers the first one counts.
    let headers = request.headers.iter().rev().map(|header| (header.name, header.value));
    Some(Head {
        length,
        body,
        method: method.clone(),
        parts: parts_type(fields.content_type),
        metadata: of_request(&line, headers),
        gzip: fields.gzip,
    })
}

// === impl Fields ===

impl<'a> Fields<'a> {
    /// None where a header asks for more than a plain request does.
    fn of(headers: &[httparse::Header<'a>]) -> Option<Self> {
        let mut fields = Self::default();
        for header in headers {
            let is = |name: &str| header.name.eq_ignore_ascii_case(name);
            if is("content-length") {
                if fields.length.replace(header.value).is_some() {
                    return None;
                }
            } else if is("content-type") {
                fields.content_type = header.value;
            } else if is("accept-encoding") {
                fields.gzip |= memchr::memmem::find(header.value, b"gzip").is_some();
            } else if is("connection") {
                if !header.value.eq_ignore_ascii_case(b"keep-alive") {
                    return None;
                }
            } else if is("transfer-encoding") || is("upgrade") || is("expect") {
                return None;
            }
        }
        Some(fields)
    }
}

/// A number of nothing but digits.
fn number(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read: partial, other, or the lengths of head and body.
    fn seen(text: &str) -> Result<(usize, usize), &'static str> {
        let verbs = [Method::POST, Method::HEAD];
        match read(text.as_bytes(), &Pattern::new("/a/{x}"), &verbs, &"ip".into()) {
            Read::Plain(head) => Ok((head.length, head.body)),
            Read::Partial => Err("partial"),
            Read::Other => Err("other"),
        }
    }

    #[test]
    fn plain_requests_are_read_and_all_others_are_left() {
        assert_eq!(seen("POST /a/b?c HTTP/1.1\r\nhost: x\r\nContent-Length: 3\r\n\r\nabcPOST"), Ok((52, 3)));
        assert_eq!(seen("POST /a/b HTTP/1.1\r\nconnection: Keep-Alive\r\n\r\n"), Ok((46, 0)));
        assert_eq!(seen("POST /a/%62 HTTP/1.1\r\n\r\n"), Ok((24, 0)));
        assert_eq!(seen(""), Err("partial"));
        assert_eq!(seen("POST /a/b HTTP/1.1\r\nhost: x\r\n"), Err("partial"));
        for head in [
            "GET /a/b HTTP/1.1",
            "HEAD /a/b HTTP/1.1",
            "POST /a/b/c HTTP/1.1",
            "POST http://h/a/b HTTP/1.1",
            "POST /a/b HTTP/1.0",
            "PRI * HTTP/2.0",
            "POST /a/b HTTP/1.1\r\nconnection: close",
            "POST /a/b HTTP/1.1\r\nconnection: upgrade",
            "POST /a/b HTTP/1.1\r\ntransfer-encoding: chunked",
            "POST /a/b HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked",
            "POST /a/b HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 3",
            "POST /a/b HTTP/1.1\r\ncontent-length: +3",
            "POST /a/b HTTP/1.1\r\ncontent-length: 99999999999999999999",
            "POST /a/b HTTP/1.1\r\nexpect: 100-continue",
            "POST /a/b HTTP/1.1\r\nbad name: x",
            "\x16\x03\x01",
        ] {
            assert_eq!(seen(&format!("{head}\r\n\r\n")), Err("other"), "{head}");
        }
        assert_eq!(seen(&format!("POST /{} HTTP/1.1", "x".repeat(MAX_HEAD))), Err("other"));
    }

    #[test]
    fn the_head_becomes_metadata() {
        let head = "POST /a/b%20c?q=1 HTTP/1.1\r\nhost: x\r\nx-y: 1\r\nX-Y: 2\r\naccept-encoding: br, gzip\r\n\
                    content-type: multipart/mixed; boundary=b\r\n\r\n";
        let read = read(head.as_bytes(), &Pattern::new("/a/{x}"), &[Method::POST], &"ip".into());
        let Read::Plain(head) = read else { panic!("a plain request") };
        assert!(head.gzip);
        assert_eq!(head.parts.as_deref(), Some("multipart/mixed; boundary=b"));
        for (key, value) in [
            ("x", "b c"),
            ("q", "1"),
            ("X-Y", "1"),
            ("http_server_request_path", "/a/b c"),
            ("http_server_remote_ip", "ip"),
            ("http_server_verb", "POST"),
        ] {
            assert_eq!(head.metadata.get(key).and_then(|v| v.as_str()), Some(value), "{key}");
        }
        assert!(!head.metadata.contains_key("Host"));
    }
}
