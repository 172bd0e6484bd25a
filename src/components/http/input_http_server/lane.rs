//! The fast lane: plain requests that bring messages are read and answered right here, for a third of what the general
//! server costs. Whatever is not plain is handed over to that, with the whole connection and for good.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{BufMut, Bytes};
use http::header::{CONTENT_LENGTH, DATE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::super::server::answer::{Answer, gzip};
use super::super::server::{Lane, Left, Pattern};
use super::Shared;
use super::exchange::Patience;
use super::head::{self, Head, Read};
use super::post::Posted;
use crate::client::serve::HEAD_LIMIT;
use crate::value::Str;

/// What is read at a time.
const CHUNK: usize = 8 * 1024;
/// Memory for a body is taken as it arrives, at first no more than this.
const FIRST_MEMORY: usize = 1 << 20;
/// Answers up to this size are copied behind their heads, to be written with them.
const SMALL_ANSWER: usize = 16 * 1024;

/// The lane of requests for `path`.
pub fn lane(shared: Arc<Shared>, path: &str) -> Lane {
    let path = Pattern::new(path);
    Arc::new(move |stream, remote, stop| {
        let (shared, path) = (shared.clone(), path.clone());
        Box::pin(async move {
            let mut connection = Connection {
                patience: Patience::new(shared.timeout),
                shared,
                path,
                stream,
                remote,
                stop,
                data: Vec::new(),
                answer: Vec::new(),
                date: Date::default(),
            };
            // A connection that breaks concerns the client only.
            connection.serve().await.ok()?;
            Some(Left { stream: connection.stream, read: connection.data.into() })
        })
    })
}

struct Connection {
    shared: Arc<Shared>,
    path: Pattern,
    stream: TcpStream,
    remote: Str,
    /// Cancelled when no further request is taken.
    stop: CancellationToken,
    /// What was read and not used.
    data: Vec<u8>,
    /// The answer being written.
    answer: Vec<u8>,
    patience: Patience,
    date: Date,
}

/// The time as answers show it, made anew every second.
#[derive(Default)]
struct Date {
    second: u64,
    text: String,
}

// === impl Connection ===

impl Connection {
    /// Returns when there is something that is not plain; an error ends the connection.
    async fn serve(&mut self) -> io::Result<()> {
        loop {
            match head::read(&self.data, &self.path, &self.shared.verbs, &self.remote) {
                Read::Other => return Ok(()),
                Read::Partial => self.read_head().await?,
                Read::Plain(head) => self.request(head).await?,
            }
        }
    }

    /// Reads more of a head. Nobody has to send one, but who has begun must go on.
    async fn read_head(&mut self) -> io::Result<()> {
        let begun = !self.data.is_empty();
        self.data.reserve(CHUNK);
        let read = self.stream.read_buf(&mut self.data);
        let n = tokio::select! {
            biased;
            n = read => n?,
            () = self.stop.cancelled(), if !begun => 0,
            () = tokio::time::sleep(HEAD_LIMIT), if begun => 0,
        };
        if n == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    async fn request(&mut self, head: Head) -> io::Result<()> {
        let shared = self.shared.clone();
        let body = self.body(&head).await?;
        let answered = match shared.admit(&head.method).await {
            Ok(()) => {
                let posted = Posted { body, parts: head.parts, metadata: head.metadata };
                shared.post(posted, &mut self.patience).await
            }
            Err(refusal) => Err(refusal),
        };
        let answer = answered.unwrap_or_else(|refusal| *refusal);
        let answer = if head.gzip { gzip(answer).await } else { answer };
        self.write(&answer).await
    }

    /// Takes head and body out of the data.
    async fn body(&mut self, head: &Head) -> io::Result<Bytes> {
        let end = head.length + head.body;
        if self.data.len() >= end {
            let body = Bytes::copy_from_slice(&self.data[head.length..end]);
            self.data.drain(..end);
            return Ok(body);
        }
        let mut body = Vec::with_capacity(head.body.min(FIRST_MEMORY));
        body.extend_from_slice(&self.data[head.length..]);
        self.data.clear();
        while body.len() < head.body {
            let missing = head.body - body.len();
            body.reserve(missing.min(FIRST_MEMORY));
            if self.stream.read_buf(&mut (&mut body).limit(missing)).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(body.into())
    }

    async fn write(&mut self, answer: &Answer) -> io::Result<()> {
        let out = &mut self.answer;
        out.clear();
        let status = answer.status();
        out.extend_from_slice(b"HTTP/1.1 ");
        out.extend_from_slice(status.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
        for (name, value) in
            answer.headers().iter().filter(|(name, _)| !matches!(**name, CONTENT_LENGTH | DATE))
        {
            out.extend_from_slice(b"\r\n");
            out.extend_from_slice(name.as_str().as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
        }
        out.extend_from_slice(b"\r\ncontent-length: ");
        out.extend_from_slice(itoa::Buffer::new().format(answer.body().len()).as_bytes());
        if self.stop.is_cancelled() {
            out.extend_from_slice(b"\r\nconnection: close");
        }
        out.extend_from_slice(b"\r\ndate: ");
        out.extend_from_slice(self.date.now().as_bytes());
        out.extend_from_slice(b"\r\n\r\n");
        let body = answer.body();
        if body.len() <= SMALL_ANSWER {
            out.extend_from_slice(body);
            self.stream.write_all(out).await
        } else {
            self.stream.write_all(out).await?;
            self.stream.write_all(body).await
        }
    }
}

// === impl Date ===

impl Date {
    fn now(&mut self) -> &str {
        let now = SystemTime::now();
        let second = now.duration_since(UNIX_EPOCH).as_ref().map_or(0, Duration::as_secs);
        if second != self.second {
            self.second = second;
            self.text = httpdate::fmt_http_date(now);
        }
        &self.text
    }
}
