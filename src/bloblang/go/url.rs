//! URLs and query strings, escaped and parsed as Go does.

use std::fmt;
use std::net::Ipv6Addr;

use crate::value::json::go_lossy;

/// The places in a URL, which differ in the characters that need no escape there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Path,
    PathSegment,
    UserInfo,
    Host,
    Zone,
    Query,
    Fragment,
}

/// A parsed URL; what is absent is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    pub scheme: String,
    /// What follows the scheme where that is no path.
    pub opaque: String,
    pub user: Option<User>,
    pub host: String,
    pub path: String,
    /// The path as written, where that is not how Go would escape it.
    pub raw_path: String,
    pub raw_query: String,
    pub fragment: String,
    pub raw_fragment: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub password: Option<String>,
}

/// Why a text is not a URL or an escaped text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlError(String);

// === Escapes ===

impl Part {
    /// The characters besides letters, digits and `-_.~` that stay as they are.
    const fn plain(self) -> &'static [u8] {
        match self {
            Part::Path => b"$&+,/:;=@",
            Part::PathSegment => b"$&+:=@",
            Part::UserInfo => b"$&+,;=",
            Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"",
            Part::Query => b"",
            Part::Fragment => b"$&+,/:;=?@!()*",
        }
    }

    fn is_plain(self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || self.plain().contains(&byte)
    }
}

pub fn escape(text: impl AsRef<[u8]>, part: Part) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let text = text.as_ref();
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.iter().copied() {
        match byte {
            b' ' if part == Part::Query => out.push('+'),
            byte if part.is_plain(byte) => out.push(char::from(byte)),
            byte => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out
}

/// The text with its escapes resolved, where those of invalid bytes become U+FFFD.
pub fn unescape(text: &str, part: Part) -> Result<String, UrlError> {
    unescape_bytes(text, part).map(|bytes| go_lossy(&bytes).into_owned())
}

/// The bytes that a text with escapes stands for.
pub fn unescape_bytes(text: &str, part: Part) -> Result<Vec<u8>, UrlError> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'%' => {
                let digits = bytes.get(at..at + 2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
                let escape = || String::from_utf8_lossy(&bytes[at - 1..bytes.len().min(at + 2)]).into_owned();
                let code = digits
                    .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
                    .filter(|code| may_be_escaped(*code, part))
                    .ok_or_else(|| UrlError(format!("invalid URL escape {:?}", escape())))?;
                out.push(code);
                at += 2;
            }
            b'+' if part == Part::Query => out.push(b' '),
            byte if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && !part.is_plain(byte) => {
                return Err(UrlError(format!(
                    "invalid character {:?} in host name",
                    char::from(byte).to_string()
                )));
            }
            byte => out.push(byte),
        }
    }
    Ok(out)
}

/// Hosts hold escapes only of bytes that are not ASCII, zones also of blanks and of what needs none.
fn may_be_escaped(code: u8, part: Part) -> bool {
    match part {
        Part::Host => !code.is_ascii() || code == b'%',
        Part::Zone => code == b'%' || code == b' ' || part.is_plain(code),
        _ => true,
    }
}

/// The keys and values of a query string, in order.
pub fn parse_query(query: &str) -> Result<Vec<(String, Vec<u8>)>, UrlError> {
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        if pair.contains(';') {
            return Err(UrlError("invalid semicolon separator in query".to_owned()));
        }
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((unescape(key, Part::Query)?, unescape_bytes(value, Part::Query)?));
    }
    Ok(pairs)
}

// === impl Url ===

impl Url {
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let (body, fragment) = text.split_once('#').unwrap_or((text, ""));
        let fault = |shown: &str, e: UrlError| UrlError(format!("parse {shown:?}: {e}"));
        let mut url = Self::without_fragment(body).map_err(|e| fault(body, e))?;
        url.fragment = unescape(fragment, Part::Fragment).map_err(|e| fault(text, e))?;
        if escape(&url.fragment, Part::Fragment) != fragment {
            url.raw_fragment = fragment.to_owned();
        }
        Ok(url)
    }

    fn without_fragment(text: &str) -> Result<Self, UrlError> {
        let mut url = Url::default();
        if text.bytes().any(|b| b < b' ' || b == 0x7f) {
            return Err(UrlError("net/url: invalid control character in URL".to_owned()));
        }
        if text == "*" {
            url.path = text.to_owned();
            return Ok(url);
        }
        let (scheme, rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (mut rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        url.raw_query = query.to_owned();
        if !rest.starts_with('/') {
            if !scheme.is_empty() {
                url.opaque = rest.to_owned();
                return Ok(url);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err(UrlError("first path segment in URL cannot contain colon".to_owned()));
            }
        }
        let authority = rest.strip_prefix("//").filter(|_| !scheme.is_empty() || !rest.starts_with("///"));
        if let Some(authority) = authority {
            let end = authority.find('/').unwrap_or(authority.len());
            url.set_authority(&authority[..end])?;
            rest = &authority[end..];
        }
        url.path = unescape(rest, Part::Path)?;
        if escape(&url.path, Part::Path) != rest {
            url.raw_path = rest.to_owned();
        }
        Ok(url)
    }

    fn set_authority(&mut self, authority: &str) -> Result<(), UrlError> {
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        self.host = parse_host(&self.scheme, host)?;
        let Some(user) = user else { return Ok(()) };
        if !user.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b)) {
            return Err(UrlError("net/url: invalid userinfo".to_owned()));
        }
        let (name, password) = match user.split_once(':') {
            Some((name, password)) => (name, Some(unescape(password, Part::UserInfo)?)),
            None => (user, None),
        };
        self.user = Some(User { name: unescape(name, Part::UserInfo)?, password });
        Ok(())
    }
}

/// The scheme before the first colon, if there is one, and the rest.
fn split_scheme(text: &str) -> Result<(&str, &str), UrlError> {
    let is_scheme = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    match text.bytes().position(|b| !is_scheme(b)) {
        Some(0) if text.starts_with(':') => Err(UrlError("missing protocol scheme".to_owned())),
        Some(end) if text[end..].starts_with(':') && text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Ok((&text[..end], &text[end + 1..]))
        }
        _ => Ok(("", text)),
    }
}

fn parse_host(scheme: &str, host: &str) -> Result<String, UrlError> {
    let fault = |what: &str| Err(UrlError(what.to_owned()));
    if let Some(body) = host.strip_prefix('[') {
        let Some((address, port)) = body.rsplit_once(']') else { return fault("missing ']' in host") };
        check_port(port)?;
        let (address, zone) = match address.find("%25") {
            Some(zone) => address.split_at(zone),
            None => (address, ""),
        };
        let address = unescape(address, Part::Host)?;
        if address.parse::<Ipv6Addr>().is_err() {
            return fault("invalid IP-literal");
        }
        return Ok(format!("[{address}{}]{}", unescape(zone, Part::Zone)?, unescape(port, Part::Host)?));
    }
    if host.contains('[') {
        return fault("invalid IP-literal");
    }
    // In the schemes of the web a host has one colon; elsewhere the last one begins the port.
    let colon = if matches!(scheme, "http" | "https") { host.find(':') } else { host.rfind(':') };
    check_port(colon.map_or("", |colon| &host[colon..]))?;
    unescape(host, Part::Host)
}

fn check_port(port: &str) -> Result<(), UrlError> {
    let valid =
        port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    if valid { Ok(()) } else { Err(UrlError(format!("invalid port {port:?} after host"))) }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UrlError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_depend_on_the_place() {
        assert_eq!(escape("a b/&+é~", Part::Query), "a+b%2F%26%2B%C3%A9~");
        assert_eq!(escape("a b/&+?", Part::PathSegment), "a%20b%2F&+%3F");
        assert_eq!(unescape("a+b%2f", Part::Query).as_deref(), Ok("a b/"));
        assert_eq!(unescape("a+b%C3%A9", Part::PathSegment).as_deref(), Ok("a+bé"));
        for (text, shown) in [("%", "%"), ("a%zzb", "%zz"), ("%4", "%4")] {
            let error = unescape(text, Part::Query).unwrap_err().to_string();
            assert_eq!(error, format!("invalid URL escape {shown:?}"));
        }
    }

    #[test]
    fn urls_are_taken_apart() {
        let url = Url::parse("HTTP://u%40:p:q@[fe80::1%25eth0]:80/a%2Fb c?x=1?y#f%20g").unwrap();
        let user = Some(User { name: "u@".into(), password: Some("p:q".into()) });
        assert_eq!(
            url,
            Url {
                scheme: "http".into(),
                opaque: String::new(),
                user,
                host: "[fe80::1%eth0]:80".into(),
                path: "/a/b c".into(),
                raw_path: "/a%2Fb c".into(),
                raw_query: "x=1?y".into(),
                fragment: "f g".into(),
                raw_fragment: String::new(),
            }
        );
        assert_eq!(Url::parse("mailto:a@b").unwrap().opaque, "a@b");
        assert_eq!(Url::parse("///x").unwrap().path, "///x");
        assert_eq!(Url::parse("a?b").unwrap().raw_query, "b");
    }

    #[test]
    fn faults() {
        for (text, expected) in [
            ("http://a b/", r#"parse "http://a b/": invalid character " " in host name"#),
            ("http://h:x/", r#"parse "http://h:x/": invalid port ":x" after host"#),
            (":x", r#"parse ":x": missing protocol scheme"#),
            ("1a:b", r#"parse "1a:b": first path segment in URL cannot contain colon"#),
            ("http://[::1", r#"parse "http://[::1": missing ']' in host"#),
            ("/%zz", r#"parse "/%zz": invalid URL escape "%zz""#),
        ] {
            assert_eq!(Url::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn queries() {
        let pairs = parse_query("a=1&b=%20+&&c&a=2=3").unwrap();
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_slice())).collect();
        assert_eq!(pairs, [("a", &b"1"[..]), ("b", b"  "), ("c", b""), ("a", b"2=3")]);
        assert!(parse_query("a=1;b").is_err());
    }
}
