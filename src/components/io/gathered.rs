//! Many messages written with one call, and which of them arrived if that fails half way.

use std::io::{self, Write};

use super::framing::Framing;
use crate::component::WriteError;
use crate::message::{Batch, Message, Transaction};
use crate::value::Str;

/// Messages as the bytes to write, and where each of them ends.
#[derive(Debug, Default)]
pub struct Gathered {
    pub bytes: Vec<u8>,
    pub ends: Vec<usize>,
}

/// How far a write got, and why not further.
#[derive(Debug, Default)]
pub struct Written {
    pub bytes: usize,
    pub error: Option<String>,
    /// Whether nobody reads any more what is written there.
    pub unread: bool,
}

/// The outcomes of messages, collected into one for each batch.
#[derive(Debug, Default)]
pub struct Outcomes {
    failed: Vec<Option<Str>>,
}

// === impl Gathered ===

impl Gathered {
    pub fn add(&mut self, message: &Message, framing: &Framing) {
        framing.append(message, &mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Of so many written bytes those that belong to a message which is not there as a whole.
    pub fn torn(&self, written: usize) -> usize {
        let whole = self.ends.iter().rev().find(|end| **end <= written);
        written - whole.copied().unwrap_or_default()
    }

    /// Writes all of it, as far as that goes. May block.
    pub fn write_to(&self, to: &mut impl Write) -> Written {
        let mut bytes = 0;
        while bytes < self.bytes.len() {
            match to.write(&self.bytes[bytes..]) {
                Ok(0) => return Written::failed(bytes, io::ErrorKind::WriteZero.into()),
                Ok(n) => bytes += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Written::failed(bytes, error),
            }
        }
        Written { bytes, ..Written::default() }
    }
}

// === impl Written ===

impl Written {
    pub fn failed(bytes: usize, error: io::Error) -> Self {
        let unread = error.kind() == io::ErrorKind::BrokenPipe;
        Self { bytes, error: Some(error.to_string()), unread }
    }
}

// === impl Outcomes ===

impl Outcomes {
    /// Adds the outcome of the next message.
    pub fn push(&mut self, failed: Option<Str>) {
        self.failed.push(failed);
    }

    /// Adds the outcomes of the messages that were gathered.
    pub fn push_written(&mut self, gathered: &Gathered, written: &Written) {
        let reason = written.error.as_ref().map(|error| Str::from(error.as_str()));
        let failed = |end: &usize| reason.clone().filter(|_| *end > written.bytes);
        self.failed.extend(gathered.ends.iter().map(failed));
    }

    /// One result for each of `batches`, whose messages the outcomes are about.
    pub fn by_batch<'b>(
        self,
        batches: impl Iterator<Item = &'b Batch>,
    ) -> impl Iterator<Item = Result<(), WriteError>> {
        let mut failed = self.failed.into_iter();
        batches.map(move |batch| {
            let failures: Vec<_> =
                (0..batch.len()).filter_map(|i| failed.next().flatten().map(|reason| (i, reason))).collect();
            match (failures.len(), batch.len()) {
                (0, _) => Ok(()),
                (1, 1) => {
                    Err(WriteError::Failed(failures.into_iter().next().map(|f| f.1).unwrap_or_default()))
                }
                _ => Err(WriteError::Partial(failures)),
            }
        })
    }
}

/// The results of transactions of which so many messages were sent before the connection was lost.
pub fn lost_after(sent: usize, group: &[Transaction]) -> impl Iterator<Item = Result<(), WriteError>> {
    let mut left = Some(sent);
    group.iter().map(move |transaction| {
        left = left.and_then(|left| left.checked_sub(transaction.batch.len()));
        if left.is_some() { Ok(()) } else { Err(WriteError::NotConnected) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes, three at a time.
    struct Small(usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let n = bytes.len().min(3).min(self.0);
            self.0 -= n;
            if n == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(n) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_what_did_not_arrive_fails() {
        let batch =
            |texts: &[&'static str]| texts.iter().map(|text| Message::from_bytes(*text)).collect::<Batch>();
        let batches = [batch(&["ab"]), batch(&["cd", "ef"]), batch(&["gh"])];
        let framing = Framing::Suffix(b"\n".as_slice().into());
        let mut gathered = Gathered::default();
        batches.iter().flatten().for_each(|message| gathered.add(message, &framing));
        for (room, want) in [(12, [0, 0, 0]), (9, [0, 0, 1]), (7, [0, 1, 1]), (5, [0, 2, 1]), (0, [1, 2, 1])]
        {
            let written = gathered.write_to(&mut Small(room));
            assert_eq!(gathered.torn(written.bytes), room % 3, "room for {room}");
            let mut outcomes = Outcomes::default();
            outcomes.push_written(&gathered, &written);
            let failures = outcomes.by_batch(batches.iter()).map(|result| match result {
                Ok(()) => 0,
                Err(WriteError::Partial(failures)) => failures.len(),
                Err(_) => 1,
            });
            assert_eq!(failures.collect::<Vec<_>>(), want, "room for {room}");
        }
    }
}
