//! `stdin`: reads the standard input of the process.

use async_trait::async_trait;
use tokio::io::AsyncRead;
use tokio::sync::mpsc;

use crate::component::{
    ConnectError, Cut, InputBuild, InputSpec, ReadError, Reads, Scan, Scanner, Source, SourceSetup,
};
use crate::components::scan;
use crate::config::{ComponentSpec, Example, Field, Kind, field};

const AUTO_REPLAY: Field<bool> = field("auto_replay_nacks")
    .default(true)
    .doc("Whether messages that were not delivered are sent again from memory; else they are lost.");

pub const STDIN: InputSpec = InputSpec {
    spec: ComponentSpec::new(Kind::Input, "stdin")
        .categories(&["Local"])
        .summary("Reads the standard input of the process, by default line by line.")
        .description("It ends when the input ends.")
        .fields(&[&scan::CODEC, &scan::MAX_BUFFER, &scan::SCANNER, &AUTO_REPLAY])
        .examples(&[Example { title: "Lines", config: "stdin: {}\n" }]),
    build: InputBuild::Source(|conf, cx| {
        let source = Box::new(Stdin { scanner: scan::scanner(conf, cx)?, scan: None });
        Ok(SourceSetup { source, auto_replay: conf.get(&AUTO_REPLAY)?, batching: None })
    }),
};

struct Stdin {
    scanner: Box<dyn Scanner>,
    scan: Option<Box<dyn Scan>>,
}

// === impl Stdin ===

#[async_trait]
impl Source for Stdin {
    async fn connect(&mut self) -> Result<(), ConnectError> {
        let scan = self.scanner.open(Box::new(Chunks::start()), "").map_err(ConnectError::failed)?;
        self.scan = Some(scan);
        Ok(())
    }

    async fn read(&mut self, out: &mut Reads) -> Result<(), ReadError> {
        let Some(scan) = &mut self.scan else { return Err(ReadError::NotConnected) };
        scan.next(&mut Cut::new(out, None, &|_| {})).await
    }
}

/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// Standard input, read by a thread of its own, one chunk ahead: a thread of the runtime that waits for a terminal
/// could not be ended with the process.
struct Chunks {
    chunks: mpsc::Receiver<std::io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    /// How much of the chunk was taken.
    taken: usize,
}

impl Chunks {
    fn start() -> Self {
        let (sender, chunks) = mpsc::channel(1);
        std::thread::spawn(move || {
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = std::io::Read::read(&mut std::io::stdin(), &mut chunk);
                let read = read.map(|n| {
                    chunk.truncate(n);
                    chunk
                });
                let last = !matches!(&read, Ok(chunk) if !chunk.is_empty());
                if sender.blocking_send(read).is_err() || last {
                    return;
                }
            }
        });
        Self { chunks, chunk: Vec::new(), taken: 0 }
    }
}

impl AsyncRead for Chunks {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        if self.taken == self.chunk.len() {
            match std::task::ready!(self.chunks.poll_recv(cx)) {
                None => return std::task::Poll::Ready(Ok(())),
                Some(Err(error)) => return std::task::Poll::Ready(Err(error)),
                Some(Ok(chunk)) => {
                    self.chunk = chunk;
                    self.taken = 0;
                }
            }
        }
        let n = buf.remaining().min(self.chunk.len() - self.taken);
        buf.put_slice(&self.chunk[self.taken..self.taken + n]);
        self.taken += n;
        std::task::Poll::Ready(Ok(()))
    }
}
