//! Websockets to a server: how one is opened, also through a proxy, and the fields that say so.

use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HOST, HeaderValue};
use reqwest::Url;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::auth::Signer;
use super::tls::TLS;
use crate::config::{Conf, Field, field};
use crate::value::Str;

pub const URL: Field<Str> =
    field("url").url().doc("Where the websocket is: a URL that begins with `ws` or `wss`.");
pub const PROXY_URL: Field<Option<Str>> = field("proxy_url")
    .advanced()
    .url()
    .doc("An HTTP proxy that the connection goes through, with name and password if it wants them.");

/// How websockets are opened.
pub struct Dialer {
    url: Url,
    proxy: Option<Url>,
    tls: Arc<ClientConfig>,
    signer: Signer,
}

/// A websocket to a server.
pub type Socket = WebSocketStream<Box<dyn Wire>>;

/// A stream of bytes in both directions.
pub trait Wire: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Wire for T {}

/// How long it may take to open a websocket.
const OPEN_LIMIT: Duration = Duration::from_secs(45);

/// A larger message breaks the connection.
const MAX_MESSAGE: usize = 64 << 20;

/// A proxy's answer has a shorter head.
const MAX_HEAD: usize = 16 << 10;

// === impl Dialer ===

impl Dialer {
    /// Reads [`URL`], [`PROXY_URL`], [`TLS`] and what [`Signer`] reads.
    pub fn read(conf: &Conf) -> Result<Self, String> {
        let text = |error: crate::config::ConfError| error.to_string();
        let url = conf.get(&URL).map_err(text)?;
        let url = Url::parse(&url).map_err(|error| conf.error(&URL, error.to_string()).to_string())?;
        let proxy = conf.get(&PROXY_URL).map_err(text)?.filter(|url| !url.is_empty());
        let proxy = proxy.map(|url| Url::parse(&url)).transpose();
        Ok(Self {
            url,
            proxy: proxy.map_err(|error| conf.error(&PROXY_URL, error.to_string()).to_string())?,
            tls: conf.get(&TLS).map_err(text)?.config()?,
            signer: Signer::read(conf)?,
        })
    }

    /// Opens a websocket.
    pub async fn open(&self) -> Result<Socket, String> {
        let opened = tokio::time::timeout(OPEN_LIMIT, self.dial()).await;
        opened.unwrap_or_else(|_| Err("the server did not answer in time".to_owned()))
    }

    async fn dial(&self) -> Result<Socket, String> {
        let secure = match self.url.scheme() {
            "ws" => false,
            "wss" => true,
            other => return Err(format!("a websocket's URL begins with ws or wss, not with {other}")),
        };
        let mut request = self.url.as_str().into_client_request().map_err(|error| error.to_string())?;
        if let Some(authorization) = self.signer.authorization("GET", &self.url) {
            request.headers_mut().insert(AUTHORIZATION, authorization);
        }
        let (host, port) = target(&self.url)?;
        if let Ok(value) = HeaderValue::try_from(authority(&self.url)) {
            request.headers_mut().insert(HOST, value);
        }
        let stream = match &self.proxy {
            None => connect(&host, port).await?,
            Some(proxy) => self.through(proxy, &host, port).await?,
        };
        let wire: Box<dyn Wire> = if secure { self.secured(stream, &host).await? } else { Box::new(stream) };
        let mut limits = WebSocketConfig::default();
        limits.max_message_size = Some(MAX_MESSAGE);
        limits.max_frame_size = Some(MAX_MESSAGE);
        let opened = client_async_with_config(request, wire, Some(limits)).await;
        opened.map(|(socket, _)| socket).map_err(|error| error.to_string())
    }

    async fn secured(&self, stream: TcpStream, host: &str) -> Result<Box<dyn Wire>, String> {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
        let mut tls = (*self.tls).clone();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let secured = TlsConnector::from(Arc::new(tls)).connect(name, stream).await;
        Ok(Box::new(secured.map_err(|error| error.to_string())?))
    }

    /// Has a proxy connect to the server.
    async fn through(&self, proxy: &Url, host: &str, port: u16) -> Result<TcpStream, String> {
        let (proxy_host, proxy_port) = target(proxy)?;
        let mut stream = connect(&proxy_host, proxy_port).await?;
        let target = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let mut head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if !proxy.username().is_empty() {
            let decoded =
                |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
            let pair =
                format!("{}:{}", decoded(proxy.username()), decoded(proxy.password().unwrap_or_default()));
            let pair = data_encoding::BASE64.encode(pair.as_bytes());
            head.push_str(&format!("Proxy-Authorization: Basic {pair}\r\n"));
        }
        head.push_str("\r\n");
        let failed = |error: std::io::Error| format!("the proxy {proxy_host}: {error}");
        stream.write_all(head.as_bytes()).await.map_err(failed)?;
        let mut answer = Vec::new();
        // Byte by byte: what comes behind the head belongs to the server.
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() == MAX_HEAD {
                return Err(format!("the proxy {proxy_host} does not speak HTTP"));
            }
            answer.push(stream.read_u8().await.map_err(failed)?);
        }
        let status = String::from_utf8_lossy(&answer);
        let status = status.lines().next().unwrap_or_default();
        if status.split(' ').nth(1) == Some("200") {
            return Ok(stream);
        }
        Err(format!("the proxy {proxy_host} refused: {status}"))
    }
}

/// Host and port that a URL means.
fn target(url: &Url) -> Result<(String, u16), String> {
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| format!("the URL {url} names no host"))?;
    let port = url.port_or_known_default().ok_or_else(|| format!("the URL {url} names no port"))?;
    Ok((host.trim_matches(['[', ']']).to_owned(), port))
}

/// Host and port as the URL spells them.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, String> {
    let stream = TcpStream::connect((host, port)).await.map_err(|error| format!("{host}:{port}: {error}"))?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use futures_util::{SinkExt, StreamExt};
    use tokio::net::TcpListener;
    use tokio_tungstenite::tungstenite::Message as Frame;
    use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::*;
    use crate::config::parse;

    fn dialer(yaml: &str) -> Dialer {
        let conf = Conf::new(parse(yaml.as_bytes()).expect("YAML"), "root.input.websocket");
        Dialer::read(&conf).expect("read")
    }

    /// The head of a request.
    async fn head(client: &mut TcpStream) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.expect("a head"));
        }
        String::from_utf8(head).expect("text")
    }

    /// A proxy that passes one connection on to wherever the client wants.
    async fn proxy(listener: TcpListener) -> String {
        let (mut client, _) = listener.accept().await.expect("a client");
        let head = head(&mut client).await;
        let target = head.split(' ').nth(1).expect("a target").to_owned();
        let mut server = TcpStream::connect(target).await.expect("a server");
        client.write_all(b"HTTP/1.1 200 fine\r\nx: y\r\n\r\n").await.expect("answered");
        // It ends when either side does.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        head
    }

    /// A server that says hello over one websocket.
    async fn server(listener: TcpListener) -> String {
        let (mut client, _) = listener.accept().await.expect("a client");
        let head = head(&mut client).await;
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).expect("a key");
        let answer = format!(
            "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        client.write_all(answer.as_bytes()).await.expect("answered");
        let mut socket = WebSocketStream::from_raw_socket(client, Role::Server, None).await;
        socket.send(Frame::text("hello")).await.expect("sent");
        socket.close(None).await.expect("closed");
        head
    }

    #[tokio::test]
    async fn a_websocket_is_opened_through_a_proxy_and_signed() {
        let (behind, gate) = (TcpListener::bind("127.0.0.1:0").await, TcpListener::bind("127.0.0.1:0").await);
        let (behind, gate) = (behind.expect("a port"), gate.expect("a port"));
        let (at, via) = (behind.local_addr().expect("an address"), gate.local_addr().expect("an address"));
        let (serving, proxying) = (tokio::spawn(server(behind)), tokio::spawn(proxy(gate)));
        let conf = format!(
            "{{ url: 'ws://{at}/path?q=1', proxy_url: 'http://us%20er:pass@{via}', basic_auth: {{ enabled: true, username: a, password: b }} }}"
        );
        let mut socket = dialer(&conf).open().await.expect("open");
        assert_eq!(socket.next().await.expect("a frame").expect("read"), Frame::text("hello"));
        drop(socket);
        let head = serving.await.expect("served").to_lowercase();
        assert!(
            head.starts_with("get /path?q=1 ") && head.contains("authorization: basic ytpi\r\n"),
            "{head}"
        );
        let head = proxying.await.expect("passed on");
        assert!(head.contains("Proxy-Authorization: Basic dXMgZXI6cGFzcw=="), "{head}");
    }

    #[tokio::test]
    async fn what_is_no_websocket_is_refused() {
        for (url, want) in
            [("http://127.0.0.1:1/", "begins with ws or wss"), ("ws://127.0.0.1:1/", "refused")]
        {
            let error = dialer(&format!("{{ url: '{url}' }}")).open().await.err().expect("an error");
            assert!(error.contains(want), "{error}");
        }
    }
}
