//! A StatsD server.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{UdpSocket, lookup_host};

use crate::telemetry::metrics::{Metrics, Since, Statsd};

pub struct Server {
    statsd: Statsd,
    since: Since,
    socket: Option<UdpSocket>,
}

// === impl Server ===

impl Server {
    pub fn new(statsd: Statsd) -> Self {
        Self { statsd, since: Since::default(), socket: None }
    }

    pub fn interval(&self) -> Duration {
        self.statsd.period
    }

    /// Sends what is new. What cannot be sent is lost, as packets are that nobody receives.
    pub async fn send(&mut self, metrics: &Metrics) -> Result<(), String> {
        let packets = self.statsd.packets(metrics, &mut self.since);
        if packets.is_empty() {
            return Ok(());
        }
        let unreachable =
            |error: std::io::Error| format!("the statsd server {}: {error}", self.statsd.address);
        if self.socket.is_none() {
            self.socket = Some(connect(&self.statsd.address).await.map_err(unreachable)?);
        }
        let Some(socket) = &self.socket else { return Ok(()) };
        for packet in packets {
            match socket.send(&packet).await {
                // Nobody listens there at the moment, which only the next packet learns of.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(unreachable(error)),
                Ok(_) => {}
            }
        }
        Ok(())
    }
}

async fn connect(address: &str) -> std::io::Result<UdpSocket> {
    let found = lookup_host(address).await?.next();
    let server = found.ok_or_else(|| std::io::Error::other("the address leads nowhere"))?;
    let own: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own).await?;
    socket.connect(server).await?;
    Ok(socket)
}
