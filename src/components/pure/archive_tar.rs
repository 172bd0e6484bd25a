//! Tar archives as a whole.

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tar::{Archive, Builder, EntryType, Header};

/// What a header has room for.
const NAME: usize = 100;

const MODE: u32 = 0o666;

/// An archive of files with names.
pub fn pack(files: &[(String, Bytes)]) -> std::io::Result<Vec<u8>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let mut builder = Builder::new(Vec::new());
    for (name, content) in files {
        if name.len() > NAME {
            let long = [name.as_bytes(), b"\0"].concat();
            builder.append(&header(b"././@LongLink", long.len(), EntryType::GNULongName, now), &long[..])?;
        }
        builder.append(&header(name.as_bytes(), content.len(), EntryType::Regular, now), &content[..])?;
    }
    builder.into_inner()
}

/// The files of an archive, with their names.
pub fn unpack(archive: &[u8]) -> std::io::Result<Vec<(String, Bytes)>> {
    let mut files = Vec::new();
    for entry in Archive::new(archive).entries()? {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.push((name, content.into()));
    }
    Ok(files)
}

fn header(name: &[u8], size: usize, kind: EntryType, time: u64) -> Header {
    let mut header = Header::new_gnu();
    // Names need not be paths of this machine, and may be empty.
    let name = &name[..name.len().min(NAME)];
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size as u64);
    header.set_mode(MODE);
    header.set_mtime(time);
    header.set_cksum();
    header
}
