//! Cross-origin requests: which pages of other origins may use a server.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method, Response, StatusCode};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// The origins that are allowed; `*` allows every one.
#[derive(Clone, Debug)]
pub struct Cors {
    origins: Vec<String>,
}

impl Cors {
    pub fn new(origins: Vec<String>) -> Result<Self, String> {
        if origins.is_empty() {
            return Err("cors: must specify at least one allowed origin".to_owned());
        }
        Ok(Self { origins })
    }

    /// The answer, without a body, to the question a browser asks before the request itself; nothing if this is no
    /// such question.
    pub fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response<()>> {
        let wanted = headers.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| method == Method::OPTIONS)?;
        let mut answer = Response::new(());
        let Some(origin) = self.allowed(headers.get(ORIGIN)) else { return Some(answer) };
        if !METHODS.iter().any(|m| wanted == m) {
            *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            return Some(answer);
        }
        let out = answer.headers_mut();
        out.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        out.insert(ACCESS_CONTROL_ALLOW_METHODS, wanted.clone());
        if let Some(wanted) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            out.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
        out.insert(VARY, HeaderValue::from_static("Origin"));
        Some(answer)
    }

    /// Tells the browser, by `headers` of an answer, whether a page of `origin` may read it.
    pub fn permit(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        if let Some(origin) = self.allowed(origin) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
    }

    fn allowed(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        let origin = origin?;
        if self.origins.iter().any(|o| o == "*") {
            return Some(HeaderValue::from_static("*"));
        }
        self.origins.iter().any(|o| origin == o).then(|| origin.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(origin: &'static str, method: &'static str) -> (u16, bool) {
        let cors = Cors::new(vec!["http://a.example".to_owned()]).expect("origins");
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static(origin));
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static(method));
        let answer = cors.preflight(&Method::OPTIONS, &headers).expect("a preflight answer");
        (answer.status().as_u16(), answer.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN))
    }

    #[test]
    fn only_allowed_origins_and_methods_pass() {
        assert_eq!(ask("http://a.example", "POST"), (200, true));
        assert_eq!(ask("http://evil.example", "POST"), (200, false));
        assert_eq!(ask("http://a.example", "LINK"), (405, false));
        assert!(Cors::new(Vec::new()).is_err());
    }
}
