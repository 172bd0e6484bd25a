//! Opening connections to sockets.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UdpSocket, UnixStream};
use tokio_rustls::TlsConnector;

use crate::client::TlsConf;
use crate::component::ConnectError;

/// A stream of bytes in both directions.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Where to connect to.
#[derive(Clone)]
pub struct Remote {
    pub network: Network,
    pub address: String,
    /// None: in the clear.
    pub tls: Option<Arc<ClientConfig>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Tcp,
    Unix,
    Udp,
}

// === impl Remote ===

impl Remote {
    /// None if `network` is unknown; `tls` is read only where it is enabled.
    pub fn new(network: &str, address: &str, tls: &TlsConf) -> Result<Option<Self>, String> {
        let network = match network {
            "tcp" => Network::Tcp,
            "unix" => Network::Unix,
            "udp" => Network::Udp,
            _ => return Ok(None),
        };
        let tls = tls.is_enabled().then(|| tls.config()).transpose()?;
        Ok(Some(Self { network, address: address.to_owned(), tls }))
    }

    /// Opens a stream to a TCP or Unix address.
    pub async fn stream(&self) -> Result<Box<dyn Duplex>, ConnectError> {
        if self.network == Network::Unix {
            let stream = UnixStream::connect(&self.address).await.map_err(|error| self.failed(error))?;
            return self.secured(stream).await;
        }
        let stream = TcpStream::connect(&self.address).await.map_err(|error| self.failed(error))?;
        stream.set_nodelay(true).map_err(|error| self.failed(error))?;
        self.secured(stream).await
    }

    /// Opens a socket for datagrams.
    pub async fn datagrams(&self) -> Result<UdpSocket, ConnectError> {
        let mut addresses =
            tokio::net::lookup_host(&self.address).await.map_err(|error| self.failed(error))?;
        let remote = addresses.next().ok_or_else(|| self.failed("it names no address"))?;
        let local: SocketAddr = if remote.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
        let socket = UdpSocket::bind(local).await.map_err(|error| self.failed(error))?;
        socket.connect(remote).await.map_err(|error| self.failed(error))?;
        Ok(socket)
    }

    async fn secured(&self, stream: impl Duplex + 'static) -> Result<Box<dyn Duplex>, ConnectError> {
        let Some(config) = &self.tls else { return Ok(Box::new(stream)) };
        let host = self.address.rsplit_once(':').map_or(self.address.as_str(), |(host, _)| host);
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
        let name = name.map_err(|error| self.failed(error))?;
        let stream = TlsConnector::from(config.clone()).connect(name, stream).await;
        Ok(Box::new(stream.map_err(|error| self.failed(error))?))
    }

    fn failed(&self, error: impl std::fmt::Display) -> ConnectError {
        ConnectError::failed(format!("{}: {error}", self.address))
    }
}
