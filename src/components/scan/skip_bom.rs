//! `skip_bom`: leaves out the byte order mark that a source begins with.

use std::io;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use crate::component::{Built, ByteSource, Context, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, ScannerConf, field};

const INTO: Field<ScannerConf> =
    field("into").default("to_the_end").doc("The scanner that gets the bytes after the mark.");

pub const SKIP_BOM: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "skip_bom")
        .summary("Leaves out a byte order mark at the beginning and hands the rest to another scanner.")
        .description("The marks of UTF-8, UTF-16 and UTF-32 are known; the text itself is not converted.")
        .fields(&[&INTO])
        .examples(&[Example {
            title: "Spreadsheets that begin with a mark",
            config: "skip_bom:\n  into: { csv: {} }\n",
        }]),
    build: |conf: &Conf, cx: &Context| -> Built<Box<dyn Scanner>> {
        Ok(Box::new(SkipBom { into: cx.scanner(&conf.get(&INTO)?)? }))
    },
};

/// Longer ones first, as some begin like shorter ones.
const MARKS: [&[u8]; 5] =
    [&[0, 0, 0xFE, 0xFF], &[0xFF, 0xFE, 0, 0], &[0xEF, 0xBB, 0xBF], &[0xFE, 0xFF], &[0xFF, 0xFE]];

const LONGEST: usize = MARKS[0].len();

pub struct SkipBom {
    pub into: Box<dyn Scanner>,
}

impl Scanner for SkipBom {
    fn open(&self, bytes: ByteSource, name: &str) -> Result<Box<dyn Scan>, String> {
        self.into.open(without_bom(bytes), name)
    }
}

/// `bytes` without the mark that they begin with, if they do.
fn without_bom(bytes: ByteSource) -> ByteSource {
    Box::new(WithoutBom { bytes, head: Vec::with_capacity(LONGEST), decided: false })
}

struct WithoutBom {
    bytes: ByteSource,
    /// What was read to find out, and is not handed on yet.
    head: Vec<u8>,
    decided: bool,
}

impl WithoutBom {
    /// Removes a mark from the head, unless a longer one may still follow.
    fn decide(&mut self, end: bool) {
        let open = |mark: &&&[u8]| mark.len() > self.head.len() && mark.starts_with(&self.head);
        self.decided = end || !MARKS.iter().any(|mark| open(&mark));
        if let Some(mark) = MARKS.iter().find(|mark| self.decided && self.head.starts_with(mark)) {
            self.head.drain(..mark.len());
        }
    }
}

impl AsyncRead for WithoutBom {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.decided {
            let mut room = [0; LONGEST];
            let mut read = ReadBuf::new(&mut room[self.head.len()..]);
            ready!(Pin::new(&mut self.bytes).poll_read(task, &mut read))?;
            let end = read.filled().is_empty();
            self.head.extend_from_slice(read.filled());
            self.decide(end);
        }
        if self.head.is_empty() {
            return Pin::new(&mut self.bytes).poll_read(task, buf);
        }
        let n = self.head.len().min(buf.remaining());
        buf.put_slice(&self.head[..n]);
        self.head.drain(..n);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::batches;
    use super::super::to_the_end::ToTheEnd;
    use super::*;

    #[test]
    fn marks_are_left_out() {
        let scanner = SkipBom { into: Box::new(ToTheEnd) };
        let cases: &[(&[u8], &[u8])] = &[
            (b"\xEF\xBB\xBFabc", b"abc"),
            (b"\xFF\xFEabcdef", b"abcdef"),
            (b"\xFF\xFE\0\0abc", b"abc"),
            (b"\xFF\xFE", b""),
            (b"\0\0\xFE\xFFx", b"x"),
            (b"\xEF\xBBabc", b"\xEF\xBBabc"),
            (b"\xEF\xBB", b"\xEF\xBB"),
            (b"plain", b"plain"),
            (b"", b""),
        ];
        for (bytes, want) in cases {
            let (cut, _) = batches(&scanner, bytes);
            assert_eq!(cut[0][0].bytes(), want, "{bytes:?}");
        }
    }
}
