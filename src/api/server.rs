//! The HTTP server: accepts connections, guards them, and hands requests to whatever answers.

use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer::{Answer, Failure};
use super::auth::BasicAuth;
use crate::client::serve::{Accepted, Cors, DRAIN_LIMIT, Front, Listen, accept, bind};
use crate::telemetry::Logger;

/// Answers one request, which has the client's [`SocketAddr`] among its extensions.
pub type Service = Arc<dyn Fn(Request<Incoming>) -> BoxFuture<'static, Answer> + Send + Sync>;

/// What stands between a connection and the service.
#[derive(Default)]
pub struct Guards {
    pub tls: Option<TlsAcceptor>,
    pub auth: Option<BasicAuth>,
    pub cors: Option<Cors>,
}

/// A server that is bound to its address.
pub struct Server {
    listener: TcpListener,
    front: Arc<Front>,
    guarded: Arc<Guarded>,
    log: Logger,
}

/// Who may ask, and who answers.
struct Guarded {
    auth: Option<BasicAuth>,
    service: Service,
}

// === impl Server ===

impl Server {
    pub async fn bind(address: &str, guards: Guards, service: Service, log: Logger) -> Result<Self, String> {
        let listener = bind(address, Listen::default()).map_err(|error| error.to_string())?;
        let front = Arc::new(Front::new(guards.tls, guards.cors));
        Ok(Self { listener, front, guarded: Arc::new(Guarded { auth: guards.auth, service }), log })
    }

    /// The address, with the port that the system chose where it was 0.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is cancelled, then lets requests under way finish for some seconds.
    pub async fn serve(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        let killed = CancellationToken::new();
        let each = |Accepted { stream, remote, permit }| {
            let (front, guarded) = (self.front.clone(), self.guarded.clone());
            let (stop, killed) = (stop.clone(), killed.clone());
            tasks.spawn(async move {
                let answer = move |request| guarded.clone().answer(request);
                killed.run_until_cancelled(front.serve(stream, remote, &stop, answer)).await;
                drop(permit);
            });
        };
        let failed = |error: &dyn std::fmt::Display| {
            self.log.warn(format_args!("Failed to accept a connection: {error}"));
        };
        accept(self.listener, &stop, each, failed).await;
        tasks.close();
        if tokio::time::timeout(DRAIN_LIMIT, tasks.wait()).await.is_err() {
            killed.cancel();
        }
    }
}

// === impl Guarded ===

impl Guarded {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        if let Some(auth) = &self.auth
            && let Err(refusal) = auth.check(request.headers()).await
        {
            return refusal;
        }
        let answer = AssertUnwindSafe(async { (self.service)(request).await }).catch_unwind().await;
        answer.unwrap_or_else(|_| {
            Failure::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal_error",
                "the request failed unexpectedly",
            )
            .into()
        })
    }
}
