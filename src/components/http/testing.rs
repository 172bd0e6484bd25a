//! For tests: components of this folder on their own, and a client that shows what really goes over the wire.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::component::{Context, Endpoints, Input, Listing, Output, Pull, Registry, testing};
use crate::message::{Batch, Transaction};

/// The surroundings of one component under test.
pub struct Bench {
    pub cx: Context,
    pub stop: CancellationToken,
}

// === impl Bench ===

impl Bench {
    pub fn new() -> Self {
        Self::with_endpoints(None)
    }

    pub fn with_endpoints(endpoints: Option<Arc<dyn Endpoints>>) -> Self {
        let registry = Registry {
            inputs: Listing(&[super::INPUTS]),
            processors: Listing(&[super::PROCESSORS]),
            outputs: Listing(&[super::OUTPUTS]),
            ..Registry::default()
        };
        let stop = CancellationToken::new();
        Self { cx: testing::context_at(registry, endpoints, stop.clone()), stop }
    }

    pub fn input(&self, yaml: &str) -> Box<dyn Input> {
        testing::input(&self.cx, yaml)
    }

    pub fn output(&self, yaml: &str) -> Arc<dyn Output> {
        testing::output(&self.cx, yaml)
    }

    /// What a processor makes of a batch.
    pub async fn process(&self, yaml: &str, batch: Batch) -> Vec<Batch> {
        let chain = testing::processor(&self.cx, yaml);
        chain.process(batch).finish().await.expect("batches").into_vec()
    }

    /// Runs an input to its end; `each` answers its transactions.
    pub fn run(&self, mut input: Box<dyn Input>, mut each: impl FnMut(Transaction) + Send + 'static) {
        self.cx.run(Box::pin(async move {
            loop {
                match input.pull().await {
                    Pull::Group(group) => group.into_iter().for_each(&mut each),
                    Pull::Exhausted => {}
                    Pull::End => break,
                }
            }
            input.close().await;
        }));
    }

    /// Stops the input and waits until nothing of it is left.
    pub async fn end(&self) {
        self.stop.cancel();
        self.cx.environment().tasks.ended().await;
    }
}

/// An address that nobody listens on.
pub async fn free_address() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

/// The whole answer to a request without a connection to keep; `headers` end in line breaks.
pub async fn ask(address: &str, line: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let length = body.len();
    let text = format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Status and body of an answer.
pub fn status_and_body(answer: &str) -> (u16, &str) {
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").expect("a head").1)
}

/// The contents of a batch.
pub fn contents(batch: &Batch) -> Vec<String> {
    batch.iter().map(|message| String::from_utf8_lossy(message.bytes()).into_owned()).collect()
}
