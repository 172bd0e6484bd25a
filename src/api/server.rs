//! The HTTP server: accepts connections, guards them, and hands requests to whatever answers.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::ORIGIN;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer::{Answer, Failure};
use super::auth::BasicAuth;
use super::cors::Cors;
use crate::telemetry::Logger;

/// Connections open at one time; more wait to be accepted.
const MAX_CONNECTIONS: usize = 16_384;
/// How long a client may take to send the head of a request or to shake hands.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// How long requests under way may take when the server stops.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// Between two attempts to accept, when the system refuses.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

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
    log: Logger,
}

/// What every connection needs.
struct Front {
    builder: auto::Builder<TokioExecutor>,
    guards: Guards,
    service: Service,
}

// === impl Server ===

impl Server {
    pub async fn bind(address: &str, guards: Guards, service: Service, log: Logger) -> Result<Self, String> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|error| format!("failed to listen on {address}: {error}"))?;
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
        builder.http2().timer(TokioTimer::new());
        Ok(Self { listener, front: Arc::new(Front { builder, guards, service }), log })
    }

    /// The address, with the port that the system chose where it was 0.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is cancelled, then lets requests under way finish for some seconds.
    pub async fn serve(self, stop: CancellationToken) {
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let graceful = GracefulShutdown::new();
        let tasks = TaskTracker::new();
        let killed = CancellationToken::new();
        while let Some(accepted) = stop.run_until_cancelled(accept(&self.listener, &permits)).await {
            match accepted {
                Ok((stream, remote, permit)) => {
                    let connection = self.front.clone().connection(stream, remote, graceful.watcher());
                    let killed = killed.clone();
                    tasks.spawn(async move {
                        killed.run_until_cancelled(connection).await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    self.log.warn(format_args!("Failed to accept a connection: {error}"));
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(self.listener);
        tasks.close();
        let drained = async {
            graceful.shutdown().await;
            tasks.wait().await;
        };
        if tokio::time::timeout(DRAIN_LIMIT, drained).await.is_err() {
            killed.cancel();
        }
    }
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = permits.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, remote) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, remote, permit))
}

// === impl Front ===

impl Front {
    async fn connection(self: Arc<Self>, stream: TcpStream, remote: SocketAddr, watcher: Watcher) {
        match &self.guards.tls {
            None => self.clone().requests(stream, remote, watcher).await,
            // A failed handshake concerns the client only, which has been told.
            Some(tls) => {
                if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_LIMIT, tls.accept(stream)).await {
                    self.clone().requests(stream, remote, watcher).await;
                }
            }
        }
    }

    async fn requests<S>(self: Arc<Self>, stream: S, remote: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let front = self.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            let front = front.clone();
            request.extensions_mut().insert(remote);
            async move { Ok::<_, Infallible>(front.answer(request).await) }
        });
        let connection = self.builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        // A connection that breaks concerns the client only, and the handler that was cut off has its own say.
        let _ = watcher.watch(connection).await;
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let Some(cors) = &self.guards.cors else { return self.authorised(request).await };
        if let Some(answer) = cors.preflight(request.method(), request.headers()) {
            return answer;
        }
        let origin = request.headers().get(ORIGIN).cloned();
        let mut answer = self.authorised(request).await;
        cors.permit(origin.as_ref(), &mut answer);
        answer
    }

    async fn authorised(&self, request: Request<Incoming>) -> Answer {
        if let Some(auth) = &self.guards.auth
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
