//! `tar`: one message for each file of a tar archive.

use ::tar::{EntryType, Header, PaxExtensions};
use bytes::{Buf, Bytes, BytesMut};

use super::cutter::{Cutter, Cutting};
use crate::component::{ByteSource, Cut, Scan, Scanner, ScannerSpec};
use crate::config::{ComponentSpec, Example, Kind};
use crate::message::Message;
use crate::value::Str;

pub const TAR: ScannerSpec = ScannerSpec {
    spec: ComponentSpec::new(Kind::Scanner, "tar")
        .summary("Cuts a tar archive into its files.")
        .description("The name of each file is in the metadata as `tar_name`.")
        .examples(&[Example { title: "The files of an archive", config: "tar: {}\n" }]),
    build: |_, _| Ok(Box::new(Tar { named: true })),
};

/// Headers and contents fill whole blocks.
const BLOCK: usize = 512;

pub struct Tar {
    /// Whether messages are told the names of their files.
    pub named: bool,
}

/// The cutter of one archive.
#[derive(Default)]
struct Files {
    named: bool,
    /// What entries before a file say of it, as its header has too little room.
    name: Option<Vec<u8>>,
    size: Option<u64>,
    /// Whether the block that ends an archive was read.
    done: bool,
}

/// An entry as its header describes it.
struct Entry {
    kind: EntryType,
    name: Vec<u8>,
    /// Bytes of content.
    size: usize,
}

impl Scanner for Tar {
    fn open(&self, bytes: ByteSource, _: &str) -> Result<Box<dyn Scan>, String> {
        Ok(Cutting::open(bytes, Files { named: self.named, ..Files::default() }))
    }
}

// === impl Files ===

impl Files {
    fn entry(&self, block: &[u8]) -> Result<Entry, String> {
        let broken = |error: std::io::Error| format!("broken tar header: {error}");
        let mut header = Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        let sum: u32 =
            (0..).zip(block).map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u32::from(b) }).sum();
        if header.cksum().map_err(broken)? != sum {
            return Err("broken tar header: its checksum is wrong".to_owned());
        }
        let kind = header.entry_type();
        let size = if has_content(kind) { header.entry_size().map_err(broken)? } else { 0 };
        let size = self.size.filter(|_| has_content(kind) && !describes_next(kind)).unwrap_or(size);
        let name = self.name.clone().unwrap_or_else(|| header.path_bytes().into_owned());
        let size = usize::try_from(size).map_err(|_| "a file in the archive is too large".to_owned())?;
        Ok(Entry { kind, name, size })
    }

    /// Takes what an entry says of the next one.
    fn describe(&mut self, kind: EntryType, content: &Bytes) -> Result<(), String> {
        if kind == EntryType::GNULongName {
            let end = content.iter().position(|&b| b == 0).unwrap_or(content.len());
            self.name = Some(content[..end].to_vec());
        }
        if kind == EntryType::XHeader {
            for extension in PaxExtensions::new(content) {
                let extension = extension.map_err(|error| format!("broken tar header: {error}"))?;
                match extension.key_bytes() {
                    b"path" => self.name = Some(extension.value_bytes().to_vec()),
                    b"size" => self.size = extension.value().ok().and_then(|size| size.parse().ok()),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl Cutter for Files {
    fn cut(&mut self, buffer: &mut BytesMut, end: bool, out: &mut Cut<'_>) -> Result<(), String> {
        while !out.is_full() && !self.done {
            if buffer.len() < BLOCK {
                return if end && !buffer.is_empty() { Err(TRUNCATED.to_owned()) } else { Ok(()) };
            }
            if buffer[..BLOCK].iter().all(|&b| b == 0) {
                self.done = true;
                break;
            }
            let entry = self.entry(&buffer[..BLOCK])?;
            let whole = BLOCK.saturating_add(entry.size.div_ceil(BLOCK).saturating_mul(BLOCK));
            if buffer.len() < whole && !end {
                return Ok(());
            }
            if buffer.len() < BLOCK.saturating_add(entry.size) {
                return Err(TRUNCATED.to_owned());
            }
            let mut content = buffer.split_to(whole.min(buffer.len())).freeze();
            content.advance(BLOCK);
            content.truncate(entry.size);
            if describes_next(entry.kind) {
                self.describe(entry.kind, &content)?;
                continue;
            }
            (self.name, self.size) = (None, None);
            let mut message = Message::from_bytes(content);
            if self.named {
                message.set_meta("tar_name", Str::from(String::from_utf8_lossy(&entry.name)));
            }
            out.message(message);
        }
        if self.done {
            buffer.clear();
        }
        Ok(())
    }
}

const TRUNCATED: &str = "the archive ends in the middle of a file";

/// Whether an entry is no file but tells something about the next one, or about all of them.
fn describes_next(kind: EntryType) -> bool {
    matches!(
        kind,
        EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader
    )
}

/// Whether a size in the header means bytes behind it.
fn has_content(kind: EntryType) -> bool {
    !matches!(
        kind,
        EntryType::Link
            | EntryType::Symlink
            | EntryType::Char
            | EntryType::Block
            | EntryType::Directory
            | EntryType::Fifo
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::batches;
    use super::*;

    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = ::tar::Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = Header::new_gnu();
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, name, content.as_bytes()).expect("added");
        }
        builder.into_inner().expect("an archive")
    }

    #[test]
    fn files_are_cut_apart() {
        let long = "folder/".repeat(30) + "file";
        let text = "x".repeat(600);
        let files = [("a.txt", "alpha"), ("b/empty", ""), (&long, &text)];
        let bytes = archive(&files);
        let (cut, failure) = batches(&Tar { named: true }, &bytes);
        assert_eq!(failure, None);
        let got: Vec<_> = cut.iter().map(|b| (b[0].meta().get("tar_name"), b[0].bytes().as_ref())).collect();
        assert_eq!(got.len(), files.len());
        for ((name, content), got) in files.iter().zip(&got) {
            assert_eq!((got.0.and_then(|v| v.as_str()), got.1), (Some(*name), content.as_bytes()));
        }
        // Without the blocks at the end it is still whole.
        assert_eq!(batches(&Tar { named: true }, &bytes[..bytes.len() - 2 * BLOCK]).0.len(), 3);
    }

    #[test]
    fn broken_archives_are_refused() {
        let mut bytes = archive(&[("a", "alpha")]);
        assert_eq!(batches(&Tar { named: true }, &bytes[..BLOCK + 3]).1.as_deref(), Some(TRUNCATED));
        bytes[0] = b'b';
        assert!(batches(&Tar { named: true }, &bytes).1.is_some_and(|failure| failure.contains("checksum")));
    }
}
