//! A server of the component's own, on its own address.

use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::answer::{sent, text};
use super::metadata::{decoded, ip_text};
use super::path::Pattern;
use crate::client::serve::{Accepted, DRAIN_LIMIT, Front, accept};
use crate::component::{Body, Context, Handler};
use crate::value::Str;

/// A running server; it ends when this is dropped.
pub struct Own {
    connections: TaskTracker,
    stop: CancellationToken,
    kill: DropGuard,
}

/// What a server serves.
pub struct Site {
    /// Of several paths that match the first one answers.
    pub routes: Vec<(Pattern, Handler)>,
    /// What gets every connection first, if anything.
    pub lane: Option<Lane>,
    pub front: Arc<Front>,
}

/// Serves the requests of a connection that it knows how to serve, given the address of the client and when to stop;
/// gives back what it has left, or nothing if the connection has ended.
pub type Lane =
    Arc<dyn Fn(TcpStream, Str, CancellationToken) -> BoxFuture<'static, Option<Left>> + Send + Sync>;

/// A connection that somebody else has to serve, and what was read of it.
pub struct Left {
    pub stream: TcpStream,
    pub read: Bytes,
}

// === impl Own ===

impl Own {
    /// Begins to serve; the tasks belong to the stream of `cx`.
    pub fn start(listener: TcpListener, site: Site, cx: &Context) -> Self {
        let (stop, killed, connections) =
            (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
        let site = Arc::new(site);
        let own =
            Self { connections: connections.clone(), stop: stop.clone(), kill: killed.clone().drop_guard() };
        let tasks = cx.clone();
        cx.run(Box::pin(async move {
            let each = |Accepted { stream, remote, permit }| {
                let site = site.clone();
                let (stop, killed) = (stop.clone(), killed.clone());
                tasks.run(Box::pin(connections.track_future(async move {
                    killed.run_until_cancelled(site.connection(stream, remote, stop)).await;
                    drop(permit);
                })));
            };
            let failed = |error: &dyn std::fmt::Display| {
                tasks.log().warn(format_args!("Failed to accept a connection: {error}"));
            };
            tokio::select! {
                () = accept(listener, &stop, each, failed) => {}
                () = killed.cancelled() => {}
            }
        }));
        own
    }

    /// Takes no more requests, and lets those under way finish for some seconds.
    pub async fn close(self) {
        self.stop.cancel();
        self.connections.close();
        // Those that take longer end when this is dropped.
        let _ = tokio::time::timeout(DRAIN_LIMIT, self.connections.wait()).await;
        drop(self.kill);
    }
}

// === impl Site ===

impl Site {
    async fn connection(self: Arc<Self>, stream: TcpStream, remote: SocketAddr, stop: CancellationToken) {
        let site = self.clone();
        let answer = move |request| site.clone().answer(request);
        let Some(lane) = &self.lane else {
            return self.front.serve(stream, remote, &stop, answer).await;
        };
        if let Some(Left { stream, read }) = lane(stream, ip_text(remote.ip()), stop.clone()).await {
            let (reader, writer) = stream.into_split();
            let stream = tokio::io::join(Cursor::new(read).chain(reader), writer);
            self.front.serve_plain(stream, remote, &stop, answer).await;
        }
    }

    async fn answer(self: Arc<Self>, mut request: Request<Incoming>) -> Response<Body> {
        let path = decoded(request.uri().path());
        let found =
            self.routes.iter().find_map(|(pattern, handler)| Some((handler, pattern.matches(&path)?)));
        match found {
            Some((handler, vars)) => {
                request.extensions_mut().insert(vars);
                handler(request).await
            }
            None => sent(text(StatusCode::NOT_FOUND, "404 page not found")),
        }
    }
}
