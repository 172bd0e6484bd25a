//! Websockets that bring messages, one with each frame.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{Request, Response};
use hyper::body::Incoming;
use tokio_tungstenite::tungstenite::{Message as Frame, Utf8Bytes};

use super::super::server::answer::{gzip, sent, takes_gzip};
use super::super::server::metadata::{self, Line, firsts};
use super::super::server::upgrade::{self, Socket};
use super::exchange::End;
use super::{Shared, response};
use crate::component::{Body, Handler, Spans};
use crate::message::{Message, Reply, batch_of};
use crate::value::Object;

/// The name of the span of a frame.
const SPAN: &str = "input_http_server_websocket";

/// Frames that were not delivered are sent again, after some attempts with a pause.
const IMMEDIATE_ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

pub fn handler(shared: Arc<Shared>) -> Handler {
    Arc::new(move |request| {
        let shared = shared.clone();
        Box::pin(async move { open(shared, request).await })
    })
}

async fn open(shared: Arc<Shared>, mut request: Request<Incoming>) -> Response<Body> {
    if shared.queue.is_closed() {
        return sent(response::closing());
    }
    match upgrade::accept(&mut request) {
        Ok((answer, upgrade)) => {
            let metadata = metadata::of_websocket(&Line::of(&request), firsts(request.headers()));
            let cx = shared.cx.clone();
            cx.run(Box::pin(async move {
                if let Some(socket) = upgrade.socket().await {
                    shared.converse(socket, metadata).await;
                }
            }));
            sent(answer)
        }
        Err(refusal) if takes_gzip(request.headers()) => sent(gzip(*refusal).await),
        Err(refusal) => sent(*refusal),
    }
}

// === impl Shared ===

impl Shared {
    /// Reads frames until the client goes or the input stops. A client that cannot be written to is one that went.
    async fn converse(&self, mut socket: Socket, metadata: Object) {
        let stop = self.cx.stop_token();
        if !self.welcome.is_empty() && socket.send(binary(&self.welcome)).await.is_err() {
            return;
        }
        while let Some(frame) = stop.run_until_cancelled(socket.next()).await {
            let content: Bytes = match frame {
                Some(Ok(Frame::Text(text))) => text.into(),
                Some(Ok(Frame::Binary(bytes))) => bytes,
                Some(Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_))) => continue,
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
            };
            // A frame that cannot be counted is treated like one too many.
            let granted = matches!(self.claim().await, Ok(None));
            if granted {
                if self.deliver(&mut socket, content, &metadata).await.is_none() {
                    break;
                }
            } else if !self.limited.is_empty() && socket.send(binary(&self.limited)).await.is_err() {
                return;
            }
        }
        // The client may be gone already, and nobody is left to be told.
        let _ = socket.close(None).await;
    }

    /// Sends a frame through the stream until it is delivered, and answers it; none if there is no going on.
    async fn deliver(&self, socket: &mut Socket, content: Bytes, metadata: &Object) -> Option<()> {
        for attempt in 1.. {
            let reply = Reply::default();
            let mut message = Message::from_bytes(content.clone());
            message.replace_meta(metadata.clone());
            message.set_reply(Some(reply.clone()));
            let mut batch = batch_of(message);
            let spans = self.cx.tracer().map(|tracer| Spans::root(tracer, SPAN, None, &mut batch));
            let end = self.queue.submit(batch).await;
            drop(spans);
            for answer in reply.take().into_iter().flatten() {
                socket.send(text(answer.bytes())).await.ok()?;
            }
            match end {
                End::Delivered => return Some(()),
                End::Closed => return None,
                End::Failed(_) if attempt <= IMMEDIATE_ATTEMPTS => tokio::task::yield_now().await,
                End::Failed(_) => self.cx.stop_token().run_until_cancelled(tokio::time::sleep(PAUSE)).await?,
            }
        }
        None
    }
}

fn binary(text: &str) -> Frame {
    Frame::Binary(Bytes::copy_from_slice(text.as_bytes()))
}

/// A text frame; what is no text goes as bytes, which clients would refuse otherwise.
fn text(content: &Bytes) -> Frame {
    match Utf8Bytes::try_from(content.clone()) {
        Ok(text) => Frame::Text(text),
        Err(_) => Frame::Binary(content.clone()),
    }
}
