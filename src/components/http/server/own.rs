//! A server of the component's own, on its own address.

use std::sync::Arc;

use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::answer::{sent, text};
use super::path::Pattern;
use crate::client::serve::{Accepted, DRAIN_LIMIT, Front, accept};
use crate::component::{Body, Context, Handler};

/// A running server; it ends when this is dropped.
pub struct Own {
    connections: TaskTracker,
    stop: CancellationToken,
    kill: DropGuard,
}

/// The paths of a server; of several that match the first one answers.
pub struct Site {
    pub routes: Vec<(Pattern, Handler)>,
}

// === impl Own ===

impl Own {
    /// Begins to serve; the tasks belong to the stream of `cx`.
    pub fn start(listener: TcpListener, front: Front, site: Site, cx: &Context) -> Self {
        let (stop, killed, connections) =
            (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
        let (front, site) = (Arc::new(front), Arc::new(site));
        let own =
            Self { connections: connections.clone(), stop: stop.clone(), kill: killed.clone().drop_guard() };
        let tasks = cx.clone();
        cx.run(Box::pin(async move {
            let each = |Accepted { stream, remote, permit }| {
                let (front, site) = (front.clone(), site.clone());
                let (stop, killed) = (stop.clone(), killed.clone());
                tasks.run(Box::pin(connections.track_future(async move {
                    let answer = move |request| site.clone().answer(request);
                    killed.run_until_cancelled(front.serve(stream, remote, &stop, answer)).await;
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
    async fn answer(self: Arc<Self>, mut request: Request<Incoming>) -> Response<Body> {
        let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
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
