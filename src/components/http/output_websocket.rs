//! `websocket` as an output: each message is sent to a server.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::Mutex;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::client::websocket::{Dialer, PROXY_URL, Socket, URL};
use crate::client::{BASIC_AUTH, JWT, OAUTH, TLS};
use crate::component::{Built, ConnectError, Context, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Conf, Example, Kind};
use crate::message::{Batch, Message, Transaction};

pub const WEBSOCKET: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "websocket")
        .categories(&["Network"])
        .summary("Opens a websocket and sends each message to the server.")
        .description("Messages are sent as bytes, and acked once they are on their way. What the server sends is ignored. When the connection breaks a new one is made and the batch is sent again.")
        .fields(&[&URL, &PROXY_URL, &TLS, &OAUTH, &BASIC_AUTH, &JWT])
        .examples(&[Example {
            title: "Push to a dashboard",
            config: "websocket:\n  url: wss://dashboard.example.com/in\n  basic_auth: { enabled: true, username: plant, password: '${PASSWORD}' }\n",
        }]),
    build: OutputBuild::Sink(|conf: &Conf, cx: &Context| -> Built<SinkSetup> {
        let sink = Websocket { dialer: Dialer::read(conf)?, open: Mutex::new(None), cx: cx.clone() };
        Ok(SinkSetup { sink: Arc::new(sink), max_in_flight: 1, batching: None })
    }),
};

struct Websocket {
    dialer: Dialer,
    open: Mutex<Option<Open>>,
    cx: Context,
}

/// An open websocket: the half that writes; the other is read by a task that ends with this.
struct Open {
    writer: SplitSink<Socket, Frame>,
    /// Cancelled when the server has ended the connection.
    gone: CancellationToken,
    _reading: DropGuard,
}

// === impl Websocket ===

impl Websocket {
    /// Reads, and so answers pings, until the connection ends.
    fn listen(&self, mut reader: SplitStream<Socket>) -> (CancellationToken, DropGuard) {
        let (gone, stop) = (CancellationToken::new(), CancellationToken::new());
        let (tell, stopped) = (gone.clone(), stop.clone());
        self.cx.run(Box::pin(async move {
            while let Some(Some(Ok(_))) = stopped.run_until_cancelled(reader.next()).await {}
            tell.cancel();
        }));
        (gone, stop.drop_guard())
    }

    async fn send(&self, frames: Vec<Frame>) -> Result<(), WriteError> {
        let mut open = self.open.lock().await;
        let Some(socket) = open.as_mut().filter(|socket| !socket.gone.is_cancelled()) else {
            *open = None;
            return Err(WriteError::NotConnected);
        };
        for frame in frames {
            if socket.writer.feed(frame).await.is_err() {
                *open = None;
                return Err(WriteError::NotConnected);
            }
        }
        let flushed = socket.writer.flush().await;
        if flushed.is_err() {
            *open = None;
        }
        flushed.map_err(|_| WriteError::NotConnected)
    }
}

fn frame(message: &Message) -> Frame {
    Frame::Binary(message.bytes().clone())
}

#[async_trait]
impl Sink for Websocket {
    async fn connect(&self) -> Result<(), ConnectError> {
        let mut open = self.open.lock().await;
        let socket = self.dialer.open().await.map_err(ConnectError::failed)?;
        let (writer, reader) = socket.split();
        let (gone, reading) = self.listen(reader);
        *open = Some(Open { writer, gone, _reading: reading });
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        self.send(batch.iter().map(frame).collect()).await
    }

    async fn write_group(&self, group: &[Transaction], results: &mut Vec<Result<(), WriteError>>) {
        let sent =
            self.send(group.iter().flat_map(|transaction| &transaction.batch).map(frame).collect()).await;
        results.extend(group.iter().map(|_| sent.clone()));
    }

    async fn close(&self) {
        if let Some(mut socket) = self.open.lock().await.take() {
            // The server may be gone already.
            let _ = socket.writer.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::super::testing::Bench;
    use super::*;
    use crate::message::{batch_of, sink};

    #[tokio::test]
    async fn messages_arrive_also_after_the_server_went() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (arrived, mut arrivals) = tokio::sync::mpsc::channel(8);
        let server = tokio::spawn(async move {
            for _ in 0..2 {
                let (stream, _) = listener.accept().await.expect("a client");
                let mut socket = tokio_tungstenite::accept_async(stream).await.expect("a websocket");
                let frame = socket.next().await.expect("a frame").expect("read");
                arrived.send(frame).await.expect("a listener");
                socket.close(None).await.expect("closed");
                while let Some(Ok(_)) = socket.next().await {}
            }
        });
        let bench = Bench::new();
        let output = bench.output(&format!("websocket: {{ url: 'ws://{address}' }}"));
        for text in ["one", "two"] {
            let (acked, ack) = tokio::sync::oneshot::channel();
            let ack_sink = sink(move |outcome| acked.send(outcome.is_ok()).expect("a listener"));
            output.send(vec![Transaction::new(batch_of(Message::from_bytes(text)), ack_sink)]).await;
            assert!(ack.await.expect("answered"));
            assert_eq!(arrivals.recv().await, Some(Frame::binary(text)));
            // The close frame is noticed before the next message is sent.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        output.close().await;
        server.await.expect("the server ends");
    }
}
