//! Accepting connections, a limited number at a time.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Connections open at one time; more wait to be accepted.
const MAX_CONNECTIONS: usize = 16_384;
/// Between two attempts to accept, when the system refuses.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection that was accepted.
pub struct Accepted {
    pub stream: TcpStream,
    pub remote: SocketAddr,
    /// Kept for as long as the connection is open.
    pub permit: OwnedSemaphorePermit,
}

/// Hands every connection to `each` until `stop` is cancelled; `failed` is told why one could not be accepted.
pub async fn accept(
    listener: TcpListener,
    stop: &CancellationToken,
    mut each: impl FnMut(Accepted),
    failed: impl Fn(&dyn Display),
) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while let Some(accepted) = stop.run_until_cancelled(next(&listener, &permits)).await {
        match accepted {
            Ok(accepted) => each(accepted),
            Err(error) => {
                failed(&error);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn next(listener: &TcpListener, permits: &Arc<Semaphore>) -> io::Result<Accepted> {
    let permit = permits.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, remote) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok(Accepted { stream, remote, permit })
}
