//! Sockets that others connect or send to.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::{TcpListener, UdpSocket, UnixDatagram, UnixListener};
use tokio_rustls::TlsAcceptor;

use crate::client::serve::{Listen, bind};
use crate::component::ByteSource;

/// What is listened on.
#[derive(Clone)]
pub enum Local {
    Tcp(String, Listen),
    Tls(String, Listen, TlsAcceptor),
    Unix(PathBuf),
    Udp(String),
    Unixgram(PathBuf),
}

/// A bound socket.
pub enum Bound {
    Tcp(TcpListener),
    Tls(TcpListener, TlsAcceptor),
    Unix {
        listener: UnixListener,
        _unlink: Unlink,
    },
    /// Whoever sends, all datagrams make one stream of bytes.
    Datagrams(ByteSource),
}

/// Removes the file of a Unix socket when the socket is not used any more.
pub struct Unlink(PathBuf);

/// A connection that was accepted; with TLS hands are still to be shaken.
pub enum Accepted {
    Ready(ByteSource),
    Handshake(Pin<Box<dyn Future<Output = io::Result<ByteSource>> + Send>>),
}

// === impl Local ===

impl Local {
    /// Binds the address; returns also how others reach it.
    pub async fn bind(&self) -> io::Result<(Bound, String)> {
        let tcp = |address: &str, listen: Listen| {
            let listener = bind(address, listen).map_err(io::Error::other)?;
            let address = listener.local_addr()?.to_string();
            io::Result::Ok((listener, address))
        };
        match self {
            Local::Tcp(address, listen) => {
                tcp(address, *listen).map(|(listener, address)| (Bound::Tcp(listener), address))
            }
            Local::Tls(address, listen, acceptor) => tcp(address, *listen)
                .map(|(listener, address)| (Bound::Tls(listener, acceptor.clone()), address)),
            Local::Unix(path) => {
                let listener = UnixListener::bind(path)?;
                Ok((Bound::Unix { listener, _unlink: Unlink(path.clone()) }, path.display().to_string()))
            }
            Local::Udp(address) => {
                let host = address.strip_prefix(':').map(|port| format!("[::]:{port}"));
                let socket = UdpSocket::bind(host.as_deref().unwrap_or(address)).await?;
                let address = socket.local_addr()?.to_string();
                Ok((Bound::Datagrams(Box::new(Datagrams::new(Socket::Udp(socket)))), address))
            }
            Local::Unixgram(path) => {
                let socket =
                    Socket::Unix { socket: UnixDatagram::bind(path)?, _unlink: Unlink(path.clone()) };
                Ok((Bound::Datagrams(Box::new(Datagrams::new(socket))), path.display().to_string()))
            }
        }
    }
}

// === impl Bound ===

impl Bound {
    /// The next connection; none where there are only datagrams. Cancel safe.
    pub async fn accept(&mut self) -> io::Result<Option<Accepted>> {
        Ok(Some(match self {
            Bound::Tcp(listener) => Accepted::Ready(Box::new(listener.accept().await?.0)),
            Bound::Unix { listener, .. } => Accepted::Ready(Box::new(listener.accept().await?.0)),
            Bound::Tls(listener, acceptor) => {
                let accepted = acceptor.accept(listener.accept().await?.0);
                Accepted::Handshake(Box::pin(async move { Ok(Box::new(accepted.await?) as ByteSource) }))
            }
            Bound::Datagrams(_) => return Ok(None),
        }))
    }
}

impl Drop for Unlink {
    fn drop(&mut self) {
        // Somebody else may have removed it.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Datagrams, one after another, as a stream of bytes.
struct Datagrams {
    socket: Socket,
    /// The datagram that is being read, and how much of it was.
    datagram: Vec<u8>,
    size: usize,
    at: usize,
}

enum Socket {
    Udp(UdpSocket),
    Unix { socket: UnixDatagram, _unlink: Unlink },
}

/// No datagram is larger.
const LARGEST: usize = 64 * 1024;

impl Datagrams {
    fn new(socket: Socket) -> Self {
        Self { socket, datagram: vec![0; LARGEST], size: 0, at: 0 }
    }
}

impl AsyncRead for Datagrams {
    fn poll_read(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { socket, datagram, size, at } = self.get_mut();
        // An empty datagram holds nothing, but is no end.
        while at == size {
            let mut received = ReadBuf::new(datagram);
            match socket {
                Socket::Udp(socket) => ready!(socket.poll_recv(task, &mut received))?,
                Socket::Unix { socket, .. } => ready!(socket.poll_recv(task, &mut received))?,
            }
            (*size, *at) = (received.filled().len(), 0);
        }
        let n = (*size - *at).min(buf.remaining());
        buf.put_slice(&datagram[*at..*at + n]);
        *at += n;
        Poll::Ready(Ok(()))
    }
}
