//! Turning a request into a websocket.

use http::header::{
    CONNECTION, HOST, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::answer::{self, Answer};

/// A websocket with a client.
pub type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A websocket that is there once the answer was sent.
pub struct Upgrade(OnUpgrade);

/// The answer that accepts a request for a websocket, or the one that refuses it.
pub fn accept(request: &mut Request<Incoming>) -> Result<(Answer, Upgrade), Box<Answer>> {
    let headers = request.headers();
    let key = headers.get(SEC_WEBSOCKET_KEY);
    let asked = has_word(headers, CONNECTION, "upgrade")
        && has_word(headers, UPGRADE, "websocket")
        && has_word(headers, SEC_WEBSOCKET_VERSION, "13");
    let Some(key) = key.filter(|_| asked) else {
        return Err(Box::new(answer::text(StatusCode::BAD_REQUEST, "Bad Request")));
    };
    if !is_same_origin(headers) {
        return Err(Box::new(answer::text(StatusCode::FORBIDDEN, "Forbidden")));
    }
    let accepted = HeaderValue::try_from(derive_accept_key(key.as_bytes()));
    let accepted = accepted.map_err(|_| Box::new(answer::text(StatusCode::BAD_REQUEST, "Bad Request")))?;
    let mut answer = answer::status(StatusCode::SWITCHING_PROTOCOLS);
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
    answer.headers_mut().insert(SEC_WEBSOCKET_ACCEPT, accepted);
    Ok((answer, Upgrade(hyper::upgrade::on(request))))
}

impl Upgrade {
    /// Waits until the connection has become a websocket; none if it broke before.
    pub async fn socket(self) -> Option<Socket> {
        let upgraded = TokioIo::new(self.0.await.ok()?);
        Some(WebSocketStream::from_raw_socket(upgraded, Role::Server, None).await)
    }
}

fn has_word(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    headers.get_all(name).iter().any(|value| {
        let words = value.to_str().unwrap_or_default().split(',');
        words.into_iter().any(|w| w.trim().eq_ignore_ascii_case(word))
    })
}

/// Web pages may only come from where the websocket is.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) else {
        return true;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host))
}
