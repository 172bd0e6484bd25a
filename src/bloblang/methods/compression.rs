//! Methods that compress and decompress.

use std::io::{Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::{read, write};
use lz4_flex::frame::{BlockSize, FrameDecoder, FrameEncoder, FrameInfo};

use crate::bloblang::args::{Args, Constant, Param, Params};
use crate::bloblang::error::Error;
use crate::bloblang::spec::{Example, MethodRun, MethodSpec, PreparedMethod, Result};
use crate::value::{Value, text};

use super::target::bytes;

pub const METHODS: &[&MethodSpec] = &[&COMPRESS, &DECOMPRESS];

const CATEGORY: &str = "Encoding and Encryption";

const COMPRESS: MethodSpec = MethodSpec::new("compress", CATEGORY, MethodRun::Prepared(compress))
    .doc("The compressed bytes of a string or of bytes. The level, where the algorithm has one, goes from 0 to 9; -1 is the usual one.")
    .params(Params::Named(&[
        Param::string("algorithm", "flate, gzip, pgzip, lz4, snappy, zlib or zstd."),
        Param::integer("level", "How hard to try.").default(Constant::Int(-1)),
    ]))
    .examples(&[
        Example { mapping: "root = content().compress(\"gzip\").decompress(\"gzip\")", cases: &[("hello", "hello")] },
        Example { mapping: "root = content().compress(\"lz4\").length() > 0", cases: &[("hello", "true")] },
    ]);

const DECOMPRESS: MethodSpec = MethodSpec::new("decompress", CATEGORY, MethodRun::Prepared(decompress))
    .doc("The bytes that were compressed. Data that is damaged, or was compressed in another way, is an error.")
    .params(Params::Named(&[Param::string("algorithm", "bzip2, flate, gzip, pgzip, lz4, snappy, zlib or zstd.")]))
    .examples(&[
        Example { mapping: "root = content().compress(\"zlib\").decompress(\"zlib\")", cases: &[("hello", "hello")] },
        Example { mapping: "root = content().decompress(\"gzip\").catch(\"damaged\")", cases: &[("hello", "damaged")] },
    ]);

type Compress = fn(&[u8], Compression) -> std::io::Result<Vec<u8>>;

/// The algorithms that compress.
pub const COMPRESSORS: [(&str, Compress); 7] = [
    ("flate", |data, level| {
        let mut out = write::DeflateEncoder::new(Vec::new(), level);
        out.write_all(data)?;
        out.finish()
    }),
    ("gzip", gzip),
    ("pgzip", gzip),
    ("lz4", |data, _| {
        // The header of the reference, so that the same content has the same bytes.
        let frame = FrameInfo::new().block_size(BlockSize::Max4MB).content_checksum(true);
        let mut out = FrameEncoder::with_frame_info(frame, Vec::new());
        out.write_all(data)?;
        out.finish().map_err(std::io::Error::other)
    }),
    ("snappy", |data, _| snap::raw::Encoder::new().compress_vec(data).map_err(std::io::Error::other)),
    ("zlib", |data, level| {
        let mut out = write::ZlibEncoder::new(Vec::new(), level);
        out.write_all(data)?;
        out.finish()
    }),
    ("zstd", |data, _| {
        Ok(ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest))
    }),
];

type Decompress = fn(&[u8]) -> std::io::Result<Vec<u8>>;

/// The algorithms that decompress.
pub const DECOMPRESSORS: [(&str, Decompress); 8] = [
    ("bzip2", |data| all(bzip2::read::MultiBzDecoder::new(data))),
    ("flate", |data| all(read::DeflateDecoder::new(data))),
    ("gzip", |data| all(read::MultiGzDecoder::new(data))),
    ("pgzip", |data| all(read::MultiGzDecoder::new(data))),
    ("lz4", |data| match data.len() {
        1..=6 => Err(std::io::Error::other("the data is too short for an lz4 frame")),
        _ => all(FrameDecoder::new(data)),
    }),
    ("snappy", |data| snap::raw::Decoder::new().decompress_vec(data).map_err(std::io::Error::other)),
    ("zlib", |data| all(read::ZlibDecoder::new(data))),
    ("zstd", |mut data| {
        let mut out = Vec::new();
        while !data.is_empty() {
            let frame = ruzstd::decoding::StreamingDecoder::new(&mut data).map_err(std::io::Error::other)?;
            unpack(frame, &mut out)?;
        }
        Ok(out)
    }),
];

/// What one message may unpack to, so that a small one cannot fill the memory.
const MAX_UNPACKED: u64 = 1 << 31;

fn gzip(data: &[u8], level: Compression) -> std::io::Result<Vec<u8>> {
    let mut out = write::GzEncoder::new(Vec::new(), level);
    out.write_all(data)?;
    out.finish()
}

fn all(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    unpack(reader, &mut out)?;
    Ok(out)
}

/// Adds what is read to `out`, as long as that does not grow too long.
fn unpack(reader: impl Read, out: &mut Vec<u8>) -> std::io::Result<()> {
    let room = MAX_UNPACKED.saturating_sub(out.len() as u64);
    if reader.take(room + 1).read_to_end(out)? as u64 > room {
        return Err(std::io::Error::other(format!("the data unpacks to more than {MAX_UNPACKED} bytes")));
    }
    Ok(())
}

/// The levels that an algorithm knows; none where it has no levels.
fn levels(algorithm: &str) -> Option<std::ops::RangeInclusive<i64>> {
    match algorithm {
        "gzip" => Some(-3..=9),
        "flate" | "pgzip" | "zlib" => Some(-2..=9),
        "lz4" => Some(i64::MIN..=9),
        _ => None,
    }
}

/// The level that `-1` to `9` stands for.
pub fn level(level: i64) -> Compression {
    match u32::try_from(level) {
        Ok(level) => Compression::new(level.min(9)),
        Err(_) => Compression::default(),
    }
}

fn found<T: Copy>(table: &[(&str, T)], name: &str, what: &str) -> Result<T> {
    let entry = table.iter().find(|(n, _)| *n == name);
    entry.map(|(_, run)| *run).ok_or_else(|| Error::new(format!("{what} type not recognised: {name}")))
}

fn compress(args: &Args<'_>, _: &crate::bloblang::Environment) -> Result<PreparedMethod> {
    let run = found(&COMPRESSORS, args.str(0), "compression")?;
    let (wanted, levels) = (args.int(1), levels(args.str(0)));
    let (level, known) = (level(wanted), levels.is_none_or(|levels| levels.contains(&wanted)));
    Ok(Arc::new(move |target, _| {
        if !known {
            return Err(Error::new(format!("failed to compress: there is no compression level {wanted}")));
        }
        let data = text::content(&target).ok_or_else(|| Error::expected("bytes", &target))?;
        let packed = run(&data, level).map_err(|e| Error::new(format!("failed to compress: {e}")))?;
        Ok(Value::from(bytes::Bytes::from(packed)))
    }))
}

fn decompress(args: &Args<'_>, _: &crate::bloblang::Environment) -> Result<PreparedMethod> {
    let run = found(&DECOMPRESSORS, args.str(0), "decompression")?;
    Ok(Arc::new(move |target, _| {
        let unpacked = run(bytes(&target)?).map_err(|e| Error::new(format!("failed to decompress: {e}")))?;
        Ok(Value::from(bytes::Bytes::from(unpacked)))
    }))
}
