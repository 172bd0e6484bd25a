//! The codec `multipart`: joins the messages of another scanner into batches that end with an empty message.

use async_trait::async_trait;

use crate::component::{ByteSource, Cut, ReadError, Reads, Scan, Scanner};
use crate::message::Batch;

pub struct Multipart(pub Box<dyn Scanner>);

/// One source.
struct Joining {
    scan: Box<dyn Scan>,
    reads: Reads,
    batch: Batch,
}

impl Scanner for Multipart {
    fn open(&self, bytes: ByteSource, name: &str) -> Result<Box<dyn Scan>, String> {
        let scan = self.0.open(bytes, name)?;
        Ok(Box::new(Joining { scan, reads: Reads::default(), batch: Batch::new() }))
    }
}

impl Joining {
    fn join(&mut self, out: &mut Cut<'_>) {
        for part in self.reads.take() {
            if part.batch.iter().any(|message| message.size() > 0) {
                self.batch.extend(part.batch);
            } else {
                self.flush(out);
            }
        }
    }

    fn flush(&mut self, out: &mut Cut<'_>) {
        if !self.batch.is_empty() {
            out.batch(std::mem::take(&mut self.batch));
        }
    }
}

#[async_trait]
impl Scan for Joining {
    async fn next(&mut self, out: &mut Cut<'_>) -> Result<(), ReadError> {
        let before = out.reads.len();
        while out.reads.len() == before {
            let read = self.scan.next(&mut Cut::new(&mut self.reads, None, &|_| {})).await;
            self.join(out);
            match read {
                Err(ReadError::EndOfInput) if !self.batch.is_empty() => self.flush(out),
                read => read?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::Lines;
    use super::super::testing::batches;
    use super::*;

    #[test]
    fn empty_messages_end_batches() {
        let scanner = Multipart(Box::new(Lines::new("", 10)));
        for (text, want) in [("a\nb\n\nc\n\n\nd", &[2, 1, 1][..]), ("\n\n", &[]), ("a\n\n", &[1])] {
            let sizes: Vec<_> =
                batches(&scanner, text.as_bytes()).0.iter().map(|batch| batch.len()).collect();
            assert_eq!(sizes, want, "{text:?}");
        }
    }
}
