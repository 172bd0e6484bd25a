//! The bytes of standard input, read without blocking a thread that others need.
//!
//! A pipe or a terminal is watched for readiness; its mode is left alone, as other processes may share it. A file is
//! always ready and is read like any other.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, Interest, ReadBuf};

use crate::component::ByteSource;

/// Opens standard input.
pub fn stdin() -> io::Result<ByteSource> {
    // Each reader registers a descriptor of its own.
    watched(io::stdin().as_fd().try_clone_to_owned()?)
}

fn watched(fd: OwnedFd) -> io::Result<ByteSource> {
    // SAFETY: an `OwnedFd` stays open and the same for as long as it lives, and the `AsyncFd` owns it.
    match unsafe { AsyncFd::register_with_interest(fd, Interest::READABLE) } {
        Ok(fd) => Ok(Box::new(Watched(fd))),
        Err(error) => {
            let (fd, error) = error.into_parts();
            // What cannot be watched never makes anybody wait.
            match rustix::io::Errno::from_io_error(&error) {
                Some(rustix::io::Errno::PERM) => Ok(Box::new(tokio::fs::File::from_std(File::from(fd)))),
                _ => Err(error),
            }
        }
    }
}

/// A descriptor that may block when it is read although nothing is there.
struct Watched(AsyncFd<OwnedFd>);

/// Held between asking whether bytes are there and reading them, so that no other reader takes them meanwhile.
static READING: Mutex<()> = Mutex::new(());

impl AsyncRead for Watched {
    fn poll_read(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut guard = ready!(self.0.poll_read_ready(task))?;
            let _only_one = READING.lock().unwrap_or_else(PoisonError::into_inner);
            if !is_ready(self.0.get_ref())? {
                guard.clear_ready();
                continue;
            }
            let n =
                rustix::io::retry_on_intr(|| rustix::io::read(self.0.get_ref(), buf.initialize_unfilled()))?;
            buf.advance(n);
            return Poll::Ready(Ok(()));
        }
    }
}

fn is_ready(fd: &OwnedFd) -> io::Result<bool> {
    let mut polled = [PollFd::new(fd, PollFlags::IN)];
    Ok(rustix::io::retry_on_intr(|| poll(&mut polled, Some(&Timespec::default())))? > 0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn a_pipe_is_read_as_it_fills() {
        let (from, mut to) = io::pipe().expect("a pipe");
        let mut source = watched(from.into()).expect("watched");
        let mut buf = [0; 8];
        tokio::select! {
            biased;
            _ = source.read(&mut buf) => panic!("nothing was written"),
            () = tokio::task::yield_now() => {}
        }
        for text in ["one", "two"] {
            to.write_all(text.as_bytes()).expect("written");
            let n = source.read(&mut buf).await.expect("read");
            assert_eq!(&buf[..n], text.as_bytes());
        }
        drop(to);
        assert_eq!(source.read(&mut buf).await.expect("read"), 0);
    }

    #[tokio::test]
    async fn a_file_is_read_to_its_end() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"text").expect("written");
        io::Seek::rewind(&mut file).expect("rewound");
        let mut text = String::new();
        watched(file.into()).expect("a file").read_to_string(&mut text).await.expect("read");
        assert_eq!(text, "text");
    }
}
