//! The `avro` scanner: the documents of Avro files (object container files). A file is a header with the schema and
//! blocks of documents, each compressed for itself and ended by a marker.

use std::io::{self, Read};

use async_trait::async_trait;
use bytes::{Buf, BytesMut};
use tokio::io::AsyncReadExt;

use crate::component::{ByteSource, Cut, ReadError, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Example, Field, Kind, field};
use crate::message::Message;
use crate::value::avro::binary::{self, read_long};
use crate::value::avro::{Schema, Tags, canonical, fingerprint, textual};
use crate::value::{Str, Value};

const RAW_JSON: Field<bool> = field("raw_json")
    .default(false)
    .advanced()
    .doc("Whether values of unions are written as they are, rather than tagged with their type.");

pub const AVRO: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "avro")
        .summary("Makes a message of each document in an Avro file.")
        .description("Blocks may be compressed by deflate, snappy, bzip2 or zstandard. The metadata `avro_schema` and `avro_schema_fingerprint` tell the schema of the file.")
        .fields(&[&RAW_JSON])
        .examples(&[Example { title: "Plain documents", config: "avro:\n  raw_json: true\n" }]),
    build: |conf, _| {
        let tags = if conf.get(&RAW_JSON)? { Tags::None } else { Tags::Qualified };
        Ok(Box::new(Avro { tags }))
    },
};

const MAGIC: &[u8] = b"Obj\x01";

/// How many bytes a header or a block may have, compressed and not.
const MAX_BLOCK: usize = 256 << 20;

struct Avro {
    tags: Tags,
}

/// A file that is being read.
struct File {
    source: ByteSource,
    buffer: BytesMut,
    ended: bool,
    tags: Tags,
    /// None before the header is read.
    header: Option<Header>,
    block: Block,
}

struct Header {
    schema: Schema,
    canonical: Str,
    fingerprint: Value,
    codec: Codec,
    marker: [u8; 16],
}

/// What is left of the current block.
#[derive(Default)]
struct Block {
    data: BytesMut,
    documents: u64,
}

#[derive(Clone, Copy)]
enum Codec {
    None,
    Deflate,
    Snappy,
    Bzip2,
    Zstandard,
}

impl Scanner for Avro {
    fn open(&self, source: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        let (buffer, block) = Default::default();
        Ok(Box::new(File { source, buffer, ended: false, tags: self.tags, header: None, block }))
    }
}

#[async_trait]
impl Scan for File {
    async fn next(&mut self, out: &mut Cut<'_>) -> Result<(), ReadError> {
        while self.block.documents == 0 {
            let read = match &self.header {
                None => self.read_header(),
                Some(_) => self.read_block(),
            };
            if read.map_err(ReadError::Failed)? {
                continue;
            }
            if self.ended {
                let whole = self.header.is_some() && self.buffer.is_empty();
                return Err(if whole {
                    ReadError::EndOfInput
                } else {
                    ReadError::Failed("the file ends too early".to_owned())
                });
            }
            self.buffer.reserve(64 << 10);
            self.ended = self
                .source
                .read_buf(&mut self.buffer)
                .await
                .map_err(|error| ReadError::Failed(error.to_string()))?
                == 0;
        }
        while self.block.documents > 0 && !out.is_full() {
            out.message(self.document().map_err(ReadError::Failed)?);
        }
        Ok(())
    }
}

impl File {
    /// Reads the header if all of it is there.
    fn read_header(&mut self) -> Result<bool, String> {
        let mut rest = &self.buffer[..];
        let start = &rest[..rest.len().min(MAGIC.len())];
        if !MAGIC.starts_with(start) {
            return Err("this is not an Avro file".to_owned());
        }
        rest = &rest[start.len()..];
        let Ok((entries, marker)) = header(&mut rest) else {
            return if self.buffer.len() > MAX_BLOCK {
                Err("the header is too long".to_owned())
            } else {
                Ok(false)
            };
        };
        let used = self.buffer.len() - rest.len();
        let entry =
            |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_slice());
        let schema =
            String::from_utf8_lossy(entry("avro.schema").ok_or("the file has no schema")?).into_owned();
        let schema = Schema::parse(&schema)
            .map_err(|error| format!("the schema of the file is not valid: {error}"))?;
        self.header = Some(Header {
            canonical: canonical(&schema).into(),
            fingerprint: Value::Number(fingerprint(&schema).to_string().into()),
            codec: Codec::named(entry("avro.codec").unwrap_or(b"null"))?,
            schema,
            marker,
        });
        self.buffer.advance(used);
        Ok(true)
    }

    /// Reads the next block if all of it is there.
    fn read_block(&mut self) -> Result<bool, String> {
        let Some(header) = &self.header else { return Ok(false) };
        let mut rest = &self.buffer[..];
        let (Ok(documents), Ok(size)) = (read_long(&mut rest), read_long(&mut rest)) else {
            return Ok(false);
        };
        let size =
            usize::try_from(size).ok().filter(|size| *size <= MAX_BLOCK).ok_or("a block is too large")?;
        let documents = u64::try_from(documents).map_err(|_| "a block with a negative count")?;
        if rest.len() < size + header.marker.len() {
            return Ok(false);
        }
        if rest[size..size + header.marker.len()] != header.marker {
            return Err("a block does not end where it should".to_owned());
        }
        let data = header
            .codec
            .decompress(&rest[..size])
            .map_err(|error| format!("a block cannot be read: {error}"))?;
        let used = self.buffer.len() - rest.len() + size + header.marker.len();
        self.buffer.advance(used);
        self.block = Block { data: BytesMut::from(&data[..]), documents };
        Ok(true)
    }

    /// The next document of the block.
    fn document(&mut self) -> Result<Message, String> {
        let header = self.header.as_ref().ok_or("the file has no header")?;
        let mut rest = &self.block.data[..];
        let value = binary::decode(&header.schema, &mut rest, Tags::None)?;
        let used = self.block.data.len() - rest.len();
        self.block.data.advance(used);
        self.block.documents -= 1;
        let mut text = String::new();
        textual::encode(&header.schema, &value, self.tags, &mut text)?;
        let mut message = Message::from_bytes(text);
        message.set_meta("avro_schema", header.canonical.clone());
        message.set_meta("avro_schema_fingerprint", header.fingerprint.clone());
        Ok(message)
    }
}

type Entries = Vec<(String, Vec<u8>)>;

/// The entries of a header and the marker behind them.
fn header(bytes: &mut &[u8]) -> Result<(Entries, [u8; 16]), String> {
    let mut entries = Vec::new();
    loop {
        let count = read_long(bytes)?;
        if count < 0 {
            read_long(bytes)?;
        }
        if count == 0 {
            break;
        }
        for _ in 0..count.unsigned_abs() {
            let key = String::from_utf8_lossy(sized(bytes)?).into_owned();
            entries.push((key, sized(bytes)?.to_vec()));
        }
    }
    let (marker, rest) = bytes.split_first_chunk().ok_or("the header ends too early")?;
    *bytes = rest;
    Ok((entries, *marker))
}

fn sized<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8], String> {
    let size = usize::try_from(read_long(bytes)?).map_err(|_| "a length that is negative")?;
    let (taken, rest) = bytes.split_at_checked(size).ok_or("the header ends too early")?;
    *bytes = rest;
    Ok(taken)
}

// === impl Codec ===

impl Codec {
    fn named(name: &[u8]) -> Result<Self, String> {
        Ok(match name {
            b"null" => Codec::None,
            b"deflate" => Codec::Deflate,
            b"snappy" => Codec::Snappy,
            b"bzip2" => Codec::Bzip2,
            b"zstandard" => Codec::Zstandard,
            other => return Err(format!("unknown compression '{}'", String::from_utf8_lossy(other))),
        })
    }

    fn decompress(self, data: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Codec::None => Ok(data.to_vec()),
            Codec::Deflate => bounded(flate2::read::DeflateDecoder::new(data)),
            Codec::Bzip2 => bounded(bzip2::read::MultiBzDecoder::new(data)),
            Codec::Zstandard => {
                bounded(ruzstd::decoding::StreamingDecoder::new(data).map_err(io::Error::other)?)
            }
            Codec::Snappy => {
                // A checksum follows.
                let data = &data[..data.len().saturating_sub(4)];
                if snap::raw::decompress_len(data)? > MAX_BLOCK {
                    return Err(io::Error::other("it is too large"));
                }
                Ok(snap::raw::Decoder::new().decompress_vec(data)?)
            }
        }
    }
}

fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    from.take(MAX_BLOCK as u64 + 1).read_to_end(&mut data)?;
    if data.len() > MAX_BLOCK { Err(io::Error::other("it is too large")) } else { Ok(data) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::Reads;

    fn file(codec: &str, blocks: &[(u8, &[u8])]) -> Vec<u8> {
        let schema = r#"["null","int"]"#;
        let mut out = MAGIC.to_vec();
        out.push(4);
        for (key, value) in [("avro.schema", schema), ("avro.codec", codec)] {
            for text in [key, value] {
                out.push(2 * text.len() as u8);
                out.extend(text.as_bytes());
            }
        }
        out.push(0);
        out.extend([7; 16]);
        for (count, data) in blocks {
            out.extend([2 * count, 2 * data.len() as u8]);
            out.extend(*data);
            out.extend([7; 16]);
        }
        out
    }

    async fn texts(file: Vec<u8>) -> Vec<String> {
        let mut scan =
            Avro { tags: Tags::Qualified }.open(Box::new(io::Cursor::new(file)), "x").expect("opened");
        let mut reads = Reads::default();
        let mut texts = Vec::new();
        loop {
            let ended = scan.next(&mut Cut::new(&mut reads, None, &|_| {})).await;
            let batches = reads.take().into_iter().flat_map(|transaction| transaction.batch);
            texts.extend(batches.map(|message| String::from_utf8_lossy(message.bytes()).into_owned()));
            match ended {
                Ok(()) => {}
                Err(ReadError::EndOfInput) => return texts,
                Err(error) => {
                    texts.push(format!("!{error:?}"));
                    return texts;
                }
            }
        }
    }

    #[tokio::test]
    async fn documents_come_out_of_blocks() {
        assert_eq!(
            texts(file("null", &[(2, &[0, 2, 10]), (1, &[2, 1])])).await,
            ["null", r#"{"int":5}"#, r#"{"int":-1}"#]
        );
        let mut deflate = flate2::read::DeflateEncoder::new(&[2u8, 10][..], flate2::Compression::default());
        let mut data = Vec::new();
        deflate.read_to_end(&mut data).expect("compressed");
        assert_eq!(texts(file("deflate", &[(1, &data)])).await, [r#"{"int":5}"#]);
        let snappy =
            [snap::raw::Encoder::new().compress_vec(&[2, 10]).expect("compressed"), vec![0; 4]].concat();
        assert_eq!(texts(file("snappy", &[(1, &snappy)])).await, [r#"{"int":5}"#]);
    }

    #[tokio::test]
    async fn broken_files_are_told_from_ended_ones() {
        let whole = file("null", &[(1, &[2, 10])]);
        for broken in [
            whole[..whole.len() - 1].to_vec(),
            whole[..10].to_vec(),
            b"text".to_vec(),
            file("rot13", &[]),
            Vec::new(),
        ] {
            let texts = texts(broken).await;
            assert!(texts.last().is_some_and(|last| last.starts_with('!')), "{texts:?}");
        }
    }
}
