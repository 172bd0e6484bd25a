//! One connection of a server: TLS, HTTP/1.1 or HTTP/2, cross-origin rules, and a graceful end.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::ORIGIN;
use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::HEAD_LIMIT;
use super::cors::Cors;
use super::tls::TlsInfo;

/// What stands between connections and whatever answers their requests.
pub struct Front {
    builder: auto::Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
    cors: Option<Cors>,
}

// === impl Front ===

impl Front {
    pub fn new(tls: Option<TlsAcceptor>, cors: Option<Cors>) -> Self {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
        builder.http2().timer(TokioTimer::new());
        Self { builder, tls, cors }
    }

    /// Serves a connection until it ends. Requests have the client's [`SocketAddr`] among their extensions, and
    /// [`TlsInfo`] where there is TLS. After `drain` is cancelled no new request is taken.
    pub async fn serve<A, F, B>(
        self: &Arc<Self>,
        stream: TcpStream,
        remote: SocketAddr,
        drain: &CancellationToken,
        answer: A,
    ) where
        A: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Default + Send + 'static,
    {
        let Some(tls) = &self.tls else {
            return self.serve_plain(stream, remote, drain, answer).await;
        };
        // A failed handshake concerns the client only, which has been told.
        if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_LIMIT, tls.accept(stream)).await {
            let info = TlsInfo::of(stream.get_ref().1);
            self.requests(stream, (remote, Some(info)), drain, answer).await;
        }
    }

    /// As [`Self::serve`] for any stream of bytes, and without TLS.
    pub async fn serve_plain<S, A, F, B>(
        self: &Arc<Self>,
        stream: S,
        remote: SocketAddr,
        drain: &CancellationToken,
        answer: A,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        A: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Default + Send + 'static,
    {
        self.requests(stream, (remote, None), drain, answer).await;
    }

    async fn requests<S, A, F, B>(
        self: &Arc<Self>,
        stream: S,
        (remote, tls): (SocketAddr, Option<TlsInfo>),
        drain: &CancellationToken,
        answer: A,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        A: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Default + Send + 'static,
    {
        let (front, answer) = (self.clone(), Arc::new(answer));
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(remote);
            if let Some(tls) = tls {
                request.extensions_mut().insert(tls);
            }
            let (front, answer) = (front.clone(), answer.clone());
            async move { Ok::<_, Infallible>(front.permitted(request, &*answer).await) }
        });
        let mut connection = pin!(self.builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        // A connection that breaks concerns the client only, and the handler that was cut off has its own say.
        tokio::select! {
            _ = &mut connection => {}
            () = drain.cancelled() => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
    }

    async fn permitted<F, B>(
        &self,
        request: Request<Incoming>,
        answer: &(impl Fn(Request<Incoming>) -> F + Sync),
    ) -> Response<B>
    where
        F: Future<Output = Response<B>> + Send,
        B: Default,
    {
        let Some(cors) = &self.cors else { return answer(request).await };
        if let Some(preflight) = cors.preflight(request.method(), request.headers()) {
            return preflight.map(|()| B::default());
        }
        let origin = request.headers().get(ORIGIN).cloned();
        let mut response = answer(request).await;
        cors.permit(origin.as_ref(), response.headers_mut());
        response
    }
}
