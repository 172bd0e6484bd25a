//! `decompress`: decompresses a source before another scanner cuts it.

use std::io::{self, BufRead, BufReader, Read, Write};

use super::blocking::in_thread;
use crate::bloblang::did_you_mean;
use crate::component::{Built, ByteSource, Context, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Conf, Example, Field, Kind, ScannerConf, field};
use crate::value::Str;

const ALGORITHM: Field<Str> = field("algorithm").usable(|name| Algorithm::named(name).map(|_| ())).doc(
    "How the source is compressed: `gzip`, `pgzip`, `zlib`, `bzip2`, `flate`, `snappy`, `lz4` or `zstd`.",
);
const INTO: Field<ScannerConf> =
    field("into").default("to_the_end").doc("The scanner that gets the decompressed bytes.");

pub const DECOMPRESS: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "decompress")
        .summary("Decompresses a stream of bytes and hands it to another scanner.")
        .description("Decompression has a thread of its own for as long as the source is read.")
        .fields(&[&ALGORITHM, &INTO])
        .examples(&[Example {
            title: "Compressed logs",
            config: "decompress:\n  algorithm: gzip\n  into: { lines: {} }\n",
        }]),
    build: |conf: &Conf, cx: &Context| -> Built<Box<dyn Scanner>> {
        let algorithm = Algorithm::named(&conf.get(&ALGORITHM)?);
        Ok(Box::new(Decompress {
            algorithm: algorithm.map_err(|error| conf.error(&ALGORITHM, error))?,
            into: cx.scanner(&conf.get(&INTO)?)?,
        }))
    },
};

pub struct Decompress {
    pub algorithm: Algorithm,
    pub into: Box<dyn Scanner>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Bzip2,
    Flate,
    Gzip,
    /// In frames.
    Lz4,
    /// In frames.
    Snappy,
    Zlib,
    Zstd,
}

const ALGORITHMS: [(&str, Algorithm); 8] = [
    ("bzip2", Algorithm::Bzip2),
    ("flate", Algorithm::Flate),
    ("gzip", Algorithm::Gzip),
    ("lz4", Algorithm::Lz4),
    ("pgzip", Algorithm::Gzip),
    ("snappy", Algorithm::Snappy),
    ("zlib", Algorithm::Zlib),
    ("zstd", Algorithm::Zstd),
];

impl Scanner for Decompress {
    fn open(&self, bytes: ByteSource, name: &str) -> Result<Box<dyn Scan>, String> {
        let algorithm = self.algorithm;
        self.into.open(in_thread(bytes, move |from, to| algorithm.decompress(from, to)), name)
    }
}

impl Algorithm {
    fn named(name: &str) -> Result<Self, String> {
        let found = ALGORITHMS.iter().find(|(known, _)| *known == name);
        found.map(|(_, algorithm)| *algorithm).ok_or_else(|| {
            let hint = did_you_mean(name, ALGORITHMS.iter().map(|(known, _)| *known));
            format!("the algorithm '{name}' is not known{hint}")
        })
    }

    fn decompress(self, from: &mut dyn Read, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Algorithm::Bzip2 => copy(bzip2::read::MultiBzDecoder::new(from), to),
            Algorithm::Flate => copy(flate2::read::DeflateDecoder::new(from), to),
            Algorithm::Gzip => copy(flate2::read::MultiGzDecoder::new(from), to),
            Algorithm::Lz4 => copy(lz4_flex::frame::FrameDecoder::new(from), to),
            Algorithm::Snappy => copy(snap::read::FrameDecoder::new(from), to),
            Algorithm::Zlib => copy(flate2::read::ZlibDecoder::new(from), to),
            Algorithm::Zstd => {
                let mut from = BufReader::new(from);
                while !from.fill_buf()?.is_empty() {
                    let frame = ruzstd::decoding::StreamingDecoder::new(&mut from);
                    copy(frame.map_err(io::Error::other)?, to)?;
                }
                Ok(())
            }
        }
    }
}

fn copy(mut from: impl Read, to: &mut dyn Write) -> io::Result<()> {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match from.read(&mut chunk)? {
            0 => return Ok(()),
            n => to.write_all(&chunk[..n])?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::Lines;
    use super::super::testing::{batches, texts};
    use super::*;

    const TEXT: &str = "one\ntwo\nthree";

    fn scanner(algorithm: Algorithm) -> Decompress {
        Decompress { algorithm, into: Box::new(Lines::new("", 100)) }
    }

    /// `TEXT` compressed.
    fn compressed(algorithm: Algorithm) -> Vec<u8> {
        let level = flate2::Compression::default();
        let read = |mut from: Box<dyn Read>| {
            let mut out = Vec::new();
            from.read_to_end(&mut out).map(|_| out)
        };
        let text = TEXT.as_bytes();
        let bytes = match algorithm {
            Algorithm::Bzip2 => read(Box::new(bzip2::read::BzEncoder::new(text, bzip2::Compression::best()))),
            Algorithm::Flate => read(Box::new(flate2::read::DeflateEncoder::new(text, level))),
            Algorithm::Gzip => read(Box::new(flate2::read::GzEncoder::new(text, level))),
            Algorithm::Lz4 => {
                let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
                encoder.write_all(text).map(|()| encoder.finish().expect("finished"))
            }
            Algorithm::Snappy => read(Box::new(snap::read::FrameEncoder::new(text))),
            Algorithm::Zlib => read(Box::new(flate2::read::ZlibEncoder::new(text, level))),
            Algorithm::Zstd => {
                let level = ruzstd::encoding::CompressionLevel::Fastest;
                let (head, tail) = text.split_at(5);
                let frame = |part| ruzstd::encoding::compress_to_vec(part, level);
                Ok([frame(head), frame(tail)].concat())
            }
        };
        bytes.expect("compressed")
    }

    #[test]
    fn every_algorithm_is_undone() {
        for (name, algorithm) in ALGORITHMS {
            let (cut, failure) = batches(&scanner(algorithm), &compressed(algorithm));
            let lines: Vec<_> = cut.iter().map(|batch| batch[0].bytes().clone()).collect();
            assert_eq!((lines, failure), (vec!["one".into(), "two".into(), "three".into()], None), "{name}");
        }
    }

    #[test]
    fn what_is_not_compressed_is_an_error() {
        for algorithm in [Algorithm::Gzip, Algorithm::Zstd, Algorithm::Lz4] {
            let failed = texts(&scanner(algorithm), "plain text, not compressed at all");
            assert!(failed.len() == 1 && failed[0].starts_with('!'), "{failed:?}");
        }
        let bytes = compressed(Algorithm::Gzip);
        assert!(batches(&scanner(Algorithm::Gzip), &bytes[..bytes.len() - 9]).1.is_some());
    }
}
