//! `websocket` as an input: the messages that a server sends.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::client::websocket::{Dialer, PROXY_URL, Socket, URL};
use crate::client::{BASIC_AUTH, JWT, OAUTH, TLS};
use crate::component::{
    AUTO_REPLAY_NACKS, Built, ConnectError, Context, InputBuild, InputSpec, ReadError, Reads, Source,
    SourceSetup,
};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Ack, Message, batch_of};
use crate::value::Str;

const OPEN_MESSAGE: Field<Option<Str>> =
    field("open_message").advanced().doc("A message that is sent to the server once the websocket is open.");
const OPEN_MESSAGE_TYPE: Field<Str> = field("open_message_type")
    .default("binary")
    .advanced()
    .options(&["binary", "text"])
    .doc("Whether that message is sent as bytes or as text.");
const CONNECTION: Field<Option<Conf>> =
    field("connection").advanced().fields(&[&MAX_RETRIES]).doc("How often a connection is tried.");
const MAX_RETRIES: Field<Option<i64>> = field("max_retries")
    .advanced()
    .doc("How many more times in a row it may fail before the input ends; without it there is no limit.");

pub const WEBSOCKET: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "websocket")
        .categories(&["Network"])
        .summary("Opens a websocket and reads the messages that the server sends.")
        .description("When the connection ends a new one is made. A message that is nacked and not replayed is lost.")
        .fields(&[
            &URL,
            &PROXY_URL,
            &OPEN_MESSAGE,
            &OPEN_MESSAGE_TYPE,
            &AUTO_REPLAY_NACKS,
            &TLS,
            &CONNECTION,
            &OAUTH,
            &BASIC_AUTH,
            &JWT,
        ])
        .examples(&[Example {
            title: "Subscribe to a feed",
            config: "websocket:\n  url: wss://feed.example.com/v1\n  open_message: '{\"subscribe\":\"prices\"}'\n  open_message_type: text\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let connection = conf.get(&CONNECTION)?;
        let retries = connection.map(|connection| connection.get(&MAX_RETRIES)).transpose()?.flatten();
        let source = Box::new(Websocket {
            dialer: Dialer::read(conf)?,
            greeting: greeting(conf)?,
            tries: retries.map(|retries| u64::try_from(retries).unwrap_or(0) + 1),
            failed: 0,
            socket: None,
            cx: cx.clone(),
        });
        Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

fn greeting(conf: &Conf) -> Built<Option<Frame>> {
    let kind = conf.get(&OPEN_MESSAGE_TYPE)?;
    let text = conf.get(&OPEN_MESSAGE)?.filter(|text| !text.is_empty());
    Ok(match kind.as_str() {
        "binary" => text.map(|text| Frame::Binary(Bytes::copy_from_slice(text.as_bytes()))),
        "text" => text.map(|text| Frame::Text(text.as_str().into())),
        _ => return Err(conf.error(&OPEN_MESSAGE_TYPE, format!("the type '{kind}' is not known")).into()),
    })
}

struct Websocket {
    dialer: Dialer,
    greeting: Option<Frame>,
    /// How often a connection is tried before the input ends.
    tries: Option<u64>,
    failed: u64,
    socket: Option<Socket>,
    cx: Context,
}

// === impl Websocket ===

impl Websocket {
    async fn open(&self) -> Result<Socket, String> {
        let mut socket = self.dialer.open().await?;
        if let Some(greeting) = &self.greeting {
            socket.send(greeting.clone()).await.map_err(|error| error.to_string())?;
        }
        Ok(socket)
    }
}

/// What a frame brings; none if it only serves the connection.
fn content(frame: Frame) -> Option<Bytes> {
    match frame {
        Frame::Text(text) => Some(text.into()),
        Frame::Binary(bytes) => Some(bytes),
        Frame::Ping(_) | Frame::Pong(_) | Frame::Close(_) | Frame::Frame(_) => None,
    }
}

#[async_trait]
impl Source for Websocket {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        if self.tries.is_some_and(|tries| self.failed >= tries) {
            self.cx.log().error(format_args!("The connection failed too often, the input ends"));
            return Err(ConnectError::End);
        }
        match self.open().await {
            Ok(socket) => {
                (self.socket, self.failed) = (Some(socket), 0);
                Ok(())
            }
            Err(error) => {
                self.failed += 1;
                Err(ConnectError::failed(error))
            }
        }
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(socket) = &mut self.socket else { return Err(ReadError::NotConnected) };
        loop {
            // What is there already is taken along; only the first frame is waited for.
            let frame = if out.is_empty() { Some(socket.next().await) } else { socket.next().now_or_never() };
            match frame {
                None => return Ok(()),
                Some(Some(Ok(frame))) => {
                    if let Some(content) = content(frame) {
                        out.push(batch_of(Message::from_bytes(content)), Ack::none());
                    }
                }
                Some(Some(Err(_)) | None) => {
                    self.socket = None;
                    return if out.is_empty() { Err(ReadError::NotConnected) } else { Ok(()) };
                }
            }
            if out.is_full() {
                return Ok(());
            }
        }
    }

    async fn close(&mut self) {
        if let Some(mut socket) = self.socket.take() {
            // The server may be gone already.
            let _ = socket.close(None).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::super::testing::Bench;
    use super::*;
    use crate::component::Pull;

    #[tokio::test]
    async fn what_the_server_sends_is_read_over_all_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            for round in 0..2 {
                let (stream, _) = listener.accept().await.expect("a client");
                let mut socket = tokio_tungstenite::accept_async(stream).await.expect("a websocket");
                assert_eq!(socket.next().await.expect("a frame").expect("read"), Frame::text("hi"));
                socket.send(Frame::Ping(Bytes::new())).await.expect("sent");
                socket.send(Frame::text(format!("t{round}"))).await.expect("sent");
                socket.send(Frame::binary(vec![0xff, round])).await.expect("sent");
                socket.close(None).await.expect("closed");
            }
        });
        let bench = Bench::new();
        let conf = format!(
            "websocket: {{ url: 'ws://{address}/x', open_message: hi, open_message_type: text, connection: {{ max_retries: 0 }} }}"
        );
        let mut input = bench.input(&conf);
        let mut read = Vec::new();
        loop {
            match input.pull().await {
                Pull::Group(group) => {
                    for transaction in group {
                        read.extend(transaction.batch.iter().map(|m| m.bytes().to_vec()));
                        transaction.ack.ok();
                    }
                }
                Pull::Exhausted => {}
                Pull::End => break,
            }
        }
        assert_eq!(read, [b"t0".to_vec(), vec![0xff, 0], b"t1".to_vec(), vec![0xff, 1]]);
        server.await.expect("the server ends");
    }
}
