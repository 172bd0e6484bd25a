//! A log file that is set aside, compressed, when it has grown too large.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;

const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// Writes to `path`; at 10 MB the file becomes `NAME-TIME.EXT.gz` beside it, of which only the newest is kept, and
/// that for at most `max_age`.
pub struct RotatingFile {
    path: PathBuf,
    max_age: Option<Duration>,
    file: File,
    size: u64,
}

impl RotatingFile {
    /// `max_age_days`: 0 for no limit.
    pub fn open(path: &Path, max_age_days: u64) -> io::Result<Self> {
        let file = open(path)?;
        let size = file.metadata()?.len();
        let max_age = (max_age_days > 0).then(|| Duration::from_secs(max_age_days.saturating_mul(86_400)));
        Ok(Self { path: path.to_owned(), max_age, file, size })
    }

    fn rotate(&mut self) -> io::Result<()> {
        let time = jiff::Zoned::now().strftime("%Y-%m-%dT%H-%M-%S.%3f").to_string();
        let backup = self.path.with_file_name(format!("{}{time}{}.gz", self.prefix(), self.suffix()));
        let mut packer = GzEncoder::new(File::create(&backup)?, Compression::default());
        io::copy(&mut File::open(&self.path)?, &mut packer)?;
        packer.finish()?;
        fs::remove_file(&self.path)?;
        self.file = open(&self.path)?;
        self.size = 0;
        self.clean(&backup)
    }

    /// Removes all older backups, and the newest one too when it is too old.
    fn clean(&self, newest: &Path) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let (prefix, suffix) = (self.prefix(), format!("{}.gz", self.suffix()));
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_backup = name.to_str().is_some_and(|n| n.starts_with(&prefix) && n.ends_with(&suffix));
            let too_old = || {
                let modified =
                    entry.metadata().and_then(|m| m.modified()).unwrap_or_else(|_| SystemTime::now());
                self.max_age.is_some_and(|limit| modified.elapsed().is_ok_and(|age| age > limit))
            };
            if is_backup && (Some(name.as_os_str()) != newest.file_name() || too_old()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn prefix(&self) -> String {
        format!("{}-", self.path.file_stem().unwrap_or_default().to_string_lossy())
    }

    fn suffix(&self) -> String {
        self.path.extension().map(|ext| format!(".{}", ext.to_string_lossy())).unwrap_or_default()
    }
}

impl Write for RotatingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.size > 0 && self.size + bytes.len() as u64 > MAX_BYTES {
            self.rotate()?;
        }
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_compressed_backup_is_kept() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("my.log");
        let mut file = RotatingFile::open(&path, 0)?;
        let line = vec![b'x'; 6 * 1024 * 1024];
        for _ in 0..4 {
            file.write_all(&line)?;
            std::thread::sleep(Duration::from_millis(2));
        }
        let mut names: Vec<_> = fs::read_dir(folder.path())?
            .map(|entry| entry.map(|e| e.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<_>>()?;
        names.sort();
        assert_eq!(names.len(), 2, "{names:?}");
        assert!(names[0].starts_with("my-20") && names[0].ends_with(".log.gz"), "{names:?}");
        assert_eq!(fs::metadata(&path)?.len(), line.len() as u64);
        Ok(())
    }
}
