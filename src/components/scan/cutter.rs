//! What all scanners have in common: a buffer that is filled from a source of bytes and cut into messages.

use async_trait::async_trait;
use bytes::BytesMut;
use tokio::io::AsyncReadExt;

use crate::component::{ByteSource, Cut, ReadError, Scan};

/// How many bytes are asked for at once.
const CHUNK: usize = 64 * 1024;

/// Below this much free space the buffer is made larger before it is filled.
const LOW: usize = 8 * 1024;

/// A source in which nothing can be cut within so many bytes is given up, whatever its scanner has to say to it.
const MOST: usize = 256 << 20;

/// Cuts messages off a buffer; knows nothing of where the bytes come from.
pub trait Cutter: Send {
    /// Takes whole messages off the front of `buffer` until `out` is full or more bytes are needed. After the `end`
    /// none will come. What was added before an error is kept; the error ends the source.
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String>;
}

/// A source of bytes and its cutter.
pub struct Cutting<C> {
    bytes: ByteSource,
    cutter: C,
    buffer: BytesMut,
    /// No bytes will come any more.
    end: bool,
    /// Nothing will be cut any more.
    broken: bool,
    /// Why reading or cutting stopped; told once all that was cut before is handed out.
    failure: Option<String>,
}

// === impl Cutting ===

impl<C: Cutter + 'static> Cutting<C> {
    /// Boxed, as scanners return it.
    pub fn open(bytes: ByteSource, cutter: C) -> Box<dyn Scan> {
        Box::new(Self { bytes, cutter, buffer: BytesMut::new(), end: false, broken: false, failure: None })
    }
}

impl<C> Cutting<C> {
    async fn fill(&mut self) {
        if self.buffer.capacity() - self.buffer.len() < LOW {
            self.buffer.reserve(CHUNK);
        }
        match self.bytes.read_buf(&mut self.buffer).await {
            Ok(0) => self.end = true,
            Ok(_) => {}
            Err(error) => {
                self.end = true;
                self.failure = Some(error.to_string());
            }
        }
    }
}

#[async_trait]
impl<C: Cutter> Scan for Cutting<C> {
    async fn next(&mut self, out: &mut Cut<'_>) -> Result<(), ReadError> {
        let before = out.reads.len();
        loop {
            if !self.broken
                && let Err(error) = self.cutter.cut(&mut self.buffer, self.end, out)
            {
                (self.end, self.broken) = (true, true);
                self.failure.get_or_insert(error);
            }
            if out.reads.len() > before {
                return Ok(());
            }
            if self.end {
                return Err(self.failure.take().map_or(ReadError::EndOfInput, ReadError::Failed));
            }
            if self.buffer.len() > MOST {
                (self.end, self.broken) = (true, true);
                self.buffer = BytesMut::new();
                return Err(ReadError::Failed(format!("a message is longer than {} MiB", MOST >> 20)));
            }
            self.fill().await;
        }
    }
}
