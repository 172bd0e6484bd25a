//! Binding an address.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use tokio::net::{TcpListener, TcpSocket};

/// Connections that the system keeps until they are accepted.
const BACKLOG: u32 = 1024;

/// How an address is bound.
#[derive(Clone, Copy, Debug)]
pub struct Listen {
    /// Whether an address may be bound while old connections to it linger.
    pub reuse_addr: bool,
    /// Whether several processes may bind the same address and share its connections.
    pub reuse_port: bool,
}

impl Default for Listen {
    fn default() -> Self {
        Self { reuse_addr: true, reuse_port: false }
    }
}

/// Why an address could not be bound.
#[derive(Clone, Debug)]
pub struct BindError {
    /// Whether somebody else has it, so that it may be free later.
    pub in_use: bool,
    text: String,
}

/// Binds `host:port`; an empty host means all addresses of this machine, port 0 a free one.
pub fn bind(address: &str, listen: Listen) -> Result<TcpListener, BindError> {
    let mut failure = None;
    for resolved in resolve(address).map_err(|error| unusable(address, error))? {
        match listener(resolved, listen) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = Some(error),
        }
    }
    let error = failure.unwrap_or_else(|| io::Error::other("it names no address"));
    Err(unusable(address, error))
}

fn listener(address: SocketAddr, listen: Listen) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(listen.reuse_addr)?;
    if listen.reuse_port {
        reuse_port(&socket)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(unix)]
fn reuse_port(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseport(true)
}

#[cfg(not(unix))]
fn reuse_port(_: &TcpSocket) -> io::Result<()> {
    Err(io::Error::other("this system cannot share a port"))
}

/// The addresses that are tried, the best first.
fn resolve(address: &str) -> io::Result<Vec<SocketAddr>> {
    match address.strip_prefix(':') {
        Some(port) => {
            let port = port.parse().map_err(io::Error::other)?;
            let all: [IpAddr; 2] = [Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()];
            Ok(all.map(|ip| SocketAddr::new(ip, port)).into())
        }
        None => Ok(address.to_socket_addrs()?.collect()),
    }
}

fn unusable(address: &str, error: io::Error) -> BindError {
    let in_use = error.kind() == io::ErrorKind::AddrInUse;
    BindError { in_use, text: format!("failed to listen on {address}: {error}") }
}

impl std::fmt::Display for BindError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for BindError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn binds_hosts_and_all_addresses() {
        for address in ["127.0.0.1:0", "localhost:0", ":0"] {
            let listener = bind(address, Listen::default()).expect(address);
            let port = listener.local_addr().expect("an address").port();
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect(address);
        }
        assert!(bind("no port", Listen::default()).is_err());
        assert!(bind(":x", Listen::default()).is_err());
    }

    #[tokio::test]
    async fn a_taken_address_is_refused_unless_it_is_shared() {
        let shared = Listen { reuse_port: true, ..Listen::default() };
        let first = bind("127.0.0.1:0", shared).expect("a free port");
        let address = first.local_addr().expect("an address").to_string();
        assert!(bind(&address, shared).is_ok());
        assert!(bind(&address, Listen::default()).is_err_and(|error| error.in_use));
    }
}
