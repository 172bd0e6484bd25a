//! Bytes that are converted by code which blocks, in a thread of its own.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, DuplexStream, ReadBuf};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::io::SyncIoBridge;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::component::ByteSource;

/// How many converted bytes may wait to be read.
const ROOM: usize = 128 * 1024;

/// `bytes` as `convert` turns them into others. The thread ends when the result is dropped.
pub fn in_thread(
    bytes: ByteSource,
    convert: impl FnOnce(&mut dyn Read, &mut dyn Write) -> io::Result<()> + Send + 'static,
) -> ByteSource {
    let (converted, to) = tokio::io::duplex(ROOM);
    let stop = CancellationToken::new();
    let mut from = Unblocked { bytes, runtime: Handle::current(), stop: stop.clone() };
    let thread = tokio::task::spawn_blocking(move || convert(&mut from, &mut SyncIoBridge::new(to)));
    Box::new(Converted { converted, thread: Some(thread), _stop: stop.drop_guard() })
}

/// The source as the thread reads it.
struct Unblocked {
    bytes: ByteSource,
    runtime: Handle,
    stop: CancellationToken,
}

impl Read for Unblocked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let (runtime, stop, bytes) = (&self.runtime, &self.stop, &mut self.bytes);
        runtime.block_on(async {
            tokio::select! {
                () = stop.cancelled() => Err(io::ErrorKind::BrokenPipe.into()),
                read = bytes.read(buf) => read,
            }
        })
    }
}

/// What comes out of the thread.
struct Converted {
    converted: DuplexStream,
    /// Asked at the end whether it was one; none after that.
    thread: Option<JoinHandle<io::Result<()>>>,
    _stop: DropGuard,
}

impl AsyncRead for Converted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.converted).poll_read(task, buf))?;
        if buf.filled().len() > before {
            return Poll::Ready(Ok(()));
        }
        let Some(thread) = &mut self.thread else { return Poll::Ready(Ok(())) };
        let result = ready!(Pin::new(thread).poll(task));
        self.thread = None;
        Poll::Ready(result.unwrap_or_else(|error| Err(io::Error::other(error))))
    }
}
