//! `socket`: what a server on a TCP or Unix socket sends.

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;

use super::connect::Remote;
use crate::client::TLS;
use crate::component::{
    AUTO_REPLAY_NACKS, Built, ConnectError, Context, Cut, InputBuild, InputSpec, ReadError, Reads, Scan,
    Scanner, Source, SourceSetup,
};
use crate::components::scan::{CODEC, MAX_BUFFER, SCANNER, scanner};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, field};
use crate::expr::Mapping;
use crate::message::{Message, batch_of};
use crate::value::{Str, Value};

const NETWORK: Field<Str> =
    field("network").options(&["unix", "tcp"]).doc("What kind of socket the address is of.");
const ADDRESS: Field<Str> = field("address").doc("The address: `host:port`, or a path.");
const OPEN_MESSAGE: Field<Option<Mapping>> =
    field("open_message_mapping").doc("A mapping to the text that is sent when a connection is made.");

pub const SOCKET: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "socket")
        .categories(&["Network"])
        .summary("Connects to a socket and cuts what comes out of it into messages.")
        .description("When the connection ends a new one is made. A message that is nacked and not replayed is lost.")
        .fields(&[
            &NETWORK,
            &ADDRESS,
            &AUTO_REPLAY_NACKS,
            &OPEN_MESSAGE,
            &TLS,
            &CODEC,
            &MAX_BUFFER,
            &SCANNER,
        ])
        .examples(&[Example {
            title: "Subscribe to a feed of lines",
            config: "socket:\n  network: tcp\n  address: feed.example.com:7000\n  open_message_mapping: root = \"subscribe prices\\n\"\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let network = conf.get(&NETWORK)?;
        let known = network != "udp";
        let remote = Remote::new(&network, &conf.get(&ADDRESS)?, &conf.get(&TLS)?)?.filter(|_| known);
        let remote = remote.ok_or_else(|| conf.error(&NETWORK, format!("the network '{network}' is not known")))?;
        let open_message = conf.get(&OPEN_MESSAGE)?.unwrap_or_default();
        let source = Box::new(Socket { remote, open_message, scanner: scanner(conf, cx)?, scan: None });
        Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

struct Socket {
    remote: Remote,
    /// Empty for none.
    open_message: Mapping,
    scanner: Box<dyn Scanner>,
    scan: Option<Box<dyn Scan>>,
}

impl Socket {
    fn greeting(&self) -> Result<Option<Str>, ConnectError> {
        if self.open_message.is_empty() {
            return Ok(None);
        }
        match self.open_message.query(&batch_of(Message::default()), 0) {
            Ok(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Ok(other) => {
                let what = if let Value::String(_) = other { "an empty string" } else { other.type_name() };
                Err(ConnectError::failed(format!(
                    "the open message must be text, the mapping returned {what}"
                )))
            }
            Err(error) => Err(ConnectError::failed(format!("open message mapping failed: {error}"))),
        }
    }
}

#[async_trait]
impl Source for Socket {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        let greeting = self.greeting()?;
        let mut stream = self.remote.stream().await?;
        if let Some(text) = greeting {
            let sent = stream.write_all(text.as_bytes()).await;
            sent.map_err(|error| ConnectError::failed(format!("failed to write open message: {error}")))?;
        }
        self.scan = Some(self.scanner.open(Box::new(stream), "").map_err(ConnectError::failed)?);
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(scan) = &mut self.scan else { return Err(ReadError::NotConnected) };
        let read = scan.next(&mut Cut::new(out, None, &|_| {})).await;
        match read {
            Ok(()) => Ok(()),
            Err(error) => {
                self.scan = None;
                Err(if error == ReadError::EndOfInput { ReadError::NotConnected } else { error })
            }
        }
    }
}
