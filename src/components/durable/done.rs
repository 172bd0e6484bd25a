//! How far the records of a log are done with, in a file of its own.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::telemetry::Logger;

/// The file `done`; only who holds the lock of its folder has it open.
pub struct DoneFile(File);

// === impl DoneFile ===

impl DoneFile {
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join("done");
        Ok(Self(OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?))
    }

    /// The number in it; 0 where there is none, and then it is written, so that the file has its room.
    pub fn read(&self, log: &Logger) -> io::Result<u64> {
        let text = io::read_to_string(&self.0)?;
        if text.is_empty() {
            self.write(0)?;
        }
        Ok(match text.trim().parse() {
            Ok(number) => number,
            Err(_) if text.is_empty() => 0,
            Err(_) => {
                // The segments that are there tell enough: some records may come again.
                log.warn(format_args!("the file `done` of the buffer holds no number"));
                0
            }
        })
    }

    pub fn write(&self, number: u64) -> io::Result<()> {
        self.0.write_all_at(format!("{number:020}\n").as_bytes(), 0)
    }
}
