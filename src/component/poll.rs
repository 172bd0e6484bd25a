//! Polling a future once, to learn whether it needs a task of its own.

use std::pin::Pin;
use std::task::Poll;

/// Polls `future` once in the current task. A pending one may be moved to another task and goes on there.
pub async fn poll_once<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}
