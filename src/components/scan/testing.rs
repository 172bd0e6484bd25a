//! For tests: runs a scanner over bytes that come in chunks of every size.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use crate::component::{Cut, ReadError, Reads, Scanner};
use crate::message::{Batch, Group};

/// Reads at most so many bytes at a time.
struct Chunked {
    bytes: Vec<u8>,
    at: usize,
    size: usize,
}

impl AsyncRead for Chunked {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let end = self.bytes.len().min(self.at + self.size.min(buf.remaining()));
        buf.put_slice(&self.bytes[self.at..end]);
        self.at = end;
        Poll::Ready(Ok(()))
    }
}

/// What a scanner cuts out of `bytes`, and why it stopped if that was not their end. The same wherever chunks end.
pub fn batches(scanner: &dyn Scanner, bytes: &[u8]) -> (Vec<Batch>, Option<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let whole = runtime.block_on(scan(scanner, bytes, bytes.len().max(1)));
    for size in 1..bytes.len().min(40) {
        let parts = runtime.block_on(scan(scanner, bytes, size));
        assert_eq!(shown(&parts), shown(&whole), "in chunks of {size}");
    }
    whole
}

/// The contents of what a scanner cuts; a failure comes last, after an exclamation mark.
pub fn texts(scanner: &dyn Scanner, text: &str) -> Vec<String> {
    shown(&batches(scanner, text.as_bytes()))
}

fn shown((batches, failure): &(Vec<Batch>, Option<String>)) -> Vec<String> {
    let messages = batches.iter().flatten().map(|m| String::from_utf8_lossy(m.bytes()).into_owned());
    messages.chain(failure.iter().map(|f| format!("! {f}"))).collect()
}

async fn scan(scanner: &dyn Scanner, bytes: &[u8], size: usize) -> (Vec<Batch>, Option<String>) {
    let bytes = Chunked { bytes: bytes.to_vec(), at: 0, size };
    let mut scan = scanner.open(Box::new(bytes), "data/name.txt").expect("opened");
    let mut all = Group::new();
    let mut reads = Reads::default();
    let failure = loop {
        match scan.next(&mut Cut::new(&mut reads, None, &|_| {})).await {
            Ok(()) => all.extend(reads.take()),
            Err(ReadError::EndOfInput) => break None,
            Err(ReadError::Failed(reason)) => break Some(reason),
            Err(other) => panic!("{other:?}"),
        }
    };
    (all.into_iter().map(|t| t.batch).collect(), failure)
}
