//! `socket_server`: what others send to a TCP, UDP or Unix socket of ours.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::listen::{Accepted, Bound, Local};
use super::server_tls::{CLIENT_AUTH, ServerTls};
use crate::client::serve::{HEAD_LIMIT, Listen};
use crate::component::{
    AUTO_REPLAY_NACKS, Built, ByteSource, Cache, ConnectError, Context, Cut, Handle, InputBuild, InputSpec,
    ReadError, Reads, Scanner, Source, SourceSetup,
};
use crate::components::scan::{CODEC, MAX_BUFFER, SCANNER, scanner};
use crate::config::{ComponentSpec, Conf, ConfError, Example, Field, Kind, field};
use crate::message::Group;
use crate::value::Str;

const NETWORK: Field<Str> = field("network")
    .options(&["unix", "tcp", "udp", "tls", "unixgram"])
    .doc("What kind of socket is opened.");
const ADDRESS: Field<Str> = field("address").doc("Where it is opened: `host:port`, or a path.");
const ADDRESS_CACHE: Field<Option<Str>> = field("address_cache").refers(Kind::Cache).version("4.25.0").doc(
    "A cache resource that the address is stored in once it is open, under `LABEL_address` or, without a label, \
     `socket_server_address`.",
);
const TCP: Field<Option<Conf>> =
    field("tcp").advanced().fields(&[&REUSE_ADDR, &REUSE_PORT]).doc("How a TCP address is opened.");
const REUSE_ADDR: Field<bool> = field("reuse_addr")
    .default(false)
    .advanced()
    .doc("Whether the address may be opened while old connections linger; it always may.");
const REUSE_PORT: Field<bool> =
    field("reuse_port").default(false).advanced().doc("Whether several processes may share the port.");
const TLS: Field<Option<Conf>> = field("tls")
    .fields(&[&CERT_FILE, &KEY_FILE, &SELF_SIGNED, &CLIENT_AUTH])
    .doc("The certificate, for the network `tls`.");
const CERT_FILE: Field<Option<Str>> = field("cert_file").doc("A PEM file with the certificate.");
const KEY_FILE: Field<Option<Str>> = field("key_file").doc("A PEM file with its key.");
const SELF_SIGNED: Field<bool> =
    field("self_signed").default(false).doc("Whether a certificate is made where none is given.");

pub const SOCKET_SERVER: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "socket_server")
        .categories(&["Network"])
        .summary("Opens a socket and cuts what is sent to it into messages.")
        .description("Connections are read side by side, each on its own. All datagrams of `udp` and `unixgram` are read as one stream of bytes. A message that is nacked and not replayed is lost.")
        .fields(&[
            &NETWORK,
            &ADDRESS,
            &ADDRESS_CACHE,
            &TCP,
            &TLS,
            &AUTO_REPLAY_NACKS,
            &CODEC,
            &MAX_BUFFER,
            &SCANNER,
        ])
        .examples(&[Example {
            title: "Lines from anybody on this machine",
            config: "socket_server: { network: tcp, address: 127.0.0.1:6000 }\n",
        }]),
    build: InputBuild::Source(|conf: &Conf, cx: &Context| -> Built<SourceSetup> {
        let cache = conf.get(&ADDRESS_CACHE)?.filter(|label| !label.is_empty());
        let source = Box::new(SocketServer {
            local: local(conf)?,
            network: conf.get(&NETWORK)?,
            cache: cache.map(|label| cx.cache_resource(&label)).transpose()?,
            scanner: scanner(conf, cx)?.into(),
            serving: None,
            cx: cx.clone(),
        });
        Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY_NACKS)?, batching: None })
    }),
};

fn local(conf: &Conf) -> Result<Local, ConfError> {
    let (network, address) = (conf.get(&NETWORK)?, conf.get(&ADDRESS)?.to_string());
    let reuse_port = match conf.get(&TCP)? {
        Some(tcp) => {
            // Read for its mistakes only.
            tcp.get(&REUSE_ADDR)?;
            tcp.get(&REUSE_PORT)?
        }
        None => false,
    };
    let listen = Listen { reuse_port, ..Listen::default() };
    Ok(match network.as_str() {
        "tcp" => Local::Tcp(address, listen),
        "tls" => Local::Tls(address, listen, acceptor(conf)?),
        "unix" => Local::Unix(address.into()),
        "udp" => Local::Udp(address),
        "unixgram" => Local::Unixgram(address.into()),
        _ => return Err(conf.error(&NETWORK, format!("the network '{network}' is not known"))),
    })
}

fn acceptor(conf: &Conf) -> Result<tokio_rustls::TlsAcceptor, ConfError> {
    let tls = conf.get(&TLS)?.unwrap_or_else(|| Conf::new(crate::config::Node::NULL, conf.path()));
    let given = |text: Option<Str>| text.filter(|text| !text.is_empty());
    let settings = ServerTls {
        cert_file: given(tls.get(&CERT_FILE)?),
        key_file: given(tls.get(&KEY_FILE)?),
        self_signed: tls.get(&SELF_SIGNED)?,
        client_auth: tls.get(&CLIENT_AUTH)?,
    };
    settings.acceptor().map_err(|error| conf.error(&TLS, error))
}

struct SocketServer {
    local: Local,
    network: Str,
    cache: Option<Handle<dyn Cache>>,
    scanner: Arc<dyn Scanner>,
    serving: Option<Serving>,
    cx: Context,
}

/// The open socket; its tasks end when this is dropped.
struct Serving {
    groups: mpsc::Receiver<Group>,
    _stop: DropGuard,
}

/// What the tasks of an open socket share.
#[derive(Clone)]
struct Server {
    scanner: Arc<dyn Scanner>,
    groups: mpsc::Sender<Group>,
    stop: CancellationToken,
    cx: Context,
}

/// After a connection could not be accepted.
const PAUSE: Duration = Duration::from_secs(1);

// === impl Server ===

impl Server {
    async fn serve(self, mut bound: Bound) {
        if let Bound::Datagrams(bytes) = bound {
            return self.read(bytes).await;
        }
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                accepted = bound.accept() => accepted,
            };
            match accepted {
                Ok(Some(accepted)) => self.cx.run(Box::pin(self.clone().connection(accepted))),
                Ok(None) => return,
                Err(error) => {
                    self.cx.log().error(format_args!("Failed to accept Socket connection: {error}"));
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn connection(self, accepted: Accepted) {
        let bytes = match accepted {
            Accepted::Ready(bytes) => bytes,
            Accepted::Handshake(handshake) => match tokio::time::timeout(HEAD_LIMIT, handshake).await {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(error)) => return self.dropped(&error),
                Err(late) => return self.dropped(&late),
            },
        };
        self.read(bytes).await;
    }

    async fn read(self, bytes: ByteSource) {
        let mut scan = match self.scanner.open(bytes, "") {
            Ok(scan) => scan,
            Err(error) => return self.dropped(&error),
        };
        let mut reads = Reads::default();
        loop {
            let mut cut = Cut::new(&mut reads, None, &|_| {});
            let read = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                read = scan.next(&mut cut) => read,
            };
            match read {
                Ok(()) => {}
                Err(ReadError::Failed(error)) => return self.dropped(&error),
                Err(_) => return,
            }
            if self.groups.send(reads.take()).await.is_err() {
                return;
            }
        }
    }

    fn dropped(&self, error: &dyn std::fmt::Display) {
        self.cx.log().error(format_args!("Connection dropped due to: {error}"));
    }
}

#[async_trait]
impl Source for SocketServer {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        let (bound, address) = self.local.bind().await.map_err(ConnectError::failed)?;
        self.cx
            .log()
            .info(format_args!("Receiving {} socket messages from address: {address}", self.network));
        if let Some(cache) = &self.cache {
            let key = match self.cx.label() {
                "" => "socket_server_address".to_owned(),
                label => format!("{label}_address"),
            };
            let stored = cache.current().set(&key, address.into_bytes().into(), None).await;
            stored.map_err(|error| ConnectError::failed(format!("failed to store the address: {error}")))?;
        }
        let (sender, groups) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let server =
            Server { scanner: self.scanner.clone(), groups: sender, stop: stop.clone(), cx: self.cx.clone() };
        self.cx.run(Box::pin(server.serve(bound)));
        self.serving = Some(Serving { groups, _stop: stop.drop_guard() });
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(serving) = &mut self.serving else { return Err(ReadError::NotConnected) };
        let Some(group) = serving.groups.recv().await else {
            self.serving = None;
            return Err(ReadError::NotConnected);
        };
        for transaction in group {
            out.push(transaction.batch, transaction.ack);
        }
        Ok(())
    }

    async fn close(&mut self) {
        self.serving = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{context, input, output, send};
    use crate::component::{Context, Input, Pull};

    /// The texts of the next messages, as many as these.
    async fn read(input: &mut dyn Input, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count {
            let Pull::Group(group) = input.pull().await else { panic!("more messages") };
            for transaction in group {
                texts.extend(
                    transaction.batch.iter().map(|m| String::from_utf8_lossy(m.bytes()).into_owned()),
                );
                transaction.ack.ok();
            }
        }
        texts
    }

    /// What arrives of two messages that are sent from an output to a server with these settings.
    async fn sent(cx: &Context, network: &str, address: &str, more: &str) {
        let mut server = input(cx, &format!("socket_server: {{ network: {network}, address: '{address}' }}"));
        let receive = read(&mut *server, 2);
        let network = network.trim_end_matches("gram");
        let client = output(cx, &format!("socket: {{ network: {network}, address: '{address}'{more} }}"));
        let (texts, outcomes) = tokio::join!(receive, send(&*client, &["one", "two"]));
        assert_eq!(texts, ["one", "two"], "{network}");
        assert!(outcomes.iter().all(Result::is_ok), "{network}");
        client.close().await;
        cx.stop_token().cancel();
        assert!(matches!(server.pull().await, Pull::End));
        server.close().await;
        cx.environment().tasks.ended().await;
    }

    #[tokio::test]
    async fn what_a_socket_output_sends_arrives() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hub.sock");
        sent(&context(), "unix", &path.to_string_lossy(), "").await;
        assert!(!path.exists(), "the socket's file is removed");
        for network in ["tcp", "udp"] {
            let free = std::net::UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
            sent(&context(), network, &free.expect("a port").to_string(), "").await;
        }
    }

    #[tokio::test]
    async fn with_all_bytes_each_message_has_its_own_connection() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hub.sock");
        sent(&context(), "unix", &path.to_string_lossy(), ", codec: all-bytes").await;
    }

    #[tokio::test]
    async fn clients_speak_tls_with_a_certificate_or_without() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let address = free.expect("a port").to_string();
        let cx = context();
        let server = |auth: &str| {
            format!(
                "socket_server: {{ network: tls, address: '{address}', tls: {{ self_signed: true, client_auth: {auth} }} }}"
            )
        };
        let client = format!(
            "socket: {{ network: tcp, address: '{address}', tls: {{ enabled: true, skip_cert_verify: true }} }}"
        );
        let mut open = input(&cx, &server("request"));
        let output = output(&cx, &client);
        let (texts, outcomes) = tokio::join!(read(&mut *open, 1), send(&*output, &["secret"]));
        assert_eq!((texts, outcomes.iter().all(Result::is_ok)), (vec!["secret".to_owned()], true));
        output.close().await;
        open.close().await;
    }

    #[tokio::test]
    async fn datagrams_of_unix_sockets_are_one_stream() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hub.sock");
        let cx = context();
        let mut server =
            input(&cx, &format!("socket_server: {{ network: unixgram, address: '{}' }}", path.display()));
        let sending = async {
            let client = tokio::net::UnixDatagram::unbound().expect("a socket");
            while client.send_to(b"one\ntw", &path).await.is_err() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            client.send_to(b"o\n", &path).await.expect("sent");
        };
        let (texts, ()) = tokio::join!(read(&mut *server, 2), sending);
        assert_eq!(texts, ["one", "two"]);
        server.close().await;
    }
}
