//! Zip archives as a whole: stored and deflated files, up to four gigabytes, without encryption.

use std::io::{Read, Write};

use bytes::{Buf, BufMut, Bytes};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// The sizes of these records without their names.
const LOCAL_SIZE: usize = 30;
const CENTRAL_SIZE: usize = 46;
const END_SIZE: usize = 22;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Version 2.0, the first that deflates.
const VERSION: u16 = 20;
/// The maker is Unix, so that the upper half of the attributes is a mode.
const UNIX: u16 = 3 << 8;
/// A plain file that all may read and write.
const MODE: u32 = 0o100_666 << 16;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// 1980-01-01, the earliest date there is.
const DATE: u16 = 0x21;

const TOO_LARGE: &str = "the archive is too large for the zip format";
const BROKEN: &str = "not a valid zip file";

/// An archive of files with names.
pub fn pack(files: &[(String, Bytes)]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).map_err(|error| error.to_string())?;
        let packed = encoder.finish().map_err(|error| error.to_string())?;
        let at = fits(out.len())?;
        let mut common = Vec::new();
        common.put_u16_le(VERSION);
        common.put_u16_le(UTF8);
        common.put_u16_le(DEFLATED);
        common.put_u16_le(0); // midnight
        common.put_u16_le(DATE);
        common.put_u32_le(crc32fast::hash(content));
        common.put_u32_le(fits(packed.len())?);
        common.put_u32_le(fits(content.len())?);
        common.put_u16_le(u16::try_from(name.len()).map_err(|_| "a file name is too long")?);
        common.put_u16_le(0); // no extra fields
        out.put_u32_le(LOCAL);
        out.extend_from_slice(&common);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&packed);
        directory.put_u32_le(CENTRAL);
        directory.put_u16_le(UNIX | VERSION);
        directory.extend_from_slice(&common);
        directory.put_bytes(0, 6); // no comment, first disk, no internal attributes
        directory.put_u32_le(MODE);
        directory.put_u32_le(at);
        directory.extend_from_slice(name.as_bytes());
    }
    let (at, count) = (fits(out.len())?, u16::try_from(files.len()).map_err(|_| TOO_LARGE)?);
    let size = fits(directory.len())?;
    out.append(&mut directory);
    out.put_u32_le(END);
    out.put_u32_le(0); // the only disk
    out.put_u16_le(count);
    out.put_u16_le(count);
    out.put_u32_le(size);
    out.put_u32_le(at);
    out.put_u16_le(0); // no comment
    Ok(out)
}

fn fits(length: usize) -> Result<u32, String> {
    u32::try_from(length).map_err(|_| TOO_LARGE.to_owned())
}

/// The files of an archive, with their names.
pub fn unpack(archive: &[u8]) -> Result<Vec<(String, Bytes)>, String> {
    // A comment may follow the last record.
    let places = (0..=archive.len().checked_sub(END_SIZE).ok_or(BROKEN)?).rev().take(1 << 16);
    let end = places.map(|at| &archive[at..]).find(|rest| rest.starts_with(&END.to_le_bytes()));
    let mut end = end.ok_or(BROKEN)?;
    end.advance(10);
    let count = end.get_u16_le();
    end.advance(4);
    let mut directory = archive.get(end.get_u32_le() as usize..).ok_or(BROKEN)?;
    let mut files = Vec::new();
    for _ in 0..count {
        files.push(next(archive, &mut directory)?);
    }
    Ok(files)
}

/// The file of the next record in the directory.
fn next(archive: &[u8], directory: &mut &[u8]) -> Result<(String, Bytes), String> {
    let (mut record, rest) = directory.split_at_checked(CENTRAL_SIZE).ok_or(BROKEN)?;
    if record.get_u32_le() != CENTRAL {
        return Err(BROKEN.to_owned());
    }
    record.advance(6);
    let method = record.get_u16_le();
    record.advance(4);
    let crc = record.get_u32_le();
    let (packed, size) = (record.get_u32_le() as usize, record.get_u32_le() as usize);
    let lengths = [record.get_u16_le(), record.get_u16_le(), record.get_u16_le()].map(usize::from);
    record.advance(8);
    let at = record.get_u32_le() as usize;
    let name = String::from_utf8_lossy(rest.get(..lengths[0]).ok_or(BROKEN)?).into_owned();
    *directory = rest.get(lengths.iter().sum()..).ok_or(BROKEN)?;

    let local = archive.get(at..).filter(|local| local.len() >= LOCAL_SIZE).ok_or(BROKEN)?;
    let mut names = &local[26..LOCAL_SIZE];
    let begin = LOCAL_SIZE + usize::from(names.get_u16_le()) + usize::from(names.get_u16_le());
    let data = local.get(begin..).and_then(|data| data.get(..packed)).ok_or(BROKEN)?;
    let content = match method {
        STORED => data.to_vec(),
        DEFLATED => inflate(data, size)?,
        other => return Err(format!("{name}: unsupported compression method {other}")),
    };
    if content.len() != size || crc32fast::hash(&content) != crc {
        return Err(format!("{name}: checksum error"));
    }
    Ok((name, content.into()))
}

/// Unpacks at most one byte more than `size`, so that a broken archive cannot fill the memory.
fn inflate(data: &[u8], size: usize) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let read = DeflateDecoder::new(data).take(size as u64 + 1).read_to_end(&mut content);
    read.map(|_| content).map_err(|error| error.to_string())
}
