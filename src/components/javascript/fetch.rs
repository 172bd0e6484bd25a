//! HTTP requests of programs, in the thread that they run in.

use std::sync::LazyLock;
use std::time::Duration;

use bytes::BytesMut;
use reqwest::{Client, Method};

/// How long a request may take.
const LIMIT: Duration = Duration::from_secs(30);

/// How long an answer may be, in bytes.
const MAX_BODY: usize = 64 << 20;

static CLIENT: LazyLock<Result<Client, String>> = LazyLock::new(|| {
    let client = Client::builder().timeout(LIMIT).build();
    client.map_err(|error| error.to_string())
});

pub struct Request {
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// In capitals.
    pub method: String,
    pub body: String,
}

pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Sends a request and waits for the answer; only for threads that may block.
pub fn send(request: Request) -> Result<Answer, String> {
    tokio::runtime::Handle::current().block_on(exchange(request))
}

async fn exchange(request: Request) -> Result<Answer, String> {
    let client = CLIENT.as_ref().map_err(String::clone)?;
    let method: Method =
        request.method.parse().map_err(|_| format!("'{}' is not a method", request.method))?;
    let mut builder = client.request(method, &request.url);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if !request.body.is_empty() {
        builder = builder.body(request.body);
    }
    let mut response = builder.send().await.map_err(|error| error.to_string())?;
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.to_string())? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(format!("the answer is longer than {MAX_BODY} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status().as_u16(), body: String::from_utf8_lossy(&body).into_owned() })
}
