//! `socket`: messages sent to a server on a TCP, UDP or Unix socket.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;
use tokio::net::UdpSocket;
use tokio::sync::Mutex;

use super::connect::{Duplex, Network, Remote};
use super::framing::{CODEC, Framing};
use super::gathered::{Gathered, lost_after};
use crate::client::TLS;
use crate::component::{Built, ConnectError, Context, OutputBuild, OutputSpec, Sink, SinkSetup, WriteError};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::message::{Batch, Message, Transaction};
use crate::value::Str;

const NETWORK: Field<Str> =
    field("network").options(&["unix", "tcp", "udp"]).doc("What kind of socket the address is of.");
const ADDRESS: Field<Str> = field("address").doc("The address: `host:port`, or a path.");

pub const SOCKET: OutputSpec = OutputSpec {
    spec: ComponentSpec::new(Kind::Output, "socket")
        .categories(&["Network"])
        .summary("Connects to a socket and sends messages through it.")
        .description("With `udp` each message is a datagram, with the codec `all-bytes` each has a connection of its own. When a connection breaks a new one is made and what was not sent through the old one is sent again.")
        .fields(&[&NETWORK, &ADDRESS, &CODEC, &TLS])
        .examples(&[Example {
            title: "Lines to a collector on the same machine",
            config: "socket: { network: unix, address: /run/collector.sock }\n",
        }]),
    build: OutputBuild::Sink(|conf: &Conf, _: &Context| -> Built<SinkSetup> {
        let network = conf.get(&NETWORK)?;
        let remote = Remote::new(&network, &conf.get(&ADDRESS)?, &conf.get(&TLS)?)?;
        let remote = remote.ok_or_else(|| conf.error(&NETWORK, format!("the network '{network}' is not known")))?;
        let sink = Socket { remote, framing: Framing::read(conf, &CODEC)?, open: Mutex::new(None) };
        Ok(SinkSetup { sink: Arc::new(sink), max_in_flight: 1, batching: None })
    }),
};

struct Socket {
    remote: Remote,
    framing: Framing,
    open: Mutex<Option<Open>>,
}

enum Open {
    Stream(Box<dyn Duplex>),
    Datagrams(UdpSocket),
}

// === impl Socket ===

impl Socket {
    async fn open(&self) -> Result<Open, ConnectError> {
        match self.remote.network {
            Network::Udp => Ok(Open::Datagrams(self.remote.datagrams().await?)),
            _ => Ok(Open::Stream(self.remote.stream().await?)),
        }
    }

    /// Sends messages in order; returns how many were sent as a whole before the connection broke.
    async fn send(&self, messages: impl Iterator<Item = &Message> + Send) -> usize {
        let mut open = self.open.lock().await;
        let mut sent = 0;
        if let (Some(Open::Stream(stream)), Framing::Suffix(_)) = (&mut *open, &self.framing) {
            let mut gathered = Gathered::default();
            messages.for_each(|message| gathered.add(message, &self.framing));
            let written = write(stream, &gathered.bytes).await;
            if written < gathered.bytes.len() {
                *open = None;
            }
            return gathered.ends.iter().filter(|end| **end <= written).count();
        }
        for message in messages {
            if !self.send_one(&mut open, message).await {
                *open = None;
                break;
            }
            sent += 1;
        }
        sent
    }

    /// Sends a message on its own; opens a connection for it where the last one was closed behind a message.
    async fn send_one(&self, open: &mut Option<Open>, message: &Message) -> bool {
        let mut bytes = Vec::new();
        self.framing.append(message, &mut bytes);
        match open {
            Some(Open::Datagrams(socket)) => socket.send(&bytes).await.is_ok(),
            Some(Open::Stream(stream)) => {
                let whole = write(stream, &bytes).await == bytes.len() && stream.shutdown().await.is_ok();
                // Opened at once, so that a server that is gone is noticed before the next message.
                *open = self.open().await.ok();
                whole
            }
            None => false,
        }
    }
}

/// Writes as much as can be written; returns how much.
async fn write(stream: &mut Box<dyn Duplex>, bytes: &[u8]) -> usize {
    let mut written = 0;
    while written < bytes.len() {
        match stream.write(&bytes[written..]).await {
            Ok(n) if n > 0 => written += n,
            _ => return written,
        }
    }
    match stream.flush().await {
        Ok(()) => written,
        Err(_) => 0,
    }
}

#[async_trait]
impl Sink for Socket {
    async fn connect(&self) -> Result<(), ConnectError> {
        *self.open.lock().await = Some(self.open().await?);
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), WriteError> {
        if self.send(batch.iter()).await == batch.len() { Ok(()) } else { Err(WriteError::NotConnected) }
    }

    async fn write_group(&self, group: &[Transaction], results: &mut Vec<Result<(), WriteError>>) {
        let sent = self.send(group.iter().flat_map(|transaction| &transaction.batch)).await;
        results.extend(lost_after(sent, group));
    }

    async fn close(&self) {
        if let Some(Open::Stream(mut stream)) = self.open.lock().await.take() {
            // The other side may have closed it already.
            let _ = stream.shutdown().await;
        }
    }
}
