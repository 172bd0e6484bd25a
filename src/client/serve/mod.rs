//! Serving HTTP: binding an address, accepting connections, and the parts that every server needs.

mod accept;
mod connection;
mod cors;
mod listen;
mod tls;

pub use accept::{Accepted, accept};
pub use connection::Front;
pub use cors::Cors;
pub use listen::{BindError, Listen, bind};
pub use tls::{TlsInfo, acceptor};

use std::time::Duration;

/// How long a client may take to send the head of a request or to shake hands.
pub const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long requests under way may take when a server stops.
pub const DRAIN_LIMIT: Duration = Duration::from_secs(5);
