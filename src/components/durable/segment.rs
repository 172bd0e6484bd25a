//! One segment of the disk buffer's log: a file of records.
//!
//! # Format
//!
//! A segment is named by the number of its first record, in 20 decimal digits, with the ending `.log`. It begins with
//! a head of 16 bytes: the text `NEKTONB1` and the number of the first record (u64). Records follow each other:
//!
//! ```text
//! length of the content   u32
//! checksum                u32   CRC-32 (IEEE) of length, number and content
//! number                  u64   one more than that of the record before
//! content                 so many bytes
//! ```
//!
//! All numbers are little endian.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"NEKTONB1";
pub const HEAD: u64 = 16;
const RECORD_HEAD: usize = 16;

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// What is known of a segment without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub first: u64,
    /// The number behind its last record.
    pub end: u64,
    /// Its size up to there.
    pub bytes: u64,
}

/// Reads a segment from front to back.
pub struct Reader {
    file: File,
    /// The first record of the segment.
    pub first: u64,
    /// The record that is next.
    pub number: u64,
    /// Where the file is read next.
    offset: u64,
    buffer: Vec<u8>,
    /// What of the buffer was read already.
    at: usize,
}

// === impl Segment ===

impl Segment {
    pub fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{:020}.log", self.first))
    }

    /// Makes an empty segment.
    pub fn create(folder: &Path, first: u64) -> io::Result<(Self, File)> {
        let segment = Self { first, end: first, bytes: HEAD };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(segment.path(folder))?;
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&first.to_le_bytes());
        file.write_all_at(&head, 0)?;
        Ok((segment, file))
    }

    /// Reads a whole segment, up to its end or the first record that is damaged.
    pub fn scan(folder: &Path, first: u64) -> io::Result<Self> {
        let mut segment = Self { first, end: first, bytes: HEAD };
        let size = std::fs::metadata(segment.path(folder))?.len();
        let Some(mut reader) = Reader::open(folder, &segment)? else {
            return Ok(Self { bytes: 0, ..segment });
        };
        while let Some(content) = reader.next(size)? {
            let record = (RECORD_HEAD + content.len()) as u64;
            segment.bytes += record;
            segment.end += 1;
        }
        Ok(segment)
    }
}

/// Adds a record to what will be written.
pub fn put(out: &mut Vec<u8>, number: u64, content: &[u8]) {
    let length = (content.len() as u32).to_le_bytes();
    let number = number.to_le_bytes();
    out.extend_from_slice(&length);
    out.extend_from_slice(&checksum(&length, &number, content).to_le_bytes());
    out.extend_from_slice(&number);
    out.extend_from_slice(content);
}

/// How many bytes a record takes.
pub fn size_of(content: &[u8]) -> u64 {
    (RECORD_HEAD + content.len()) as u64
}

fn checksum(length: &[u8], number: &[u8], content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    [length, number, content].iter().for_each(|part| hasher.update(part));
    hasher.finalize()
}

// === impl Reader ===

impl Reader {
    /// None if it has no proper head.
    pub fn open(folder: &Path, segment: &Segment) -> io::Result<Option<Self>> {
        let file = File::open(segment.path(folder))?;
        let mut head = [0; HEAD as usize];
        match file.read_exact_at(&mut head, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        if &head[..8] != MAGIC || head[8..] != segment.first.to_le_bytes() {
            return Ok(None);
        }
        let first = segment.first;
        Ok(Some(Self { file, first, number: first, offset: HEAD, buffer: Vec::new(), at: 0 }))
    }

    /// The content of the next record that ends before `end`; none if there is no whole one.
    pub fn next(&mut self, end: u64) -> io::Result<Option<&[u8]>> {
        let number = self.number.to_le_bytes();
        let Some(head) = self.peek(RECORD_HEAD, end)? else { return Ok(None) };
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(record) = self.peek(RECORD_HEAD + length, end)? else { return Ok(None) };
        let (head, content) = record.split_at(RECORD_HEAD);
        let right = head[4..8] == checksum(&head[..4], &head[8..], content).to_le_bytes();
        if !right || head[8..] != number {
            return Ok(None);
        }
        let begin = self.at + RECORD_HEAD;
        self.at = begin + length;
        self.number += 1;
        Ok(Some(&self.buffer[begin..begin + length]))
    }

    /// The next so many bytes, if there are as many before `end`.
    fn peek(&mut self, wanted: usize, end: u64) -> io::Result<Option<&[u8]>> {
        let have = self.buffer.len() - self.at;
        if have < wanted {
            let left = end.saturating_sub(self.offset);
            if left < (wanted - have) as u64 {
                return Ok(None);
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            let more = (wanted - have).max(CHUNK).min(usize::try_from(left).unwrap_or(usize::MAX));
            self.buffer.resize(have + more, 0);
            if let Err(error) = self.file.read_exact_at(&mut self.buffer[have..], self.offset) {
                self.buffer.truncate(have);
                return Err(error);
            }
            self.offset += more as u64;
        }
        Ok(Some(&self.buffer[self.at..self.at + wanted]))
    }
}
